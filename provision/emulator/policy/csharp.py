"""Where a policy expression ends: as much of C#'s lexical grammar as that takes."""

from __future__ import annotations

import re
from types import MappingProxyType

CLOSING = MappingProxyType({"(": ")", "{": "}", "[": "]"})
CHARACTER = re.compile(r"'(\\.[0-9A-Fa-f]*|[^'\\\n])'")
STRING = re.compile(r'(\$@|@\$|\$|@)?"')
MAX_DEPTH = 50


def expression_end(source: str, start: int) -> int:
    """Return the index after the expression `@(...)` or `@{...}` that begins at `start`; -1 if it never ends."""
    return _balanced(source, start + 1, 0)


def literal_end(source: str, at: int) -> int:
    """Return the index after a comment or literal that begins at `at`, `at` where none does, -1 where it never ends."""
    return _skip(source, at, 0)


def _balanced(source: str, at: int, depth: int) -> int:
    """Return the index after the bracket that closes the one at `at`, reading C#; -1 if there is none."""
    stack = [CLOSING[source[at]]]
    at += 1
    while at < len(source):
        skipped = _skip(source, at, depth)
        if skipped < 0:
            return -1
        if skipped > at:
            at = skipped
            continue
        character = source[at]
        at += 1
        if character in CLOSING:
            stack.append(CLOSING[character])
        elif character in ")}]":
            if stack.pop() != character:
                return -1
            if not stack:
                return at
    return -1


def _skip(source: str, at: int, depth: int) -> int:
    """Return the index after a comment or literal that begins at `at`, `at` when none does, -1 when it never ends."""
    if source.startswith("//", at):
        end = source.find("\n", at)
        return len(source) if end < 0 else end
    if source.startswith("/*", at):
        end = source.find("*/", at + 2)
        return -1 if end < 0 else end + 2
    if source[at] == "'":
        found = CHARACTER.match(source, at)
        return found.end() if found else -1
    found = STRING.match(source, at)
    if not found:
        return at
    prefix = found.group(1) or ""
    return _string(source, found.end(), "@" in prefix, "$" in prefix, depth)


def _string(source: str, at: int, verbatim: bool, interpolated: bool, depth: int) -> int:
    while at < len(source):
        character = source[at]
        if character == '"':
            if not (verbatim and source.startswith('""', at)):
                return at + 1
            at += 2
        elif character == "\\" and not verbatim:
            at += 2
        elif interpolated and character in "{}":
            if source.startswith(character * 2, at):
                at += 2
                continue
            at = _balanced(source, at, depth + 1) if character == "{" and depth < MAX_DEPTH else -1
            if at < 0:
                return -1
        else:
            at += 1
    return -1
