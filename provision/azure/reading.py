"""Reads: what Azure has, as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provision.address import SERVICE, Address
from provision.azure.answers import (
    ABSENT,
    Pages,
    belonging,
    deleted,
    identified,
    means_absent,
    refuse,
    resource,
    whatever,
    whole,
)
from provision.azure.links import Links
from provision.azure.wire import flat
from provision.errors import AnswerError, AzureError, NotFoundError
from provision.kinds import Kind, kind_of
from provision.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.azure.clients import Clients
    from provision.kinds.collections import Collection

_AGAIN: Final = (1.0, 2.0, 4.0)  # seconds before each further look at what should be there


class Reads:
    """The reads of one instance."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._traffic = clients.traffic
        self._links = Links(clients.scope, self._linked)
        self.look_every = 0.05 if clients.local else 5.0
        self.patience = clients.traffic.patience.instance

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that it doesn't exist."""
        kind = kind_of(address.kind)
        try:
            with self._traffic.call(f"reading {address}"):
                read = resource(kind, address)
                method = self._clients.method(address, "get")
                body, etag = method(*self._clients.path(address), cls=read, **kind.read_options)
        except NotFoundError as error:
            if means_absent(address, error):
                return None
            raise
        return Resource(address, flat(kind, body), etag)

    def secrets(self, address: Address) -> Mapping[str, Any]:
        """What Azure shows of a resource only to those who ask for it: a POST, which a role that only reads may not."""
        with self._traffic.call(f"asking for the secrets of {address}"):
            method = self._clients.method(address, kind_of(address.kind).reveal)
            found: Mapping[str, Any] = method(*self._clients.path(address), cls=whatever)
        return found

    def listed(self, address: Address) -> Resource:
        """What another read has shown to be there. Raises AnswerError where Azure goes on to say that it isn't."""
        with self._traffic.call(f"reading {address}") as call:
            for seconds in (0.0, *_AGAIN):
                call.pause(0.0 if self._clients.local else seconds)
                found = self.get(address)
                if found is not None:
                    return found
        raise AnswerError(
            f"reading {address}: Azure shows that it is there, and answers 404 where it is asked for it, "
            f"{1 + len(_AGAIN)} times · neither is believed: run again"
        )

    def caught_up(self, address: Address, fits: Callable[[Resource], bool]) -> Resource | None:
        """What was written a moment ago, once `fits` is true of it, or as it is after some looks: a replica may lag."""
        with self._traffic.call(f"reading {address}") as call:
            for seconds in (0.0, *_AGAIN):
                call.pause(0.0 if self._clients.local else seconds)
                found = self.get(address)
                if found is not None and fits(found):
                    break
        return found

    def members(self, kind: Kind, parent: Address) -> list[Resource]:
        """What one collection holds; nothing where the tier of the instance doesn't have it. Azure/apiops."""
        if kind.linked and parent.in_workspace:
            return self._links.members(kind, parent)
        method = self._clients.listing(kind.type, parent)

        def check(item: Any, at: str) -> dict[str, Any]:
            return whole(kind, item, at)

        found = self._inside(method, self._clients.path(parent), f"listing {kind.key} of {parent}", check)
        return [Resource(parent.child(kind.collection, body["name"]), flat(kind, body)) for body in found]

    def _linked(self, holder: Address, collection: str) -> list[dict[str, Any]]:
        """The items of a collection in a workspace, as they come."""
        kind_type = f"{holder.kind}/{collection}" if holder.in_workspace else collection
        method = self._clients.listing(kind_type, holder)
        return self._inside(method, self._clients.path(holder), f"listing {collection} of {holder}", belonging)

    def inside(self, collection: Collection) -> list[Resource]:
        """What one of the instance's collections holds, also of kinds that provision doesn't manage."""
        listing = self._clients.listing(collection.name, SERVICE)
        found = self._inside(listing, self._clients.path(SERVICE), f"listing {collection.name}", belonging)
        return [Resource(SERVICE.child(collection.name, body["name"]), body.get("properties") or {}) for body in found]

    def _inside(
        self, method: Any, names: tuple[str, ...], doing: str, check: Callable[[Any, str], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        try:
            return self._pages(method, names, doing, check)
        except AzureError as error:
            if error.code == "MethodNotAllowedInPricingTier":
                return []
            raise

    def _pages(
        self, method: Any, names: tuple[str, ...], doing: str, check: Callable[[Any, str], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """All items. A list that is shorter than it counts is read again: something may have gone in between."""
        with self._traffic.call(doing):
            for _ in range(2):
                pages = Pages(check)
                for _page in method(*names, raw_response_hook=pages):
                    pass
                if not pages.short:
                    return pages.items
            raise refuse(pages.short)

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance holds the name."""
        try:
            with self._traffic.call("reading the deleted instances"):
                self._clients.api.deleted_services.get_by_name(
                    self._clients.scope.service, region(location), cls=deleted
                )
        except NotFoundError as error:
            if error.code in ABSENT:
                return False
            raise
        return True

    def others_in_group(self) -> list[str]:
        """Ids of what the resource group holds beside the instance."""
        scope = self._clients.scope
        listing = self._clients.resources.resources.list_by_resource_group
        found = self._pages(listing, (scope.resource_group,), "listing the resource group", identified)
        return [item["id"] for item in found if item["id"].lower() != scope.service_id.lower()]


def region(location: str) -> str:
    """A region as URLs write it."""
    return location.replace(" ", "").lower()
