"""Stage 4c, of what a plan concerns and nobody declares: users' keys, and what else the instance holds."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision.address import DELETED, Address
from provision.diff import Action
from provision.kinds import find, kind_of
from provision.kinds.collections import collections, dies_with, keys
from provision.plan import Plan, Wishes, is_wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.desired import Desired
    from provision.kinds.collections import Collection
    from provision.resource import Resource


class Lister(Protocol):
    """The reads that this needs."""

    def inside(self, collection: Collection) -> Sequence[Resource]:
        """What one of the instance's collections holds."""


def with_customers(planned: Plan, azure: Lister, desired: Desired) -> Plan:
    """Count the subscriptions of users that would die, by themselves or with what they are to; not the spec's own."""
    gone = {change.address for change in planned.changes if change.action is Action.DELETE}
    doomed = gone | {change.address for change in planned.changes if change.action is Action.REPLACE}
    kinds = {kind_of(address.kind) for address in doomed if address != DELETED}
    if not any(kind.has_subscribers or kind.holds_keys for kind in kinds):
        return planned
    mine = gone & desired.snapshot.keys()
    users = [one for one in azure.inside(keys()) if not keys().is_azures(one) and one.address not in mine]
    lost = [doomed & {one.address, *dies_with(one)} for one in users]
    counts = Counter(min(causes) for causes in lost if causes)
    return replace(planned, customers=MappingProxyType(dict(counts)))


def with_undeclared(plan: Plan, found: tuple[Address, ...], wishes: Wishes) -> Plan:
    """The plan that also tells what nobody declares, but for what it deletes."""
    known = {change.address for change in plan.changes} | {one for change in plan.changes for one in change.takes_along}
    listed = tuple(sorted(one for one in found if one not in known and is_wanted(one, wishes)))
    left_alone = tuple(one for one in plan.left_alone if one.address not in listed)
    return replace(plan, undeclared=listed, left_alone=left_alone)


def undeclared_in(desired: Desired, azure: Lister) -> tuple[Address, ...]:
    """Everything in the instance that the spec doesn't declare and Azure didn't make by itself."""

    def look(collection: Collection) -> list[Address]:
        return [one.address for one in azure.inside(collection) if not collection.is_azures(one)]

    with ThreadPoolExecutor(16) as pool:
        every = [address for found in pool.map(look, collections()) for address in found]
    declared = desired.snapshot.keys() | desired.elsewhere
    return tuple(address for address in every if _whole(address) not in declared)


def _whole(address: Address) -> Address:
    """The resource that an entry of a list belongs to: itself, or what it is a revision of."""
    kind = find(address.kind)
    return Address(address.text.partition(kind.revision)[0]) if kind and kind.revision else address
