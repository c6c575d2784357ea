"""decimal: 96 bits and a scale of up to 28 digits, halves rounded to the even digit."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.errors import Thrown, overflow

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = (1 << 96) - 1
SCALE = 28
WIDE = Context(prec=80)


def too_large() -> Thrown:
    """Return what a decimal out of range throws."""
    return overflow("Value was either too large or too small for a Decimal.")


def divided_by_zero() -> Thrown:
    """Return what dividing by zero throws."""
    return Thrown("DivideByZeroException", "Attempted to divide by zero.")


def fitted(value: Decimal) -> Decimal:
    """Round to what a decimal can hold; raises OverflowException."""
    if not value.is_finite():
        raise too_large()
    sign, digits, exponent = value.as_tuple()
    if len(digits) <= SCALE and -SCALE <= int(exponent) <= 0:
        return value
    scale = max(-int(exponent), 0)
    if value.adjusted() > SCALE:
        raise too_large()
    coefficient = int(value.copy_abs().scaleb(scale, WIDE))
    drop = max(scale - SCALE, 0)
    while True:
        kept, rest = divmod(coefficient, 10**drop)
        twice = 2 * rest - 10**drop
        kept += twice > 0 or (twice == 0 and drop > 0 and kept % 2 == 1)
        if kept <= LARGEST:
            break
        drop += 1
        if drop > scale:
            raise too_large()
    return Decimal((sign, tuple(int(one) for one in str(kept)), drop - scale))


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    whole = WIDE.divide(left, right).to_integral_value(ROUND_DOWN)
    return WIDE.subtract(left, WIDE.multiply(right, whole))


OPERATIONS: MappingProxyType[str, Callable[[Decimal, Decimal], Decimal]] = MappingProxyType(
    {"+": WIDE.add, "-": WIDE.subtract, "*": WIDE.multiply, "/": WIDE.divide, "%": _remainder}
)


def calculated(sign: str, left: Decimal, right: Decimal) -> Decimal:
    """Do an operation on decimals."""
    if sign in "/%" and not right:
        raise divided_by_zero()
    try:
        return fitted(OPERATIONS[sign](left, right))
    except (InvalidOperation, Overflow, DivisionByZero):
        raise too_large() from None
