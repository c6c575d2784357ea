"""Who called what: counts of the gateway's calls, by quarters of an hour, as the reports of the service have them.

They are summed up in memory and written to the state when they are read, when they are many, and at the end: each call
written by itself would be a change of the state, of which others are told.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from provision.emulator.world.store import Store

QUARTER = 15 * 60  # seconds; the shortest interval that reports know [doc]
MOST_PENDING = 5000
MOVED, UNMODIFIED, TEMPORARY = 301, 304, 307
BLOCKED = frozenset({401, 403, 429})
BAD, SERVER = 400, 500
TABLE = """
CREATE TABLE IF NOT EXISTS usage (
  service TEXT, start INTEGER, api TEXT, operation TEXT, product TEXT, subscription TEXT, user TEXT,
  success INTEGER, blocked INTEGER, failed INTEGER, other INTEGER, bandwidth INTEGER, hits INTEGER, misses INTEGER,
  total REAL, least REAL, most REAL, served INTEGER, served_total REAL, served_least REAL, served_most REAL,
  PRIMARY KEY (service, start, api, operation, product, subscription, user)
) WITHOUT ROWID
"""
WRITE = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  success = success + excluded.success, blocked = blocked + excluded.blocked, failed = failed + excluded.failed,
  other = other + excluded.other, bandwidth = bandwidth + excluded.bandwidth, hits = hits + excluded.hits,
  misses = misses + excluded.misses, total = total + excluded.total, least = min(least, excluded.least),
  most = max(most, excluded.most), served = served + excluded.served,
  served_total = served_total + excluded.served_total,
  served_least = min(served_least, excluded.served_least), served_most = max(served_most, excluded.served_most)
"""
NEVER = 1e18  # what no time is longer than


@dataclass(frozen=True, slots=True)
class Caller:
    """What a call was about; paths begin below the instance (`/apis/a`), and are empty where there is none.

    `service` is the instance's path.
    """

    service: str
    api: str = ""
    operation: str = ""
    product: str = ""
    subscription: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Calls by their outcome, bytes, and milliseconds: of the whole (`total`) and of the backend (`served`)."""

    success: int = 0
    blocked: int = 0
    failed: int = 0
    other: int = 0
    bandwidth: int = 0
    hits: int = 0
    misses: int = 0
    total: float = 0.0
    least: float = NEVER
    most: float = 0.0
    served: int = 0
    served_total: float = 0.0
    served_least: float = NEVER
    served_most: float = 0.0

    @property
    def calls(self) -> int:
        """All calls."""
        return self.success + self.blocked + self.failed + self.other

    def plus(self, more: Self) -> Self:
        """Return both together."""
        both = {one.name: getattr(self, one.name) + getattr(more, one.name) for one in fields(self)}
        least = {name: min(getattr(self, name), getattr(more, name)) for name in ("least", "served_least")}
        most = {name: max(getattr(self, name), getattr(more, name)) for name in ("most", "served_most")}
        return replace(self, **{**both, **least, **most})


def outcome(status: int) -> str:
    """Return as what a status counts [doc: ReportRecordContract]."""
    if status <= MOVED or status in (UNMODIFIED, TEMPORARY):
        return "success"
    if status in BLOCKED:
        return "blocked"
    return "failed" if status == BAD or status >= SERVER else "other"


def one_call(status: int, size: int, seconds: float, served: float | None, hit: bool | None) -> Sums:
    """Return the sums of a call; `served` are the backend's seconds, `hit` is None where no cache was asked."""
    took = seconds * 1000
    sums = Sums(bandwidth=size, hits=int(hit is True), misses=int(hit is False), total=took, least=took, most=took)
    counted: dict[str, Any] = {outcome(status): 1}
    if served is not None:
        backend = served * 1000
        counted |= {"served": 1, "served_total": backend, "served_least": backend, "served_most": backend}
    return replace(sums, **counted)


class Usage:
    """The counts of one emulator; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._pending: dict[tuple[Caller, int], Sums] = {}
        self._lock = threading.Lock()

    def add(self, caller: Caller, when: datetime, sums: Sums) -> None:
        """Count a call."""
        key = (caller, int(when.timestamp()) // QUARTER * QUARTER)
        with self._lock:
            known = self._pending.get(key)
            self._pending[key] = known.plus(sums) if known else sums
            full = len(self._pending) >= MOST_PENDING
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return
        with self._database.transaction():
            self._database.execute(TABLE)
            for (caller, start), sums in pending.items():
                about = (caller.service, start, *(getattr(caller, one.name) for one in fields(caller)[1:]))
                self._database.execute(WRITE, (*about, *(getattr(sums, one.name) for one in fields(sums))))

    def calls(self, service: str) -> Iterator[tuple[Caller, int, Sums]]:
        """Return (what, start of the quarter in seconds since 1970, sums) of an instance's calls."""
        self.flush()
        if not self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'usage'"):
            return
        for row in self._database.execute("SELECT * FROM usage WHERE service = ? ORDER BY start", (service,)):
            yield Caller(row[0], *row[2:7]), row[1], Sums(*row[7:])
