"""DateTime, DateTimeOffset, TimeSpan. The local zone is UTC, as in the gateway; Now is the context's clock."""

from __future__ import annotations

from calendar import monthrange
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.dateparse import (
    exact_date,
    not_a_date,
    parse_date,
    parse_offset,
)
from provision.emulator.gateway.expressions.errors import Thrown, out_of_range
from provision.emulator.gateway.expressions.signatures import NO, enumeration, family
from provision.emulator.gateway.expressions.times import (
    DAY,
    EPOCH_TICKS,
    HOUR,
    IS_LOCAL,
    IS_UTC,
    MAX_TICKS,
    MILLISECOND,
    MINUTE,
    SECOND,
    UNSPECIFIED,
    DateTime,
    Offset,
    TimeSpan,
    checked_ticks,
    clock_ticks,
    day_ticks,
    from_python,
    is_leap,
    rounded,
)
from provision.emulator.gateway.expressions.values import EnumValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime

WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MAX_MONTH = 12
UNITS = (("Days", DAY, "Day"), ("Hours", HOUR, "Hour"), ("Minutes", MINUTE, "Minute"), ("Seconds", SECOND, "Second"),
         ("Milliseconds", MILLISECOND, "Millisecond"))  # fmt: skip
LIMITS = MappingProxyType({DAY: None, HOUR: 24, MINUTE: 60, SECOND: 60, MILLISECOND: 1000})
KIND = enumeration("System.DateTimeKind", UNSPECIFIED, IS_UTC, IS_LOCAL)
DAY_OF_WEEK = enumeration("System.DayOfWeek", *WEEK)
STYLES = enumeration(
    "System.Globalization.DateTimeStyles",
    numbers={"None": 0, "AllowLeadingWhite": 1, "AllowTrailingWhite": 2, "AllowInnerWhite": 4, "AllowWhiteSpaces": 7,
             "NoCurrentDateDefault": 8, "AdjustToUniversal": 16, "AssumeLocal": 32, "AssumeUniversal": 64,
             "RoundtripKind": 128},
)  # fmt: skip


def _weekday(value: Any) -> EnumValue:
    number = (value.ticks // DAY + 1) % 7
    return EnumValue("DayOfWeek", WEEK[number], number)


def _part(unit: int) -> Callable[[Any], int]:
    limit = LIMITS[unit] or 24
    return lambda value: int(value.ticks // unit % limit)


def _adder(unit: int) -> Callable[[Any, float], Any]:
    return lambda value, count: value.moved(rounded(count, unit))


def _now(rt: Runtime) -> DateTime:
    found = from_python(rt.context.timestamp)
    return found.moved(int(rt.context.elapsed().total_seconds() * SECOND))


def _make(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *rest: Any) -> DateTime:
    numbers = [one for one in rest if not isinstance(one, EnumValue)]
    kind = next((one.name for one in rest if isinstance(one, EnumValue)), UNSPECIFIED)
    return DateTime(day_ticks(year, month, day) + clock_ticks(hour, minute, second, *numbers), kind)


def _days_in_month(year: int, month: int) -> int:
    if not 1 <= month <= MAX_MONTH:
        raise out_of_range("month", "Month must be between one and twelve.")
    is_leap(year)
    return monthrange(year, month)[1]


def _style(styles: EnumValue | None) -> int:
    return styles.number if styles is not None else 0


def _parse(text: str | None, _: Any = None, styles: EnumValue | None = None) -> DateTime:
    return parse_date(text, _style(styles))


def attempting(read: Callable[..., Any], nothing: Any) -> Callable[..., bool]:
    """Make a TryX of what parses."""

    def attempt(text: str | None, *rest: Any) -> bool:
        try:
            found = read(text, *rest[:-1])
        except Thrown:
            found = None
        rest[-1].store(nothing if found is None else found)
        return found is not None

    return attempt


def _exact(text: str | None, pattern: Any, _: Any = None, styles: EnumValue | None = None) -> DateTime:
    patterns: Sequence[str] = [pattern] if isinstance(pattern, str) else pattern.items
    found = exact_date(text, patterns, _style(styles))
    if found is None:
        raise not_a_date(text or "")
    return found


def _exact_offset(text: str | None, pattern: Any, _: Any = None, __: Any = None) -> Offset:
    found = _exact(text, pattern)
    return Offset(found.ticks, 0)


def _specify(value: DateTime, kind: EnumValue) -> DateTime:
    return DateTime(value.ticks, kind.name)


def subtract(value: Any, other: Any) -> Any:
    """Take away."""
    return value.operate("-", other)


def compare(one: Any, other: Any) -> int:
    """Return -1, 0 or 1."""
    return int(one > other) - int(one < other)


def _offset_of(value: DateTime, span: TimeSpan | None = None) -> Offset:
    return Offset(value.ticks, 0 if span is None else span.ticks // MINUTE)


def _accepts(value: Any) -> Any:
    return _offset_of(value) if isinstance(value, DateTime) else NO


def _written(value: Any, pattern: str | None = None, _: Any = None) -> str:
    return value.formatted(pattern) if pattern else str(value)


def _from_seconds(count: int) -> Offset:
    return Offset(checked_ticks(EPOCH_TICKS + count * SECOND), 0)


def _from_milliseconds(count: int) -> Offset:
    return Offset(checked_ticks(EPOCH_TICKS + count * MILLISECOND), 0)


def _calendar(value: Any) -> Any:
    return DateTime(value.ticks).python


def _months(value: Any, count: int) -> Any:
    moved = DateTime(value.ticks).months_later(count)
    return DateTime(moved.ticks, value.kind) if isinstance(value, DateTime) else Offset(moved.ticks, value.minutes)


SHARED: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        "int Year": lambda value: _calendar(value).year,
        "int Month": lambda value: _calendar(value).month,
        "int Day": lambda value: _calendar(value).day,
        "int DayOfYear": lambda value: _calendar(value).timetuple().tm_yday,
        "DayOfWeek DayOfWeek": _weekday,
        "long Ticks": lambda value: value.ticks,
        "TimeSpan TimeOfDay": lambda value: TimeSpan(value.ticks % DAY),
        **{f"int {name}": _part(unit) for _, unit, name in UNITS[1:]},
        **{f"T Add{plural}(double value)": _adder(unit) for plural, unit, _ in UNITS},
        "T AddTicks(long value)": lambda value, ticks: value.moved(ticks),
        "T AddMonths(int months)": _months,
        "T AddYears(int value)": lambda value, count: _months(value, count * MAX_MONTH),
        "T Add(TimeSpan value)": lambda value, span: value.moved(span.ticks),
        "T Subtract(TimeSpan value)": subtract,
        "string ToString(string format=, IFormatProvider provider=)": _written,
        "string ToString(IFormatProvider provider)": lambda value, _: str(value),
    }
)


def _short(pattern: str) -> Callable[[Any], str]:
    return lambda value: str(value.formatted(pattern))


DATE = family(
    "System.DateTime",
    {
        **SHARED,
        "new()": lambda: DateTime(0),
        "new(long ticks)": lambda ticks: DateTime(checked_ticks(ticks)),
        "new(long ticks, DateTimeKind kind)": lambda ticks, kind: DateTime(checked_ticks(ticks), kind.name),
        "new(int year, int month, int day)": _make,
        "new(int year, int month, int day, int hour, int minute, int second)": _make,
        "new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)": _make,
        "new(int year, int month, int day, int hour, int minute, int second, int millisecond)": _make,
        "new(int year, int month, int day, int hour, int minute, int second, int ms, DateTimeKind kind)": _make,
        "static DateTime Now": lambda rt: DateTime(_now(rt).ticks, IS_LOCAL),
        "static DateTime UtcNow": _now,
        "static DateTime Today": lambda rt: DateTime(_now(rt).ticks // DAY * DAY, IS_LOCAL),
        "static DateTime MinValue": lambda: DateTime(0),
        "static DateTime MaxValue": lambda: DateTime(MAX_TICKS),
        "static DateTime UnixEpoch": lambda: DateTime(EPOCH_TICKS, IS_UTC),
        "DateTime Date": lambda value: DateTime(value.ticks // DAY * DAY, value.kind),
        "DateTimeKind Kind": lambda value: EnumValue(
            "DateTimeKind", value.kind, (UNSPECIFIED, IS_UTC, IS_LOCAL).index(value.kind)
        ),
        "TimeSpan Subtract(DateTime value)": subtract,
        "DateTime ToUniversalTime()": lambda value: DateTime(value.ticks, IS_UTC),
        "DateTime ToLocalTime()": lambda value: DateTime(value.ticks, IS_LOCAL),
        "bool IsDaylightSavingTime()": lambda _: False,
        "string ToShortDateString()": _short("d"),
        "string ToLongDateString()": _short("D"),
        "string ToShortTimeString()": _short("t"),
        "string ToLongTimeString()": _short("T"),
        "long ToFileTimeUtc()": lambda value: value.ticks - 504_911_232_000_000_000,
        "int CompareTo(DateTime value)": compare,
        "static int Compare(DateTime t1, DateTime t2)": compare,
        "static DateTime Parse(string s, IFormatProvider provider=, DateTimeStyles styles=)": _parse,
        "static bool TryParse(string s, out DateTime result)": attempting(_parse, DateTime(0)),
        "static bool TryParse(string s, IFormatProvider provider, DateTimeStyles styles, out DateTime result)": (
            attempting(_parse, DateTime(0))
        ),
        "static DateTime ParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style=)": _exact,
        "static DateTime ParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles d)": _exact,
        "static bool TryParseExact(string s, string format, IFormatProvider p, DateTimeStyles d, out DateTime r)": (
            attempting(_exact, DateTime(0))
        ),
        "static DateTime SpecifyKind(DateTime value, DateTimeKind kind)": _specify,
        "static int DaysInMonth(int year, int month)": _days_in_month,
        "static bool IsLeapYear(int year)": is_leap,
    },
    classes=(DateTime,),
    bases=("ValueType",),
    value=True,
    zero=DateTime(0),
)
OFFSET = family(
    "System.DateTimeOffset",
    {
        **SHARED,
        "new(DateTime dateTime)": _offset_of,
        "new(DateTime dateTime, TimeSpan offset)": _offset_of,
        "new(long ticks, TimeSpan offset)": lambda ticks, span: Offset(checked_ticks(ticks), span.ticks // MINUTE),
        "new(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)": (
            lambda *parts: _offset_of(_make(*parts[:6]), parts[6])
        ),
        "static DateTimeOffset Now": lambda rt: Offset(_now(rt).ticks, 0),
        "static DateTimeOffset UtcNow": lambda rt: Offset(_now(rt).ticks, 0),
        "static DateTimeOffset MinValue": lambda: Offset(0, 0),
        "static DateTimeOffset MaxValue": lambda: Offset(MAX_TICKS, 0),
        "static DateTimeOffset UnixEpoch": lambda: Offset(EPOCH_TICKS, 0),
        "static DateTimeOffset FromUnixTimeSeconds(long seconds)": _from_seconds,
        "static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)": _from_milliseconds,
        "static DateTimeOffset Parse(string input, IFormatProvider provider=, DateTimeStyles styles=)": (
            lambda text, *_: parse_offset(text)
        ),
        "static bool TryParse(string input, out DateTimeOffset result)": attempting(parse_offset, Offset(0, 0)),
        "static DateTimeOffset ParseExact(string input, string format, IFormatProvider provider)": _exact_offset,
        "DateTime Date": lambda value: DateTime(value.ticks // DAY * DAY),
        "DateTime DateTime": lambda value: DateTime(value.ticks),
        "DateTime UtcDateTime": lambda value: DateTime(value.utc, IS_UTC),
        "DateTime LocalDateTime": lambda value: DateTime(value.utc, IS_LOCAL),
        "TimeSpan Offset": lambda value: TimeSpan(value.minutes * MINUTE),
        "long UtcTicks": lambda value: value.utc,
        "long ToUnixTimeSeconds()": lambda value: (value.utc - EPOCH_TICKS) // SECOND,
        "long ToUnixTimeMilliseconds()": lambda value: (value.utc - EPOCH_TICKS) // MILLISECOND,
        "TimeSpan Subtract(DateTimeOffset value)": subtract,
        "DateTimeOffset ToUniversalTime()": lambda value: Offset(value.utc, 0),
        "DateTimeOffset ToLocalTime()": lambda value: Offset(value.utc, 0),
        "DateTimeOffset ToOffset(TimeSpan offset)": (
            lambda value, span: Offset(checked_ticks(value.utc + span.ticks), span.ticks // MINUTE)
        ),
        "int CompareTo(DateTimeOffset other)": compare,
    },
    classes=(Offset,),
    bases=("ValueType",),
    value=True,
    zero=Offset(0, 0),
    accepts=_accepts,
)


FAMILIES = (DATE, OFFSET, KIND, DAY_OF_WEEK, STYLES)
