"""The resources in a spec's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision import document
from provision.address import GROUP, SERVICE, Address
from provision.kinds import Kind, Shape, children_of, kind_of
from provision.kinds.kind import reference
from provision.schema import LIFECYCLE, in_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from provision.errors import Mark

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One resource as the spec writes it: its properties without its children, and where they stand."""

    kind: Kind
    address: Address
    properties: dict[str, Any]
    lifecycle: Mapping[str, Any]
    loc: Loc
    written: frozenset[str]  # the keys of child collections that are there, empty ones too
    reference: str = ""  # of a link: what it leads to, as it is written
    wrong: AbstractSet[str] = field(default_factory=frozenset)  # properties of which nothing more can be said


def nodes(data: Mapping[str, Any]) -> Iterator[Node]:
    """Every resource of a spec's data, parents first; what has the wrong type is passed over."""
    yield from _expand(kind_of("resourceGroup"), GROUP, data.get("resourceGroup"), ("resourceGroup",), ())
    inside = tuple(kind for kind in children_of(kind_of("service")) if in_document(kind))
    yield from _expand(kind_of("service"), SERVICE, data.get("service"), ("service",), inside)
    for kind in inside:
        yield from _children(kind, SERVICE, data.get(kind.key), (kind.key,))


def _expand(kind: Kind, address: Address, value: Any, loc: Loc, elsewhere: Sequence[Kind]) -> Iterator[Node]:
    """One resource and, below it, its children. `elsewhere`: children that the document holds, not this node."""
    if kind.shape in (Shape.SINGLE, Shape.LINKS):
        properties = {"value": value} if kind.shape is Shape.SINGLE else {}
        yield Node(kind, address, properties, {}, loc, frozenset(), value if kind.shape is Shape.LINKS else "")
        return
    if not isinstance(value, dict):
        return
    inside = [child for child in children_of(kind) if child not in elsewhere and child.type != "service"]
    keys = {child.key for child in inside}
    properties = {key: item for key, item in value.items() if key not in keys and key != LIFECYCLE}
    written = frozenset(key for key in keys if value.get(key) is not None)
    yield Node(kind, address, properties, value.get(LIFECYCLE) or {}, loc, written)
    for child in inside:
        yield from _children(child, address, value.get(child.key), (*loc, child.key))


def _children(kind: Kind, parent: Address, value: Any, loc: Loc) -> Iterator[Node]:
    if kind.shape is Shape.SINGLE and isinstance(value, str):
        yield from _expand(kind, parent.child(kind.collection, "policy"), value, loc, ())
    elif kind.shape is Shape.LINKS and isinstance(value, list):
        for index, name in enumerate(value):
            found = reference(kind.leads_to, name) if isinstance(name, str) else None
            if found:
                yield from _expand(kind, parent.child(kind.collection, found.target.name), name, (*loc, index), ())
    elif kind.shape is Shape.MAP and isinstance(value, dict):
        for name, item in value.items():
            yield from _expand(kind, parent.child(kind.collection, name), item, (*loc, name), ())


def place_of(tree: document.Map, node: Node) -> Mark:
    """Where a resource stands in the file."""
    return document.mark_of(tree, node.loc, key=node.kind.shape is not Shape.LINKS)
