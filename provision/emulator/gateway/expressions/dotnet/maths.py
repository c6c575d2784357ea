"""Math and Random."""

from __future__ import annotations

import math
import random
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import operators
from provision.emulator.gateway.expressions.conversions import fits
from provision.emulator.gateway.expressions.dotnet.numbers import round_decimal, round_double
from provision.emulator.gateway.expressions.errors import out_of_range, overflow
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Net, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

KINDS = ("int", "long", "uint", "ulong", "float", "decimal", "double")
SIGNED = ("int", "long", "float", "decimal", "double")


class Random(Net):
    """A source of random numbers. A seed gives the same numbers again, not those of .NET."""

    __slots__ = ("source",)

    def __init__(self, seed: int | None = None) -> None:
        self.source = random.Random(seed)  # noqa: S311 - the expression asks for System.Random


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    """What Python raises is a number of .NET."""

    def run(*args: float) -> float:
        try:
            return function(*args)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return run


def _log(value: float, base: float | None = None) -> float:
    if value == 0:
        return -math.inf
    return math.log(value) if base is None else math.log(value) / math.log(base)


def _exponent(base: float, power: float) -> float:
    if base == 0 and power < 0:
        return math.inf
    return math.pow(base, power)


def _absolute(value: Any) -> Any:
    found = value.copy_abs() if isinstance(value, Decimal) else type(value)(abs(value))
    if isinstance(value, int) and not fits(int(found), type(value)):
        raise overflow("Negating the minimum value of a twos complement number is invalid.")
    return found


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _clamp(value: Any, low: Any, high: Any) -> Any:
    if low > high:
        raise out_of_range("min", f"'{to_text(low)}' cannot be greater than {to_text(high)}.")
    return min(max(value, low), high)


def _remainder(rt: Runtime, a: int, b: int, result: Any) -> Any:
    result.store(operators.arithmetic(rt, "%", a, b))
    return operators.arithmetic(rt, "/", a, b)


def _floor(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


def _ceiling(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def _truncate(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def _next(made: Random, low: int | None = None, high: int | None = None) -> int:
    if high is None:
        high, low = (1 << 31) - 1 if low is None else low, 0
    low = low or 0
    if low > high:
        raise out_of_range("minValue", "'minValue' cannot be greater than maxValue.")
    return low if low == high else made.source.randrange(low, high)


def _fill(rt: Runtime, made: Random, array: bytearray) -> None:
    rt.spend(len(array))
    array[:] = made.source.randbytes(len(array))


def _each(kinds: tuple[str, ...], text: str, function: Callable[..., Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    return ((text.replace("#", kind), function) for kind in kinds)


MATH = family(
    "System.Math",
    {
        "static double PI": lambda: math.pi,
        "static double E": lambda: math.e,
        **dict(_each(SIGNED, "static # Abs(# value)", _absolute)),
        **dict(_each(SIGNED, "static int Sign(# value)", _sign)),
        **dict(_each(KINDS, "static # Max(# a, # b)", max)),
        **dict(_each(KINDS, "static # Min(# a, # b)", min)),
        **dict(_each(KINDS, "static # Clamp(# value, # min, # max)", _clamp)),
        "static decimal Round(decimal value)": round_decimal,
        "static double Round(double value)": round_double,
        "static decimal Round(decimal value, int decimals)": round_decimal,
        "static double Round(double value, int digits)": round_double,
        "static decimal Round(decimal value, MidpointRounding mode)": lambda value, mode: round_decimal(value, 0, mode),
        "static double Round(double value, MidpointRounding mode)": lambda value, mode: round_double(value, 0, mode),
        "static decimal Round(decimal value, int decimals, MidpointRounding mode)": round_decimal,
        "static double Round(double value, int digits, MidpointRounding mode)": round_double,
        "static decimal Floor(decimal value)": lambda value: value.to_integral_value(ROUND_FLOOR),
        "static double Floor(double value)": _floor,
        "static decimal Ceiling(decimal value)": lambda value: value.to_integral_value(ROUND_CEILING),
        "static double Ceiling(double value)": _ceiling,
        "static decimal Truncate(decimal value)": lambda value: value.to_integral_value(ROUND_DOWN),
        "static double Truncate(double value)": _truncate,
        "static double Pow(double x, double y)": _guarded(_exponent),
        "static double Sqrt(double value)": _guarded(math.sqrt),
        "static double Cbrt(double value)": _guarded(math.cbrt),
        "static double Exp(double value)": _guarded(math.exp),
        "static double Log(double value, double newBase=)": _guarded(_log),
        "static double Log10(double value)": _guarded(lambda value: -math.inf if value == 0 else math.log10(value)),
        "static double Log2(double value)": _guarded(lambda value: -math.inf if value == 0 else math.log2(value)),
        "static double Sin(double value)": _guarded(math.sin),
        "static double Cos(double value)": _guarded(math.cos),
        "static double Tan(double value)": _guarded(math.tan),
        "static double Asin(double value)": _guarded(math.asin),
        "static double Acos(double value)": _guarded(math.acos),
        "static double Atan(double value)": _guarded(math.atan),
        "static double Atan2(double y, double x)": _guarded(math.atan2),
        "static double Sinh(double value)": _guarded(math.sinh),
        "static double Cosh(double value)": _guarded(math.cosh),
        "static double Tanh(double value)": _guarded(math.tanh),
        "static int DivRem(int a, int b, out int result)": _remainder,
        "static long DivRem(long a, long b, out long result)": _remainder,
        "static long BigMul(int a, int b)": lambda a, b: a * b,
    },
)
RANDOM = family(
    "System.Random",
    {
        "new(int seed=)": Random,
        "int Next()": _next,
        "int Next(int maxValue)": _next,
        "int Next(int minValue, int maxValue)": _next,
        "double NextDouble()": lambda made: made.source.random(),
        "void NextBytes(byte[] buffer)": _fill,
        "static Random Shared": Random,
    },
    classes=(Random,),
)
FAMILIES = (MATH, RANDOM)
