"""The only module that talks to Azure: clients, credentials, long operations, retries, and errors in our own words."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from azure.identity import DefaultAzureCredential
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from provision.address import GROUP, SERVICE, Address, Scope
from provision.azure.failures import translated
from provision.azure.pipeline import DummyToken, Pace, ReadOnly, Retry, roomy
from provision.azure.wire import flat, wrapped
from provision.diff import Action, Change
from provision.errors import AzureError, CancelledError, ConflictError, NotFoundError
from provision.kinds import Kind, kind_of
from provision.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import Event

    from azure.core.pipeline import PipelineResponse

    from provision.cloud import Cloud

_SETTLING: Final = frozenset({"created", "activating", "updating", "deleting", "creating", "accepted"})
_ABSENT: Final = frozenset({"ResourceNotFound", "ResourceGroupNotFound", "EntityNotFound", "NotFound"})
_STEP = 0.2  # seconds between two looks whether the user gave up


class Azure:
    """One instance in one cloud. Safe to share between threads.

    `read_only` makes sure that nothing but GET and HEAD leaves it.
    """

    def __init__(self, cloud: Cloud, scope: Scope, *, read_only: bool = False) -> None:
        logging.getLogger("azure").setLevel(logging.ERROR)
        self.scope = scope
        self._local = not cloud.token
        self.look_every = 0.05 if self._local else 5.0
        options: dict[str, Any] = {
            "base_url": cloud.endpoint,
            "credential_scopes": [f"{cloud.endpoint}/.default"],
            "retry_policy": Retry(retry_total=6, retry_backoff_factor=0.0 if self._local else 0.8),
            "per_retry_policies": [Pace(), ReadOnly()] if read_only else [Pace()],
            "connection_timeout": 20,
        }
        if self._local:
            options["authentication_policy"] = DummyToken()
        credential: Any = DefaultAzureCredential(authority=cloud.authority) if cloud.token else object()
        self._api = ApiManagementClient(credential, scope.subscription, transport=roomy(), **options)
        self._resources = ResourceManagementClient(credential, scope.subscription, transport=roomy(), **options)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
        self._resources.close()

    def _group(self, kind: Kind) -> Any:
        return getattr(self._resources if kind.type == "resourceGroup" else self._api, kind.sdk.group)

    def _path(self, address: Address) -> tuple[str, ...]:
        if address == GROUP:
            return (self.scope.resource_group,)
        return (self.scope.resource_group, self.scope.service, *address.names)

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that it doesn't exist."""
        kind = kind_of(address.kind)
        try:
            with translated(f"reading {address}"):
                body, etag = self._group(kind).get(*self._path(address), cls=_raw, **kind.sdk.read)
        except NotFoundError as error:
            if _means_absent(address, error):
                return None
            raise
        return Resource(address, flat(kind, body), etag)

    def members(self, kind: Kind, parent: Address) -> list[Resource]:
        """What one collection holds; nothing where the tier of the instance doesn't have it. Azure/apiops."""
        method = getattr(self._group(kind), kind.sdk.list)
        try:
            found = self._pages(method, self._path(parent), f"listing {kind.key} of {parent}")
        except AzureError as error:
            if error.code == "MethodNotAllowedInPricingTier":
                return []
            raise
        return [Resource(parent.child(kind.collection, body["name"]), flat(kind, body)) for body in found]

    def _pages(self, method: Any, names: tuple[str, ...], doing: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []

        def keep(response: PipelineResponse[Any, Any]) -> None:
            if response.http_response.status_code == 200:  # noqa: PLR2004
                items.extend(response.http_response.json().get("value") or ())

        with translated(doing):
            for _ in method(*names, raw_response_hook=keep):
                pass
        return items

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance holds the name."""
        try:
            with translated("reading the deleted instances"):
                self._api.deleted_services.get_by_name(self.scope.service, _region(location))
        except NotFoundError as error:
            if error.code in _ABSENT:
                return False
            raise
        return True

    def others_in_group(self) -> list[str]:
        """Ids of what the resource group holds beside the instance."""
        listing = self._resources.resources.list_by_resource_group
        found = self._pages(listing, (self.scope.resource_group,), "listing the resource group")
        return [item["id"] for item in found if item["id"].lower() != self.scope.service_id.lower()]

    def inside(self, collection: str, group: str, method: str) -> list[Resource]:
        """What one of the instance's collections holds, also of kinds that provision doesn't manage."""
        names = (self.scope.resource_group, self.scope.service)
        try:
            found = self._pages(getattr(getattr(self._api, group), method), names, f"listing {collection}")
        except AzureError as error:
            if error.code == "MethodNotAllowedInPricingTier":
                return []
            raise
        return [Resource(SERVICE.child(collection, body["name"]), body.get("properties") or {}) for body in found]

    def settling(self) -> str:
        """The instance's provisioningState while it is on its way to another one; empty when it stands still."""
        service = self.get(SERVICE)
        state = str(service.body.get("provisioningState") or "") if service else ""
        return state if state.lower() in _SETTLING else ""

    def send(self, change: Change, *, cancelled: Event) -> None:
        """Do one change and wait until Azure has done it."""
        if change.action is Action.PURGE:
            self._purge(change, cancelled)
            return
        kind = kind_of(change.address.kind)
        if change.action in (Action.DELETE, Action.REPLACE):
            self._delete(kind, change, cancelled)
        if change.action is not Action.DELETE:
            self._put(kind, change, cancelled)

    def _put(self, kind: Kind, change: Change, cancelled: Event) -> None:
        updates = change.action is Action.UPDATE
        name = kind.sdk.update if updates and kind.sdk.update else kind.sdk.put
        options: dict[str, Any] = (
            {} if kind.model is None else {"parameters": json.dumps(wrapped(kind, change.body or {})).encode()}
        )
        if updates and kind.sdk.if_match:
            options["if_match"] = change.etag
        try:
            self._run(kind, name, change.address, options, cancelled, f"writing {change.address}")
        except ConflictError as error:
            # A link that is there already is what was wanted. Azure/apiops-cli
            if kind.model is not None or "already exists" not in str(error):
                raise

    def _delete(self, kind: Kind, change: Change, cancelled: Event) -> None:
        options: dict[str, Any] = dict(kind.sdk.on_delete)
        if kind.sdk.if_match:
            options["if_match"] = change.etag or "*"
        try:
            self._run(kind, kind.sdk.delete, change.address, options, cancelled, f"deleting {change.address}")
        except NotFoundError as error:
            if not _means_absent(change.address, error):
                raise

    def _purge(self, change: Change, cancelled: Event) -> None:
        location = _region(str((change.body or {}).get("location")))
        with translated(f"purging {self.scope.service}"):
            poller = self._api.deleted_services.begin_purge(self.scope.service, location, **self._polling())
            _await(poller, cancelled, change.address)

    def _run(
        self, kind: Kind, name: str, address: Address, options: Mapping[str, Any], cancelled: Event, doing: str
    ) -> None:
        method = getattr(self._group(kind), name)
        extra = {**self._polling(), "cls": _body} if name.startswith("begin_") else {}
        with translated(doing):
            answer = method(*self._path(address), **options, **extra)
            ended = _await(answer, cancelled, address) if extra else {}
        # A long operation may end well and leave a resource that is not. Azure/apiops#670
        if str((ended.get("properties") or {}).get("provisioningState")).lower() == "failed":
            raise AzureError(f"{doing}: Azure took it, and then its provisioningState was Failed", code="Failed")

    def _polling(self) -> dict[str, Any]:
        """The embedded Azure has nothing to wait for; elsewhere the service's Retry-After rules."""
        return {"polling_interval": 0} if self._local else {}


def _region(location: str) -> str:
    """A region as URLs write it."""
    return location.replace(" ", "").lower()


def _await(poller: Any, cancelled: Event, address: Address) -> dict[str, Any]:
    """Wait for the end of a long operation; the body that it ended with."""
    while not poller.done():
        if cancelled.is_set():
            raise CancelledError(f"{address}: Azure goes on with it; the next apply continues from there")
        poller.wait(_STEP)
    return poller.result() or {}


def _raw(response: PipelineResponse[Any, Any], _: Any, headers: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Wire JSON: the SDK's models drop properties that they don't know."""
    body = response.http_response.json()
    if not isinstance(body, dict):
        raise TypeError("a resource is a JSON object")
    return body, headers.get("ETag") or response.http_response.headers.get("ETag") or ""


def _body(response: PipelineResponse[Any, Any], _: Any, __: Mapping[str, str]) -> dict[str, Any]:
    """The last answer of a long operation; deletions have none."""
    try:
        found = response.http_response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _means_absent(address: Address, error: AzureError) -> bool:
    """Whether a 404 is about this very resource: not about a subscription, nor, below the instance, about that."""
    if error.code not in _ABSENT:
        return False
    if address in (GROUP, SERVICE):
        return True
    return error.code != "ResourceGroupNotFound" and "under resource group" not in str(error)
