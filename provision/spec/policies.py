"""The policies and fragments of a spec: files are read here, and every document is looked through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision import complaints, document, policyxml
from provision.address import SERVICE
from provision.complaints import Later, now
from provision.document import contents
from provision.errors import Mark, Problem
from provision.kinds import Shape
from provision.kinds.references import handled, holds
from provision.kinds.references import texts as texts_in
from provision.kinds.table import properties_of
from provision.kinds.walk import visit
from provision.secrecy import Veil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from provision.address import Address
    from provision.policyxml.parser import Shift
    from provision.spec.nodes import Loc, Node

_REFERENCE = re.compile(r"\$\{(?:secret:[A-Za-z_][A-Za-z0-9_]*|secret-file(?:-base64)?:[^}\n]*)\}")


@dataclass(slots=True)
class Policies:
    """The text of every document that is a file, with its place; and what is wrong with any of them."""

    files: dict[Loc, tuple[str, Mark]] = field(default_factory=dict)
    # what each resource's documents and texts refer to in the instance, and the spec doesn't declare
    mentions: dict[Address, dict[Address, Mark]] = field(default_factory=dict)
    problems: list[Later] = field(default_factory=list)
    more: int = 0
    doubts: dict[Problem, None] = field(default_factory=dict)  # what Azure may not take, each once

    def take(self, problems: Iterable[Problem], more: int = 0) -> None:
        """Note what is wrong with one of them."""
        self.problems += map(now, problems)
        self.more += more

    def mentioned_first(self) -> dict[Address, Mark]:
        """All that they refer to, each where it is mentioned first."""
        found: dict[Address, Mark] = {}
        for one in self.mentions.values():
            for target, mark in one.items():
                found.setdefault(target, mark)
        return found


def policies(
    every: Sequence[Node],
    tree: document.Map,
    texts: Mapping[str, str],
    secrets: Mapping[str, str],
    unsettled: AbstractSet[Mark],
) -> Policies:
    """Read and check. `texts`: what the files of the spec hold, by their names."""
    found = Policies()
    read = _Documents(found, texts, secrets)
    declared = {handled(node.kind, node.address, node.properties) for node in every}
    for node in every:
        for doc in _documents(node, tree):
            if doc.mark in unsettled:
                continue
            file, mentions = read.document(doc)
            if file:
                found.files[doc.loc] = file
            found.doubts.update(dict.fromkeys(read.doubts(doc, _scope(node))))
            _mention(found, node, mentions, declared)
        for place in _interpolated(node):
            mark = document.mark_of(tree, (*node.loc, *place[0]))
            _mention(found, node, [(*one, mark) for one in policyxml.named_values(place[1])], declared)
    return found


def _scope(node: Node) -> str:
    """What Microsoft's documentation calls the scope of a policy; of other documents nothing is known."""
    whole = node.address.parent in (SERVICE, node.address.scope)
    return "workspace" if whole and node.kind.applies_to and node.address.in_workspace else node.kind.applies_to


Mentions = list[tuple[str, str, Mark]]  # collection, name, and where


def _mention(found: Policies, node: Node, mentions: Mentions, declared: AbstractSet[Address]) -> None:
    """Note what the spec doesn't declare, each thing where it is mentioned first."""
    for collection, name, mark in mentions:
        target = node.address.scope.child(collection, name)
        if target not in declared:
            found.mentions.setdefault(node.address, {}).setdefault(target, mark)


@dataclass(frozen=True, slots=True)
class _Document:
    """A document of a resource: its text, or the name of the file that holds it."""

    text: str
    root: str
    loc: Loc
    mark: Mark


def _documents(node: Node, tree: document.Map) -> Iterator[_Document]:
    for place in visit(properties_of(node.kind), node.properties, "document") if holds(node.kind, "document") else ():
        loc = node.loc if node.kind.shape is Shape.POLICY else (*node.loc, *place.loc)
        if place.prop and isinstance(place.value, str):
            yield _Document(place.value, place.prop.document, loc, document.mark_of(tree, loc))


def _interpolated(node: Node) -> Iterator[tuple[Loc, str]]:
    inside = properties_of(node.kind)
    for place in visit(inside, node.properties, "interpolated") if holds(node.kind, "interpolated") else ():
        yield from ((loc, text) for loc, text in texts_in(place.value, place.loc) if "{{" in text)


@dataclass(slots=True)
class _Documents:
    """Reads each document once: by aliases one text is that of many resources."""

    found: Policies
    texts: Mapping[str, str]
    secrets: Mapping[str, str]
    seen: dict[Mark, tuple[tuple[str, Mark] | None, Mentions]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    doubted: set[tuple[Mark, str]] = field(default_factory=set)

    def document(self, doc: _Document) -> tuple[tuple[str, Mark] | None, Mentions]:
        """The text of a file and its place, where it is in one; and what the document mentions."""
        if doc.mark not in self.seen:
            self.seen[doc.mark] = self._inline(doc) if doc.text.lstrip().startswith("<") else self._in_file(doc)
        return self.seen[doc.mark]

    def doubts(self, doc: _Document, scope: str) -> list[Problem]:
        """What Azure may not take of a document that was read, as the policy of a scope."""
        file, _ = self.seen[doc.mark]
        if (doc.mark, scope) in self.doubted:
            return []
        self.doubted.add((doc.mark, scope))
        if file:
            return policyxml.doubts(file[0], file[1].file, scope=scope)
        inline = doc.text.lstrip().startswith("<")
        return policyxml.doubts(doc.text, doc.mark.file, scope=scope, shift=self._shift(doc)) if inline else []

    def _shift(self, doc: _Document) -> Shift:
        if doc.mark.file not in self.lines:
            self.lines[doc.mark.file] = self.texts[doc.mark.file].splitlines()
        return _shift(doc.mark, self.lines[doc.mark.file])

    def _inline(self, doc: _Document) -> tuple[None, Mentions]:
        shift = self._shift(doc)
        _check_inline(self.found, doc, shift, self.secrets)
        return None, _mentions(doc.text, doc.mark.file, shift)

    def _in_file(self, doc: _Document) -> tuple[tuple[str, Mark] | None, Mentions]:
        file = _file(self.found, doc.text.strip(), doc.root, doc.mark)
        return file, _mentions(file[0], file[1].file) if file else []


def _mentions(text: str, file: str, shift: Shift | None = None) -> Mentions:
    return [(one.collection, one.name, Mark(file, one.line, one.column)) for one in policyxml.references(text, shift)]


def _file(found: Policies, name: str, root: str, mark: Mark) -> tuple[str, Mark] | None:
    """The text of a document's file, and its place; None, and a problem, where it can't be read."""
    if not name or "\n" in name:
        found.take([complaints.no_policy(mark, name, root.partition("|")[0])])
        return None
    path = document.folder_of(mark.file) / name
    try:
        text = contents.read_bytes(path).decode("utf-8-sig")
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the path
        found.take([complaints.unreadable_policy(mark, path, error)])
        return None
    checked = policyxml.check(text, str(path), root=root)
    found.take(checked.problems, checked.more)
    found.take(_references(text, str(path)))
    return text, Mark(str(path), 1, 1)


def _references(text: str, file: str) -> list[Problem]:
    """A `${secret:NAME}` in a file, which would reach Azure as it is: variables stand in YAML only."""
    return [
        complaints.reference_in_policy(Mark(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)), match[0])
        for match in _REFERENCE.finditer(text)
        if (at := match.start()) >= 0
    ]


def _check_inline(found: Policies, doc: _Document, shift: Shift, secrets: Mapping[str, str]) -> None:
    """What is wrong with a document in the spec, where it stands there as far as YAML's own syntax lets one tell."""
    if not policyxml.check(doc.text, doc.mark.file, root=doc.root).problems:
        return
    shown = Veil(dict.fromkeys(secrets.values(), "secret")).text(doc.text)  # what is said quotes the text
    checked = policyxml.check(shown, doc.mark.file, root=doc.root, shift=shift)
    found.take(checked.problems or [complaints.secret_in_policy(doc.mark)], checked.more)


def _shift(mark: Mark, lines: Sequence[str]) -> Shift:
    """From a place in an inline policy to its place in the spec."""
    header = lines[mark.line - 1][mark.column - 1 :]
    if re.match(r"(&\S+ +)?\|", header):
        below = (lines[at] for at in range(mark.line, len(lines)))
        indent = next((len(line) - len(line.lstrip()) for line in below if line.strip()), 0)
        first, rest = (mark.line, indent), indent
    else:
        first, rest = (mark.line - 1, mark.column - 1 + header.startswith(("'", '"'))), 0

    def shift(line: int, column: int) -> tuple[int, int]:
        return first[0] + line, column + (first[1] if line == 1 else rest)

    return shift
