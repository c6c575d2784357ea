"""TimeZoneInfo: zones by IANA's names, and the common ones of Windows by theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from provision.emulator.gateway.expressions.errors import Thrown
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.times import IS_UTC, MINUTE, DateTime, Offset, TimeSpan, checked_ticks
from provision.emulator.gateway.expressions.values import Net

if TYPE_CHECKING:
    from datetime import datetime

# The zones of Windows by their territory 001 in CLDR's windowsZones.
WINDOWS = MappingProxyType(
    {
        "UTC": "Etc/UTC", "GMT Standard Time": "Europe/London", "W. Europe Standard Time": "Europe/Berlin",
        "Romance Standard Time": "Europe/Paris", "Central Europe Standard Time": "Europe/Budapest",
        "Central European Standard Time": "Europe/Warsaw", "E. Europe Standard Time": "Europe/Chisinau",
        "FLE Standard Time": "Europe/Kiev", "GTB Standard Time": "Europe/Bucharest",
        "Russian Standard Time": "Europe/Moscow", "Turkey Standard Time": "Europe/Istanbul",
        "Israel Standard Time": "Asia/Jerusalem", "Arab Standard Time": "Asia/Riyadh",
        "Arabian Standard Time": "Asia/Dubai", "India Standard Time": "Asia/Kolkata",
        "China Standard Time": "Asia/Shanghai", "Singapore Standard Time": "Asia/Singapore",
        "Tokyo Standard Time": "Asia/Tokyo", "Korea Standard Time": "Asia/Seoul",
        "AUS Eastern Standard Time": "Australia/Sydney", "E. Australia Standard Time": "Australia/Brisbane",
        "W. Australia Standard Time": "Australia/Perth", "Cen. Australia Standard Time": "Australia/Adelaide",
        "New Zealand Standard Time": "Pacific/Auckland", "Eastern Standard Time": "America/New_York",
        "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver",
        "US Mountain Standard Time": "America/Phoenix", "Pacific Standard Time": "America/Los_Angeles",
        "Alaskan Standard Time": "America/Anchorage", "Hawaiian Standard Time": "Pacific/Honolulu",
        "Atlantic Standard Time": "America/Halifax", "E. South America Standard Time": "America/Sao_Paulo",
        "Argentina Standard Time": "America/Buenos_Aires", "SA Pacific Standard Time": "America/Bogota",
        "Central Standard Time (Mexico)": "America/Mexico_City", "South Africa Standard Time": "Africa/Johannesburg",
        "Egypt Standard Time": "Africa/Cairo", "Greenwich Standard Time": "Atlantic/Reykjavik",
        "SE Asia Standard Time": "Asia/Bangkok", "Taipei Standard Time": "Asia/Taipei",
        "Pakistan Standard Time": "Asia/Karachi", "Iran Standard Time": "Asia/Tehran",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimeZoneInfo(Net):
    """A zone."""

    name: str
    rules: ZoneInfo

    def __str__(self) -> str:
        return self.name

    def offset(self, utc_ticks: int) -> int:
        """Return how many minutes it is ahead of UTC at a point."""
        return _minutes(_safe(utc_ticks).replace(tzinfo=UTC).astimezone(self.rules).utcoffset())

    def local_offset(self, ticks: int) -> int:
        """Return how many minutes its own time is ahead of UTC."""
        return _minutes(_safe(ticks).replace(tzinfo=self.rules).utcoffset())


def _safe(ticks: int) -> datetime:
    found = DateTime(ticks).python
    if found.year in (1, 9999):
        found = found.replace(year=2 if found.year == 1 else 9998, day=min(found.day, 28))
    return found


def _minutes(span: timedelta | None) -> int:
    return int((span or timedelta()).total_seconds() // 60)


def find(name: str) -> TimeZoneInfo:
    """Return a zone; raises TimeZoneNotFoundException."""
    known = WINDOWS.get(name, name)
    try:
        return TimeZoneInfo(name, ZoneInfo(known))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Thrown(
            "TimeZoneNotFoundException", f"The time zone ID '{name}' was not found on the local computer."
        ) from None


def _from_utc(value: DateTime, zone: TimeZoneInfo) -> DateTime:
    kind = IS_UTC if zone.name == "UTC" else "Unspecified"
    return DateTime(checked_ticks(value.ticks + zone.offset(value.ticks) * MINUTE), kind)


def _to_utc(value: DateTime, zone: TimeZoneInfo | None = None) -> DateTime:
    minutes = 0 if zone is None or value.kind == IS_UTC else zone.local_offset(value.ticks)
    return DateTime(checked_ticks(value.ticks - minutes * MINUTE), IS_UTC)


def _convert(value: DateTime, zone: TimeZoneInfo) -> DateTime:
    return _from_utc(value, zone)


def _convert_between(value: DateTime, source: TimeZoneInfo, target: TimeZoneInfo) -> DateTime:
    return _from_utc(_to_utc(value, source), target)


def _convert_offset(value: Offset, zone: TimeZoneInfo) -> Offset:
    minutes = zone.offset(value.utc)
    return Offset(checked_ticks(value.utc + minutes * MINUTE), minutes)


def _offset_of(zone: TimeZoneInfo, value: Any) -> TimeSpan:
    if isinstance(value, Offset):
        return TimeSpan(zone.offset(value.utc) * MINUTE)
    minutes = zone.offset(value.ticks) if value.kind == IS_UTC else zone.local_offset(value.ticks)
    return TimeSpan(minutes * MINUTE)


def _summer(zone: TimeZoneInfo, value: DateTime) -> bool:
    return bool(_safe(value.ticks).replace(tzinfo=zone.rules).dst())


ZONE = family(
    "System.TimeZoneInfo",
    {
        "static TimeZoneInfo Utc": lambda: find("UTC"),
        "static TimeZoneInfo Local": lambda: find("UTC"),
        "static TimeZoneInfo FindSystemTimeZoneById(string id)": find,
        "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)": _from_utc,
        "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone=)": _to_utc,
        "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)": _convert,
        "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo source, TimeZoneInfo target)": _convert_between,
        "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destination)": _convert_offset,
        "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string id)": (
            lambda value, name: _convert(value, find(name))
        ),
        "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string source, string destination)": (
            lambda value, source, target: _convert_between(value, find(source), find(target))
        ),
        "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string id)": (
            lambda value, name: _convert_offset(value, find(name))
        ),
        "string Id": lambda zone: zone.name,
        "TimeSpan GetUtcOffset(DateTime dateTime)": _offset_of,
        "TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)": _offset_of,
        "bool IsDaylightSavingTime(DateTime dateTime)": _summer,
    },
    classes=(TimeZoneInfo,),
)
FAMILIES = (ZONE,)
