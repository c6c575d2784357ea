"""Two canonical bodies -> the properties in which they differ. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.kinds.canonical import Elements, unverifiable
from provision.kinds.combine import joined
from provision.kinds.confidential import secrets
from provision.secrecy import OTHER, SECRET, Concealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.kinds import Kind


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property before and after; None where it isn't."""

    path: str
    before: Any
    after: Any


def compare(before: Mapping[str, Any], after: Mapping[str, Any], *, partial: bool = False) -> list[PropertyChange]:
    """The leaves in which two canonical bodies differ. A partial `after` says nothing of what it doesn't hold."""
    return list(_compare(before, after, "", partial=partial))


def _compare(
    before: Mapping[str, Any], after: Mapping[str, Any], path: str, *, partial: bool
) -> Iterator[PropertyChange]:
    keyed = isinstance(before, Elements) or isinstance(after, Elements)
    for key in after if partial else {**after, **before}:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        at = _join(path, key, keyed=keyed)
        descends = _descend(old, new, keyed=keyed)
        inside = list(_compare(old or _like(new), new or _like(old), at, partial=partial)) if descends else []
        yield from inside
        # In a document of the user's own, what holds nothing is something.
        if not descends or not (inside or partial):
            yield property_change(at, old, new)


def _like(side: Any) -> dict[str, Any]:
    return Elements() if isinstance(side, Elements) else {}


def _descend(old: Any, new: Any, *, keyed: bool) -> bool:
    """Whether to look inside: two maps, or one beside nothing unless it is an element that came or went."""
    sides = [side for side in (old, new) if side is not None]
    return all(isinstance(side, dict) for side in sides) and (len(sides) == 2 or not keyed)  # noqa: PLR2004


def _join(path: str, key: str, *, keyed: bool) -> str:
    return f"{path}[{key}]" if keyed else joined(path, key)


def property_change(path: str, old: Any, new: Any) -> PropertyChange:
    """A property as plans have it: no secret gets further."""
    return PropertyChange(path, _plain(old, SECRET if new is None else OTHER), _plain(new, SECRET))


def _plain(value: Any, secret: str) -> Any:
    """A value for plans: keyed lists as the lists they are, and `secret` in the place of what is one."""
    if isinstance(value, Elements):
        return [_plain(item, secret) for item in value.values()]
    if isinstance(value, dict):
        return {key: _plain(item, secret) for key, item in value.items()}
    if isinstance(value, Concealed):
        return secret
    return [_plain(item, secret) for item in value] if isinstance(value, list) else value


def _path_of(loc: tuple[str | int, ...]) -> str:
    """The path of what is reached by these steps."""
    path = ""
    for step in loc:
        path = f"{path}[{step}]" if isinstance(step, int) else joined(path, step)
    return path


def sent_again(kind: Kind, want: Mapping[str, Any], found: list[PropertyChange]) -> list[PropertyChange]:
    """The secrets that differ in nothing that can be seen."""
    every = dict.fromkeys(_path_of(loc) for loc, _ in secrets(kind, want))
    return [PropertyChange(path, SECRET, SECRET) for path in every if path not in {one.path for one in found}]


def becoming_secret(kind: Kind, want: Mapping[str, Any], found: list[PropertyChange]) -> list[PropertyChange]:
    """What Azure shows, and won't when it is what is wanted: what it becomes isn't nothing."""
    hidden = {said.partition(":")[0] for said in unverifiable(kind, want)}
    return [PropertyChange(one.path, OTHER, SECRET) if one.path in hidden else one for one in found]
