"""One form for what means the same, driven by a kind's model: for comparing, and for building what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from provision.kinds.model import AnyOrder, Default, Fixed, Folded, Keyed, Model, Unverifiable

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
    """The comparable form of an ARM body: known properties, defaults filled in, what is empty left out.

    A partial one (what a spec says about an instance) has no defaults: it holds what is written and no more.
    """
    if kind.model is None:
        return {}
    partial = kind.partial if partial is None else partial
    return _canonical(kind.model, kind.normal(kind.flat(body)), fill=not partial)


def _canonical(model: type[Model], values: Mapping[str, Any], *, fill: bool) -> Properties:
    result: Properties = {}
    for name, prop in properties_of(model).items():
        if prop.unverifiable:
            continue
        value = _value(prop, values.get(name), fill=fill)
        if _empty(value) and fill and prop.default is not _ABSENT:
            value = _value(prop, list(prop.default) if isinstance(prop.default, tuple) else prop.default, fill=fill)
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
        return value.replace(" ", "").lower()
    return dict(value) if isinstance(value, Mapping) else value


def _keyed(prop: Property, items: list[Any]) -> Elements:
    """Elements by key; one whose key is taken already gets a number behind it, so that nothing is lost."""
    result = Elements()
    for item in items:
        key = str(item.get(prop.keyed) if isinstance(item, Mapping) else item)
        result[key if key not in result else f"{key}#{len(result)}"] = item
    return result


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def unknown_properties(kind: Kind, body: Mapping[str, Any]) -> list[str]:
    """Names of properties with a value that the model doesn't know and the kind doesn't call read-only."""
    if kind.model is None or kind.partial:
        return []
    known = properties_of(kind.model).keys() | kind.read_only
    return sorted(name for name, value in kind.flat(body).items() if name not in known and not _empty(value))


def update_body(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    """The PUT that makes `observed` (an ARM body) what `desired` (another) says.

    What the model doesn't know keeps its value, since a PUT replaces everything; what it knows and `desired` omits is
    not sent, so that it falls back to the service's default.
    """
    if kind.model is None:
        return {}
    before = {name: value for name, value in kind.flat(observed).items() if name not in kind.read_only}
    return kind.wrapped(_overlay(kind.model, before, kind.flat(desired)))


def _overlay(model: type[Model], before: Mapping[str, Any], after: Mapping[str, Any]) -> Properties:
    known = properties_of(model)
    result = {name: value for name, value in before.items() if name not in known and value is not None}
    for name, value in after.items():
        prop = known.get(name)
        old = before.get(name)
        if prop and prop.nested and isinstance(value, Mapping) and isinstance(old, Mapping) and not prop.is_map:
            result[name] = _overlay(prop.nested, old, value)
        elif prop and prop.nested and prop.keyed and isinstance(old, Sequence):
            held = {str(item.get(prop.keyed)): item for item in old}
            result[name] = [_overlay(prop.nested, held.get(str(item.get(prop.keyed)), {}), item) for item in value]
        else:
            result[name] = value
    return result


def kept(
    kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any], ignores: Callable[[str], bool]
) -> dict[str, Any]:
    """`desired` with the observed value of every property whose path `ignores` is true of."""
    if kind.model is None:
        return {}
    return kind.wrapped(_kept(kind.model, kind.flat(observed), kind.flat(desired), "", ignores))


def _kept(
    model: type[Model], before: Mapping[str, Any], after: Mapping[str, Any], path: str, ignores: Callable[[str], bool]
) -> Properties:
    result = dict(after)
    for name, prop in properties_of(model).items():
        at = f"{path}.{name}" if path else name
        old, new = before.get(name), after.get(name)
        if ignores(at):
            result.pop(name, None)
            result.update({name: old} if old is not None else {})
        elif prop.keyed and prop.nested:
            items = _kept_items(prop, old or [], new or [], at, ignores)
            result.update({name: items} if items or name in after else {})
        elif prop.nested and not prop.is_map and not isinstance(old or new, list) and (old or new):
            inner = _kept(prop.nested, old or {}, new or {}, at, ignores)
            result.update({name: inner} if inner or name in after else {})
    return result


def _kept_items(
    prop: Property, before: Sequence[Any], after: Sequence[Any], path: str, ignores: Callable[[str], bool]
) -> list[Any]:
    """The items of a keyed list: ignored ones as they were, or not at all where they weren't."""
    old = {str(item.get(prop.keyed)): item for item in before}
    new = {str(item.get(prop.keyed)): item for item in after}
    result = []
    for key in {**new, **old}:
        at = f"{path}[{key}]"
        if ignores(at):
            result += [old[key]] if key in old else []
        elif key in new and prop.nested:
            result.append(_kept(prop.nested, old.get(key, {}), new[key], at, ignores))
    return result
