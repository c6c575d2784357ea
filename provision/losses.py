"""Stage 4a, of what goes: what a deletion takes along. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.kinds import current_of, kind_of
from provision.kinds.references import refers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from provision.address import Address
    from provision.resource import Snapshot


def dies_with(address: Address) -> Iterator[Address]:
    """What can't be deleted without `address`: all that it lies in, and for a link what it leads to."""
    yield from address.ancestors
    for one in (address, *address.ancestors):
        current = current_of(one)
        yield from (current,) if current else ()
    kind = kind_of(address.kind)
    if kind.is_link:
        yield from refers(kind, address, {})


def lost_with(
    doomed: AbstractSet[Address], addresses: Iterable[Address], observed: Snapshot | None = None
) -> dict[Address, tuple[Address, ...]]:
    """What each of `doomed` takes along, in order; with what was `observed`, the keys to it too."""
    found: dict[Address, list[Address]] = {address: [] for address in doomed}
    for one in sorted(addresses) if doomed else ():
        kind = kind_of(one.kind)
        holders = refers(kind, one, observed[one].body) if observed and kind.holds_keys else ()
        for other in (*dies_with(one), *holders):
            if other in found:
                found[other].append(one)
    return {address: tuple(dict.fromkeys(along)) for address, along in found.items()}
