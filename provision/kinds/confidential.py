"""The secrets in a resource's properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.table import properties_of
from provision.kinds.walk import visit
from provision.secrecy import Concealed

if TYPE_CHECKING:
    from provision.kinds.kind import Kind

# `{{name}}`, with a scheme before it where that is in a header.
_REFERENCE: Final = re.compile(r"(?:[A-Za-z]+ )?\{\{[^{}]+\}\}")


def is_reference(value: Any) -> bool:
    """Whether a value is no secret but the name of one: of a named value."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def secrets(kind: Kind, properties: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every secret scalar and where it stands."""
    for place in visit(properties_of(kind), properties, "secret"):
        if place.prop and place.prop.is_secret(place.siblings):
            yield from _scalars(place.value, place.loc)


def _scalars(value: Any, loc: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _scalars(item, (*loc, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _scalars(item, (*loc, index))
    elif value is not None and not is_reference(value):
        yield loc, value


def concealed(value: Any) -> Any:
    """The value of a secret property, equal to itself, and known as what nobody may see."""
    if isinstance(value, dict):
        return type(value)({key: concealed(item) for key, item in value.items()})
    if isinstance(value, list):
        return [concealed(item) for item in value]
    return Concealed(value) if isinstance(value, str) and not is_reference(value) else value
