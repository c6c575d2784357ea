"""What is sent: bodies made of what Azure has and what a spec wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from provision.kinds.canonical import Property, properties_of

if TYPE_CHECKING:
    from provision.kinds.kind import Kind, Properties
    from provision.kinds.model import Model


def update_body(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    """The PUT that makes `observed` what `desired` says.

    What the model doesn't know keeps its value, since a PUT replaces everything; what it knows and `desired` omits is
    not sent, so that it falls back to the service's default.
    """
    if kind.model is None:
        return {}
    before = {name: value for name, value in observed.items() if name not in kind.read_only}
    return _overlay(kind.model, before, desired)


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
    for name, prop in known.items():
        old = before.get(name)
        if name not in after and prop.nested and isinstance(old, Mapping) and not prop.is_map:
            unknown = _overlay(prop.nested, old, {})
            result.update({name: unknown} if unknown else {})
    return result


def kept(
    kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any], ignores: Callable[[str], bool]
) -> dict[str, Any]:
    """`desired` with the observed value of every property whose path `ignores` is true of."""
    if kind.model is None:
        return {}
    return _kept(kind.model, observed, desired, "", ignores)


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


def merged(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> Properties:
    """The properties of `desired`, and within them what `observed` has beside: of a kind whose rest isn't ours."""
    if kind.model is None:
        return {}
    facts = properties_of(kind.model)
    return {name: _merged(facts.get(name), observed.get(name), value) for name, value in desired.items()}


def _merged(prop: Property | None, old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merged(None, old.get(key), value) for key, value in new.items()}}
    if prop and prop.keyed and isinstance(old, list) and isinstance(new, list):
        by_key = {str(item.get(prop.keyed)).lower(): item for item in old}
        written = {str(item.get(prop.keyed)).lower(): item for item in new}
        both = {key: _merged(None, by_key.get(key), item) for key, item in written.items()}
        others = (item for key, item in by_key.items() if key not in both)
        return [_without_nulls(item) for item in (*both.values(), *others)]
    return new


def _without_nulls(item: Any) -> Any:
    return {key: value for key, value in item.items() if value is not None} if isinstance(item, Mapping) else item
