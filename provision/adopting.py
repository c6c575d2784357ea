"""A spec completed from its instance: its own text, in which only what differs is written anew."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision.address import SERVICE, Address
from provision.diff import Action
from provision.document.editing import Edits
from provision.export import branches
from provision.kinds import Shape, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provision.diff import Change
    from provision.export import Branches, Needed
    from provision.resource import Resource
    from provision.spec import Node, Spec
    from provision.survey import Survey


@dataclass(frozen=True, slots=True)
class Adopted:
    """The completed text, and what could not be brought into it."""

    text: str
    left: tuple[str, ...]
    needed: tuple[Needed, ...] = ()


def adopt(spec: Spec, text: str, changes: Sequence[Change], seen: Survey) -> Adopted:
    """Write into a spec's text what its instance has and it doesn't say. `seen`: what the changes are about, whole.

    What it declares and isn't there stays, and so does what stands in another file, or comes from a variable.
    """
    nodes = {node.address: node for node in spec.nodes()}
    work = _Work(spec, Edits(text), nodes, branches(seen, nodes))
    for change in changes:
        item = seen.snapshot.get(change.address)
        if change.action is Action.CREATE or item is None:
            work.left.append(f"{change.address}: the spec declares it, and the instance doesn't have it")
        elif change.action is Action.DELETE:
            work.add(item)
        else:
            work.update(item, change)
    return Adopted(work.edits.result, tuple(work.left), work.branches.needed)


@dataclass(slots=True)
class _Work:
    spec: Spec
    edits: Edits
    nodes: Mapping[Address, Node]
    branches: Branches
    left: list[str] = field(default_factory=list)

    def update(self, item: Resource, change: Change) -> None:
        """Bring the properties that differ to what the instance has."""
        node = self.nodes[item.address]
        if node.kind.shape is Shape.POLICY:
            self.tell(item.address, "its document", self.put(node, node.loc, self.branches.whole(item)))
            return
        own = self.branches.own(item)
        for name in dict.fromkeys(re.split(r"[.\[]", one.path)[0] for one in change.properties):
            loc = (*node.loc, name)
            done = self.put(node, loc, own[name]) if name in own else self.is_here(node) and self.edits.remove(loc)
            self.tell(item.address, f"its {name}", done)

    def add(self, item: Resource) -> None:
        """Declare what is in a collection that follows the spec."""
        address, kind, value = item.address, kind_of(item.address.kind), self.branches.whole(item)
        parent = self.nodes[address.parent or SERVICE]
        top = address.parent == SERVICE
        loc = (kind.key,) if top else (*parent.loc, kind.key)
        written = kind.key in (self.spec.tree if top else parent.written)
        if kind.is_single:
            done = self.put(parent, loc, value)
        elif not written:
            done = self.put(parent, loc, [value] if kind.is_link else {address.name: value})
        elif kind.is_link:
            done = self.is_here(parent) and self.edits.append(loc, value)
        else:
            done = self.put(parent, (*loc, address.name), value)
        self.tell(address, "it", done)

    def put(self, node: Node, loc: tuple[str | int, ...], value: Any) -> bool:
        return self.is_here(node) and self.edits.put(loc, value)

    def is_here(self, node: Node) -> bool:
        """Whether a resource stands in the file that is written."""
        return self.spec.mark(node).file == self.spec.file

    def tell(self, address: Address, what: str, done: bool) -> None:
        if not done:
            self.left.append(f"{address}: {what} could not be written: it stands in another file, or in a variable")


def about(changes: Sequence[Change]) -> tuple[str, ...]:
    """The addresses of what changes are about, as a choice takes them."""
    return tuple(str(one.address) for one in changes if one.action is not Action.CREATE)
