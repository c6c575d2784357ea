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
    """An expression has no end; `at` is the offset of what `why` calls HERE.

    `opened`: the brackets that were open, all of which are without an end; `reached`: how far it was read.
    """

    def __init__(self, at: int, why: str, reached: int) -> None:
        super().__init__()
        self.at, self.why, self.reached = at, why, reached
        self.opened: list[int] = []


def scan(text: str, at: int, depth: int = 0) -> tuple[list[Token], int]:
    """C# from the bracket at `at` to the one that closes it: its tokens, and the offset behind."""
    brackets: list[tuple[str, int]] = []
    try:
        return _scan(text, at, depth, brackets)
    except Unbalanced as unbalanced:
        unbalanced.opened += [start for _, start in brackets]
        raise


def _scan(text: str, at: int, depth: int, brackets: list[tuple[str, int]]) -> tuple[list[Token], int]:
    tokens: list[Token] = []
    while match := _CODE.match(text, at):
        kind, start, at = str(match.lastgroup), at, match.end()
        if kind == "bad":
            what = "comment" if match[0] == "/*" else "string"
            far = match[0] in ("/*", '@"')  # these may go over lines, and their ends were looked for in all the text
            raise Unbalanced(start, f"the {what} at HERE has no end", len(text) if far else at)
        if kind == "interpolated":
            at = _interpolated(text, start, at, depth)
        elif kind == "open":
            brackets.append((match[0], start))
        elif kind == "close" and PAIRS[brackets[-1][0]] != match[0]:
            raise Unbalanced(start, f"the {match[0]} at HERE closes another bracket", at)
        elif kind == "close":
            brackets.pop()
        tokens.append((kind, text[start:at]))
        if not brackets:
            return tokens, at
    raise Unbalanced(brackets[-1][1], f"the {brackets[-1][0]} at HERE has no partner", len(text))


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
    raise Unbalanced(start, "the string at HERE has no end", at)


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
    out, line = ["@"], 0
    brackets: list[tuple[int, int]] = [(-1, 0)]  # the line of each, and how many lines open brackets so far
    for index, (kind, token) in enumerate(tokens):
        if kind == "space" and "\n" in token:
            line += 1
            closing = len(list(takewhile(lambda following: following[0] == "close", tokens[index + 1 : index + 50])))
            out.append("\n" + pad + _indentation(brackets[max(len(brackets) - closing, 1) - 1][1]))
        elif kind == "comment":
            indentation = "\n" + pad + _indentation(brackets[-1][1])
            out.append(indentation.join(part.strip(SPACE) for part in token.split("\n")))
        else:
            out.append(" " if kind == "space" else token)
        if kind == "open":
            outer, levels = brackets[-1]
            brackets.append((line, levels + (outer != line)))
        elif kind == "close":
            brackets.pop()
    return "".join(out)


def _indentation(levels: int) -> str:
    return "  " * min(levels, MAX_DEPTH)


def unified(text: str) -> str:
    """Unify line endings."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
