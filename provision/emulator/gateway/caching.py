"""What the gateway keeps for a while: responses and values, by the emulator's clock and within a bound."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

    from provision.emulator.world.clock import Clock

MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    until: datetime


class Cache:
    """Values by key, each for so many seconds; what was used longest ago goes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return the value, or None."""
        found = self._entries.get(key)
        if found is None:
            return None
        if found.until <= self._clock.now():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return found.value

    def put(self, key: Hashable, value: Any, seconds: float) -> None:
        """Keep a value."""
        self._entries[key] = _Entry(value, self._clock.now() + timedelta(seconds=seconds))
        self._entries.move_to_end(key)
        while len(self._entries) > MOST_ENTRIES:
            self._entries.popitem(last=False)

    def remove(self, key: Hashable) -> None:
        """Forget a value."""
        self._entries.pop(key, None)
