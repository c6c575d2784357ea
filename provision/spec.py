"""Stage 1: YAML files -> Spec. Everything that can be known to be wrong without Azure is said here, all at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from provision import complaints, document, policyxml
from provision.address import GROUP, SERVICE, Address
from provision.errors import Mark, Problem, SpecError
from provision.kinds import Kind, Shape, children_of, find, kind_of
from provision.kinds.canonical import properties_of, twins
from provision.schema import LIFECYCLE, in_document, spec_model
from provision.secrecy import Veil

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
        return _mark(self.tree, node)

    def nodes(self) -> Iterator[Node]:
        """Every resource of the spec, parents first."""
        return nodes(self.data)


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
        yield Node(kind, address, properties, {}, loc, frozenset())
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
            if isinstance(name, str) and "/" not in name:
                yield from _expand(kind, parent.child(kind.collection, name), name, (*loc, index), ())
    elif kind.shape is Shape.MAP and isinstance(value, dict):
        for name, item in value.items():
            yield from _expand(kind, parent.child(kind.collection, name), item, (*loc, name), ())


def load(path: Path, overlays: Sequence[Path] = (), environ: Mapping[str, str] | None = None) -> Spec:
    """Read a spec and lay the overlays over it. Raises SpecError with everything that is wrong."""
    environ = os.environ if environ is None else environ
    tree, secrets, problems = _read([path, *overlays], environ)
    if problems:
        raise SpecError(problems)
    data, problems = _validated(tree)
    every = list(nodes(tree if data is None else data))
    policies, found = _policies(every, tree, secrets)
    problems += [*found, *_findings(every, tree, sound=data is not None)]
    if problems or data is None:
        raise SpecError(complaints.presentable(problems, secrets))
    for node in every:
        if node.address in policies:
            _put(data, node.loc, policies[node.address][0])
    marks = {address: mark for address, (_, mark) in policies.items()}
    return Spec(str(path), data, tree, MappingProxyType(secrets), MappingProxyType(marks))


def _validated(tree: document.Map) -> tuple[dict[str, Any] | None, list[Problem]]:
    model = spec_model()
    try:
        return model.model_validate(tree).model_dump(by_alias=True, exclude_unset=True), []
    except ValidationError as error:
        return None, complaints.translate(error, model, tree)


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


def _policies(
    every: Sequence[Node], tree: document.Map, secrets: Mapping[str, str]
) -> tuple[dict[Address, tuple[str, Mark]], list[Problem]]:
    """The text of every policy that is a file, with its place; and what is wrong with any policy."""
    files: dict[Address, tuple[str, Mark]] = {}
    problems: list[Problem] = []
    for node in [node for node in every if node.kind.shape is Shape.SINGLE]:
        text = node.properties["value"]
        mark = document.mark_of(tree, node.loc)
        if text.lstrip().startswith("<"):
            problems += _inline(text, mark, secrets)
            continue
        if not text.strip() or "\n" in text.strip():
            problems.append(complaints.no_policy(mark, text))
            continue
        path = Path(mark.file).parent / text.strip()
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the path
            problems.append(complaints.unreadable_policy(mark, path, error))
            continue
        files[node.address] = text, Mark(str(path), 1, 1)
        problems += policyxml.check(text, str(path))
    return files, problems


def _inline(text: str, mark: Mark, secrets: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a policy in the spec, where it stands there as far as YAML's own syntax lets one tell."""
    if not policyxml.check(text, mark.file):
        return []
    shown = Veil(dict.fromkeys(secrets.values(), "secret")).text(text)  # what is said quotes the text
    lines = Path(mark.file).read_text("utf-8-sig").splitlines()
    header, below = lines[mark.line - 1][mark.column - 1 :], lines[mark.line :]
    pad = "\n" * (mark.line - 1) + " " * (mark.column - 1)
    if re.match(r"(&\S+ +)?\|", header):
        indent = next((len(line) - len(line.lstrip()) for line in below if line.strip()), 0)
        pad = "\n" * mark.line
        shown = "\n".join(" " * indent + line for line in shown.split("\n"))
    elif header.startswith(("'", '"')):
        pad += " "
    return policyxml.check(pad + shown, mark.file) or [complaints.secret_in_policy(mark)]


def _put(data: Any, loc: Loc, value: str) -> None:
    for step in loc[:-1]:
        data = data[step]
    data[loc[-1]] = value


def _findings(every: Sequence[Node], tree: document.Map, *, sound: bool) -> list[Problem]:
    """What the kinds have to say, and what only the whole spec shows. `sound`: the data has passed its model."""
    declared = {node.address: node for node in reversed(every)}
    gone = _absent(tree)
    problems: list[Problem] = []
    for node in every:
        first = declared[node.address]
        if first is not node:
            problems.append(complaints.same_name(_mark(tree, node), node.address, _mark(tree, first)))
        problems += _dangling(tree, node, declared, gone)
        problems += _idle_rules(tree, node)
    good = every if sound else [node for node in map(_checked, every) if node]
    problems += chain.from_iterable(_said(tree, node) for node in good)
    problems += _taken(tree, [node for node in good if declared[node.address].loc == node.loc])
    return [*problems, *_contradictions(tree, declared, gone)]


def _checked(node: Node) -> Node | None:
    """The node with its properties as its model reads them; None where they don't fit it."""
    if node.kind.model is None:
        return node
    try:
        model = node.kind.model.model_validate(node.properties)
    except ValidationError:
        return None
    return replace(node, properties=model.model_dump(by_alias=True, exclude_unset=True))


def _mark(tree: document.Map, node: Node) -> Mark:
    return document.mark_of(tree, node.loc, key=node.kind.shape is not Shape.LINKS)


def _said(tree: document.Map, node: Node) -> Iterator[Problem]:
    """What the kind says of one resource."""
    doubled = twins(node.kind.model, node.properties) if node.kind.model else ()
    for finding in (*node.kind.check(node.properties), *doubled):
        at = document.mark_of(tree, (*node.loc, *finding.at), key=not finding.at)
        yield Problem(at, finding.what, finding.why, finding.fix)


def _taken(tree: document.Map, every: Sequence[Node]) -> Iterator[Problem]:
    """Values that only one resource may have, and several claim."""
    claimed: dict[tuple[Any, ...], Node] = {}
    for node in every:
        for claim in node.kind.claims(node.properties):
            owner = claimed.setdefault((node.address.parent, node.kind.type, claim.what, claim.value), node)
            if owner is not node:
                at = document.mark_of(tree, (*node.loc, *claim.at))
                yield complaints.claimed_twice(at, node.kind, claim, owner.address, _mark(tree, owner))


def _dangling(
    tree: document.Map, node: Node, declared: Mapping[Address, Node], gone: Mapping[Address, Loc]
) -> Iterator[Problem]:
    """References to what the spec doesn't declare and Azure doesn't make by itself."""
    for target in node.kind.refers(node.address, node.properties):
        kind = find(target.kind)
        if kind is None or target in declared:
            continue
        at = document.mark_of(tree, node.loc)
        if target in gone:
            yield complaints.absent_but_used(at, kind, target.name)
        elif target.name.lower() not in kind.factory:
            names = [address.name for address in declared if address.kind == target.kind]
            yield complaints.dangling(at, kind, target.name, names)


def _idle_rules(tree: document.Map, node: Node) -> Iterator[Problem]:
    """Paths of ignore_changes that start with no property of the kind."""
    rules = node.lifecycle.get("ignore_changes") if isinstance(node.lifecycle, dict) else ()
    known = properties_of(node.kind.model) if node.kind.model else {}
    for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        if isinstance(rule, str) and re.split(r"[.\[]", rule)[0] not in known:
            at = document.mark_of(tree, (*node.loc, LIFECYCLE, "ignore_changes", index))
            yield complaints.ignores_nothing(at, rule, known)


def _absent(tree: document.Map) -> dict[Address, Loc]:
    """What must not exist, and where that is said."""
    absent = tree.get("absent")
    collections = absent.items() if isinstance(absent, dict) else ()
    listed = [(key, names) for key, names in collections if isinstance(names, list)]
    every = [(key, index, name) for key, names in listed for index, name in enumerate(names) if isinstance(name, str)]
    return {SERVICE.child(key, name): ("absent", key, index) for key, index, name in every}


def _contradictions(
    tree: document.Map, declared: Mapping[Address, Node], gone: Mapping[Address, Loc]
) -> Iterator[Problem]:
    """What is declared and absent at once."""
    for address, loc in gone.items():
        if address in declared:
            at, where = document.mark_of(tree, loc), _mark(tree, declared[address])
            yield Problem(
                at, f"{address} is declared and absent", f"it is declared at {where}", "remove one of the two"
            )
