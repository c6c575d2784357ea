"""Stage 2: Spec -> Desired, the resources as Azure would hold them, and what the spec owns beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.address import GROUP, SERVICE, Address
from provision.document import mark_of
from provision.kinds import Kind, Shape, children_at, current_of, find, kind_of
from provision.kinds.references import as_sent, referring, refers
from provision.resource import Resource
from provision.revisions import inherit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.errors import Mark, Problem
    from provision.resource import Snapshot
    from provision.spec import Node, Spec


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What must not happen to one resource. `ignore_changes` holds property paths, each with all that lies below it."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()

    def ignores(self, path: str) -> bool:
        """Whether changes of the property at `path` are left alone."""
        return any(path == rule or path.startswith((f"{rule}.", f"{rule}[")) for rule in self.ignore_changes)


FREE = Lifecycle()


@dataclass(frozen=True, slots=True)
class There:
    """Something that must be in the instance though the spec doesn't declare it: `by` refers to it, at `mark`."""

    target: Address
    by: Address
    mark: Mark


@dataclass(frozen=True)
class Desired:
    """What Azure should hold: the declared resources, and the collections in which nothing else may be."""

    group: str
    service: str
    location: str  # of the instance; empty where neither it nor the group says one
    existing: bool  # the instance is used, never created, changed or deleted
    snapshot: Snapshot
    owned: frozenset[tuple[Address, str]]  # (parent, kind) of collections that follow the spec
    absent: frozenset[Address]
    lifecycle: Mapping[Address, Lifecycle]
    secrets: Mapping[str, str]
    file: str
    unsaved: tuple[Problem, ...] = ()  # why a plan of it must not be written to a file
    there: tuple[There, ...] = ()  # not ours, and referred to
    elsewhere: frozenset[Address] = frozenset()  # what other specs of this run declare in the same instance
    patterns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # kind -> of what it follows

    def owns(self, address: Address) -> bool:
        """Whether the spec speaks of this address: it is declared, absent, or in a collection that follows the spec."""
        if address in self.snapshot or address in self.absent:
            return True
        parent, kind = address.parent, find(address.kind)
        if parent is None or kind is None or (parent, address.kind) not in self.owned:
            return False
        if parent == SERVICE and not _named(address.name, self.patterns.get(address.kind, "*")):
            return False
        # What Azure puts below a resource by itself stays. Only `exclusive` asks for the end of such things.
        return not kind.stays(address) and (parent == SERVICE or not kind.is_azures(Resource(address, {})))

    @cached_property
    def collections(self) -> frozenset[str]:
        """The kinds directly in the instance that the spec speaks of: nothing of others is read."""
        owned = (kind for parent, kind in self.owned if parent == SERVICE)
        told = (*self.snapshot, *self.absent, *(one.target for one in self.there))
        return frozenset((*owned, *(one.kind for one in told if one.parent == SERVICE)))

    def rule(self, address: Address) -> Lifecycle:
        """The lifecycle rules of a resource."""
        return self.lifecycle.get(address, FREE)


def desired(spec: Spec) -> Desired:
    """Every resource of the spec with the properties that Azure should hold."""
    snapshot: dict[Address, Resource] = {}
    owned: set[tuple[Address, str]] = set()
    lifecycle: dict[Address, Lifecycle] = {}
    apis: dict[Address, Node] = {}  # and whatever else has revisions
    written: dict[Address, frozenset[str]] = {}  # of revisions, the keys of child collections
    for node in spec.nodes():
        owned |= _owned(node)
        if node.lifecycle:
            ignored = tuple(node.lifecycle.get("ignore_changes", ()))
            lifecycle[node.address] = Lifecycle(node.lifecycle.get("prevent_destroy", False), ignored)
        mark = spec.policies.get(node.address) or spec.mark(node)
        if node.kind.revision:
            apis[node.address] = node
        if node.kind.beside:
            written[node.address] = node.written
            node = _completed(node, apis)  # noqa: PLW2901 - as a resource it is its parent with that laid over
        body = _leading(node) if node.kind.is_link else _body(node, spec.data)
        snapshot[node.address] = Resource(node.address, body, mark=mark)
    inherit(snapshot, owned, written)
    existing = bool(spec.data["service"].get("existing"))
    if existing:
        # The group of an instance that is only used is no more ours than the instance.
        del snapshot[SERVICE], snapshot[GROUP]
    exclusive = tuple(_exclusive(spec.data.get("exclusive")))
    return Desired(
        group=spec.data["resourceGroup"]["name"],
        service=spec.data["service"]["name"],
        location=_location(spec.data),
        existing=existing,
        snapshot=MappingProxyType(snapshot),
        owned=frozenset(owned | {(SERVICE, name) for name, _ in exclusive}),
        patterns=MappingProxyType({name: pattern for name, pattern in exclusive if isinstance(pattern, str)}),
        absent=frozenset(_absent(spec.data)),
        lifecycle=MappingProxyType(lifecycle),
        secrets=spec.secrets,
        file=spec.file,
        unsaved=tuple(one.refusal for one in spec.clear),
        there=tuple(_there(spec, snapshot, existing)),
    )


def _named(name: str, pattern: str) -> bool:
    """Whether a pattern names something; `*` is any run of characters, and case makes no difference."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), name, re.IGNORECASE | re.DOTALL) is not None


def _exclusive(written: Any) -> Iterator[tuple[str, Any]]:
    """The kinds of the collections that follow the spec, and whether whole (True), or what a pattern names."""
    entries = written.items() if isinstance(written, dict) else ((key, True) for key in written or ())
    return ((kind_of(key).type, value) for key, value in entries if value)


def _there(spec: Spec, snapshot: Mapping[Address, Resource], existing: bool) -> Iterator[There]:
    for node in spec.nodes():
        for one in referring(node.kind, node.name, node.properties, node.address):
            if (one.there or existing) and one.target not in snapshot:
                mark = mark_of(spec.tree, (*node.loc, *one.at)) if one.at else spec.mark(node)
                yield There(one.target, node.address, mark)
        for target, mark in spec.mentions.get(node.address, {}).items():
            yield There(target, node.address, mark)


def _owned(node: Node) -> set[tuple[Address, str]]:
    """The collections below a resource that follow the spec."""
    if node.kind.shape in (Shape.POLICY, Shape.LINKS):
        return set()
    below = (child for child in children_at(node.address) if child.belongs or child.key in node.written)
    return {(node.address, child.type) for child in below if child.shape is not Shape.ROOT}


def _completed(node: Node, parents: Mapping[Address, Node]) -> Node:
    """What lies beside its parent is a resource of the parent's kind."""
    kind, parent = kind_of(node.address.kind), current_of(node.address)
    above = parents[parent].properties if parent and parent in parents else {}
    return replace(node, kind=kind, properties=node.kind.completed(above, node.properties))


def _leading(node: Node) -> dict[str, Any]:
    """Of a link in a workspace, what it leads to: what the instance makes by itself is the instance's there too."""
    kind, found = find(node.kind.leads_to), next(referring(node.kind, node.name, {}, node.address), None)
    if not node.address.in_workspace or found is None:
        return {}
    ours = kind is not None and found.target.name.lower() in kind.factory and not found.there
    return {"target": f"/{SERVICE.child(node.kind.leads_to, found.target.name) if ours else found.target}"}


def _body(node: Node, data: Mapping[str, Any]) -> dict[str, Any]:
    properties = {key: value for key, value in node.properties.items() if value is not None}
    if node.address == SERVICE and _location(data):
        properties["location"] = _location(data)
    if node.address == GROUP:
        del properties["name"]
    return as_sent(node.kind, node.kind.to_wire(properties), node.address)


def _location(data: Mapping[str, Any]) -> str:
    return data["service"].get("location") or data["resourceGroup"].get("location") or ""


def _absent(data: Mapping[str, Any]) -> set[Address]:
    names = (data.get("absent") or {}).items()
    return {SERVICE.child(key, name) for key, entries in names for name in entries or ()}


def references(address: Address, body: Mapping[str, Any] | None) -> tuple[Address, ...]:
    """What a resource needs to exist: what it lies in, and what it refers to by its name and in its body."""
    kind: Kind | None = find(address.kind)
    parent = tuple(one for one in (address.parent, current_of(address)) if one)
    return (*parent, *(refers(kind, address, body or {}) if kind else ()))
