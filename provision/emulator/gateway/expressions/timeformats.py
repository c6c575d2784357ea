"""Dates and spans as text: .NET's formats, invariant culture; and back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.errors import bad_format

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND, MINUTE, HOUR, DAY = 10_000_000, 600_000_000, 36_000_000_000, 864_000_000_000
FIRST = datetime(1, 1, 1)  # noqa: DTZ001 - a point without zone is what its ticks count from
NOON = 12
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What the standard formats stand for in the invariant culture.
STANDARD = MappingProxyType(
    {
        "d": "MM/dd/yyyy", "D": "dddd, dd MMMM yyyy", "f": "dddd, dd MMMM yyyy HH:mm",
        "F": "dddd, dd MMMM yyyy HH:mm:ss",
        "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss", "m": "MMMM dd", "M": "MMMM dd",
        "o": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK", "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'", "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss", "t": "HH:mm", "T": "HH:mm:ss", "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        "U": "dddd, dd MMMM yyyy HH:mm:ss", "y": "yyyy MMMM", "Y": "yyyy MMMM",
    }
)  # fmt: skip
TOKEN = re.compile(r"y+|M+|d+|H+|h+|m+|s+|f+|F+|t+|z+|K|g+|'[^']*'|\"[^\"]*\"|\\.|%|.", re.DOTALL)
SPAN_TOKEN = re.compile(r"d+|h+|m+|s+|f+|F+|'[^']*'|\"[^\"]*\"|\\.|%|.", re.DOTALL)
MAX_FRACTION = 7
WHOLE_NAME = 4


def date_text(ticks: int, pattern: str, minutes: int | None, *, utc: bool) -> str:
    """Write ticks by a format; `minutes` ahead of UTC, None where that is not known."""
    if len(pattern) == 1:
        if pattern not in STANDARD:
            raise bad_format()
        if pattern in "rRuU" and minutes:
            ticks -= minutes * MINUTE
        pattern = STANDARD[pattern]
    here = FIRST + timedelta(microseconds=ticks // 10)
    fraction = f"{ticks % SECOND:07d}"
    return "".join(_piece(token, here, fraction, minutes, utc=utc) for token in TOKEN.findall(pattern))


def _piece(token: str, here: datetime, fraction: str, minutes: int | None, *, utc: bool) -> str:
    first, size = token[0], len(token)
    if first in "'\"" and size > 1:
        return token[1:-1]
    if first == "\\" and size > 1:
        return token[1]
    if first in "fF":
        if size > MAX_FRACTION:
            raise bad_format()
        return fraction[:size] if first == "f" else fraction[:size].rstrip("0")
    if first in "zK":
        return _zone(token, minutes, utc=utc)
    write = NUMBERS.get(first)
    if write is None:
        return {"%": "", "g": "A.D."}.get(first, token)
    return write(here, size)


def _zone(token: str, minutes: int | None, *, utc: bool) -> str:
    if token[0] == "K":
        return "Z" if utc else "" if minutes is None else _offset(minutes, 3)
    return _offset(minutes or 0, len(token))


def _offset(minutes: int, size: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    if size == 1:
        return f"{sign}{hours}"
    return f"{sign}{hours:02d}" if size == 2 else f"{sign}{hours:02d}:{rest:02d}"  # noqa: PLR2004


def _year(here: datetime, size: int) -> str:
    return f"{here.year % 100:0{size}d}" if size < 3 else f"{here.year:0{size}d}"  # noqa: PLR2004


def _month(here: datetime, size: int) -> str:
    name = MONTHS[here.month - 1]
    return f"{here.month:0{size}d}" if size < 3 else name[:3] if size < WHOLE_NAME else name  # noqa: PLR2004


def _day(here: datetime, size: int) -> str:
    name = DAYS[here.weekday()]
    return f"{here.day:0{size}d}" if size < 3 else name[:3] if size < WHOLE_NAME else name  # noqa: PLR2004


NUMBERS: MappingProxyType[str, Callable[[datetime, int], str]] = MappingProxyType(
    {
        "y": _year,
        "M": _month,
        "d": _day,
        "H": lambda here, size: f"{here.hour:0{min(size, 2)}d}",
        "h": lambda here, size: f"{(here.hour + NOON - 1) % NOON + 1:0{min(size, 2)}d}",
        "m": lambda here, size: f"{here.minute:0{min(size, 2)}d}",
        "s": lambda here, size: f"{here.second:0{min(size, 2)}d}",
        "t": lambda here, size: ("AM" if here.hour < NOON else "PM")[: 1 if size == 1 else 2],
    }
)


def span_text(ticks: int, pattern: str) -> str:
    """Write a span by a format."""
    sign, ticks = "-" if ticks < 0 else "", abs(ticks)
    days, rest = divmod(ticks, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    if pattern in ("c", "t", "T", ""):
        head = f"{days}." if days else ""
        return f"{sign}{head}{hours:02d}:{minutes:02d}:{seconds:02d}" + (f".{fraction:07d}" if fraction else "")
    if pattern == "g":
        head = f"{days}:" if days else ""
        tail = f".{fraction:07d}".rstrip("0") if fraction else ""
        return f"{sign}{head}{hours}:{minutes:02d}:{seconds:02d}{tail}"
    if pattern == "G":
        return f"{sign}{days}:{hours:02d}:{minutes:02d}:{seconds:02d}.{fraction:07d}"
    out = []
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    for token in SPAN_TOKEN.findall(pattern):
        first, size = token[0], len(token)
        if first in "'\"" and size > 1:
            out.append(token[1:-1])
        elif first == "\\" and size > 1:
            out.append(token[1])
        elif first in parts:
            out.append(f"{parts[first]:0{size}d}")
        elif first in "fF" and size <= MAX_FRACTION:
            digits = f"{fraction:07d}"[:size]
            out.append(digits if first == "f" else digits.rstrip("0"))
        elif first == "%":
            continue
        else:
            raise bad_format("Input string was not in a correct format.")
    return "".join(out)
