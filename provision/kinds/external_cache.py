"""Caches: external ones, of Redis."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.kinds.confidential import is_reference
from provision.kinds.facts import Folded, Interpolated, Required, Secret, WriteOnly
from provision.kinds.kind import Kind, Names

if TYPE_CHECKING:
    from collections.abc import Mapping


def _is_in_clear(siblings: Mapping[str, Any]) -> bool:
    """Whether it is no reference to a named value, or one of those that Azure makes, which are of 24 digits."""
    value = str(siblings.get("connectionString"))
    return not is_reference(value) or _is_azures(value)


def _is_azures(value: str) -> bool:
    name = value.strip("{}").lower()
    return len(name) == 24 and set(name) <= set("0123456789abcdef")  # noqa: PLR2004


CACHE = Kind(
    type="caches",
    title="cache",
    about="An external cache, of one region or the default for all.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/cache/create-or-update",
    key="caches",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType(
        {
            "connectionString": (
                Required(),
                # The examples of GET show `{{5f7fbca77a891a2200f3db38}}`.
                WriteOnly("Azure keeps it in a named value of its own and shows a reference to that", _is_in_clear),
                Secret(_is_in_clear),
                Interpolated(),
            ),
            "useFromLocation": (Required(), Folded()),  # a region, or `default`
            "resourceId": Folded(),
        }
    ),
)
