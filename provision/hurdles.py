"""Stage 4c, of what stands in the way of changes: what is protected, what would be lost unasked, what has no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.address import GROUP, SERVICE
from provision.diff import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.desired import Desired
    from provision.observed import Observed


def protected(changes: tuple[Change, ...], desired: Desired) -> Iterator[str]:
    """What would be deleted though the spec protects it."""
    for change in changes:
        for address in (change.address, *change.takes_along) if change.action.destroys else ():
            if desired.rule(address).prevent_destroy:
                yield f"{address} has lifecycle.prevent_destroy, and would be deleted: remove that rule first"


def lost(changes: tuple[Change, ...], observed: Observed) -> Iterator[str]:
    """What a replacement would delete without anybody having said what becomes of it."""
    for address in (change.address for change in changes if change.action is Action.REPLACE):
        for one in observed.left_alone:
            if one.count and one.address.within(address):
                what = f"--replace {address} would lose the {one.count} in {one.address}, which the spec leaves alone"
                yield f"{what}: write the key {one.address.text.rpartition('/')[2]}, or leave --replace out"


def homeless(changes: tuple[Change, ...], desired: Desired) -> Iterator[str]:
    """What can't be created since the spec says no location."""
    for change in changes:
        location = (change.body or {}).get("location") or (change.address == SERVICE and desired.location)
        if change.address in (GROUP, SERVICE) and change.action is Action.CREATE and not location:
            where = "resourceGroup" if change.address == GROUP else "service"
            yield f"{change.mark}: {where} does not exist, and creating it needs a location: add location: ..."
            return  # the group's is the instance's too
