"""Numbers: Int32 and its kin, Double, Decimal."""

from __future__ import annotations

import math
import re
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import operators
from provision.emulator.gateway.expressions.conversions import MAX_DECIMAL, PRIMITIVES, fits, number
from provision.emulator.gateway.expressions.decimals import WIDE
from provision.emulator.gateway.expressions.errors import Thrown, bad_format, null_argument, out_of_range, overflow
from provision.emulator.gateway.expressions.numberformats import number_text
from provision.emulator.gateway.expressions.signatures import Family, enumeration, family
from provision.emulator.gateway.expressions.values import WHOLE, Ref, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN_INTEGER = re.compile(r"[ \t\r\n\v\f]*[+-]?[0-9]+[ \t\r\n\v\f\0]*")
REAL = re.compile(r"\s*[+-]?(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?\s*")
HEXADECIMAL = re.compile(r"\s*[0-9A-Fa-f]+\s*")
NAMED_REALS = MappingProxyType(
    {"nan": math.nan, "infinity": math.inf, "-infinity": -math.inf, "∞": math.inf, "-∞": -math.inf}
)
MAX_TEXT = 1000
NAMES = MappingProxyType(
    {"Int32": "an Int32", "Int64": "an Int64", "Int16": "an Int16", "Byte": "an unsigned byte",
     "SByte": "a signed byte",
     "UInt16": "a UInt16", "UInt32": "a UInt32", "UInt64": "a UInt64"}
)  # fmt: skip
STYLES = enumeration(
    "System.Globalization.NumberStyles",
    numbers={"None": 0, "AllowLeadingSign": 4, "Integer": 7, "AllowDecimalPoint": 32, "AllowThousands": 64,
             "Number": 111, "Float": 167, "AllowHexSpecifier": 512, "HexNumber": 515, "Currency": 383, "Any": 511},
)  # fmt: skip
HEX_FLAG, THOUSANDS_FLAG = 512, 64


def parse_whole(text: str | None, name: str, style: Any = None) -> Any:
    """Return the whole number that a text is; raises what Parse throws."""
    if text is None:
        raise null_argument("s")
    kind = PRIMITIVES[name]
    if style is not None and style.number & HEX_FLAG:
        if not HEXADECIMAL.fullmatch(text[:MAX_TEXT]):
            raise bad_format(f"The input string '{text}' was not in a correct format.")
        found = int(text, 16)
        bits, signed = WHOLE[kind]
        found -= (1 << bits) if signed and found >> (bits - 1) and not found >> bits else 0
    else:
        if style is not None and style.number & THOUSANDS_FLAG:
            text = text.replace(",", "")
        if len(text) > MAX_TEXT or not PLAIN_INTEGER.fullmatch(text):
            raise bad_format(f"The input string '{text[:MAX_TEXT]}' was not in a correct format.")
        found = int(text.rstrip("\0"))
    if not fits(found, kind):
        raise overflow(f"Value was either too large or too small for {NAMES[name]}.")
    return kind(found)


def parse_real(text: str | None, name: str) -> Any:
    """Return the double, float or decimal that a text is; raises what Parse throws."""
    if text is None:
        raise null_argument("s")
    kind = PRIMITIVES[name]
    special = NAMED_REALS.get(text.strip().lower())
    if special is not None and kind is not Decimal:
        return kind(special)
    if len(text) > MAX_TEXT or not REAL.fullmatch(text):
        raise bad_format(f"The input string '{text[:MAX_TEXT]}' was not in a correct format.")
    plain = text.strip().replace(",", "")
    return number(Decimal(plain) if kind is Decimal else float(plain), kind)


def _parse(name: str) -> Callable[..., Any]:
    if PRIMITIVES[name] in WHOLE:
        return lambda text, style=None, _=None: parse_whole(text, name, style)
    return lambda text, _=None, __=None: parse_real(text, name)


def _try_parse(name: str) -> Callable[..., bool]:
    parse = _parse(name)

    def attempt(text: str | None, *rest: Any) -> bool:
        result: Ref = rest[-1]
        try:
            found = parse(text, *rest[:-1])
        except Thrown:
            result.store(PRIMITIVES[name](0))
            return False
        result.store(found)
        return True

    return attempt


def _compare(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _table(name: str, keyword: str) -> dict[str, Callable[..., Any]]:
    parse, attempt = _parse(name), _try_parse(name)
    return {
        "string ToString()": to_text,
        "string ToString(string format)": lambda value, pattern: number_text(value, pattern or ""),
        "string ToString(IFormatProvider provider)": lambda value, _: to_text(value),
        "string ToString(string format, IFormatProvider provider)": lambda value, pattern, _: number_text(
            value, pattern
        ),
        f"int CompareTo({keyword} other)": _compare,
        f"static {keyword} Parse(string text)": parse,
        f"static {keyword} Parse(string text, IFormatProvider provider)": lambda text, _: parse(text),
        f"static {keyword} Parse(string text, NumberStyles style, IFormatProvider provider=)": parse,
        f"static bool TryParse(string text, out {keyword} result)": attempt,
        f"static bool TryParse(string text, NumberStyles style, IFormatProvider p, out {keyword} result)": attempt,
    }


def _whole(name: str, keyword: str) -> Family:
    kind = PRIMITIVES[name]
    bits, signed = WHOLE[kind]
    low = -(1 << (bits - 1)) if signed else 0
    bounds: dict[str, Callable[..., Any]] = {
        f"static {keyword} MaxValue": lambda: kind(low + (1 << bits) - 1),
        f"static {keyword} MinValue": lambda: kind(low),
    }
    return family(
        f"System.{name}", {**_table(name, keyword), **bounds}, classes=(kind,), bases=("ValueType",), value=True,
        zero=kind(0),
    )  # fmt: skip


DOUBLE = family(
    "System.Double",
    {
        **_table("Double", "double"),
        "static double MaxValue": lambda: 1.7976931348623157e308,
        "static double MinValue": lambda: -1.7976931348623157e308,
        "static double Epsilon": lambda: 5e-324,
        "static double NaN": lambda: math.nan,
        "static double PositiveInfinity": lambda: math.inf,
        "static double NegativeInfinity": lambda: -math.inf,
        "static bool IsNaN(double value)": math.isnan,
        "static bool IsInfinity(double value)": math.isinf,
    },
    classes=(float,),
    bases=("ValueType",),
    value=True,
    zero=0.0,
)
SINGLE = family(
    "System.Single",
    {
        **_table("Single", "float"),
        "static float MaxValue": lambda: PRIMITIVES["Single"](3.4028234663852886e38),
        "static float MinValue": lambda: PRIMITIVES["Single"](-3.4028234663852886e38),
        "static bool IsNaN(float value)": math.isnan,
        "static bool IsInfinity(float value)": math.isinf,
    },
    classes=(PRIMITIVES["Single"],),
    bases=("ValueType",),
    value=True,
    zero=PRIMITIVES["Single"](0),
)

MIDPOINT = enumeration(
    "System.MidpointRounding", "ToEven", "AwayFromZero", "ToZero", "ToNegativeInfinity", "ToPositiveInfinity"
)
ROUNDINGS = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING)
MAX_DECIMALS, MAX_DOUBLE_DIGITS = 28, 15


def round_decimal(value: Decimal, digits: int = 0, mode: Any = None) -> Decimal:
    """Do Math.Round on a decimal."""
    if not 0 <= digits <= MAX_DECIMALS:
        raise out_of_range("decimals", "Decimal can only round to between 0 and 28 digits of precision.")
    if -int(value.as_tuple().exponent) <= digits:
        return value
    return value.quantize(Decimal(1).scaleb(-digits), ROUNDINGS[mode.number if mode else 0], WIDE)


def round_double(value: float, digits: int = 0, mode: Any = None) -> float:
    """Do Math.Round on a double."""
    if not 0 <= digits <= MAX_DOUBLE_DIGITS:
        raise out_of_range("digits", "Rounding digits must be between 0 and 15, inclusive.")
    if not math.isfinite(value) or abs(value) >= 1e16:  # noqa: PLR2004 - has no fraction
        return value
    power = 10.0**digits
    scaled = Decimal(value * power).quantize(Decimal(1), ROUNDINGS[mode.number if mode else 0])
    return math.copysign(float(scaled) / power, value)


DECIMAL = family(
    "System.Decimal",
    {
        **_table("Decimal", "decimal"),
        "static decimal MaxValue": lambda: MAX_DECIMAL,
        "static decimal MinValue": lambda: -MAX_DECIMAL,
        "static decimal Zero": lambda: Decimal(0),
        "static decimal One": lambda: Decimal(1),
        "static decimal MinusOne": lambda: Decimal(-1),
        "static decimal Round(decimal value, int decimals=)": round_decimal,
        "static decimal Round(decimal value, MidpointRounding mode)": lambda value, mode: round_decimal(value, 0, mode),
        "static decimal Round(decimal value, int decimals, MidpointRounding mode)": round_decimal,
        "static decimal Floor(decimal value)": lambda value: value.to_integral_value(ROUND_FLOOR),
        "static decimal Ceiling(decimal value)": lambda value: value.to_integral_value(ROUND_CEILING),
        "static decimal Truncate(decimal value)": lambda value: value.to_integral_value(ROUND_DOWN),
        "static decimal Add(decimal a, decimal b)": lambda rt, a, b: operators.arithmetic(rt, "+", a, b),
        "static decimal Subtract(decimal a, decimal b)": lambda rt, a, b: operators.arithmetic(rt, "-", a, b),
        "static decimal Multiply(decimal a, decimal b)": lambda rt, a, b: operators.arithmetic(rt, "*", a, b),
        "static decimal Divide(decimal a, decimal b)": lambda rt, a, b: operators.arithmetic(rt, "/", a, b),
        "static int ToInt32(decimal value)": lambda value: number(value, int, checked=True),
    },
    classes=(Decimal,),
    bases=("ValueType",),
    value=True,
    zero=Decimal(0),
)
FAMILIES = (
    _whole("Int32", "int"), _whole("Int64", "long"), _whole("Int16", "short"), _whole("SByte", "sbyte"),
    _whole("Byte", "byte"), _whole("UInt16", "ushort"), _whole("UInt32", "uint"), _whole("UInt64", "ulong"),
    DOUBLE, SINGLE, DECIMAL, MIDPOINT, STYLES,
)  # fmt: skip
