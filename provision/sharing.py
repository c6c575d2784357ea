"""Stage 2, of several specs for one instance: whether they can stand side by side, and in which order they go."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from provision.address import SERVICE
from provision.errors import Mark, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from provision.address import Address
    from provision.desired import Desired

Sharing = tuple[tuple["Desired", ...], tuple[tuple["Desired", tuple[Problem, ...]], ...]]


def side_by_side(every: Sequence[Desired]) -> Sharing:
    """The specs that can be in one run, and those that can't, each with what is wrong.

    What one declares is there for the others of its instance, which go after it.
    """
    wrong: dict[int, list[Problem]] = defaultdict(list)
    for first, second in combinations(range(len(every)), 2):
        if _instance(every[first]) == _instance(every[second]):
            wrong[second] += _clashes(every[first], every[second])
    good = [one for index, one in enumerate(every) if not wrong[index]]
    bad = tuple((one, tuple(wrong[index])) for index, one in enumerate(every) if wrong[index])
    return tuple(_beside(one, good) for one in _ordered(good)), bad


def _instance(one: Desired) -> tuple[str, str]:
    return one.group.lower(), one.service.lower()


def _clashes(first: Desired, second: Desired) -> Iterator[Problem]:
    """What both speak of, told of the second."""
    if SERVICE in first.snapshot and SERVICE in second.snapshot:
        what = f"the instance {second.service} has a spec already"
        why = f"{first.file} describes it"
        fix = "merge them, use --overlay, or say existing: true in one of them"
        yield Problem(_mark(second, SERVICE), what, why, fix)
        return
    for address in sorted(second.snapshot.keys() & first.snapshot.keys()):
        why = f"first at {_mark(first, address)}; two specs would undo each other"
        yield Problem(_mark(second, address), f"{address} is declared twice", why, "leave it to one of them")
    yield from _undone(first, second)
    yield from _undone(second, first)


def _undone(by: Desired, other: Desired) -> Iterator[Problem]:
    """What one declares and another would delete."""
    for address in sorted(other.snapshot):
        if address.parent == SERVICE and address not in by.snapshot and by.owns(address):
            said = "absent" if address in by.absent else "exclusive"
            what = f"{address} is declared here, and {said} in {by.file}"
            fix = f"change {said} there, or leave {address} out"
            yield Problem(_mark(other, address), what, "that would delete it", fix)


def _mark(one: Desired, address: Address) -> Mark:
    return one.snapshot[address].mark or Mark(one.file, 1, 1)


def _beside(one: Desired, every: Iterable[Desired]) -> Desired:
    """The spec, to which what others of its instance declare is there."""
    others = [other for other in every if other is not one and _instance(other) == _instance(one)]
    if not others:
        return one
    elsewhere = frozenset(address for other in others for address in other.snapshot)
    there = tuple(need for need in one.there if need.target not in elsewhere)
    return replace(one, there=there, elsewhere=elsewhere)


def _ordered(every: Sequence[Desired]) -> Iterator[Desired]:
    """In the order given, but after who makes the instance, and what it refers to where that goes."""
    left = list(every)
    while left:
        free = (one for one in left if not any(_waits(one, other) for other in left if other is not one))
        found = next(free, left[0])
        left.remove(found)
        yield found


def _waits(one: Desired, other: Desired) -> bool:
    if _instance(one) != _instance(other):
        return False
    return SERVICE in other.snapshot or any(need.target in other.snapshot for need in one.there)
