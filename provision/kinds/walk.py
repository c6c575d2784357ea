"""The one walk over a kind's properties and a body's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.kinds.table import Property

Inside = Mapping[str, "Property"]


@dataclass(frozen=True, slots=True)
class Place:
    """A value, the property that describes it (None: nobody knows it), and what stands beside it."""

    prop: Property | None
    value: Any
    siblings: Mapping[str, Any]
    loc: tuple[str | int, ...]
    path: str  # the same without saying which item: `responses[].headers`


def visit(
    inside: Inside, values: Mapping[str, Any], about: str = "", loc: tuple[Any, ...] = (), path: str = ""
) -> Iterator[Place]:
    """Every value in a body with its property, outermost first; unknown ones too, but not what is in them.

    `about`: only the properties of which that attribute is true. What is mirrored is not looked into for its own sake.
    """
    for name, value in values.items():
        prop = inside.get(name)
        if about and (prop is None or not bears(prop, about)):
            continue
        if not about or getattr(prop, about):
            yield Place(prop, value, values, (*loc, name), f"{path}{name}")
        if prop is not None and prop.nested and (about or not prop.mirrored):
            below = f"{path}{name}{'[]' if prop.many else ''}."
            for at, item in items(prop, value):
                yield from visit(prop.inside, item, about, (*loc, name, *at), below)
        elif prop is not None and about and prop.entries and isinstance(value, Mapping):
            yield from visit(prop.entries, value, about, (*loc, name), f"{path}{name}.")


def items(prop: Property, value: Any) -> Iterator[tuple[tuple[int | str, ...], Mapping[str, Any]]]:
    """The maps of properties in a value, and how they are reached from it."""
    if prop.many == "list":
        found = enumerate(value) if isinstance(value, list | tuple) else ()
        yield from (((index,), item) for index, item in found if isinstance(item, Mapping))
    elif isinstance(value, Mapping):
        several = value.items() if prop.many else ()
        yield from (((key,), item) for key, item in several if isinstance(item, Mapping))
        yield from () if prop.many else (((), value),)


@cache
def bears(prop: Property, about: str) -> bool:
    """Whether an attribute is true of a property or of one in it."""
    inside = (*prop.inside.values(), *prop.entries.values())
    return bool(getattr(prop, about)) or any(bears(one, about) for one in inside)


def map_key(prop: Property, key: str) -> str:
    """A key of a map, as it is compared."""
    return folded(key) if prop.folded else key


def folded(text: str) -> str:
    """A text without case and spaces."""
    return text.replace(" ", "").lower()
