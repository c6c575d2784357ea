"""One SQLite connection for many threads."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUSY_SECONDS = 30.0


class Database:
    """One connection that threads share: a statement waits for the transaction of another thread."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._path = path
        self._connection = sqlite3.connect(
            str(path) if path else ":memory:",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Execute a statement; returns its rows."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make a sequence of statements atomic among all threads and processes."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @property
    def changes(self) -> int:
        """How many rows this connection has changed; waits for nobody."""
        return self._connection.total_changes

    def watch(self) -> sqlite3.Connection | None:
        """Return a connection that sees what others commit and waits for none of them; there is none to memory."""
        if self._path is None:
            return None
        return sqlite3.connect(str(self._path), timeout=0, isolation_level=None, check_same_thread=False)

    def close(self) -> None:
        """Close the connection, after the transaction that is under way."""
        with self._lock:
            self._connection.close()
