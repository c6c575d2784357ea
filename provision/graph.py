"""Stage 4b: changes -> edges, and what follows from them. Pure.

Three rules: a change that puts something comes after the changes that put what it refers to; a deletion comes after
the changes of whatever referred to it; a value that only one may have is claimed after it was freed. And nothing in
an instance is written before a change of the instance is done: in between the service answers 409 ServiceLocked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from provision.address import DELETED, GROUP, SERVICE
from provision.desired import references
from provision.diff import Action, Change
from provision.errors import CycleError
from provision.kinds import current_of, find
from provision.kinds.references import handled
from provision.succession import successions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provision.address import Address
    from provision.resource import Resource, Snapshot

_ENDS = (Action.DELETE, Action.UPDATE, Action.REPLACE)
_OUTSIDE = (GROUP, SERVICE, DELETED)
_PUTS = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.RESTORE)


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A change waits for the change at `after`; `because` says why."""

    after: Address
    because: str


Edges = Mapping["Address", tuple[Edge, ...]]


def edges(changes: tuple[Change, ...], observed: Snapshot) -> Edges:
    """What each change waits for. Raises CycleError where changes wait for each other."""
    by_address = _by_address(changes, observed)
    freed, referring = _freed(changes, observed), _referring(changes, by_address, observed)
    for waiting, after, because in successions(changes):
        referring.setdefault(waiting, []).append(Edge(after, because))
    service = by_address.get(SERVICE)
    result: dict[Address, tuple[Edge, ...]] = {}
    for change in changes:
        waits = (*_puts(change, by_address), *_claimed(change, freed), *referring.get(change.address, ()))
        found = {edge.after: edge for edge in waits if edge.after != change.address}
        if not found and service and service.action in _PUTS and change.address not in _OUTSIDE:
            found[SERVICE] = _must_be(service)  # what waits for something inside waits for the instance through that
        if found:
            result[change.address] = tuple(sorted(found.values()))
    _refuse_cycles(result)
    return result


def _by_address(changes: tuple[Change, ...], observed: Snapshot) -> dict[Address, Change]:
    """The changes by their addresses, and by those that mentions of what they make, or of what is there, have."""
    found = {change.address: change for change in changes}
    for change in changes:
        kind, have = find(change.address.kind), observed.get(change.address)
        for body in (change.body, have.body if have else None) if kind and kind.handle else ():
            if body is not None and kind:
                found.setdefault(handled(kind, change.address, body), change)
    return found


def _puts(change: Change, changes: Mapping[Address, Change]) -> Iterator[Edge]:
    """Upsert after what the desired version refers to."""
    for target in references(change.address, change.body) if change.action in _PUTS else ():
        other = changes.get(target)
        if other and other.action in _PUTS:
            yield _must_be(other)


def _must_be(other: Change) -> Edge:
    if other.address == SERVICE and other.action is Action.UPDATE:
        return Edge(SERVICE, "nothing in an instance can be written while it changes")
    return Edge(other.address, f"{other.address} must be there first")


def _claimed(change: Change, freed: Mapping[Any, Address]) -> Iterator[Edge]:
    """Claim after the value was freed."""
    for claim in _claims(change.address, change.body) if change.action in _PUTS else ():
        if claim in freed:
            yield Edge(freed[claim], f"{claim[2]} {' '.join(claim[3])!r} must be free first")


def _referring(
    changes: tuple[Change, ...], by_address: Mapping[Address, Change], observed: Snapshot
) -> dict[Address, list[Edge]]:
    """Delete after the change of whatever observed version refers to it."""
    result: dict[Address, list[Edge]] = defaultdict(list)
    for change in changes:
        have = observed.get(change.address)
        old = references(change.address, have.body if have else None) if change.action in _ENDS else ()
        for target in old:
            other = by_address.get(target)
            if other and other.action in (Action.DELETE, Action.REPLACE):
                result[other.address].append(Edge(change.address, f"{change.address} refers to it"))
    return result


def _claims(address: Address, body: Any) -> Iterator[tuple[Any, ...]]:
    kind = find(address.kind)
    if current_of(address):
        return  # revisions share what is the API's
    for claim in kind.claims(dict(body)) if kind and body else ():
        yield (address.parent, address.kind.lower(), claim.what, claim.value)


def _freed(changes: tuple[Change, ...], observed: Snapshot) -> dict[Any, Address]:
    """Unique values that a change gives up -> the change that does."""
    result: dict[Any, Address] = {}
    for change in changes:
        have = observed.get(change.address)
        if have is not None and change.action in _ENDS:
            kept = set(_claims(change.address, change.body))
            old = _claims(change.address, have.body)
            result.update({claim: change.address for claim in old if claim not in kept})
    return result


def taken(changes: tuple[Change, ...], observed: Snapshot, others: Iterable[Resource]) -> Iterator[str]:
    """Unique values that a change claims and something has that stays as it is; `others`: what nobody declares."""
    leaving = {change.address for change in changes} | {one for change in changes for one in change.takes_along}
    holders: dict[Any, tuple[Address, str]] = {}
    for one, why in (
        *((one, "which this run leaves as it is") for one in observed.values()),
        *((one, "which the spec does not declare") for one in others),
    ):
        if one.address not in leaving:
            holders.update(dict.fromkeys(_claims(one.address, one.body), (one.address, why)))
    for change in changes if holders else ():
        have = observed.get(change.address)
        before = set(_claims(change.address, have.body)) if have else set()
        for claim in _claims(change.address, change.body) if change.action in _PUTS else ():
            if claim in holders and claim not in before:
                holder, why = holders[claim]
                what = f"{change.address}: its {claim[2]} {' '.join(claim[3])!r} is that of {holder}, {why}"
                at = f"{change.mark}: " if change.mark else ""
                yield f"{at}{what} · no two can share it · change one of them, or remove {holder}"


def _refuse_cycles(found: Edges) -> None:
    done: set[Address] = set()
    for start in found:
        path: list[Address] = []
        cycle = _walk(start, found, path, done)
        if cycle:
            lines = [f"{this} waits for {edge.after}: {edge.because}" for this, edge in cycle]
            advice = "change one of them to a value of its own first, apply, and then again"
            raise CycleError("changes wait for each other:\n  " + "\n  ".join(lines) + f"\n{advice}")


def _walk(start: Address, found: Edges, path: list[Address], done: set[Address]) -> list[tuple[Address, Edge]]:
    """The steps of a cycle reached from `start`, or nothing. Without recursion: chains may be long."""
    stack: list[tuple[Address, Iterator[Edge]]] = [(start, iter(found.get(start, ())))]
    path.append(start)
    on_path = {start}
    while stack:
        here, waiting = stack[-1]
        edge = next((edge for edge in waiting if edge.after not in done), None)
        if edge is None:
            done.add(here)
            stack.pop()
            on_path.discard(path.pop())
        elif edge.after in on_path:
            round_trip = [*path[path.index(edge.after) :], edge.after]
            return [(this, _edge(found, this, to)) for this, to in pairwise(round_trip)]
        else:
            path.append(edge.after)
            on_path.add(edge.after)
            stack.append((edge.after, iter(found.get(edge.after, ()))))
    return []


def _edge(found: Edges, this: Address, to: Address) -> Edge:
    return next(edge for edge in found[this] if edge.after == to)
