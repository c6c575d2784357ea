"""One form for what means the same, driven by a kind's model: for comparing, and for building what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from provision.kinds.kind import Finding
from provision.kinds.model import AnyOrder, Default, Fixed, Folded, Keyed, Mirrored, Model, Secret, Unverifiable

if TYPE_CHECKING:
    from provision.kinds.kind import Kind, Properties

_ABSENT = object()


class Elements(dict[str, Any]):
    """A keyed list as a map from the key's text to the element."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Property:
    """What the model says about one property."""

    name: str
    nested: type[Model] | None
    is_map: bool
    default: Any
    keyed: str
    any_order: bool
    unverifiable: str
    fixed: str
    folded: bool
    mirrored: bool
    secret: bool


@cache
def properties_of(model: type[Model]) -> Mapping[str, Property]:
    """The model's properties by their wire names."""
    found: dict[str, Property] = {}
    for name, info in model.model_fields.items():
        facts = {type(fact): fact for fact in _facts(info.metadata, info.annotation)}
        keyed, default, fixed = facts.get(Keyed), facts.get(Default), facts.get(Fixed)
        unverifiable = facts.get(Unverifiable)
        wire = info.alias or name
        found[wire] = Property(
            name=wire,
            nested=_nested(info.annotation),
            is_map=_mentions(info.annotation, dict),
            default=default.value if isinstance(default, Default) else _ABSENT,
            keyed=keyed.by if isinstance(keyed, Keyed) else "",
            any_order=AnyOrder in facts,
            unverifiable=unverifiable.reason if isinstance(unverifiable, Unverifiable) else "",
            fixed=fixed.advice if isinstance(fixed, Fixed) else "",
            folded=Folded in facts,
            mirrored=Mirrored in facts,
            secret=Secret in facts,
        )
    return MappingProxyType(found)


def _facts(metadata: Sequence[Any], annotation: Any) -> list[Any]:
    """Facts of a field, also where they stand on the type inside an optional one."""
    return [*metadata, *(fact for arg in get_args(annotation) for fact in getattr(arg, "__metadata__", ()))]


def _nested(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _nested(arg))), None)


def _mentions(annotation: Any, kind: type) -> bool:
    return getattr(annotation, "__origin__", None) is kind or any(_mentions(arg, kind) for arg in get_args(annotation))


def canonical(kind: Kind, body: Mapping[str, Any], *, partial: bool | None = None) -> Properties:
    """The comparable form of a body: known properties, defaults filled in, what is empty left out.

    A partial one (what a spec says about an instance) has no defaults: it holds what is written and no more.
    """
    if kind.model is None:
        return {}
    partial = kind.partial if partial is None else partial
    return _canonical(kind.model, kind.normal(dict(body)), fill=not partial)


def _canonical(model: type[Model], values: Mapping[str, Any], *, fill: bool) -> Properties:
    result: Properties = {}
    for name, prop in properties_of(model).items():
        if prop.unverifiable:
            continue
        value = _value(prop, values.get(name), fill=fill)
        if _empty(value) and fill and prop.default is not _ABSENT:
            default = prop.default(values) if callable(prop.default) else prop.default
            value = _value(prop, list(default) if isinstance(default, tuple) else default, fill=fill)
        if not _empty(value):
            result[name] = value
    return result


def _value(prop: Property, value: Any, *, fill: bool) -> Any:
    if isinstance(value, list | tuple):
        items = [_canonical(prop.nested, item, fill=fill) if prop.nested else item for item in value]
        if prop.keyed:
            return _keyed(prop, items)
        return sorted(items, key=str) if prop.any_order else items
    if prop.nested and prop.is_map:
        return {key: _canonical(prop.nested, item, fill=fill) for key, item in (value or {}).items()}
    if prop.nested and not prop.keyed and (isinstance(value, Mapping) or (fill and value is None)):
        return _canonical(prop.nested, value or {}, fill=fill)
    if prop.folded and isinstance(value, str):
        return _folded(value)
    return dict(value) if isinstance(value, Mapping) else value


def _folded(text: str) -> str:
    return text.replace(" ", "").lower()


def key_of(prop: Property, item: Any) -> str:
    """What tells an item of a keyed list from the others."""
    key = str(item.get(prop.keyed) if isinstance(item, Mapping) else item)
    return _folded(key) if prop.nested and properties_of(prop.nested)[prop.keyed].folded else key


def form_of(prop: Property, item: Mapping[str, Any]) -> Properties:
    """The comparable form of an item of a list."""
    return _canonical(prop.nested, item, fill=True) if prop.nested else {}


def _keyed(prop: Property, items: list[Any]) -> Elements:
    """Elements by key; one whose key is taken already gets a number behind it, so that nothing is lost."""
    result = Elements()
    for item in items:
        key = key_of(prop, item)
        result[key if key not in result else f"{key}#{len(result)}"] = item
    return result


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def unknown_properties(kind: Kind, body: Mapping[str, Any]) -> list[str]:
    """Paths of properties with a value that the model doesn't know and the kind doesn't call read-only."""
    if kind.model is None or kind.partial:
        return []
    values = {name: value for name, value in body.items() if name not in kind.read_only}
    return sorted(set(_unknown(kind.model, values, "")))


def _unknown(model: type[Model], values: Mapping[str, Any], path: str) -> Iterator[str]:
    known = properties_of(model)
    for name, value in values.items():
        prop = known.get(name)
        if prop is None and value is not False and not _empty(value):
            yield f"{path}{name}"
        elif prop is None or prop.nested is None or prop.mirrored:
            continue
        elif isinstance(value, list):
            for item in value:
                yield from _unknown(prop.nested, item, f"{path}{name}[].")
        elif prop.is_map:
            for item in (value or {}).values():
                yield from _unknown(prop.nested, item, f"{path}{name}[].")
        elif isinstance(value, Mapping):
            yield from _unknown(prop.nested, value, f"{path}{name}.")


def unverifiable(kind: Kind, body: Mapping[str, Any]) -> list[str]:
    """What Azure never gives back of what a spec says, and why, such as `certificates[].encodedCertificate: ...`."""
    return list(dict.fromkeys(_hidden(kind.model, body, ""))) if kind.model else []


def _hidden(model: type[Model], values: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, prop in properties_of(model).items():
        value = values.get(name)
        if prop.unverifiable and value is not None:
            yield f"{path}{name}: {prop.unverifiable}"
        elif isinstance(value, list) and prop.nested:
            for item in value:
                yield from _hidden(prop.nested, item, f"{path}{name}[].")
        elif isinstance(value, Mapping) and prop.nested and not prop.is_map:
            yield from _hidden(prop.nested, value, f"{path}{name}.")


def twins(model: type[Model], values: Mapping[str, Any], path: tuple[str | int, ...] = ()) -> Iterator[Finding]:
    """Items of a keyed list that have the same key, in properties as a spec writes them."""
    for name, prop in properties_of(model).items():
        value = values.get(name)
        if isinstance(value, list) and prop.nested:
            seen: set[str] = set()
            for index, item in enumerate(value):
                key = str(item.get(prop.keyed)) if prop.keyed else str(index)
                if key in seen:
                    what = f"{name} has {prop.keyed} {key} twice"
                    yield Finding((*path, name, index), what, f"its items are told apart by {prop.keyed}", "remove one")
                seen.add(key)
                yield from twins(prop.nested, item, (*path, name, index))
        elif isinstance(value, Mapping) and prop.nested and not prop.is_map:
            yield from twins(prop.nested, value, (*path, name))
