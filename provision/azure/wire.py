"""ARM's bodies, in which most properties stand in a wrapper, and the flat ones of everything else in provision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.kinds import Kind


def flat(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource, without the wrapper and without ARM's own id, name and type; a link has none."""
    if kind.model is None:
        return {}
    return {**(body.get("properties") or {}), **{name: body[name] for name in kind.top_level if name in body}}


def wrapped(kind: Kind, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The body that ARM takes; empty for a link."""
    if kind.model is None:
        return {}
    body: dict[str, Any] = {name: value for name, value in properties.items() if name in kind.top_level}
    inner = {name: value for name, value in properties.items() if name not in kind.top_level}
    return {**body, "properties": inner} if inner or not kind.top_level else body
