"""Calls and bytes counted against limits, by the emulator's clock.

A limit is looked at and counted in one step that nothing interrupts, so that it holds exactly for any number of calls
at the same time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from provision.emulator.world.clock import Clock

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
MOST_KEYS = 100_000  # of windows that are kept; those that ended long ago go first


@dataclass(slots=True)
class _Window:
    """Calls within a sliding window: an entry for each count, with its instant."""

    entries: deque[tuple[datetime, int]] = field(default_factory=deque)
    count: int = 0

    def forget(self, before: datetime) -> None:
        while self.entries and self.entries[0][0] <= before:
            self.count -= self.entries.popleft()[1]


@dataclass(slots=True)
class Period:
    """What was used in a fixed period; `ends` is None where it never does."""

    begins: datetime
    ends: datetime | None
    calls: int = 0
    kilobytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a rate stands; `wait` are the seconds until there is room, 0 where there is."""

    wait: int
    remaining: int


class Counters:
    """The counters of one emulator."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[Hashable, _Window] = {}
        self._periods: dict[Hashable, Period] = {}

    def rate(self, key: Hashable, calls: int, seconds: float, count: int = 1) -> Rate:
        """Count `count` calls within a sliding window, unless they would be too many."""
        now = self._clock.now()
        window = self._window(key, now, seconds)
        if window.count + max(count, 1) > calls:
            return Rate(self._wait(window, now, seconds, calls), 0)
        if count:
            window.entries.append((now, count))
            window.count += count
        return Rate(0, calls - window.count)

    def add(self, key: Hashable, seconds: float, count: int) -> None:
        """Count calls that were let through before it was known whether they count."""
        now = self._clock.now()
        window = self._window(key, now, seconds)
        window.entries.append((now, count))
        window.count += count

    def _window(self, key: Hashable, now: datetime, seconds: float) -> _Window:
        if key not in self._windows and len(self._windows) >= MOST_KEYS:
            self._windows.pop(next(iter(self._windows)))
        window = self._windows.setdefault(key, _Window())
        if window.entries and window.entries[-1][0] > now:  # the clock was set back: that future never was
            self._windows[key] = window = _Window()
        window.forget(now - timedelta(seconds=seconds))
        return window

    @staticmethod
    def _wait(window: _Window, now: datetime, seconds: float, calls: int) -> int:
        """Return the whole seconds until enough entries have left the window."""
        left, needed = window.count, calls - 1
        for when, count in window.entries:
            left -= count
            if left <= needed:
                return max(1, math.ceil((when + timedelta(seconds=seconds) - now).total_seconds()))
        return max(1, math.ceil(seconds))

    def period(self, key: Hashable, seconds: float, start: datetime) -> Period:
        """Return the period under way: they follow each other from `start` on; 0 seconds are one without an end."""
        now = self._clock.now()
        found = self._periods.get(key)
        if found is not None and found.begins <= now and (found.ends is None or now < found.ends):
            return found
        if found is None and len(self._periods) >= MOST_KEYS:
            self._periods.pop(next(iter(self._periods)))
        if seconds <= 0:
            made = Period(min(start, now), None)
        else:
            length = timedelta(seconds=seconds)
            begins = start + ((now - start) // length) * length
            made = Period(begins, begins + length)
        self._periods[key] = made
        return made

    def current(self, key: Hashable) -> Period | None:
        """Return the period under way of a key, if anything was counted in it."""
        found, now = self._periods.get(key), self._clock.now()
        return found if found and found.begins <= now and (found.ends is None or now < found.ends) else None

    def seconds_left(self, period: Period) -> float:
        """Return how long a period still lasts; for ever is an infinity."""
        return math.inf if period.ends is None else (period.ends - self._clock.now()).total_seconds()
