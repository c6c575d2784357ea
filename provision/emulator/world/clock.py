"""The emulator's clock: the machine's, moved by a settable distance, or standing still."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)


def instant(text: Any) -> datetime:
    """Return the instant that a text like 2001-02-03T04:05:06Z names. Raises ValueError."""
    wrong = f"{text!r} is no instant: write one like 2001-02-03T04:05:06Z"
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        raise ValueError(wrong)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(wrong) from None
    if when.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write one like {text}Z")
    return when.astimezone(UTC)


def distance(value: Any) -> timedelta:
    """Return a length of time given as seconds or as an ISO 8601 duration like P2D or PT30M. Raises ValueError."""
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return timedelta(seconds=value)
        if match and any(match.groups()[1:]):
            parts = {key: float(number) for key, number in match.groupdict().items() if number and key != "sign"}
            return timedelta(**parts) * (-1 if match["sign"] else 1)
    except OverflowError:
        raise ValueError(f"{value!r} is longer than the calendar") from None
    raise ValueError(f"{value!r} is no length of time: write seconds, or a duration like P2D or PT30M")


class Clock:
    """A clock that can be set and moved, so that 48 hours pass in a moment."""

    def __init__(self) -> None:
        self._distance = timedelta()
        self._frozen: datetime | None = None

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def now(self) -> datetime:
        """Return the emulated time in UTC."""
        return self._frozen or datetime.now(UTC) + self._distance

    def stamp(self) -> str:
        """Return the emulated time as the service writes it."""
        now = self.now()
        fraction = f".{now.microsecond:06d}".rstrip("0") if now.microsecond else ""
        return now.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"

    def freeze(self, when: datetime) -> None:
        """Make it `when` (with a time zone) and let it stand until it is set; `advance` moves it."""
        self._frozen = when.astimezone(UTC) if when.tzinfo else _refuse(when)

    def set(self, when: datetime) -> None:
        """Make it `when` (with a time zone), from where it goes on."""
        self._distance = (when if when.tzinfo else _refuse(when)) - datetime.now(UTC)
        self._frozen = None

    def advance(self, length: timedelta) -> None:
        """Move the clock by `length`; raises OverflowError where the calendar ends, and moves nothing then."""
        moved = self.now() + length
        if self._frozen is not None:
            self._frozen = moved
        else:
            self.set(moved)


def _refuse(when: datetime) -> datetime:
    raise ValueError(f"'{when}' has no time zone")
