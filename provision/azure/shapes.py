"""Which JSON a kind's model can hold: maps, lists, texts, numbers. What else comes back can't be read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from provision.kinds.canonical import properties_of
from provision.kinds.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping


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
def shape_of(model: type[Model], *, partial: bool) -> Shape:
    """What an answer's properties have to be, what no resource can do without included; `partial`: nothing is so.

    Null is as good as nothing: the service writes it so.
    """
    fields = model.model_fields.items()
    required = () if partial else tuple(field.alias or name for name, field in fields if field.is_required())
    return Shape("object", properties=_properties(model), required=required)


def _properties(model: type[Model]) -> dict[str, Shape]:
    """A list whose items are told apart by a property needs it in each."""
    facts = properties_of(model)
    fields = ((field.alias or name, field.annotation) for name, field in model.model_fields.items())
    return {name: _shape(annotation, tuple(filter(None, (facts[name].keyed,)))) for name, annotation in fields}


_SCALARS = ((bool, "true or false"), (int, "number"), (str, "text"))


def _shape(annotation: Any, keys: tuple[str, ...] = ()) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], keys)
    if origin in (Union, UnionType):
        options = [option for option in arguments if option is not NoneType]
        return _shape(options[0], keys) if len(options) == 1 else Shape()
    if origin in (list, dict):
        return Shape("list" if origin is list else "object", items=_shape(arguments[-1], keys))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Shape("object", properties=_properties(annotation), required=keys)
    scalar = type(arguments[0]) if origin is Literal else annotation
    return Shape(next((word for kind, word in _SCALARS if scalar is kind), ""))


def _type_of(value: Any) -> str:
    kinds = ((dict, "object"), (list, "list"), *_SCALARS)
    return next((word for kind, word in kinds if isinstance(value, kind)), "")


def _a(word: str) -> str:
    return word if word == "true or false" else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _described(value: Any) -> str:
    return "null" if value is None else _a(_type_of(value) or "number")
