"""The tree of a policy document."""

from __future__ import annotations

from dataclasses import dataclass, field

from provision.policyxml.code import SPACE


class Text:
    """Text between tags, and the offset where it starts."""

    __slots__ = ("_parts", "at")

    def __init__(self, value: str, at: int) -> None:
        self._parts, self.at = [value], at

    def add(self, value: str) -> None:
        """Go on with the text of a further section."""
        self._parts.append(value)

    @property
    def value(self) -> str:
        """The whole text."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]


@dataclass(slots=True)
class Comment:
    """A comment."""

    value: str


@dataclass(slots=True)
class Element:
    """An element; `at` is the offset of its tag."""

    name: str
    at: int
    attributes: list[tuple[str, str]] = field(default_factory=list)
    children: list[Element | Text | Comment] = field(default_factory=list)

    def elements(self) -> list[Element]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]


def content(element: Element) -> list[Element | Text | Comment]:
    """What an element holds, without the white space between its children."""
    return [child for child in element.children if not isinstance(child, Text) or child.value.strip(SPACE)]
