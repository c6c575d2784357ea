"""What is left of quotas by key: counted by the gateway, shown and reset through ARM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Used(Protocol):
    """What was used in a period; `ends` is None where it never does."""

    begins: datetime
    ends: datetime | None
    calls: int
    kilobytes: float


class Quotas:
    """Where the counter of a key is found, once somebody counts."""

    def __init__(self) -> None:
        self._find: Callable[[str, str], Used | None] = lambda _service, _key: None

    def serve(self, find: Callable[[str, str], Used | None]) -> None:
        """Say who counts: a function of an instance's path and a counter key."""
        self._find = find

    def find(self, service: str, key: str) -> Used | None:
        """Return the period under way of a key, if anything was counted in it."""
        return self._find(service, key)
