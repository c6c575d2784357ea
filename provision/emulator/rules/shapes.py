"""The specification's facts about every property, read from shapes.txt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TABLE = Path(__file__).with_name("shapes.txt")
OTHERS = "..."


@dataclass(frozen=True, slots=True)
class Shape:
    """One property, or the whole of a resource's properties.

    `base` is string, integer, number, boolean, object, map or any; `wraps` is what is around it from the inside out,
    such as "{}" then "[]" for a list of maps. `words` are the bare words; `values` are the only ones allowed.
    """

    base: str = "object"
    wraps: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    values: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    length: tuple[int, float] = (0, float("inf"))
    value: tuple[float, float] = (float("-inf"), float("inf"))
    pattern: str = ""
    members: Mapping[str, Shape] = field(default_factory=dict)

    def hidden(self) -> Iterator[str]:
        """Yield the dotted paths of what never comes back, as far as no list is in between."""
        for name, member in self.members.items():
            if member.words & {"write-only", "secret"}:
                yield name
            elif not member.wraps:
                yield from (f"{name}.{below}" for below in member.hidden())


def _range(text: str) -> tuple[float, float]:
    low, _, high = text.partition("..")
    return float(low or "-inf"), float(high or "inf")


def _shape(text: str, shapes: Mapping[str, Shape], members: Mapping[str, Shape]) -> Shape:
    text, _, pattern = text.partition("pattern:")
    found: dict[str, str] = {}
    words, values = set(), ""
    base, *rest = text.split() or ["object"]
    for word in rest:
        key, colon, value = word.partition(":")
        if word[0] == "=":
            values = word[1:]
        elif word[0] == "@":
            members = shapes[word].members
        elif colon:
            found[key] = value
        else:
            words.add(word)
    listed = tuple(v for v in values.split("|") if v and v != OTHERS)
    low, high = _range(found.get("length", "0.."))
    wraps = tuple(re.findall(r"\[\]|\{\}", base))
    closed = () if values.endswith(OTHERS) else listed
    return Shape(
        re.sub(r"[\[\]{}]", "", base),
        wraps,
        frozenset(words),
        closed,
        listed,
        (int(max(low, 0)), high),
        _range(found.get("value", "..")),
        pattern,
        members,
    )


def _blocks(lines: list[str], depth: int) -> Iterator[tuple[str, list[str]]]:
    """Yield every line of a depth with the deeper ones that follow it."""
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and lines[end].startswith("  " * (depth + 1)):
            end += 1
        yield lines[at].strip(), lines[at + 1 : end]
        at = end


def _members(lines: list[str], depth: int, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
    members = {}
    for line, below in _blocks(lines, depth):
        name, _, text = line.partition(" ")
        members[name] = _shape(text, shapes, _members(below, depth + 1, shapes))
    return MappingProxyType(members)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Shape]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
    shapes: dict[str, Shape] = {}
    for line, below in _blocks(lines, 0):
        name, _, text = line.partition(" ")
        shapes[name] = _shape(f"object {text}", shapes, _members(below, 1, shapes))
    return MappingProxyType(shapes)


SHAPES: Mapping[str, Shape] = _table()
ANYTHING = Shape()


def shape_of(resource_type: str, name: str = "") -> Shape:
    """Return the properties of a resource type below an instance, which are the same in a workspace."""
    plain = resource_type.removeprefix("workspaces/")
    return SHAPES.get(f"{plain}={name.lower()}") or SHAPES.get(plain, ANYTHING)
