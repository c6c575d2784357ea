"""The C# of policy expressions: where one ends, and its layout."""

from __future__ import annotations

import re
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = " \t\n"
MAX_DEPTH = 100
START = re.compile(r"@[({]")
_CODE = re.compile(
    r"""(?P<comment> //[^\n]* | /\*.*?\*/ )
      | (?P<interpolated> \$@?" | @\$" )
      | (?P<string> @"(?:[^"]|"")*+" | "(?:[^"\\\n]|\\[^\n])*+" | '(?:[^'\\\n]|\\[^\n][0-9A-Fa-f]{0,8})' )
      | (?P<open> [(\[{] )
      | (?P<close> [)\]}] )
      | (?P<bad> /\* | @?" | ' )
      | (?P<space> [ \t\n\f\v]+ )
      | (?P<other> [^][(){}"'@$/ \t\n\f\v]+ | . )""",
    re.VERBOSE | re.DOTALL,
)
_IN_STRING = MappingProxyType(
    {
        True: re.compile(r'(?:[^"{]|""|\{\{)*+'),  # verbatim, $@"..."
        False: re.compile(r'(?:[^"\\{\n]|\\[^\n]|\{\{)*+'),
    }
)
PAIRS = MappingProxyType({"(": ")", "[": "]", "{": "}"})
Token = tuple[str, str]  # kind: a group of _CODE


class Unbalanced(Exception):  # noqa: N818 - the same
    """An expression has no end; `at` is the offset of what `why` calls HERE."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__()
        self.at, self.why = at, why


def scan(text: str, at: int, depth: int = 0) -> tuple[list[Token], int]:
    """C# from the bracket at `at` to the one that closes it: its tokens, and the offset behind."""
    tokens: list[Token] = []
    brackets: list[tuple[str, int]] = []
    while match := _CODE.match(text, at):
        kind, start, at = str(match.lastgroup), at, match.end()
        if kind == "bad":
            what = "comment" if match[0] == "/*" else "string"
            raise Unbalanced(start, f"the {what} at HERE has no end")
        if kind == "interpolated":
            at = _interpolated(text, start, at, depth)
        elif kind == "open":
            brackets.append((match[0], start))
        elif kind == "close" and PAIRS[brackets.pop()[0]] != match[0]:
            raise Unbalanced(start, f"the {match[0]} at HERE closes another bracket")
        tokens.append((kind, text[start:at]))
        if not brackets:
            return tokens, at
    raise Unbalanced(brackets[-1][1], f"the {brackets[-1][0]} at HERE has no partner")


def _interpolated(text: str, start: int, at: int, depth: int) -> int:
    """Find the offset behind an interpolated string, whose holes are C# again."""
    verbatim = "@" in text[start:at]
    while match := _IN_STRING[verbatim].match(text, at):
        at = match.end()
        following = text[at : at + 1]
        if following == '"':
            return at + 1
        if following != "{" or depth > MAX_DEPTH:
            break
        at = scan(text, at, depth + 1)[1]
    raise Unbalanced(start, "the string at HERE has no end")


def segments(value: str) -> Iterator[str | list[Token]]:
    """Split a decoded value into plain text and the tokens of its expressions."""
    start = after = 0
    while match := START.search(value, after):
        try:
            tokens, after = scan(value, match.start() + 1)
        except Unbalanced:  # nothing behind it is tried: that would take time without limit
            break
        yield value[start : match.start()]
        yield tokens
        start = after
    yield value[start:]


def is_balanced(value: str) -> bool:
    """Tell whether every expression in a text ends."""
    return not any(isinstance(part, str) and START.search(part) for part in segments(value))


def layout(tokens: list[Token], pad: str) -> str:
    """Write an expression with its lines indented by its brackets; inside string literals nothing changes."""
    out, brackets, line = ["@"], list[int](), 0
    for index, (kind, token) in enumerate(tokens):
        if kind == "space" and "\n" in token:
            line += 1
            closing = len(list(takewhile(lambda following: following[0] == "close", tokens[index + 1 : index + 50])))
            out.append("\n" + pad + "  " * len(set(brackets[: len(brackets) - closing])))
        elif kind == "comment":
            indentation = "\n" + pad + "  " * len(set(brackets))
            out.append(indentation.join(part.strip(SPACE) for part in token.split("\n")))
        else:
            out.append(" " if kind == "space" else token)
        if kind == "open":
            brackets.append(line)
        elif kind == "close":
            brackets.pop()
    return "".join(out)


def unified(text: str) -> str:
    """Unify line endings."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
