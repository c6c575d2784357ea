"""The resources in a spec's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision import document
from provision.address import GROUP, SERVICE, Address
from provision.kinds import Kind, Shape, children_of, kind_of, where_is
from provision.kinds.facts import Ref
from provision.kinds.references import read
from provision.kinds.table import named_of
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

    @property
    def name(self) -> str:
        """Its name as the spec writes it."""
        return self.reference or self.address.name


def nodes(data: Mapping[str, Any]) -> Iterator[Node]:
    """Every resource of a spec's data, parents first; what has the wrong type is passed over."""
    yield from _expand(kind_of("resourceGroup"), GROUP, data.get("resourceGroup"), ("resourceGroup",), ())
    inside = tuple(kind for kind in children_of(kind_of("service")) if in_document(kind))
    # Its policy may stand in either place.
    elsewhere = tuple(kind for kind in inside if kind.shape is not Shape.POLICY)
    yield from _expand(kind_of("service"), SERVICE, data.get("service"), ("service",), elsewhere)
    for kind in inside:
        yield from _children(kind, SERVICE, data.get(kind.key), (kind.key,))


def _expand(kind: Kind, address: Address, value: Any, loc: Loc, elsewhere: Sequence[Kind]) -> Iterator[Node]:
    """One resource and, below it, its children. `elsewhere`: children that the document holds, not this node."""
    if not isinstance(value, dict):
        return
    inside = [
        child for child in children_of(kind, where_is(address)) if child not in elsewhere and child.type != "service"
    ]
    keys = {child.key for child in inside}
    properties = {key: item for key, item in value.items() if key not in keys and key != LIFECYCLE}
    properties |= {name: address.name for name in named_of(kind) if value.get(name) is None}
    written = frozenset(key for key in keys if value.get(key) is not None)
    yield Node(kind, address, properties, value.get(LIFECYCLE) or {}, loc, written)
    for child in inside:
        yield from _children(child, address, value.get(child.key), (*loc, child.key))


def _children(kind: Kind, parent: Address, value: Any, loc: Loc) -> Iterator[Node]:
    if kind.shape is Shape.POLICY and isinstance(value, str):
        yield Node(kind, parent.child(kind.collection, kind.only), {"value": value}, {}, loc, frozenset())
    elif kind.shape is Shape.ONE:
        yield from _expand(kind, parent.child(kind.collection, kind.only), value, loc, ())
    elif kind.is_link and isinstance(value, list):
        for index, name in enumerate(value):
            if isinstance(name, str) and name:
                at = parent.child(kind.collection, _linked(kind, name, parent.scope))
                yield Node(kind, at, {}, {}, (*loc, index), frozenset(), name)
    elif kind.shape is Shape.MAP and isinstance(value, dict):
        for name, item in value.items():
            at = Address(f"{parent}{kind.beside}{name}") if kind.beside else parent.child(kind.collection, name)
            yield from _expand(kind, at, item, (*loc, name), ())


def _linked(kind: Kind, text: str, scope: Address) -> str:
    """The name of a link: that of what it leads to, or its own."""
    found = read(Ref((kind.leads_to,)), text, scope) if kind.leads_to else None
    return found.target.name if found else text


def place_of(tree: document.Map, node: Node) -> Mark:
    """Where a resource stands in the file."""
    return document.mark_of(tree, node.loc, key=not node.kind.is_link)
