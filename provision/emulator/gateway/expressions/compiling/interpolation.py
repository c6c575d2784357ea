"""Interpolated strings: `$"{value,width:format}"`.

Their text is taken apart here: the grammar loses its way at `{{{`. What stands in the braces is read as an expression
of its own, in the scope around.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.compiling.literals import unescaped
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.formatting import aligned, formatted
from provision.emulator.gateway.expressions.tree import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame

OPENING = MappingProxyType({"(": ")", "[": "]", "{": "}"})
MAX_HOLES = 1000


class Hole(Source):
    """An expression within a string, whose places are those of the text around."""

    def __init__(self, code: str, start: int) -> None:
        super().__init__(code, statements=False)
        self.start = start

    def place(self, byte: int) -> int:
        """Return the character of the whole text."""
        return self.start + super().place(byte)


def _build(builder: Builder, node: Node) -> Code:
    text = builder.source.original(node)
    opening = text.index('"')
    verbatim = "@" in text[:opening]
    if text.startswith('"""', opening):
        raise Refused("Raw interpolated strings are not executed here.")
    start = builder.place(node) + opening + 1
    parts: list[Code | str] = []
    for piece, at, is_hole in _pieces(text[opening + 1 : -1], verbatim=verbatim):
        parts.append(_hole(builder, piece, start + at) if is_hole else piece)
    if len(parts) > MAX_HOLES:
        raise Refused("The string has too many holes.")

    def run(frame: Frame) -> Any:
        found = "".join(part if isinstance(part, str) else part(frame) for part in parts)
        frame.rt.spend(len(found))
        return found

    return run


def _pieces(text: str, *, verbatim: bool) -> list[tuple[str, int, bool]]:
    """Return literal texts (unescaped) and holes, each with its place."""
    found: list[tuple[str, int, bool]] = []
    at, begin, literal = 0, 0, ""
    while at < len(text):
        character = text[at]
        if character == "\\" and not verbatim:
            at += 2
        elif character in "{}" and text.startswith(character * 2, at):
            literal += _read(text[begin : at + 1], verbatim=verbatim)
            at += 2
            begin = at
        elif character == "{":
            end = _closing(text, at)
            literal += _read(text[begin:at], verbatim=verbatim)
            found += [(literal, begin, False), (text[at + 1 : end], at + 1, True)]
            at = begin = end + 1
            literal = ""
        else:
            at += 1
    found.append((literal + _read(text[begin:], verbatim=verbatim), begin, False))
    return [one for one in found if one[0] or one[2]]


def _read(text: str, *, verbatim: bool) -> str:
    return text.replace('""', '"') if verbatim else unescaped(text)


def _closing(text: str, at: int) -> int:
    """Return where the brace at `at` is closed, past strings and other brackets."""
    stack: list[str] = []
    quote = ""
    for index in range(at, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote and text[index - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in OPENING:
            stack.append(OPENING[character])
        elif stack and character == stack[-1]:
            stack.pop()
            if not stack:
                return index
    raise Refused("A hole of an interpolated string is not closed.")


def _split(text: str) -> tuple[str, str, str]:
    """Return expression, width and format of a hole."""
    depth, quote, colon, comma = 0, "", -1, -1
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote and text[index - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0 and character == "," and comma < 0:
            comma = index
        elif depth == 0 and character == ":" and text[index : index + 2] != "::" and text[index - 1 : index] != ":":
            colon = index
            break
    end = colon if colon >= 0 else len(text)
    width = text[comma + 1 : end].strip() if comma >= 0 else ""
    return text[: comma if comma >= 0 else end], width, text[colon + 1 :] if colon >= 0 else ""


def _hole(builder: Builder, text: str, start: int) -> Code:
    expression, width, pattern = _split(text)
    if not expression.strip():
        raise Refused("A hole of an interpolated string is empty.", start)
    if width and not width.lstrip("-").isdecimal():
        raise Refused(f"'{width}' is no width.", start)
    outer = builder.source
    builder.source = Hole(expression, start)
    try:
        root = builder.source.parse(builder.is_type)
        code = builder.expression(root.named_children[0].named_children[0].named_children[0])
    finally:
        builder.source = outer
    wide = int(width[:9] or 0)

    def run(frame: Frame) -> str:
        return aligned(frame.rt, formatted(frame.rt, code(frame), pattern), wide)

    return run


INTERPOLATED: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {"interpolated_string_expression": _build}
)
