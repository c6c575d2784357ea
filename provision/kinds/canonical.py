"""One form for what means the same, driven by a kind's properties: for comparing, and for building what is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final

from provision import policyxml
from provision.kinds.confidential import concealed
from provision.kinds.kind import Finding
from provision.kinds.references import comparable, key_of
from provision.kinds.table import ABSENT, properties_of
from provision.kinds.walk import folded, map_key, visit

if TYPE_CHECKING:
    from provision.kinds.kind import Kind, Properties
    from provision.kinds.table import Property
    from provision.kinds.walk import Inside


class Elements(dict[str, Any]):
    """A keyed list as a map from the key's text to the element."""

    __slots__ = ()


def canonical(
    kind: Kind, body: Mapping[str, Any], *, partial: bool | None = None, revealed: AbstractSet[str] = frozenset()
) -> Properties:
    """The comparable form of a body: known properties, defaults filled in, what is empty left out.

    A partial one (what a spec says about an instance) has no defaults: it holds what is written and no more.
    `revealed`: properties that Azure was asked for beside the body, and that are compared therefore.
    """
    if kind.is_link:
        return {}
    partial = kind.partial if partial is None else partial
    return _canonical(properties_of(kind), kind.normal(dict(body)), fill=not partial, revealed=revealed)


def _canonical(
    inside: Inside, values: Mapping[str, Any], *, fill: bool, revealed: AbstractSet[str] = frozenset()
) -> Properties:
    result: Properties = {}
    for name, prop in inside.items():
        if not prop.written or (prop.write_only and name not in revealed and prop.unseen(values)):
            continue
        value = _value(prop, values.get(name), fill=fill)
        if fill and prop.default is not ABSENT and _empty(value):
            default = prop.default(values) if callable(prop.default) else prop.default
            value = _value(prop, list(default) if isinstance(default, tuple) else default, fill=fill)
        if not _empty(value):
            result[name] = concealed(value) if prop.secret and prop.is_secret(values) else value
    return result


def _value(prop: Property, value: Any, *, fill: bool) -> Any:
    if isinstance(value, list | tuple):
        found = [_item(prop, item, fill=fill) for item in value]
        if prop.keyed:
            return _keyed(prop, found)
        return sorted(found, key=str) if prop.any_order else found
    if prop.many == "map":
        return {map_key(prop, key): _item(prop, item, fill=fill) for key, item in _seen(prop, value or {})}
    if prop.nested and not prop.many and (isinstance(value, Mapping) or (fill and value is None)):
        return _canonical(prop.inside, value or {}, fill=fill)
    return _item(prop, value, fill=fill)


def _seen(prop: Property, entries: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a map that Azure gives back. It writes null where it has nothing."""
    for key, item in entries.items():
        known = prop.entries.get(key)
        if item is not None and not (known and known.unseen(entries)):
            yield key, item


def _item(prop: Property, value: Any, *, fill: bool) -> Any:
    if isinstance(value, Mapping):
        return _canonical(prop.inside, value, fill=fill) if prop.nested else dict(value)
    if not isinstance(value, str) or not value:
        return value
    if prop.ref:
        return comparable(prop.ref, value)
    if prop.document:
        return policyxml.canonical(value)
    if prop.duration:
        return _duration(value)
    return folded(value) if prop.folded else value


def form_of(prop: Property, item: Mapping[str, Any]) -> Properties:
    """The comparable form of an item of a list."""
    return _canonical(prop.inside, item, fill=True)


def _keyed(prop: Property, items: list[Any]) -> Elements:
    """Elements by key; one whose key is taken already gets a number behind it, so that nothing is lost."""
    result = Elements()
    for item in items:
        key = key_of(prop, item)
        result[key if key not in result else f"{key}#{len(result)}"] = item
    return result


_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?")


def _duration(text: str) -> str:
    """One spelling for ISO 8601 durations of the same length; .NET writes PT60S as PT1M."""
    found = _DURATION.fullmatch(text)
    if not found:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return f"PT{((days * 24 + hours) * 60 + minutes) * 60 + seconds}S"


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def unknown_properties(kind: Kind, body: Mapping[str, Any]) -> list[str]:
    """Paths of properties with a value that the table doesn't know."""
    if kind.is_link or kind.partial:
        return []
    places = visit(properties_of(kind), body)
    unknown = (one for one in places if one.prop is None and one.value is not False and not _empty(one.value))
    return sorted({one.path for one in unknown})


def left_out(kind: Kind, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Properties with a value that could be written and are no key of a spec, and why."""
    places = visit(properties_of(kind), body, "told")
    return sorted((one.path, one.prop.left_out) for one in places if one.prop and not _empty(one.value))


def unsure(kind: Kind, body: Mapping[str, Any]) -> Iterator[str]:
    """Properties of which a body says nothing, and nobody knows what the service makes of that."""
    inside = properties_of(kind)
    return (name for name, prop in inside.items() if prop.unsure and body.get(name) is None)


def unverifiable(kind: Kind, body: Mapping[str, Any]) -> list[str]:
    """What Azure never gives back of what a spec says, and why, such as `certificates[].encodedCertificate: ...`."""
    places = visit(properties_of(kind), body, "write_only")
    unseen = ((one, one.prop.unseen(one.siblings)) for one in places if one.prop and one.value is not None)
    return list(dict.fromkeys(f"{one.path}: {why}" for one, why in unseen if why))


def twins(kind: Kind, values: Mapping[str, Any]) -> Iterator[Finding]:
    """Items of a keyed list that have the same key, in properties as a spec writes them."""
    for place in visit(properties_of(kind), values, "keyed"):
        prop, seen = place.prop, set[str]()
        for index, item in enumerate(place.value if isinstance(place.value, list) and prop else ()):
            key = str(item.get(prop.keyed)) if prop else ""
            if prop and key in seen:
                what = f"{prop.name} has {prop.keyed} {key} twice"
                yield Finding((*place.loc, index), what, f"its items are told apart by {prop.keyed}", "remove one")
            seen.add(key)
