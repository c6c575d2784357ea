"""The policies of a spec: files are read here, and every document is looked through."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision import complaints, document, policyxml
from provision.address import SERVICE
from provision.complaints import Later, now
from provision.errors import Mark, Problem
from provision.kinds import Shape
from provision.secrecy import Veil

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from provision.address import Address
    from provision.policyxml.parser import Shift
    from provision.spec.nodes import Node

MAX_BYTES = 4 * 1024 * 1024  # no tier takes a document of a tenth of that
_REFERENCE = re.compile(r"\$\{secret:[A-Za-z_][A-Za-z0-9_]*\}")


@dataclass(slots=True)
class Policies:
    """The text of every policy that is a file, with its place; and what is wrong with any policy."""

    files: dict[Address, tuple[str, Mark]] = field(default_factory=dict)
    mentions: dict[Address, dict[Address, Mark]] = field(default_factory=dict)  # what each refers to in the instance
    problems: list[Later] = field(default_factory=list)
    more: int = 0

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
    seen: dict[Mark, tuple[str, Mark] | None] = {}  # by aliases one text is the policy of many
    mentioned: dict[Mark, dict[Address, Mark]] = {}
    lines: dict[str, list[str]] = {}
    for node in [node for node in every if node.kind.shape is Shape.POLICY]:
        text, mark = node.properties["value"], document.mark_of(tree, node.loc)
        if mark in unsettled:
            continue
        if mark not in seen:
            if text.lstrip().startswith("<"):
                seen[mark] = None
                if mark.file not in lines:
                    lines[mark.file] = texts[mark.file].splitlines()
                shift = _shift(mark, lines[mark.file])
                _check_inline(found, text, mark, shift, secrets)
                mentioned[mark] = _mentions(text, mark.file, shift)
            else:
                seen[mark] = file = _file(found, text.strip(), mark)
                mentioned[mark] = _mentions(file[0], file[1].file) if file else {}
        if file := seen[mark]:
            found.files[node.address] = file
        if mentioned[mark]:
            found.mentions[node.address] = mentioned[mark]
    return found


def _mentions(text: str, file: str, shift: Shift | None = None) -> dict[Address, Mark]:
    """What a document refers to, each thing where it is mentioned first."""
    found: dict[Address, Mark] = {}
    for one in policyxml.references(text, shift):
        found.setdefault(SERVICE.child(one.collection, one.name), Mark(file, one.line, one.column))
    return found


def _file(found: Policies, name: str, mark: Mark) -> tuple[str, Mark] | None:
    """The text of a policy's file, and its place; None, and a problem, where it can't be read."""
    if not name or "\n" in name:
        found.take([complaints.no_policy(mark, name)])
        return None
    path = document.folder_of(mark.file) / name
    try:
        text = _read(path)
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the path
        found.take([complaints.unreadable_policy(mark, path, error)])
        return None
    checked = policyxml.check(text, str(path))
    found.take(checked.problems, checked.more)
    found.take(_references(text, str(path)))
    return text, Mark(str(path), 1, 1)


def _read(path: Path) -> str:
    """The text of a file. Raises OSError for what is no file: a device never ends, and a pipe may never begin."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError("is a directory" if stat.S_ISDIR(mode) else "is no file, but a device or a pipe")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return data.decode("utf-8-sig")


def _references(text: str, file: str) -> list[Problem]:
    """A `${secret:NAME}` in a file, which would reach Azure as it is: variables stand in YAML only."""
    return [
        complaints.reference_in_policy(Mark(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)), match[0])
        for match in _REFERENCE.finditer(text)
        if (at := match.start()) >= 0
    ]


def _check_inline(found: Policies, text: str, mark: Mark, shift: Shift, secrets: Mapping[str, str]) -> None:
    """What is wrong with a policy in the spec, where it stands there as far as YAML's own syntax lets one tell."""
    if not policyxml.check(text, mark.file).problems:
        return
    shown = Veil(dict.fromkeys(secrets.values(), "secret")).text(text)  # what is said quotes the text
    checked = policyxml.check(shown, mark.file, shift=shift)
    found.take(checked.problems or [complaints.secret_in_policy(mark)], checked.more)


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
