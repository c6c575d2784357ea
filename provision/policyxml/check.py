"""Whether a document is well-formed, and has the sections that API Management knows."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.errors import LISTED, Mark, Problem
from provision.policyxml.code import SPACE, unified
from provision.policyxml.nodes import Element, Text, content
from provision.policyxml.parser import Finding, Parser, Shift

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Checked:
    """The first hundred problems of a document, and how many there are beside them."""

    problems: list[Problem]
    more: int


SECTIONS = ("inbound", "backend", "outbound", "on-error")


def check(text: str, file: str, *, root: str = "policies", shift: Shift | None = None) -> Checked:
    """Find what is wrong with a policy document (a fragment: `root="fragment"`), in the order of the text.

    `root`: the name of its root element, or several with | between them.
    `shift` brings a line and a column of the text to where they are in `file`.
    """
    parser = Parser(unified(text).removeprefix("\ufeff"), shift)
    parser.parse()
    found, more = list(parser.problems), parser.more
    for finding in _misplaced(parser, root):
        if len(found) < 2 * LISTED:
            found.append(finding)
        else:
            more += 1
    problems = sorted(Problem(Mark(file, *parser.place(at)), *rest) for at, *rest in found)
    return Checked(problems[:LISTED], more + len(problems[LISTED:]))


def _misplaced(parser: Parser, root: str) -> Iterator[Finding]:
    """Find what stands where Azure takes no element or text, in what could be read."""
    names = tuple(root.split("|"))
    root, roots = names[0], parser.tree.elements()
    if not roots and not parser.problems:
        yield 0, f"there is no <{root}>", "the document is empty", f"write <{root}>...</{root}>"
    yield from _stray(parser.tree, f"outside of <{root}>")
    for index, element in enumerate(roots):
        if index:
            yield element.at, f"<{element.name}> is a second root element", "a document has one", "remove it"
        elif element.name not in names:
            fix = _did_you_mean(element.name, names) or f"write <{root}>"
            why = f"it has to be <{'> or <'.join(names)}>"
            yield element.at, f"the document is a <{element.name}>", why, fix
        elif root == "policies":
            yield from _sections(parser, element)


def _sections(parser: Parser, policies: Element) -> Iterator[Finding]:
    yield from _stray(policies, "directly in <policies>")
    first: dict[str, int] = {}
    for section in policies.elements():
        name = section.name
        if name not in SECTIONS:
            why = "only <inbound>, <backend>, <outbound> and <on-error> can"
            fix = _did_you_mean(name, SECTIONS) or "move it into one of them"
            yield section.at, f"<{name}> can't stand in <policies>", why, fix
        elif name in first:
            why = f"the first is in line {parser.place(first[name])[0]}"
            yield section.at, f"<{name}> is here twice", why, "make one of them"
        else:
            yield from _stray(section, f"directly in <{name}>")
        first.setdefault(name, section.at)


def _stray(element: Element, where: str) -> Iterator[Finding]:
    for child in content(element):
        if isinstance(child, Text):
            at = child.at + len(child.value) - len(child.value.lstrip(SPACE))
            yield at, f"text stands {where}", "only elements can", "remove it"


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name.lower(), known, n=1)
    return f"did you mean <{close[0]}>?" if close else ""
