"""Stage 1: YAML files -> Spec. Everything that can be known to be wrong without Azure is said here, all at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from provision import complaints, document, policyxml
from provision.address import GROUP, SERVICE, Address
from provision.errors import Mark, Problem, SpecError
from provision.kinds import Kind, Shape, children_of, find, kind_of
from provision.schema import LIFECYCLE, in_document, spec_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec that is right as far as can be told offline."""

    file: str
    data: Mapping[str, Any]
    tree: document.Map
    secrets: Mapping[str, str]  # the name of each `${secret:NAME}` -> its value
    policies: Mapping[Address, Mark]  # where the text of a policy stands, when that is a file of its own

    def mark(self, node: Node) -> Mark:
        """Where a resource stands in the file."""
        return document.mark_of(self.tree, node.loc, key=node.kind.shape is not Shape.LINKS)

    def nodes(self) -> Iterator[Node]:
        """Every resource of the spec, parents first."""
        return nodes(self.data)


def nodes(data: Mapping[str, Any]) -> Iterator[Node]:
    """Every resource of validated data, parents first."""
    yield from _expand(kind_of("resourceGroup"), GROUP, data["resourceGroup"], ("resourceGroup",), ())
    inside = tuple(kind for kind in children_of(kind_of("service")) if in_document(kind))
    yield from _expand(kind_of("service"), SERVICE, data["service"], ("service",), inside)
    for kind in inside:
        yield from _children(kind, SERVICE, data.get(kind.key), (kind.key,))


def _expand(kind: Kind, address: Address, value: Any, loc: Loc, elsewhere: Sequence[Kind]) -> Iterator[Node]:
    """One resource and, below it, its children. `elsewhere`: children that the document holds, not this node."""
    if kind.shape in (Shape.SINGLE, Shape.LINKS):
        properties = {"value": value} if kind.shape is Shape.SINGLE else {}
        yield Node(kind, address, properties, {}, loc, frozenset())
        return
    inside = [child for child in children_of(kind) if child not in elsewhere and child.type != "service"]
    keys = {child.key for child in inside}
    properties = {key: item for key, item in value.items() if key not in keys and key != LIFECYCLE}
    written = frozenset(key for key in keys if value.get(key) is not None)
    yield Node(kind, address, properties, value.get(LIFECYCLE) or {}, loc, written)
    for child in inside:
        yield from _children(child, address, value.get(child.key), (*loc, child.key))


def _children(kind: Kind, parent: Address, value: Any, loc: Loc) -> Iterator[Node]:
    if value is None:
        return
    if kind.shape is Shape.SINGLE:
        yield from _expand(kind, parent.child(kind.collection, "policy"), value, loc, ())
    elif kind.shape is Shape.LINKS:
        for index, name in enumerate(value):
            yield from _expand(kind, parent.child(kind.collection, name), name, (*loc, index), ())
    else:
        for name, item in value.items():
            yield from _expand(kind, parent.child(kind.collection, name), item, (*loc, name), ())


def load(path: Path, overlays: Sequence[Path] = (), environ: Mapping[str, str] | None = None) -> Spec:
    """Read a spec and lay the overlays over it. Raises SpecError with everything that is wrong."""
    environ = os.environ if environ is None else environ
    tree, secrets, problems = _read([path, *overlays], environ)
    if problems:
        raise SpecError(problems)
    model = spec_model()
    try:
        data = model.model_validate(tree).model_dump(by_alias=True, exclude_unset=True)
    except ValidationError as error:
        raise SpecError(complaints.translate(error, model, tree)) from None
    policies, problems = _policies(data, tree)
    spec = Spec(str(path), data, tree, MappingProxyType(secrets), MappingProxyType(policies))
    problems += _findings(spec)
    if problems:
        raise SpecError(problems)
    return spec


def _read(paths: Sequence[Path], environ: Mapping[str, str]) -> tuple[document.Map, dict[str, str], list[Problem]]:
    """All files merged; the problems of each of them."""
    tree = document.Map()
    secrets: dict[str, str] = {}
    problems: list[Problem] = []
    for index, path in enumerate(paths):
        try:
            loaded = document.load(path, environ)
        except SpecError as error:
            problems += error.problems
            continue
        tree = document.merge(tree, loaded.root) if index else loaded.root
        secrets.update(loaded.secrets)
    return tree, secrets, problems


def _policies(data: Any, tree: document.Map) -> tuple[dict[Address, Mark], list[Problem]]:
    """Put the text of every policy in the place of its file's name, and check that it is well-formed."""
    marks: dict[Address, Mark] = {}
    problems: list[Problem] = []
    for node in [node for node in nodes(data) if node.kind.shape is Shape.SINGLE]:
        text = node.properties["value"]
        mark = document.mark_of(tree, node.loc)
        if text.lstrip().startswith("<"):
            found = policyxml.check(text, mark.file)
            problems += [Problem(mark, item.what, f"in its line {item.mark.line}", item.fix) for item in found]
            continue
        path = Path(mark.file).parent / text
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(complaints.unreadable_policy(mark, path, error))
            continue
        marks[node.address] = Mark(str(path), 1, 1)
        problems += policyxml.check(text, str(path))
        _put(data, node.loc, text)
    return marks, problems


def _put(data: Any, loc: Loc, value: str) -> None:
    for step in loc[:-1]:
        data = data[step]
    data[loc[-1]] = value


def _findings(spec: Spec) -> list[Problem]:
    """What the kinds have to say, and what only the whole spec shows."""
    every = list(spec.nodes())
    declared = {node.address: node for node in every}
    problems: list[Problem] = []
    seen: dict[Address, Node] = {}
    claimed: dict[tuple[Any, ...], Node] = {}
    for node in every:
        first = seen.setdefault(node.address, node)
        if first is not node:
            problems.append(complaints.same_name(spec.mark(node), node.address, spec.mark(first)))
        for finding in node.kind.check(node.properties):
            at = document.mark_of(spec.tree, (*node.loc, *finding.at), key=_is_key(finding.at))
            problems.append(Problem(at, finding.what, finding.why, finding.fix))
        for claim in node.kind.claims(node.properties):
            owner = claimed.setdefault((node.address.parent, node.kind.type, claim.what, claim.value), node)
            if owner is not node and first is node:
                at = document.mark_of(spec.tree, (*node.loc, *claim.at))
                problems.append(complaints.claimed_twice(at, node.kind, claim, owner.address, spec.mark(owner)))
        problems += _dangling(spec, node, declared)
    return [*problems, *_contradictions(spec, declared)]


def _is_key(at: Loc) -> bool:
    return len(at) == 0


def _dangling(spec: Spec, node: Node, declared: Mapping[Address, Node]) -> Iterator[Problem]:
    """References to what the spec doesn't declare and Azure doesn't make by itself."""
    for target in node.kind.refers(node.address):
        kind = find(target.kind)
        if kind is not None and target not in declared and target.name.lower() not in kind.factory:
            names = [address.name for address in declared if address.kind == target.kind]
            yield complaints.dangling(document.mark_of(spec.tree, node.loc), kind, target.name, names)


def _contradictions(spec: Spec, declared: Mapping[Address, Node]) -> Iterator[Problem]:
    """What is declared and absent at once."""
    for key, names in (spec.data.get("absent") or {}).items():
        for index, name in enumerate(names or ()):
            address = SERVICE.child(key, name)
            if address in declared:
                at = document.mark_of(spec.tree, ("absent", key, index))
                where = spec.mark(declared[address])
                yield Problem(
                    at, f"{address} is declared and absent", f"it is declared at {where}", "remove one of the two"
                )
