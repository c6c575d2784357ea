"""ARM's bodies, in which most properties stand in a wrapper, and the flat ones of everything else in provision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.kinds.table import outside_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.kinds import Kind


def flat(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource, without the wrapper and without ARM's own id, name and type; a link has none."""
    if kind.is_link:
        return {}
    return {**(body.get("properties") or {}), **{name: body[name] for name in outside_of(kind) if name in body}}


def wrapped(kind: Kind, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The body that ARM takes; empty for a link."""
    if kind.is_link:
        return {}
    outside = outside_of(kind)
    body: dict[str, Any] = {name: value for name, value in properties.items() if name in outside}
    inner = {name: value for name, value in properties.items() if name not in outside and name not in kind.unsent}
    return {**body, "properties": inner} if inner or not outside else body
