"""Stage 3, first part: whether the resource group and the instance are there at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision.address import GROUP, SERVICE, Address
from provision.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.desired import Desired
    from provision.resource import Resource, Snapshot

_FORBIDDEN = 403


class Looker(Protocol):
    """The reads that this needs."""

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that this very resource doesn't exist."""

    def listed(self, address: Address) -> Resource:
        """What another read has shown. Raises AzureError where it can't be found: never taken for absence."""

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance still holds the name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a read of the instance that was just made has brought: None where it doesn't exist."""

    instance: Resource | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What was found of group and instance.

    `inhabited`: the instance may be looked into. `denied`: its own read says that it doesn't exist; neither holds where
    it is being deleted. `snapshot`: what of both is compared.
    """

    snapshot: Snapshot
    inhabited: bool
    denied: bool
    notes: tuple[str, ...] = ()
    unreadable: frozenset[Address] = frozenset()
    caveats: tuple[str, ...] = ()  # why what is in the instance may not be all of it


def present(reader: Looker, *, existing: bool, seen: Seen | None = None) -> Presence:
    """Read the group and the instance at once; what was seen of the instance already isn't read again.

    `existing`: the instance is only used, and neither is compared.
    """
    notes: list[str] = []
    snapshot: dict[Address, Resource] = {}
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(partial(reader.get, SERVICE)) if seen is None else None
        group, forbidden = (None, None) if existing else _group(reader)
        instance = reading.result() if reading else seen.instance if seen else None
    if group and not _is_dying(group, notes):
        snapshot[GROUP] = group
    if forbidden:
        notes.append(f"the resource group is not compared: it may not be read ({forbidden})")
    inhabited = instance is not None and not _is_dying(instance, notes)
    if instance and inhabited and not existing:
        snapshot[SERVICE] = instance
        if group is None and not forbidden:
            snapshot[GROUP] = reader.listed(GROUP)  # an instance stands in a group
    unreadable = frozenset({GROUP} if forbidden else ())
    caveats = tuple(_caveats(instance)) if instance and inhabited else ()
    return Presence(MappingProxyType(snapshot), inhabited, instance is None, tuple(notes), unreadable, caveats)


def _caveats(instance: Resource) -> Iterator[str]:
    state = str(instance.body.get("provisioningState") or "unknown")
    if state != "Succeeded":
        yield f"the instance's provisioningState is {state}, and what is in it may not be complete"


def _group(reader: Looker) -> tuple[Resource | None, ForbiddenError | None]:
    try:
        return reader.get(GROUP), None
    except ForbiddenError as error:
        _only_a_narrow_role(error)
        return None, error


def _is_dying(found: Resource, notes: list[str]) -> bool:
    """What is being deleted counts as gone."""
    dying = str(found.body.get("provisioningState")).lower() == "deleting"
    if dying:
        notes.append(f"{found.address} is being deleted")
    return dying


def name_held(desired: Desired, reader: Looker) -> tuple[bool, tuple[str, ...]]:
    """Whether a deleted instance holds the name of one that isn't there, and what there is to say of it."""
    if not desired.location:
        return False, ()
    try:
        return reader.soft_deleted(desired.location), ()
    except ForbiddenError as error:
        _only_a_narrow_role(error)
        return False, (f"whether a deleted instance holds the name is not known: that may not be read ({error})",)


def _only_a_narrow_role(error: ForbiddenError) -> None:
    """Go on where a role doesn't reach (403), and not where the credentials are no good."""
    if error.status != _FORBIDDEN:
        raise error
