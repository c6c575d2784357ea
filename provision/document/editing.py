"""Changes of a YAML text, each at its own place: everything else stays as it is to the byte, comments included."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from provision.document.writer import dump, inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    Steps = Sequence[str | int]


@dataclass(slots=True)
class Edits:
    """What is to become of a text. Each change tells whether it can be made.

    None is made where an alias, a merge key or a variable stands: what they say is said elsewhere.
    """

    text: str
    root: Any = None
    _made: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = yaml.compose(self.text, Loader=yaml.CBaseLoader)

    @property
    def result(self) -> str:
        """The text with all changes."""
        found = self.text
        # What is put in the same place: what lies deeper comes first, as it belongs to what stands before.
        last_first = sorted(enumerate(self._made), key=lambda one: (-one[1][0], _indent(one[1][2]), -one[0]))
        for _, (start, end, new) in last_first:
            found = found[:start] + new + found[end:]
        return found

    def put(self, loc: Steps, value: Any) -> bool:
        """Set the value of a key, which need not be there; what it lies in has to be."""
        parent, key = self._find(loc[:-1]), str(loc[-1])
        if isinstance(parent, yaml.ScalarNode) and len(loc) > 1 and not parent.value.strip("~"):
            return self.put(loc[:-1], {key: value})
        if not isinstance(parent, yaml.MappingNode) or not parent.value:
            return isinstance(parent, yaml.MappingNode) and self._only(parent, inline({key: value}))
        pair = self._pair(parent, key)
        if pair is None:
            return self._add(parent, key, value)
        if not self._is_plain(parent, pair[1]):
            return False
        if parent.flow_style:
            start, end = self._span(pair[1])
            return self._change(start, end, f"{' ' if start == end else ''}{inline(value)}")
        start = pair[0].start_mark.index
        return self._change(
            start, self._end_of_line(pair[1]), self._block(key, value, pair[0].start_mark.column, start)
        )

    def remove(self, loc: Steps) -> bool:
        """Take a key out."""
        parent = self._find(loc[:-1])
        pair = self._pair(parent, str(loc[-1])) if isinstance(parent, yaml.MappingNode) else None
        if pair is None or len(parent.value) == 1 or not self._is_plain(parent, pair[1]):
            return False
        if parent.flow_style:
            return self._without(pair[0].start_mark.index, self._span(pair[1])[1])
        start = self.text.rfind("\n", 0, pair[0].start_mark.index) + 1
        return not self.text[start : pair[0].start_mark.index].strip() and self._change(
            start, self._end_of_line(pair[1]), ""
        )

    def append(self, loc: Steps, value: Any) -> bool:
        """Add an item to a list."""
        found = self._find(loc)
        if not isinstance(found, yaml.SequenceNode):
            return False
        if not found.value or found.flow_style:
            return (
                self._only(found, f"[{inline(value)}]") if not found.value else self._before_end(found, inline(value))
            )
        indent = self._indent_of(found.value[0].start_mark.index)
        at = self._end_of_line(found.value[-1])
        return self._change(at, at, self._started(at) + f"{indent}- {inline(value)}\n")

    def _find(self, loc: Steps) -> Any:
        """The node at a place; None where it isn't, or stands elsewhere."""
        node = self.root
        for step in loc:
            below: Any = None
            if isinstance(node, yaml.MappingNode):
                pair = self._pair(node, str(step))
                below = pair[1] if pair else None
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                below = node.value[step]
            if below is None or not self._is_here(node, below):
                return None
            node = below
        return node

    @staticmethod
    def _pair(node: Any, key: str) -> tuple[Any, Any] | None:
        return next(((one, value) for one, value in node.value if one.value == key), None)

    @staticmethod
    def _is_here(parent: Any, node: Any) -> bool:
        """Whether a node stands where it belongs: one that an alias means stands elsewhere."""
        return bool(parent.start_mark.index <= node.start_mark.index <= parent.end_mark.index)

    def _is_plain(self, parent: Any, node: Any) -> bool:
        return self._is_here(parent, node) and not {"${", "*", "&"} & set(self._odd(node))

    def _odd(self, node: Any) -> list[str]:
        start, end = self._span(node)
        written = self.text[start:end]
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start].rstrip()
        return [one for one in ("${", "*", "&") if one in (written if one == "${" else before[-20:].split(" ")[-1][:1])]

    def _span(self, node: Any) -> tuple[int, int]:
        return node.start_mark.index, self._end(node)

    def _end(self, node: Any) -> int:
        """Where what is written of a node ends."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            end = int(node.end_mark.index)
            while end > 1 and self.text[end - 2 : end] == "\n\n":
                end -= 1
            return end
        last = node.value[-1]
        return self._end(last[1] if isinstance(last, tuple) else last)

    def _end_of_line(self, node: Any) -> int:
        end = self._end(node)
        if end and self.text[end - 1] == "\n":
            return end
        found = self.text.find("\n", end)
        return len(self.text) if found < 0 else found + 1

    def _add(self, parent: Any, key: str, value: Any) -> bool:
        if parent.flow_style:
            return self._before_end(parent, inline({key: value})[1:-1])
        first = parent.value[0][0].start_mark
        at = self._end_of_line(parent)
        text = self._block(key, value, first.column, -1)
        return self._change(at, at, self._started(at) + text)

    def _block(self, key: str, value: Any, indent: int, start: int) -> str:
        """A key and its value in lines; the first isn't indented where it begins at `start`, in its line already."""
        lines = dump({key: value}).splitlines(keepends=True)
        pad = " " * indent
        text = "".join(pad + line if line.strip() else line for line in lines)
        return text[indent:] if start >= 0 else text

    def _started(self, at: int) -> str:
        """What brings a text to the start of a line."""
        return "" if at == 0 or self.text[at - 1] == "\n" else "\n"

    def _indent_of(self, at: int) -> str:
        line = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return line[: len(line) - len(line.lstrip())]

    def _before_end(self, node: Any, text: str) -> bool:
        """Add to what stands in brackets."""
        end = node.end_mark.index - 1
        before = self.text[:end].rstrip()
        return self._change(len(before), len(before), f"{'' if before.endswith(',') else ','} {text}")

    def _only(self, node: Any, text: str) -> bool:
        """Put something into what is empty."""
        return self._change(node.start_mark.index, node.end_mark.index, text)

    def _without(self, start: int, end: int) -> bool:
        """Take something, and one comma beside it, out of brackets."""
        rest = self.text[end:]
        after = len(rest) - len(rest.lstrip())
        if rest[after : after + 1] == ",":
            return self._change(start, end + after + 1 + (rest[after + 1 : after + 2] == " "), "")
        before = self.text[:start].rstrip()
        return before.endswith(",") and self._change(len(before) - 1, end, "")

    def _change(self, start: int, end: int, text: str) -> bool:
        self._made.append((start, end, text))
        return True


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
