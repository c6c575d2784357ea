"""Doubles and floats as .NET Core 3.0 and later write them: the shortest digits that read back as the same number.

[?] The older .NET Framework wrote 15 digits; the gateway's own version is not documented.
"""

from __future__ import annotations

import math
import struct

FIXED_FROM, FIXED_TO = -5, 15  # exponents between these are written without one
SINGLE_DIGITS, SINGLE_TO = 9, 7


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None


def digits_of(text: str) -> tuple[str, str, int]:
    """Return sign, significant digits and decimal exponent (of the first digit) of a number that Python wrote."""
    sign = "-" if text.startswith("-") else ""
    mantissa, _, power = text.lstrip("+-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1
    if not digits:
        return sign, "0", 0
    exponent -= len(whole + fraction) - len(digits)
    return sign, digits.rstrip("0") or "0", exponent


def general(sign: str, digits: str, exponent: int, limit: int = FIXED_TO, mark: str = "E") -> str:
    """Write digits as the format G does: with an exponent only where it is small or reaches the limit."""
    if FIXED_FROM < exponent < limit:
        if exponent < 0:
            return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
        whole = digits[: exponent + 1].ljust(exponent + 1, "0")
        fraction = digits[exponent + 1 :]
        return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def double_text(value: float) -> str:
    """Write a double."""
    return _special(value) or _shortest(digits_of(repr(float(value))), FIXED_TO)


def _shortest(parts: tuple[str, str, int], limit: int) -> str:
    """Write all digits there are: without an exponent as far as these reach, at least to the limit."""
    return general(*parts, max(limit, len(parts[1])))


def to_single(value: float) -> float:
    """Round to the nearest float of 32 bits."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def single_text(value: float) -> str:
    """Write a float of 32 bits."""
    special = _special(value)
    if special:
        return special
    for precision in range(1, SINGLE_DIGITS):
        text = format(value, f".{precision}g")
        if to_single(float(text)) == value:
            return _shortest(digits_of(text), SINGLE_TO)
    return _shortest(digits_of(format(value, f".{SINGLE_DIGITS}g")), SINGLE_TO)
