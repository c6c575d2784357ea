"""Stage 4c: what Azure may put into a new instance, and what a spec would make of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from provision.address import SERVICE, Address
from provision.diff import Action, Change
from provision.kinds import KINDS, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from provision.desired import Desired
    from provision.resource import Resource

_BARE: Final = "consumption"  # the tier without products, groups and the Echo API
_IF_MADE: Final = "if Azure makes it"


class Chosen(Protocol):
    """The wishes that matter here."""

    @property
    def target(self) -> AbstractSet[Address]:
        """Only these, unless empty."""

    @property
    def exclude(self) -> AbstractSet[Address]:
        """Not these."""

    @property
    def replace(self) -> AbstractSet[Address]:
        """These are deleted and created anew."""


def objects(desired: Desired) -> frozenset[Address]:
    """What Azure is known to put into such a new instance; it need not, and tiers differ."""
    return made_in(desired.snapshot.get(SERVICE))


def made_in(service: Resource | None) -> frozenset[Address]:
    """What Azure is known to put into an instance of that tier when it makes it."""
    sku: Any = service.body.get("sku") if service else None
    bare = isinstance(sku, dict) and str(sku.get("name")).lower() == _BARE
    made = (Address(text) for kind in KINDS for text in kind.in_new_instances)
    return frozenset(one for one in made if not bare or kind_of(one.kind).always_there)


def possible(desired: Desired, changes: tuple[Change, ...], chosen: Chosen) -> tuple[Change, ...]:
    """The changes that the second plan of a new instance may hold beside or instead of those of the first.

    Of what Azure makes there, the spec's own are updated instead of created, and what it does not want is deleted.
    """
    found = tuple(_possible(desired, changes, chosen))
    gone = {change.address for change in found if change.action is Action.DELETE}
    return tuple(change for change in found if change.address.parent not in gone)


def _possible(desired: Desired, changes: tuple[Change, ...], chosen: Chosen) -> Iterator[Change]:
    created = {change.address: change for change in changes if change.action is Action.CREATE}
    for address in sorted(objects(desired)):
        if address in created:
            action = Action.REPLACE if address in chosen.replace else Action.UPDATE
            yield Change(address, action, mark=created[address].mark, because=_IF_MADE)
        elif address not in desired.snapshot and _goes(address, desired) and _is_chosen(address, chosen):
            yield Change(address, Action.DELETE, because=_IF_MADE)


def _goes(address: Address, desired: Desired) -> bool:
    """Whether the spec wants the end of what it doesn't declare; what comes along is let be unless it is named."""
    return address in desired.absent or (desired.owns(address) and not kind_of(address.kind).comes_along)


def _is_chosen(address: Address, chosen: Chosen) -> bool:
    if any(address.within(one) for one in chosen.exclude):
        return False
    return not chosen.target or any(address.within(one) for one in chosen.target)
