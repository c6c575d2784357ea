"""What policies refer to by name: named values and fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import internal
from provision.emulator.policy.policyxml import Element, parse, root_of

if TYPE_CHECKING:
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.world.store import Row

NAMED_VALUE = re.compile(r"\{\{([A-Za-z0-9\-._]+)\}\}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where named values and fragments of an API are found: in its workspace, then in the instance [?]."""

    reading: Reading
    holders: tuple[str, ...]

    def named(self, name: str) -> str | None:
        """Return the value of a named value by its display name."""
        for holder in self.holders:
            for row in self.reading.links(f"{holder}/namedvalues#{name}".lower()):
                value = row.props.get("value")
                return str(value) if isinstance(value, str) else _vault(row)
        return None

    def filled(self, text: str) -> str:
        """Return a text with the named values in it; a name that nothing has stays."""
        if "{{" not in text:
            return text

        def one(found: re.Match[str]) -> str:
            value = self.named(found.group(1))
            return found.group() if value is None else value

        return NAMED_VALUE.sub(one, text)

    def fragment(self, name: str) -> tuple[str, Element] | None:
        """Return the path and the root of a fragment."""
        for holder in self.holders:
            row = self.reading.row(f"{holder}/policyfragments/{name}".lower())
            if row is not None:
                return row.path, root_element(row)
        return None


def shelf_of(reading: Reading, subject: Subject) -> Shelf:
    """Return the shelf of a call's policies."""
    path = subject.api.path if subject.api else subject.service.path
    workspace, mark, rest = path.partition("/workspaces/")
    inner = (f"{workspace}{mark}{rest.partition('/')[0]}",) if mark else ()
    return Shelf(reading, (*inner, subject.service.path))


def _vault(row: Row) -> str:
    message = f"The named value '{row.props.get('displayName')}' stands in a key vault, which the emulator can't read."
    raise internal("named-value", "NamedValueNotResolved", message)


def root_element(row: Row) -> Element:
    """Return the root of a stored document."""
    raw = row.private.get("raw")
    return root_of(parse(raw if isinstance(raw, str) else str(row.props.get("value")), raw=isinstance(raw, str)))
