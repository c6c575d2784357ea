"""TimeSpan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.dateparse import (
    parse_span,
)
from provision.emulator.gateway.expressions.dotnet.dates import LIMITS, UNITS, attempting, compare, subtract
from provision.emulator.gateway.expressions.errors import bad_format
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.times import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    SPAN_MAX,
    SPAN_MIN,
    TimeSpan,
    rounded,
)
from provision.emulator.gateway.expressions.values import Int64

if TYPE_CHECKING:
    from collections.abc import Callable


def _exact_span(text: str | None, _: str, __: Any = None) -> TimeSpan:
    return parse_span(text)


def _span(*parts: int) -> TimeSpan:
    if len(parts) == 1:
        return TimeSpan(parts[0])
    days, hours, minutes, seconds, *rest = parts if len(parts) > 3 else (0, *parts)  # noqa: PLR2004
    return TimeSpan(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + sum(rest) * MILLISECOND)


def _span_written(value: TimeSpan, pattern: str | None = None, _: Any = None) -> str:
    if pattern and len(pattern) == 1 and pattern not in "cgGtT":
        raise bad_format("Input string was not in a correct format.")
    return value.formatted(pattern or "c")


def _total(unit: int) -> Callable[[TimeSpan], float]:
    return lambda value: value.ticks / unit


def _from(unit: int) -> Callable[[float], TimeSpan]:
    return lambda count: TimeSpan(rounded(count, unit))


def _whole(unit: int, limit: int | None) -> Callable[[TimeSpan], int]:
    return lambda value: value.part(unit, limit)


SPAN = family(
    "System.TimeSpan",
    {
        "new(long ticks)": _span,
        "new(int hours, int minutes, int seconds)": _span,
        "new(int days, int hours, int minutes, int seconds)": _span,
        "new(int days, int hours, int minutes, int seconds, int milliseconds)": _span,
        **{f"int {plural}": _whole(unit, LIMITS[unit]) for plural, unit, _ in UNITS},
        **{f"double Total{plural}": _total(unit) for plural, unit, _ in UNITS},
        **{f"static TimeSpan From{plural}(double value)": _from(unit) for plural, unit, _ in UNITS},
        "static TimeSpan FromTicks(long value)": TimeSpan,
        "long Ticks": lambda value: value.ticks,
        "static TimeSpan Zero": lambda: TimeSpan(0),
        "static TimeSpan MaxValue": lambda: TimeSpan(SPAN_MAX),
        "static TimeSpan MinValue": lambda: TimeSpan(SPAN_MIN),
        **{f"static long TicksPer{name}": (lambda unit=unit: Int64(unit)) for _, unit, name in UNITS},
        "TimeSpan Add(TimeSpan ts)": lambda value, other: value.operate("+", other),
        "TimeSpan Subtract(TimeSpan ts)": subtract,
        "TimeSpan Negate()": TimeSpan.negate,
        "TimeSpan Duration()": lambda value: TimeSpan(abs(value.ticks)),
        "int CompareTo(TimeSpan value)": compare,
        "string ToString(string format=, IFormatProvider provider=)": _span_written,
        "static TimeSpan Parse(string s, IFormatProvider provider=)": lambda text, _=None: parse_span(text),
        "static TimeSpan ParseExact(string input, string format, IFormatProvider provider)": _exact_span,
        "static bool TryParse(string s, out TimeSpan result)": attempting(parse_span, TimeSpan(0)),
    },
    classes=(TimeSpan,),
    bases=("ValueType",),
    value=True,
    zero=TimeSpan(0),
)
FAMILIES = (SPAN,)
