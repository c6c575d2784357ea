"""What of a policy document could not be executed, told before a call comes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.documents import BASE, FRAGMENT, compiled
from provision.emulator.gateway.nodes import EVERYWHERE, Workshop
from provision.emulator.gateway.place import Place
from provision.emulator.gateway.policies import POLICIES
from provision.emulator.gateway.shelf import NAMED_VALUE
from provision.emulator.policy.policyxml import Element, Text, parse, root_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    Named = Callable[[str], str | None]


def judge(raw: str, named: Named) -> list[str]:
    """Return what of a document, or of a fragment, would be refused: element by element, with its place."""
    root = root_of(parse(raw, raw=True))
    workshop = Workshop(POLICIES, compiled)
    sections = [one for one in root.children if isinstance(one, Element) and one.name in EVERYWHERE]
    for section in sections if root.name == "policies" else ():
        compiled(workshop, _filled(section, named), Place("document", section.name))
    if root.name != "policies":  # a fragment, which may be included anywhere
        compiled(workshop, _filled(root, named), Place("fragment", ""))
    return [f"{error.message} At {error.place}." for error in workshop.refused]


def _filled(holder: Element, named: Named) -> Iterable[Element]:
    """Return the elements inside one, with named values in them, and without those that only refer to others."""

    def text(value: str) -> str:
        def one(found: re.Match[str]) -> str:
            known = named(found.group(1))
            return found.group() if known is None else known

        return NAMED_VALUE.sub(one, value)

    for child in holder.children:
        if not isinstance(child, Element) or child.name in (BASE, FRAGMENT):
            continue
        inner: list[Element | Text] = [
            Text(text(one.value), one.cdata) for one in child.children if isinstance(one, Text)
        ]
        attributes = {key: text(value) for key, value in child.attributes.items()}
        yield Element(child.name, attributes, [*inner, *_filled(child, named)], child.paired)
