"""Sorting: by keys, by comparers, by functions; and sequences that ThenBy goes on with."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.comparing import CULTURE, Comparer, weight
from provision.emulator.gateway.expressions.errors import Refused, invalid_operation
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.values import NUMBERS, Char, EnumValue, Lambda, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime


def sort_key(value: Any, comparer: Comparer | None) -> Any:  # noqa: PLR0911 - a line for each kind of value
    """Return what a value is sorted by: null first, strings by culture, tokens of JSON by their values."""
    value = plain(value)
    if hasattr(value, "primitive"):
        value = value.primitive()
    if value is None:
        return (0, 0)
    if type(value) is str:
        return (1, comparer.sorts(value) if comparer is not None else weight(value, CULTURE))
    if type(value) is Char:
        return (1, ord(value))
    if type(value) is bool or type(value) in NUMBERS:
        return (1, _number(value))
    if isinstance(value, EnumValue):
        return (1, value.number)
    if hasattr(value, "utc") or hasattr(value, "ticks"):
        return (1, value)
    if hasattr(value, "text"):
        return (1, value.text)
    raise invalid_operation("Failed to compare two elements in the array.")


def _number(value: Any) -> Any:
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - not a number comes first
        return float("-inf")
    return float(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def ordered(keys: Sequence[Any], *, descending: bool = False) -> list[int]:
    """Return the order of positions, equal ones as they were."""
    try:
        return sorted(range(len(keys)), key=keys.__getitem__, reverse=False) if not descending else _falling(keys)
    except TypeError:
        raise invalid_operation("Failed to compare two elements in the array.") from None


def _falling(keys: Sequence[Any]) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=True)


def sort_items(
    rt: Runtime, items: Sequence[Any], key: Lambda | None, comparer: Any, *, descending: bool = False
) -> list[Any]:
    """Return items sorted by a key, or by themselves."""
    rt.step(len(items))
    keys = [sort_key(one if key is None else rt.call(key, one), comparer) for one in items]
    return [items[at] for at in ordered(keys, descending=descending)]


class Order(Seq):
    """A sorted sequence; each further key sorts what the ones before leave equal."""

    __slots__ = ("keys", "rt", "source")

    def __init__(self, rt: Runtime, source: Any, keys: tuple[tuple[Lambda | None, Any, bool], ...]) -> None:
        super().__init__(self._sorted)
        self.rt = rt
        self.source = source
        self.keys = keys

    @property
    def type(self) -> TypeRef:
        """IOrderedEnumerable."""
        return TypeRef("IOrderedEnumerable")

    def _sorted(self) -> Iterator[Any]:
        items = self.rt.gather(self.source)
        for key, comparer, descending in reversed(self.keys):
            items = sort_items(self.rt, items, key, comparer, descending=descending)
        return iter(items)

    @staticmethod
    def by_function(rt: Runtime, items: Sequence[Any], compare: Lambda) -> list[Any]:
        """Return items sorted by a function of two."""

        def both(one: Any, other: Any) -> int:
            found = plain(rt.call(compare, one, other))
            if type(found) is not int:
                raise Refused("A comparison must return an int")
            return found

        return sorted(items, key=functools.cmp_to_key(both))
