"""Which JSON a kind's properties can hold: maps, lists, texts, numbers. What else comes back can't be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.kinds.table import properties_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.kinds import Kind
    from provision.kinds.table import Property


@dataclass(frozen=True, slots=True)
class Shape:
    """What one value has to be. `type` is a JSON type in words, empty for anything."""

    type: str = ""
    items: Shape | None = None  # of a list, and the values of a map
    properties: Mapping[str, Shape] | None = None
    required: tuple[str, ...] = ()

    def misfit(self, value: Any, at: str) -> str:
        """What is wrong with a value, or an empty text; `at` is its path."""
        if not self.type:
            return ""
        if _type_of(value) != self.type:
            return f"{at} is {_described(value)} instead of {_a(self.type)}"
        if self.type == "list" and self.items:
            found = (self.items.misfit(item, f"{at}[{index}]") for index, item in enumerate(value))
            return next(filter(None, found), "")
        if self.type == "object":
            return self._inside(value, at)
        return ""

    def _inside(self, value: Mapping[str, Any], at: str) -> str:
        missing = next((name for name in self.required if value.get(name) is None), "")
        if missing:
            return f"{at}.{missing} is missing"
        if self.properties is not None:
            known = ((name, shape) for name, shape in self.properties.items() if value.get(name) is not None)
            return next(filter(None, (shape.misfit(value[name], f"{at}.{name}") for name, shape in known)), "")
        if self.items:
            given = ((name, item) for name, item in value.items() if item is not None)
            return next(filter(None, (self.items.misfit(item, f"{at}.{name}") for name, item in given)), "")
        return ""


@cache
def shape_of(kind: Kind) -> Shape:
    """What an answer's properties have to be, what no resource can do without included.

    Null is as good as nothing: the service writes it so.
    """
    inside = properties_of(kind)
    not_there = kind.list_omits | kind.unsent
    needed = (
        name
        for name, prop in inside.items()
        if prop.required and prop.returned and not prop.write_only and name not in not_there
    )
    required = () if kind.partial else tuple(needed)
    return Shape("object", properties=_properties(inside), required=required)


def _properties(inside: Mapping[str, Property]) -> dict[str, Shape]:
    return {name: _shape(prop) for name, prop in inside.items()}


_WORDS = MappingProxyType({"string": "text", "boolean": "true or false", "integer": "number", "object": "object"})
_SCALARS = ((bool, "true or false"), (int, "number"), (str, "text"))


def _shape(prop: Property) -> Shape:
    """A list whose items are told apart by a property needs it in each."""
    if prop.many:
        one = replace(prop, many="", keyed="")
        shape = replace(_shape(one), required=(prop.keyed,)) if prop.keyed else _shape(one)
        return Shape("list" if prop.many == "list" else "object", items=shape)
    return Shape(_WORDS.get(prop.type, ""), properties=_properties(prop.inside) if prop.nested else None)


def _type_of(value: Any) -> str:
    kinds = ((dict, "object"), (list, "list"), *_SCALARS)
    return next((word for kind, word in kinds if isinstance(value, kind)), "")


def _a(word: str) -> str:
    return word if word == "true or false" else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _described(value: Any) -> str:
    return "null" if value is None else _a(_type_of(value) or "number")
