"""Stage 4c: what Azure removes with the last that is in it, and a spec wants all the same: it is made anew. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provision.diff import Action, Change
from provision.kinds import find, kind_of
from provision.kinds.references import refers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.address import Address
    from provision.desired import Desired
    from provision.observed import Observed


def revived(changes: tuple[Change, ...], desired: Desired, observed: Observed) -> tuple[Change, ...]:
    """The changes, and a replacement of each wanted one whose last member goes.

    What replaces its own last member says in its obstacle that this can't be done in one run.
    """
    by_address = {change.address: change for change in changes}
    for address in sorted(desired.snapshot.keys() & observed.snapshot.keys()):
        if not kind_of(address.kind).ends_with_last:
            continue
        members = [by_address.get(one) for one in _members(address, observed)]
        if not members or not all(one and one.action.destroys for one in members):
            continue
        circles = [one for one in members if one and one.action is Action.REPLACE]
        for one in circles:
            by_address[one.address] = replace(one, obstacle=_circle(one, address))
        if not circles:
            by_address[address] = _anew(address, by_address.get(address), desired, observed)
    return tuple(by_address.values())


def _members(address: Address, observed: Observed) -> Iterator[Address]:
    """What is in it as far as Azure knows."""
    inside = kind_of(address.kind).ends_with_last
    for one in (*observed.snapshot.values(), *observed.others):
        kind = find(one.address.kind)
        if kind and kind.type == inside and address in refers(kind, one.address, one.body):
            yield one.address


def _anew(address: Address, change: Change | None, desired: Desired, observed: Observed) -> Change:
    want, have = desired.snapshot[address], observed.snapshot[address]
    because = f"Azure removes it with the last of its {kind_of(address.kind).ends_with_last}"
    made = change or Change(address, Action.UPDATE, etag=have.etag, mark=want.mark)
    return replace(made, action=Action.REPLACE, body=want.body, because=because, obstacle="")


def _circle(change: Change, address: Address) -> str:
    where = f"{change.mark}: " if change.mark else ""
    return (
        f"{where}{change.address} can't be replaced in one run: Azure removes {address} with the last that is in it · "
        f"take {change.address} out of the spec and name it under absent, apply, put it back, and apply"
    )
