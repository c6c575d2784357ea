"""Comparing values: equality and order."""

from __future__ import annotations

import operator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetTuple
from provision.emulator.gateway.expressions.conversions import number
from provision.emulator.gateway.expressions.operators import cannot, promoted
from provision.emulator.gateway.expressions.values import (
    NUMBERS,
    Boxed,
    Char,
    EnumValue,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

INT_MIN, INT_MAX = -(1 << 31), (1 << 31) - 1
SHIFT_INT, SHIFT_LONG = 31, 63
ORDERS: MappingProxyType[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def equal(rt: Runtime, left: Any, right: Any, sign: str = "==") -> bool:  # noqa: PLR0911 - a line for each kind
    """Do `==`."""
    a, b = type(left), type(right)
    if a is str:
        rt.look((left,))
    if a is b and (a is str or a in NUMBERS or a is bool or a is Char):
        return bool(left == right)
    if Boxed in (a, b):
        return _same_object(rt, left, right, sign)
    if left is None or right is None:
        return left is right
    if (a in NUMBERS or a is Char) and (b in NUMBERS or b is Char):
        kind = promoted(a, b)
        if kind is None:
            raise cannot(rt, sign, left, right)
        return bool(number(left, kind) == number(right, kind))
    if EnumValue in (a, b):
        return _same_member(rt, left, right, sign)
    if a is NetTuple and b is NetTuple:
        return len(left.items) == len(right.items) and all(map(lambda x, y: equal(rt, x, y), left.items, right.items))
    if a is b or getattr(a, "operate", None) is not None:
        return bool(left == right)
    return _unlike(rt, left, right, sign)


def _unlike(rt: Runtime, left: Any, right: Any, sign: str) -> bool:
    """Compare references of different types; the compiler refuses what can never be equal."""
    if any(type(one) in NUMBERS or type(one) in (bool, Char) or rt.types.of(one).value for one in (left, right)):
        raise cannot(rt, sign, left, right)
    names = [rt.types.of(one).name for one in (left, right)]
    if "String" in names and not any(rt.types.by_name[name].accepts for name in names):
        raise cannot(rt, sign, left, right)
    accepts = rt.types.of(left).accepts
    if accepts is not None and names[0] in ("XName", "XNamespace"):
        return bool(left == accepts(right))
    return left is right


def _same_object(rt: Runtime, left: Any, right: Any, sign: str) -> bool:
    a, b = (one.value if type(one) is Boxed else one for one in (left, right))
    for one in (left, right):
        if one is not None and type(one) is not Boxed and (type(one) is not str and rt.types.of(one).value):
            raise cannot(rt, sign, left, right)
    return a is b


def _same_member(rt: Runtime, left: Any, right: Any, sign: str) -> bool:
    numbers = [one.number if type(one) is EnumValue else one for one in (left, right)]
    if type(left) is type(right) is EnumValue and left.enum != right.enum:
        raise cannot(rt, sign, left, right)
    if type(left) is not type(right) and 0 not in (left, right):
        raise cannot(rt, sign, left, right)
    return bool(numbers[0] == numbers[1])


def order(rt: Runtime, sign: str, left: Any, right: Any) -> bool:
    """Do `< <= > >=`."""
    a, b = type(left), type(right)
    if (a in NUMBERS or a is Char) and (b in NUMBERS or b is Char):
        kind = promoted(a, b)
        if kind is not None:
            return ORDERS[sign](number(left, kind), number(right, kind))
    elif left is None or right is None:
        other = right if left is None else left
        if other is None or rt.types.of(other).value:
            return False
    elif a is b is EnumValue:
        return ORDERS[sign](left.number, right.number)
    elif a is b and getattr(a, "operate", None) is not None and hasattr(left, "ticks"):
        return ORDERS[sign](left, right)
    raise cannot(rt, sign, left, right)
