"""Bounded parallel reads that lead to further ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future


@dataclass(slots=True)
class Reads:
    """Reads, and those that they lead to: first come first served, without waiting for a level to end.

    What one brings has `further`: the reads that it leads to, which bring the like.
    """

    pool: ThreadPoolExecutor
    _ended: SimpleQueue[Future[Any]]
    _running: int = 0

    def start(self, jobs: Iterable[Callable[[], Any]]) -> list[Future[Any]]:
        """Begin with what is waited for in `found`."""
        futures = [self.pool.submit(job) for job in jobs]
        for future in futures:
            future.add_done_callback(self._ended.put)
        self._running += len(futures)
        return futures

    def found(self) -> Iterator[Any]:
        """What all of them find. Raises AzureError for the first that fails."""
        while self._running:
            found = self._ended.get().result()
            self._running -= 1
            self.start(found.further)
            yield found


@contextmanager
def reading(workers: int) -> Iterator[Reads]:
    """At the end of the block nothing is begun any more."""
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield Reads(pool, SimpleQueue())
        finally:
            pool.shutdown(cancel_futures=True)
