"""Operators on values: numeric promotion, wrapping around, comparing, joining."""

from __future__ import annotations

import math
import operator
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.conversions import enum_value, fits, number, wrapped
from provision.emulator.gateway.expressions.decimals import calculated, divided_by_zero
from provision.emulator.gateway.expressions.errors import Refused, overflow
from provision.emulator.gateway.expressions.members import described
from provision.emulator.gateway.expressions.values import (
    NUMBERS,
    WHOLE,
    Boxed,
    Char,
    EnumValue,
    Int64,
    Lambda,
    Single,
    UInt32,
    UInt64,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

INT_MIN, INT_MAX = -(1 << 31), (1 << 31) - 1
SHIFT_INT, SHIFT_LONG = 31, 63
FLOATS: frozenset[type] = frozenset({float, Single})


def cannot(rt: Runtime, sign: str, left: Any, right: Any) -> Refused:
    """Return what the compiler says of operands that don't go together."""
    kinds = f"'{described(rt.types, left)}' and '{described(rt.types, right)}'"
    return Refused(f"Operator '{sign}' cannot be applied to operands of type {kinds}")


def promoted(left: type, right: type) -> type | None:  # noqa: PLR0911 - a line for each type
    """Return the type in which two numbers meet; None where there is none."""
    left, right = (int if kind is Char else kind for kind in (left, right))
    both = {left, right}
    if Decimal in both:
        return None if both & FLOATS else Decimal
    if float in both:
        return float
    if Single in both:
        return Single
    if UInt64 in both:
        return UInt64 if all(not WHOLE[kind][1] for kind in both) else None
    if Int64 in both:
        return Int64
    if UInt32 in both:
        return UInt32 if all(not WHOLE[kind][1] for kind in both) else Int64
    return int


def _int_divide(left: int, right: int) -> int:
    if not right:
        raise divided_by_zero()
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _int_remainder(left: int, right: int) -> int:
    if not right:
        raise divided_by_zero()
    return left - right * _int_divide(left, right)


def _float_divide(left: float, right: float) -> float:
    if right:
        return left / right
    if math.isnan(left) or not left:
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _float_remainder(left: float, right: float) -> float:
    if not right or math.isinf(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


INTEGERS: MappingProxyType[str, Callable[[int, int], int]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _int_divide, "%": _int_remainder}
)
REALS: MappingProxyType[str, Callable[[float, float], float]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _float_divide, "%": _float_remainder}
)
GENERAL: MappingProxyType[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
)
BITS: MappingProxyType[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"&": operator.and_, "|": operator.or_, "^": operator.xor}
)


def arithmetic(rt: Runtime, sign: str, left: Any, right: Any, *, checked: bool = False) -> Any:
    """Do `+ - * / %`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        found = INTEGERS[sign](left, right)
        return found if INT_MIN <= found <= INT_MAX else _around(found, int, checked=checked)
    if sign == "+" and (a is str or b is str) and Lambda not in (a, b):
        return _added(rt, left, right)
    if (a in NUMBERS or a is Char) and (b in NUMBERS or b is Char):
        kind = promoted(a, b)
        if kind is None:
            raise cannot(rt, sign, left, right)
        return _in(kind, sign, number(left, kind), number(right, kind), checked=checked)
    if left is None or right is None:
        other = right if left is None else left
        if other is None or type(other) in NUMBERS or rt.types.of(other).value:
            return None
        raise cannot(rt, sign, left, right)
    return _overloaded(rt, sign, left, right)


def _added(rt: Runtime, left: Any, right: Any) -> Any:
    """Join with a text, unless a type adds it in a way of its own."""
    found = getattr(type(left), "operate", None)
    made = NotImplemented if found is None else found(left, "+", right)
    return joined(rt, left, right) if made is NotImplemented else made


def _in(kind: type, sign: str, left: Any, right: Any, *, checked: bool) -> Any:
    if kind is Decimal:
        return calculated(sign, left, right)
    if kind in FLOATS:
        try:
            return number(REALS[sign](float(left), float(right)), kind)
        except OverflowError:
            return number(math.inf, kind)
    return _around(INTEGERS[sign](int(left), int(right)), kind, checked=checked)


def _around(value: int, kind: type, *, checked: bool) -> Any:
    if checked and not fits(value, kind):
        raise overflow()
    return wrapped(value, kind)


def _overloaded(rt: Runtime, sign: str, left: Any, right: Any) -> Any:
    """What a type defines by itself: dates and spans."""
    if Boxed not in (type(left), type(right)) and sign in GENERAL:
        for method, one, other in ((sign, left, right), (f"r{sign}", right, left)):
            found = getattr(type(one), "operate", None)
            if found is not None:
                result = found(one, method, other)
                if result is not NotImplemented:
                    return result
    raise cannot(rt, sign, left, right)


def joined(rt: Runtime, left: Any, right: Any) -> str:
    """Join texts."""
    text = to_text(left) + to_text(right)
    rt.spend(len(text))
    return text


def bits(rt: Runtime, sign: str, left: Any, right: Any) -> Any:
    """Do `& | ^`."""
    a, b = type(left), type(right)
    if a is b is bool:
        return BITS[sign](left, right)
    if a is b is EnumValue and left.enum == right.enum:
        return _flags(rt, left, right, BITS[sign](left.number, right.number))
    if (a in WHOLE or a is Char) and (b in WHOLE or b is Char):
        kind = promoted(a, b)
        if kind is not None:
            return wrapped(BITS[sign](int(number(left, kind)), int(number(right, kind))), kind)
    raise cannot(rt, sign, left, right)


def _flags(rt: Runtime, left: EnumValue, right: EnumValue, value: int) -> EnumValue:
    known = enum_value(rt.types, left.enum, value)
    named = known.name if known.name != str(value) else ", ".join(dict.fromkeys((left.name, right.name)))
    return EnumValue(left.enum, named, value)


def shift(rt: Runtime, sign: str, left: Any, right: Any) -> Any:
    """Do `<<` and `>>`."""
    if (type(left) in WHOLE or type(left) is Char) and type(right) in WHOLE:
        kind = promoted(type(left), int) if type(left) in (int, Char) else type(left)
        kind = kind if kind in (Int64, UInt64, UInt32) else int
        count = int(right) & (SHIFT_LONG if kind in (Int64, UInt64) else SHIFT_INT)
        value = int(number(left, kind))
        return wrapped(value << count if sign == "<<" else value >> count, kind)
    raise cannot(rt, sign, left, right)


def _minus(value: Any, wide: type) -> Any:
    if wide in WHOLE:
        return wrapped(-int(number(value, wide)), wide)
    return value.copy_negate() if isinstance(value, Decimal) else number(-value, wide)


def negated(rt: Runtime, sign: str, value: Any) -> Any:
    """Do the unary `- + ! ~`."""
    kind = type(value)
    if sign == "!" and kind is bool:
        return not value
    if kind in NUMBERS or kind is Char:
        wide = (
            promoted(kind, Int64 if kind is UInt32 and sign == "-" else int if kind is not UInt64 else UInt64) or kind
        )
        wide = UInt32 if kind is UInt32 and sign != "-" else wide
        if sign == "+":
            return number(value, wide)
        if sign == "-" and kind is not UInt64:
            return _minus(value, wide)
        if sign == "~" and wide in WHOLE:
            return wrapped(~int(number(value, wide)), wide)
    if value is None and sign != "!":
        return None
    if sign == "-" and hasattr(value, "negate"):
        return value.negate()
    raise Refused(f"Operator '{sign}' cannot be applied to operand of type '{described(rt.types, value)}'")
