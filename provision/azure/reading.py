"""Reads: what Azure has, as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provision.address import SERVICE, Address
from provision.azure.answers import ABSENT, means_absent, raw
from provision.azure.failures import translated
from provision.azure.wire import flat
from provision.errors import AzureError, NotFoundError
from provision.kinds import Kind, kind_of
from provision.resource import Resource

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse

    from provision.azure.clients import Clients

_SETTLING: Final = frozenset({"created", "activating", "updating", "deleting", "creating", "accepted"})


class Reads:
    """The reads of one instance."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that it doesn't exist."""
        kind = kind_of(address.kind)
        try:
            with translated(f"reading {address}"):
                body, etag = self._clients.group(kind).get(*self._clients.path(address), cls=raw, **kind.sdk.read)
        except NotFoundError as error:
            if means_absent(address, error):
                return None
            raise
        return Resource(address, flat(kind, body), etag)

    def members(self, kind: Kind, parent: Address) -> list[Resource]:
        """What one collection holds; nothing where the tier of the instance doesn't have it. Azure/apiops."""
        method = getattr(self._clients.group(kind), kind.sdk.list)
        found = self._inside(method, self._clients.path(parent), f"listing {kind.key} of {parent}")
        return [Resource(parent.child(kind.collection, body["name"]), flat(kind, body)) for body in found]

    def inside(self, collection: str, group: str, method: str) -> list[Resource]:
        """What one of the instance's collections holds, also of kinds that provision doesn't manage."""
        listing = getattr(getattr(self._clients.api, group), method)
        found = self._inside(listing, self._clients.path(SERVICE), f"listing {collection}")
        return [Resource(SERVICE.child(collection, body["name"]), body.get("properties") or {}) for body in found]

    def _inside(self, method: Any, names: tuple[str, ...], doing: str) -> list[dict[str, Any]]:
        try:
            return _pages(method, names, doing)
        except AzureError as error:
            if error.code == "MethodNotAllowedInPricingTier":
                return []
            raise

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance holds the name."""
        try:
            with translated("reading the deleted instances"):
                self._clients.api.deleted_services.get_by_name(self._clients.scope.service, region(location))
        except NotFoundError as error:
            if error.code in ABSENT:
                return False
            raise
        return True

    def others_in_group(self) -> list[str]:
        """Ids of what the resource group holds beside the instance."""
        scope = self._clients.scope
        listing = self._clients.resources.resources.list_by_resource_group
        found = _pages(listing, (scope.resource_group,), "listing the resource group")
        return [item["id"] for item in found if item["id"].lower() != scope.service_id.lower()]

    def settling(self) -> str:
        """The instance's provisioningState while it is on its way to another one; empty when it stands still."""
        service = self.get(SERVICE)
        state = str(service.body.get("provisioningState") or "") if service else ""
        return state if state.lower() in _SETTLING else ""


def _pages(method: Any, names: tuple[str, ...], doing: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []

    def keep(response: PipelineResponse[Any, Any]) -> None:
        if response.http_response.status_code == 200:  # noqa: PLR2004
            items.extend(response.http_response.json().get("value") or ())

    with translated(doing):
        for _ in method(*names, raw_response_hook=keep):
            pass
    return items


def region(location: str) -> str:
    """A region as URLs write it."""
    return location.replace(" ", "").lower()
