"""Two bodies laid side by side, property by property, and one body made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.canonical import form_of
from provision.kinds.references import key_of
from provision.kinds.walk import map_key

if TYPE_CHECKING:
    from provision.kinds.table import Property
    from provision.kinds.walk import Inside

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Take(Enum):
    """What becomes of a property when two bodies are laid over each other."""

    OLD = 1
    NEW = 2
    NEITHER = 3
    BOTH = 4  # look inside


UNSAID: Final = object()  # what the second body doesn't mention
Choice = Callable[["Property | None", str, Any, Any], Take]
_WORD = re.compile(r"[\w-]+\Z")


def combine(inside: Inside, before: Mapping[str, Any], after: Mapping[str, Any], choose: Choice) -> dict[str, Any]:
    """One body out of two. `choose` is asked for each property: what it is, its path, and its value on either side.

    It is asked for items too, of maps and of lists with a key: their property has no name.
    """
    return _combined(inside, before, after, choose, "")


def _combined(
    inside: Inside, before: Mapping[str, Any], after: Mapping[str, Any], choose: Choice, path: str
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in {**after, **before}:
        prop, old, new = inside.get(name), before.get(name), after.get(name, UNSAID)
        at = joined(path, name)
        take = choose(prop, at, old, new)
        if take is Take.BOTH and prop is not None:
            value = _both(prop, old, None if new is UNSAID else new, choose, at)
            result.update({name: value} if value or new is not UNSAID else {})
        elif take is Take.NEW and new is not UNSAID:
            result[name] = new
        elif take is Take.OLD and old is not None:
            result[name] = old
    return result


def joined(path: str, name: str) -> str:
    """The path of what is named so at a path."""
    if not _WORD.match(name):
        return f'{path}["{name}"]'
    return f"{path}.{name}" if path else name


def _both(prop: Property, old: Any, new: Any, choose: Choice, path: str) -> Any:
    if prop.many == "list":
        return _lists(prop, old or (), new or (), choose, path)
    if prop.many == "map":
        was, will = ({map_key(prop, key): item for key, item in side.items()} for side in (old or _NONE, new or _NONE))
        return _several(prop, was, will, choose, lambda key: joined(path, key))
    return _combined(prop.inside, old or _NONE, new or _NONE, choose, path)


def _lists(prop: Property, old: Sequence[Any], new: Sequence[Any], choose: Choice, path: str) -> list[Any]:
    if prop.keyed:
        was, will = ({key_of(prop, item): item for item in side} for side in (old, new))
        return list(_several(prop, was, will, choose, lambda key: f"{path}[{key}]").values())
    pairs = zip(partners(prop, old, new), new, strict=True)
    return [_combined(prop.inside, held, item, choose, f"{path}[]") if held else item for held, item in pairs]


def _several(
    prop: Property, old: Mapping[str, Any], new: Mapping[str, Any], choose: Choice, path: Callable[[str], str]
) -> dict[str, Any]:
    one, result = _one(prop), {}
    for key in {**new, **old}:
        was, will = old.get(key), new.get(key, UNSAID)
        take = choose(one, path(key), was, will)
        if take is Take.BOTH and one.nested:
            result[key] = _combined(one.inside, was or _NONE, _NONE if will is UNSAID else will, choose, path(key))
        elif take in (Take.NEW, Take.BOTH) and will is not UNSAID:
            result[key] = will
        elif take is Take.OLD and was is not None:
            # The service writes null where it has nothing.
            nulls = isinstance(was, Mapping)
            result[key] = {name: value for name, value in was.items() if value is not None} if nulls else was
    return result


@cache
def _one(prop: Property) -> Property:
    """What describes one item of a list or a map."""
    return replace(prop, name="", many="", keyed="")


def partners(prop: Property, before: Sequence[Any], after: Sequence[Any]) -> list[Mapping[str, Any]]:
    """For each item of `after` the one of `before` that it is about; an empty one where there is none.

    That is one which says the same, else the one in the same place.
    """
    forms = [form_of(prop, item) for item in before]
    free = dict(enumerate(before))
    result: list[Mapping[str, Any]] = [{}] * len(after)
    for place, item in enumerate(after):
        form = form_of(prop, item)
        same = next((at for at in free if forms[at] == form), None)
        if same is not None:
            result[place] = free.pop(same)
    return [found or free.get(place, {}) for place, found in enumerate(result)]
