"""What policies write elsewhere in the real service: kept here, where it can be read."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.world.clock import Clock

MOST_EVENTS = 10_000


class Events:
    """Events of `log-to-eventhub`, metrics of `emit-metric`, messages of `trace`: the last ten thousand of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)

    def add(self, kind: str, service: str, **facts: Any) -> None:
        """Keep an event."""
        self._kept.append({"time": self._clock.stamp(), "kind": kind, "service": service, **facts})

    def all(self) -> list[dict[str, Any]]:
        """Return what is kept, the oldest first."""
        return list(self._kept)
