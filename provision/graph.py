"""Stage 4b: changes -> edges, and what follows from them. Pure.

Three rules: a change that puts something comes after the changes that put what it refers to; a deletion comes after
the changes of whatever referred to it; a value that only one may have is claimed after it was freed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from provision.desired import references
from provision.diff import Action, Change
from provision.errors import CycleError
from provision.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.address import Address
    from provision.resource import Snapshot

_PUTS = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.RESTORE)


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A change waits for the change at `after`; `because` says why."""

    after: Address
    because: str


Edges = Mapping["Address", tuple[Edge, ...]]


def edges(changes: tuple[Change, ...], observed: Snapshot) -> Edges:
    """What each change waits for. Raises CycleError where changes wait for each other."""
    by_address = {change.address: change for change in changes}
    freed = _freed(changes, observed)
    result: dict[Address, tuple[Edge, ...]] = {}
    for change in changes:
        found = {edge.after: edge for edge in _edges(change, by_address, freed) if edge.after != change.address}
        if found:
            result[change.address] = tuple(sorted(found.values()))
    _refuse_cycles(result)
    return result


def _edges(change: Change, changes: Mapping[Address, Change], freed: Mapping[Any, Address]) -> Iterator[Edge]:
    if change.action in _PUTS:
        for target in references(change.address):
            other = changes.get(target)
            if other and other.action in _PUTS:
                yield Edge(target, f"{target} must be there first")
        for claim in _claims(change, change.body):
            if claim in freed:
                yield Edge(freed[claim], f"{claim[2]} {' '.join(claim[3])!r} must be free first")
    if change.action in (Action.DELETE, Action.REPLACE):
        for other in changes.values():
            gone = other.action is Action.DELETE and change.address in references(other.address)
            if gone:
                yield Edge(other.address, f"{other.address} refers to it")


def _claims(change: Change, body: Any) -> Iterator[tuple[Any, ...]]:
    kind = kind_of(change.address.kind)
    for claim in kind.claims(dict(body)) if body else ():
        yield (change.address.parent, kind.type, claim.what, claim.value)


def _freed(changes: tuple[Change, ...], observed: Snapshot) -> dict[Any, Address]:
    """Unique values that a change gives up -> the change that does."""
    result: dict[Any, Address] = {}
    for change in changes:
        have = observed.get(change.address)
        if have is not None and change.action in (Action.DELETE, Action.UPDATE, Action.REPLACE):
            kept = set(_claims(change, change.body))
            result.update({claim: change.address for claim in _claims(change, have.body) if claim not in kept})
    return result


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
    while stack:
        here, waiting = stack[-1]
        edge = next((edge for edge in waiting if edge.after not in done), None)
        if edge is None:
            done.add(here)
            stack.pop()
            path.pop()
        elif edge.after in path:
            round_trip = [*path[path.index(edge.after) :], edge.after]
            return [(this, _edge(found, this, to)) for this, to in pairwise(round_trip)]
        else:
            path.append(edge.after)
            stack.append((edge.after, iter(found.get(edge.after, ()))))
    return []


def _edge(found: Edges, this: Address, to: Address) -> Edge:
    return next(edge for edge in found[this] if edge.after == to)
