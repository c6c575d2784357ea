"""An element of a policy document while it is made ready to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import GatewayError, UnsupportedError
from provision.emulator.gateway.values import Value, value_of
from provision.emulator.policy.policyxml import Element, Text, is_expression, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from provision.emulator.gateway.place import Place
    from provision.emulator.gateway.steps import Act, Step

ALWAYS = frozenset({"id"})
EVERYWHERE = ("inbound", "backend", "outbound", "on-error")


@dataclass(frozen=True, slots=True)
class Policy:
    """An element that can be executed. `make` gets it ready; attributes and children not named here are refused.

    `children` of None are policies themselves, or whatever the element wants them to be.
    """

    name: str
    make: Callable[[Node], Act]
    attributes: frozenset[str] = frozenset()
    children: frozenset[str] | None = frozenset()
    sections: tuple[str, ...] = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Workshop:
    """What gets elements ready: `policies` by name, and how children are; `refused` collects what can't be."""

    policies: Mapping[str, Policy]
    compiled: Callable[[Workshop, Iterable[Element], Place], tuple[Step, ...]]
    refused: list[GatewayError] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """One element and where it stands."""

    element: Element
    place: Place
    workshop: Workshop
    policy: str = ""
    _numbers: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.element.name

    def refuse(self, why: str) -> UnsupportedError:
        """Return the refusal of the whole policy."""
        error = UnsupportedError(self.policy or self.name, why)
        error.place = self.place
        return error

    def has(self, attribute: str) -> bool:
        """Tell whether an attribute is given."""
        return attribute in self.element.attributes

    def value(self, attribute: str, default: str | None = None) -> Value:
        """Return an attribute's value, which may be an expression."""
        text = self.element.attributes.get(attribute, default)
        if text is None:
            raise self.refuse(f"the attribute '{attribute}' is missing")
        return value_of(text, self.place)

    def optional(self, attribute: str) -> Value | None:
        """Return an attribute's value, or None where it isn't given."""
        return self.value(attribute) if self.has(attribute) else None

    def word(self, attribute: str, default: str | None = None, among: tuple[str, ...] = ()) -> str:
        """Return an attribute that must be a literal, and one of `among` in any case."""
        text = self.element.attributes.get(attribute, default)
        if text is None:
            raise self.refuse(f"the attribute '{attribute}' is missing")
        if is_expression(text):
            raise self.refuse(f"'{attribute}' can't be an expression")
        if among and text.lower() not in [one.lower() for one in among]:
            raise self.refuse(f"{attribute}='{text}' is none of: {', '.join(among)}")
        return text.lower() if among else text

    def truth(self, attribute: str, *, default: bool) -> bool:
        """Return an attribute that is literally true or false."""
        return self.word(attribute, str(default), ("true", "false")) == "true"

    def number(self, attribute: str, default: float | None = None) -> float:
        """Return an attribute that is literally a number."""
        text = self.word(attribute, None if default is None else str(default))
        try:
            return float(text)
        except ValueError:
            raise self.refuse(f"{attribute}='{text}' is no number") from None

    @property
    def text(self) -> str:
        """The character data."""
        return "".join(child.value for child in self.element.children if isinstance(child, Text))

    def content(self) -> Value:
        """Return the character data as a value: trimmed, unless it stood in a CDATA section."""
        whole = any(isinstance(child, Text) and child.cdata for child in self.element.children)
        return value_of(self.text if whole else self.text.strip(), self.place)

    def inner(self) -> Value:
        """Return everything inside as a value: elements there are text, too."""
        children = self.element.children
        if all(isinstance(child, Text) for child in children):
            return self.content() if is_expression(self.text) else value_of(self.text, self.place)
        return value_of(render(list(children), raw=True), self.place)

    def nodes(self, *names: str) -> list[Node]:
        """Return the children, or those with one of these names."""
        found = []
        for child in self.element.children:
            if isinstance(child, Element):
                number = self._numbers[child.name] = self._numbers.get(child.name, 0) + 1
                if not names or child.name in names:
                    place = self.place.at(child.name, number, self.place.policy_id)
                    found.append(Node(child, place, self.workshop, self.policy or self.name))
        self._numbers.clear()
        return found

    def node(self, name: str) -> Node | None:
        """Return the first child of a name."""
        return next(iter(self.nodes(name)), None)

    def texts(self, holder: str, item: str) -> list[Value]:
        """Return the contents of `item` elements inside `holder` ones."""
        return [one.content() for group in self.nodes(holder) for one in group.nodes(item)]

    def steps(self, leaving: Iterable[str] = ()) -> tuple[Step, ...]:
        """Return the children as policies, but those of a name in `leaving`."""
        left = frozenset(leaving)
        children = [one for one in self.element.children if isinstance(one, Element) and one.name not in left]
        return self.workshop.compiled(self.workshop, children, self.place)

    def known(self, attributes: Iterable[str], children: Iterable[str] | None) -> None:
        """Refuse what nobody looks at, at this element."""
        strange = self.element.attributes.keys() - frozenset(attributes) - ALWAYS
        if strange:
            raise self.refuse(f"the attribute '{min(strange)}' is unknown")
        if children is not None:
            allowed = frozenset(children)
            names = [one.name for one in self.element.children if isinstance(one, Element) and one.name not in allowed]
            if names:
                raise self.refuse(f"the element '{names[0]}' in it is unknown")
