"""What Azure may not take of a well-formed document: unknown policies, and known ones that stand elsewhere."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from provision.errors import LISTED, Mark, Problem
from provision.policyxml.check import SECTIONS
from provision.policyxml.code import unified
from provision.policyxml.known import HOLDERS, KNOWN
from provision.policyxml.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.policyxml.nodes import Element
    from provision.policyxml.parser import Finding, Shift

_ADDED = "the documentation doesn't name it, though Azure may have it by now"


def doubts(text: str, file: str, *, scope: str = "", shift: Shift | None = None) -> list[Problem]:
    """The first hundred, in the order of the text; none of a document with problems of its own.

    `scope`: global, workspace, product, API or operation; empty where it isn't known, as of a fragment. `shift` brings
    a line and a column of the text to where they are in `file`.
    """
    parser = Parser(unified(text).removeprefix("\ufeff"), shift)
    parser.parse()
    if parser.problems:
        return []
    found = [finding for root in parser.tree.elements() for finding in _in_document(root, scope)]
    return [Problem(Mark(file, *parser.place(at)), *rest) for at, *rest in found[:LISTED]]


def _in_document(root: Element, scope: str) -> Iterator[Finding]:
    if root.name == "fragment":
        yield from _policies(root, "", scope)
    for section in root.elements() if root.name == "policies" else ():
        if section.name in SECTIONS:
            yield from _policies(section, section.name, scope)


def _policies(holder: Element, section: str, scope: str) -> Iterator[Finding]:
    """The policies in a section, or in what holds further ones of it."""
    branches = HOLDERS.get(holder.name, ())
    for element in holder.elements():
        if element.name in branches:
            yield from _policies(element, section, scope)
            continue
        usage = KNOWN.get(element.name)
        if usage is None:
            close = difflib.get_close_matches(element.name.lower(), KNOWN, n=1)
            yield element.at, f"<{element.name}> is no policy that is known", _ADDED, _meant(close)
        elif section and section not in usage.sections:
            why = f"it is documented for {_listed(usage.sections)}"
            yield element.at, f"<{element.name}> stands in <{section}>", why, f"move it into <{usage.sections[0]}>"
        elif scope and scope not in usage.scopes:
            why = f"it is documented for the scopes {_listed(usage.scopes)}"
            yield element.at, f"<{element.name}> stands in a policy of scope {scope}", why, "move it there"
        if element.name in HOLDERS:
            yield from _policies(element, section, scope)


def _meant(close: list[str]) -> str:
    return f"did you mean <{close[0]}>?" if close else ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
