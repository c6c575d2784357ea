"""Dates and spans from text, as the invariant culture reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.errors import Thrown, bad_format, null_argument, overflow
from provision.emulator.gateway.expressions.timeformats import DAYS, MONTHS, STANDARD, TOKEN
from provision.emulator.gateway.expressions.times import (
    DAY,
    HOUR,
    IS_LOCAL,
    IS_UTC,
    MINUTE,
    SECOND,
    UNSPECIFIED,
    DateTime,
    Offset,
    TimeSpan,
    clock_ticks,
    day_ticks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ZONE = r"(?:\s*(?P<zone>Z|GMT|UTC|[+-]\d{1,2}(?::?\d{2})?))?"
CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp][Mm]))?"
)
NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
FORMS = tuple(
    re.compile(rf"\s*(?:[A-Za-z]{{3,9}},?\s+)?{form}\s*", re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:(?:T|\s+){CLOCK}{ZONE})?Z?",
        rf"(?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}})(?:\s+{CLOCK}{ZONE})?",
        rf"(?P<day>\d{{1,2}})[\s-]+{NAME}[\s,-]+(?P<year>\d{{4}})(?:\s+{CLOCK}{ZONE})?",
        rf"{NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})(?:\s+{CLOCK}{ZONE})?",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})",
    )
)
SPAN = re.compile(
    r"\s*(?P<sign>-?)(?:(?P<days>\d{1,8})[.:](?=\d+:))?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})"
    r"(?::(?P<seconds>\d{1,2})(?:\.(?P<fraction>\d{1,7}))?)?\s*"
)
WHOLE_DAYS = re.compile(r"\s*(-?)(\d{1,8})\s*")
MAX_TEXT = 200
CENTURY, PIVOT, NOON = 100, 49, 12
ADJUST, ASSUME_LOCAL, ASSUME_UTC, ROUNDTRIP = 16, 32, 64, 128  # of DateTimeStyles


def month_number(name: str) -> int:
    """Return the month of its name; 0 where it is none."""
    low = name.lower()
    return next((at + 1 for at, one in enumerate(MONTHS) if low in (one.lower(), one[:3].lower())), 0)


def not_a_date(text: str) -> Thrown:
    """Return what Parse throws."""
    return bad_format(f"String '{text[:MAX_TEXT]}' was not recognized as a valid DateTime.")


def zone_minutes(text: str) -> int:
    """Return how far a written zone is ahead of UTC."""
    if not text or text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004
    total = int(hours) * 60 + int(minutes)
    return -total if text[0] == "-" else total


def read_date(text: str | None) -> tuple[int, int | None]:
    """Return ticks, and minutes ahead of UTC where a zone is written; raises what Parse throws."""
    if text is None:
        raise null_argument("s")
    for form in FORMS if len(text) <= MAX_TEXT else ():
        found = form.fullmatch(text)
        if found:
            return _ticks(text, found)
    raise not_a_date(text)


def _ticks(text: str, found: re.Match[str]) -> tuple[int, int | None]:
    parts = found.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:  # noqa: PLR2004
        year += 2000 if year <= PIVOT else 1900
    month = month_number(parts["name"]) if parts.get("name") else int(parts["month"])
    try:
        ticks = day_ticks(year, month, int(parts.get("day") or 1))
        if parts.get("hour"):
            ticks += _clock(parts)
    except Thrown:
        raise not_a_date(text) from None
    zone = parts.get("zone")
    if text.rstrip().endswith("Z") and not zone:
        zone = "Z"
    return ticks, zone_minutes(zone) if zone else None


def _clock(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["hour"] or 0), (parts["half"] or "").lower()
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    ticks = clock_ticks(hour, int(parts["minute"] or 0), int(parts["second"] or 0))
    return ticks + int((parts["fraction"] or "0")[:7].ljust(7, "0"))


def styled(ticks: int, minutes: int | None, styles: int = 0) -> DateTime:
    """Return a DateTime: one with a zone is local, which is UTC here, unless the styles say more."""
    if minutes is None:
        if styles & ASSUME_UTC:
            return DateTime(ticks, IS_UTC if styles & ADJUST else IS_LOCAL)
        return DateTime(ticks, IS_LOCAL if styles & ASSUME_LOCAL else UNSPECIFIED)
    ticks -= minutes * MINUTE
    return DateTime(ticks, IS_UTC if styles & (ADJUST | ROUNDTRIP) else IS_LOCAL)


def parse_date(text: str | None, styles: int = 0) -> DateTime:
    """Do DateTime.Parse."""
    return styled(*read_date(text), styles)


def parse_offset(text: str | None, _: int = 0) -> Offset:
    """Do DateTimeOffset.Parse."""
    ticks, minutes = read_date(text)
    return Offset(ticks, minutes or 0)


def read_exact(text: str | None, pattern: str) -> tuple[int, int | None] | None:
    """Return ticks and zone of a text in one format; None where it is not in it."""
    if text is None:
        raise null_argument("s")
    tokens = TOKEN.findall(STANDARD.get(pattern, pattern) if len(pattern) == 1 else pattern[:MAX_TEXT])
    form = "".join(_form(token, at) for at, token in enumerate(tokens))
    found = re.fullmatch(form, text[:MAX_TEXT])
    if not found:
        return None
    parts = {name[0]: value for name, value in found.groupdict().items() if value is not None}
    year = int(parts.get("y") or 1)
    if len(parts.get("y", "0000")) <= 2:  # noqa: PLR2004
        year += 2000 if year <= PIVOT else 1900
    month = parts.get("M", "1")
    number = int(month) if month.isdecimal() else month_number(month)
    clock = {"hour": parts.get("H") or parts.get("h") or "0", "half": parts.get("t") and parts["t"][0] + "m",
             "minute": parts.get("m"), "second": parts.get("s"), "fraction": parts.get("f")}  # fmt: skip
    try:
        ticks = day_ticks(year, number, int(parts.get("d") or 1)) + _clock(clock)
    except Thrown:
        return None
    zone = parts.get("z")
    return ticks, zone_minutes(zone) if zone else None


def _form(token: str, at: int) -> str:  # noqa: PLR0911 - a line for each kind of token
    first, size = token[0], len(token)
    if first in "'\"" and size > 1:
        return re.escape(token[1:-1])
    if first == "\\" and size > 1:
        return re.escape(token[1])
    if first == "y":
        return rf"(?P<y{at}>\d{{{max(size, 2)}}})" if size > 1 else rf"(?P<y{at}>\d{{1,2}})"
    if first in "MdHhms" and size <= 2:  # noqa: PLR2004
        return rf"(?P<{first}{at}>\d{{{size},2}})"
    names = {"M": MONTHS, "d": DAYS}.get(first)
    if names is not None:
        listed = "|".join(one[:3] if size == 3 else one for one in names)  # noqa: PLR2004
        return f"(?P<{'M' if first == 'M' else 'w'}{at}>(?i:{listed}))"
    if first in "fF":
        return rf"(?P<f{at}>\d{{{size if first == 'f' else 0},{size}}})"
    if first == "t":
        return rf"(?P<t{at}>[AaPp]{'[Mm]' if size > 1 else ''})"
    if first in "zK":
        return rf"(?P<z{at}>Z|[+-]\d{{1,2}}(?::?\d{{2}})?){'?' if first == 'K' else ''}"
    return "" if first == "%" else re.escape(token)


def exact_date(text: str | None, patterns: Sequence[str], styles: int = 0) -> DateTime | None:
    """Do DateTime.TryParseExact."""
    for pattern in patterns:
        found = read_exact(text, pattern)
        if found is not None:
            literal = pattern in ("r", "R", "u")
            return (
                styled(*found, styles)
                if not literal
                else DateTime(found[0], IS_UTC if styles & ADJUST else UNSPECIFIED)
            )
    return None


def parse_span(text: str | None) -> TimeSpan:
    """Do TimeSpan.Parse."""
    if text is None:
        raise null_argument("input")
    whole = WHOLE_DAYS.fullmatch(text[:MAX_TEXT])
    if whole:
        return TimeSpan(int(whole[1] + whole[2]) * DAY)
    found = SPAN.fullmatch(text[:MAX_TEXT])
    if not found:
        raise bad_format(f"String '{text[:MAX_TEXT]}' was not recognized as a valid TimeSpan.")
    days, hours, minutes, seconds = (int(found[one] or 0) for one in ("days", "hours", "minutes", "seconds"))
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004
        raise overflow("The TimeSpan string could not be parsed because at least one of the numeric components is "
                       "out of range or contains too many digits.")  # fmt: skip
    fraction = int((found["fraction"] or "0").ljust(7, "0"))
    ticks = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + fraction
    return TimeSpan(-ticks if found["sign"] else ticks)
