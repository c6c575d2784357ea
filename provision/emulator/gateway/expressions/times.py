"""Points in time and spans, in ticks of 100 ns since 0001-01-01 as .NET keeps them."""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import total_ordering
from typing import Any

from provision.emulator.gateway.expressions.errors import Thrown, out_of_range, overflow
from provision.emulator.gateway.expressions.timeformats import date_text, span_text
from provision.emulator.gateway.expressions.values import Net, TypeRef

SECOND = 10_000_000
MILLISECOND, MICROSECOND = SECOND // 1000, 10
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
MAX_TICKS = 3_155_378_975_999_999_999
SPAN_MIN, SPAN_MAX = -(1 << 63), (1 << 63) - 1
FIRST = datetime(1, 1, 1)  # noqa: DTZ001 - a point without zone is what its ticks count from
EPOCH_TICKS = 621_355_968_000_000_000
UNSPECIFIED, IS_UTC, IS_LOCAL = "Unspecified", "Utc", "Local"
MONTHS, MAX_YEAR = 12, 9999


def checked_ticks(ticks: int) -> int:
    """Return ticks that a DateTime can have; raises where they are out of its range."""
    if not 0 <= ticks <= MAX_TICKS:
        raise out_of_range("value", "The added or subtracted value results in an un-representable DateTime.")
    return ticks


def rounded(value: float, unit: int) -> int:
    """Return so many units in ticks."""
    ticks = value * unit
    if ticks != ticks or abs(ticks) > SPAN_MAX:  # noqa: PLR0124 - not a number
        raise overflow("TimeSpan overflowed because the duration is too long.")
    return int(ticks)


@total_ordering
@dataclass(frozen=True, slots=True)
class TimeSpan(Net):
    """A span of time."""

    ticks: int

    def __post_init__(self) -> None:
        if not SPAN_MIN <= self.ticks <= SPAN_MAX:
            raise overflow("TimeSpan overflowed because the duration is too long.")

    def __lt__(self, other: object) -> bool:
        return self.ticks < other.ticks if isinstance(other, TimeSpan) else NotImplemented

    def operate(self, sign: str, other: Any) -> Any:
        """Do what its operators do."""
        if isinstance(other, TimeSpan) and sign in ("+", "-"):
            return TimeSpan(self.ticks + other.ticks if sign == "+" else self.ticks - other.ticks)
        if isinstance(other, TimeSpan) and sign == "/":
            return self.ticks / other.ticks if other.ticks else float("nan")
        if isinstance(other, int | float) and sign in ("*", "r*"):
            return TimeSpan(rounded(float(other), self.ticks))
        if isinstance(other, int | float) and sign == "/":
            if not other:
                raise overflow()
            return TimeSpan(round(self.ticks / other))
        return NotImplemented

    def negate(self) -> TimeSpan:
        """Turn it around."""
        return TimeSpan(-self.ticks)

    def part(self, unit: int, limit: int | None = None) -> int:
        """Return how many whole units it has, below a limit."""
        whole = abs(self.ticks) // unit
        whole = whole if limit is None else whole % limit
        return -whole if self.ticks < 0 else whole

    def formatted(self, pattern: str) -> str:
        """Write it by a format."""
        return span_text(self.ticks, pattern)

    def __str__(self) -> str:
        return span_text(self.ticks, "c")


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class DateTime(Net):
    """A point in time; `kind` is Utc, Local (which is UTC here, as in the gateway) or Unspecified."""

    ticks: int
    kind: str = UNSPECIFIED

    def __hash__(self) -> int:
        return hash(self.ticks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and self.ticks == other.ticks

    def __lt__(self, other: object) -> bool:
        return self.ticks < other.ticks if isinstance(other, DateTime) else NotImplemented

    @property
    def python(self) -> datetime:
        """The same without its last digit."""
        return FIRST + timedelta(microseconds=self.ticks // MICROSECOND)

    def moved(self, ticks: int) -> DateTime:
        """Return the point so many ticks later."""
        return DateTime(checked_ticks(self.ticks + ticks), self.kind)

    def months_later(self, count: int) -> DateTime:
        """Return the same day of another month, or that month's last."""
        here = self.python
        months = here.year * MONTHS + here.month - 1 + count
        year, month = divmod(months, MONTHS)
        if not 1 <= year <= MAX_YEAR:
            raise out_of_range("months", "The added or subtracted value results in an un-representable DateTime.")
        day = min(here.day, monthrange(year, month + 1)[1])
        return DateTime(day_ticks(year, month + 1, day) + self.ticks % DAY, self.kind)

    def operate(self, sign: str, other: Any) -> Any:
        """Do what its operators do."""
        if isinstance(other, TimeSpan) and sign in ("+", "-"):
            return self.moved(other.ticks if sign == "+" else -other.ticks)
        if isinstance(other, DateTime) and sign == "-":
            return TimeSpan(self.ticks - other.ticks)
        if isinstance(other, Offset):
            return Offset(self.ticks, 0).operate(sign, other)
        return NotImplemented

    def formatted(self, pattern: str) -> str:
        """Write it by a format."""
        return date_text(self.ticks, pattern, {IS_UTC: 0, IS_LOCAL: 0}.get(self.kind), utc=self.kind == IS_UTC)

    def __str__(self) -> str:
        return self.formatted("G")


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Offset(Net):
    """A DateTimeOffset: local ticks, and minutes that they are ahead of UTC."""

    ticks: int
    minutes: int

    @property
    def type(self) -> TypeRef:
        """DateTimeOffset."""
        return TypeRef("DateTimeOffset")

    @property
    def utc(self) -> int:
        """Its ticks in UTC."""
        return self.ticks - self.minutes * MINUTE

    def __hash__(self) -> int:
        return hash(self.utc)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Offset) and self.utc == other.utc

    def __lt__(self, other: object) -> bool:
        return self.utc < other.utc if isinstance(other, Offset) else NotImplemented

    def moved(self, ticks: int) -> Offset:
        """Return the point so many ticks later."""
        return Offset(checked_ticks(self.ticks + ticks), self.minutes)

    def operate(self, sign: str, other: Any) -> Any:
        """Do what its operators do."""
        if isinstance(other, TimeSpan) and sign in ("+", "-"):
            return self.moved(other.ticks if sign == "+" else -other.ticks)
        if isinstance(other, DateTime):
            other = Offset(other.ticks, 0)
        if isinstance(other, Offset) and sign == "-":
            return TimeSpan(self.utc - other.utc)
        return NotImplemented

    def formatted(self, pattern: str) -> str:
        """Write it by a format."""
        return date_text(self.ticks, pattern, self.minutes, utc=False)

    def __str__(self) -> str:
        return date_text(self.ticks, "G", self.minutes, utc=False) + date_text(
            self.ticks, " zzz", self.minutes, utc=False
        )


def day_ticks(year: int, month: int, day: int) -> int:
    """Return the ticks of a day; raises where there is no such day."""
    if not (1 <= year <= MAX_YEAR and 1 <= month <= MONTHS and 1 <= day <= monthrange(year, month)[1]):
        raise Thrown(
            "ArgumentOutOfRangeException", "Year, Month, and Day parameters describe an un-representable DateTime."
        )
    return (datetime(year, month, day, tzinfo=UTC).toordinal() - 1) * DAY


def clock_ticks(hour: int, minute: int, second: int, millisecond: int = 0) -> int:
    """Return the ticks of a time of day; raises where there is none."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= millisecond < 1000):  # noqa: PLR2004
        raise Thrown(
            "ArgumentOutOfRangeException",
            "Hour, Minute, and Second parameters describe an un-representable DateTime.",
        )
    return hour * HOUR + minute * MINUTE + second * SECOND + millisecond * MILLISECOND


def from_python(value: datetime) -> DateTime:
    """Return what Python's datetime is; one with a zone becomes UTC."""
    kind = UNSPECIFIED if value.tzinfo is None else IS_UTC
    plain = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return DateTime((plain - FIRST) // timedelta(microseconds=1) * MICROSECOND, kind)


def is_leap(year: int) -> bool:
    """Tell whether a year has a 29th of February."""
    if not 1 <= year <= MAX_YEAR:
        raise out_of_range("year", "Year must be between 1 and 9999.")
    return isleap(year)
