"""Writes: one change each, until Azure has done it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provision.azure.answers import last, means_absent
from provision.azure.failures import translated
from provision.azure.reading import region
from provision.azure.waiting import wait
from provision.azure.wire import wrapped
from provision.diff import Action, Change
from provision.errors import AzureError, ConflictError, NotFoundError
from provision.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import Event

    from provision.address import Address
    from provision.azure.clients import Clients


class Writes:
    """The writes of one instance."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

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
            if not means_absent(change.address, error):
                raise

    def _purge(self, change: Change, cancelled: Event) -> None:
        name, location = self._clients.scope.service, region(str((change.body or {}).get("location")))
        with translated(f"purging {name}"):
            poller = self._clients.api.deleted_services.begin_purge(name, location, **self._polling())
            wait(poller, cancelled, change.address)

    def _run(
        self, kind: Kind, name: str, address: Address, options: Mapping[str, Any], cancelled: Event, doing: str
    ) -> None:
        method = getattr(self._clients.group(kind), name)
        extra = {**self._polling(), "cls": last} if name.startswith("begin_") else {}
        with translated(doing):
            answer = method(*self._clients.path(address), **options, **extra)
            ended = wait(answer, cancelled, address) if extra else {}
        # A long operation may end well and leave a resource that is not. Azure/apiops#670
        if str((ended.get("properties") or {}).get("provisioningState")).lower() == "failed":
            raise AzureError(f"{doing}: Azure took it, and then its provisioningState was Failed", code="Failed")

    def _polling(self) -> dict[str, Any]:
        """The embedded Azure has nothing to wait for; elsewhere the service's Retry-After rules."""
        return {"polling_interval": 0} if self._clients.local else {}
