"""What is sent: bodies made of what Azure has and what a spec wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provision.kinds.canonical import Property, form_of, key_of, properties_of

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
        prop, old = known.get(name), before.get(name)
        if prop is None or prop.nested is None or not old or value is None:
            result[name] = value
        elif prop.is_map:
            result[name] = {key: _overlay(prop.nested, old.get(key) or {}, item) for key, item in value.items()}
        elif isinstance(value, Mapping):
            result[name] = _overlay(prop.nested, old, value)
        else:
            pairs = zip(partners(prop, old, value), value, strict=True)
            result[name] = [_overlay(prop.nested, held, item) for held, item in pairs]
    for name, prop in known.items():
        old = before.get(name)
        if name not in after and prop.nested and isinstance(old, Mapping) and not (prop.is_map or prop.mirrored):
            unknown = _overlay(prop.nested, old, {})
            result.update({name: unknown} if unknown else {})
    return result


def partners(prop: Property, before: Sequence[Any], after: Sequence[Any]) -> list[Mapping[str, Any]]:
    """For each item of `after` the one of `before` that it is about; an empty one where there is none.

    Without a key that is one which says the same, else the one in the same place.
    """
    if prop.keyed:
        held = {key_of(prop, item): item for item in before}
        return [held.get(key_of(prop, item), {}) for item in after]
    forms = [form_of(prop, item) for item in before]
    free = dict(enumerate(before))
    result: list[Mapping[str, Any]] = [{}] * len(after)
    for place, item in enumerate(after):
        form = form_of(prop, item)
        same = next((at for at in free if forms[at] == form), None)
        if same is not None:
            result[place] = free.pop(same)
    return [found or free.get(place, {}) for place, found in enumerate(result)]


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
    old = {key_of(prop, item): item for item in before}
    new = {key_of(prop, item): item for item in after}
    result = []
    for key in {**new, **old}:
        at = f"{path}[{key}]"
        if ignores(at):
            result += [old[key]] if key in old else []
        elif key in new and prop.nested:
            result.append(_kept(prop.nested, old.get(key, {}), new[key], at, ignores))
    return result


def fragment(kind: Kind, desired: Mapping[str, Any], ignores: Callable[[str], bool]) -> dict[str, Any]:
    """What `desired` says of a kind whose rest isn't ours, without every property whose path `ignores` is true of."""
    if kind.model is None:
        return {}
    facts = properties_of(kind.model)
    result = _kept(kind.model, {}, desired, "", ignores)
    for name in [name for name, prop in facts.items() if prop.is_map and isinstance(result.get(name), Mapping)]:
        items = result[name].items()
        result[name] = {key: value for key, value in items if not _ignored(name, key, ignores)}
    return result


def _ignored(name: str, key: str, ignores: Callable[[str], bool]) -> bool:
    return ignores(f"{name}.{key}") or ignores(f'{name}["{key}"]')


def merged(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> Properties:
    """The properties of `desired`, and within them what `observed` has beside: of a kind whose rest isn't ours."""
    if kind.model is None:
        return {}
    facts = properties_of(kind.model)
    return {name: _merged(facts.get(name), observed.get(name), value) for name, value in desired.items()}


def _merged(prop: Property | None, old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        facts = properties_of(prop.nested) if prop and prop.nested and not prop.is_map else {}
        return {**old, **{key: _merged(facts.get(key), old.get(key), value) for key, value in new.items()}}
    if prop and prop.nested and isinstance(old, list) and isinstance(new, list):
        pairs = list(zip(partners(prop, old, new), new, strict=True))
        # Of items with a key the spec says only what it writes; a list without keys it says whole.
        spoken = {key_of(prop, item) for item in new} if prop.keyed else set()
        others = [item for item in old if prop.keyed and key_of(prop, item) not in spoken]
        both = [_merged(_item_of(prop), held, item) if held else item for held, item in pairs]
        return [_without_nulls(item) for item in (*both, *others)]
    return new


def _item_of(prop: Property) -> Property:
    """What the model says about one item of a list."""
    return replace(prop, keyed="", is_map=False)


def _without_nulls(item: Any) -> Any:
    return {key: value for key, value in item.items() if value is not None} if isinstance(item, Mapping) else item
