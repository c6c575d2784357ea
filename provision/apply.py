"""Stage 5: walk a plan with a bounded pool. It decides nothing: the plan says what to send and in which order."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Protocol

from provision.errors import AzureError, CancelledError, StaleError
from provision.report import Outcome, Report, Result
from provision.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.address import Address
    from provision.diff import Change
    from provision.plan import Plan

_TICK = 1.0  # seconds between two looks at what is in flight


class Writer(Protocol):
    """What apply needs of Azure."""

    def send(self, change: Change, *, cancelled: Event) -> None:
        """Do one change and wait until Azure has done it. Raises AzureError, or CancelledError when told to stop."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Something to tell while a plan is walked: a change starts, goes on (after `seconds`), or has ended."""

    change: Change
    seconds: float = 0.0
    outcome: Outcome | None = None
    because: str = ""
    started: bool = False


@dataclass(slots=True)
class _Walk:
    """The state of one walk."""

    schedule: Schedule
    tell: Callable[[Progress], None]
    results: dict[Address, Result] = field(default_factory=dict)
    running: dict[Future[None], tuple[Change, float]] = field(default_factory=dict)

    def end(self, result: Result) -> None:
        """Record what became of a change that was started."""
        self._record(result)
        for change, because in self.schedule.end(result.change, well=result.outcome is Outcome.DONE):
            self._record(Result(change, Outcome.SKIPPED, because))

    def abandon(self, because: str) -> None:
        """Record that nothing which still waits will be started."""
        for change in self.schedule.waiting.values():
            self._record(Result(change, Outcome.SKIPPED, because))

    def _record(self, result: Result) -> None:
        self.results[result.change.address] = result
        self.tell(Progress(result.change, result.seconds, result.outcome, result.because))


def apply(
    plan: Plan, writer: Writer, *, workers: int = 16, tell: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Do every change that can be done. A failed one skips what depends on it; the rest goes on."""
    walk = _Walk(Schedule(plan), tell)
    cancelled = Event()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while walk.schedule.waiting or walk.running:
                while len(walk.running) < workers and (change := walk.schedule.take()):
                    future = pool.submit(writer.send, change, cancelled=cancelled)
                    walk.running[future] = (change, time.monotonic())
                    tell(Progress(change, started=True))
                _collect(walk)
        except KeyboardInterrupt:
            cancelled.set()
            while walk.running:
                _collect(walk)
    walk.abandon("interrupted")
    return Report(plan, tuple(walk.results[change.address] for change in plan.changes), cancelled.is_set())


def _collect(walk: _Walk) -> None:
    """Wait for something to end, or a moment; tell what ended or how long the rest has taken."""
    ended, _ = wait(walk.running, timeout=_TICK, return_when=FIRST_COMPLETED)
    for future in ended:
        change, start = walk.running.pop(future)
        outcome, because = _outcome(future)
        walk.end(Result(change, outcome, because, time.monotonic() - start))
    for change, start in () if ended else walk.running.values():
        walk.tell(Progress(change, time.monotonic() - start))


def _outcome(future: Future[None]) -> tuple[Outcome, str]:
    try:
        future.result()
    except CancelledError as error:
        return Outcome.UNFINISHED, str(error)
    except StaleError as error:
        return Outcome.STALE, str(error)
    except AzureError as error:
        return Outcome.FAILED, str(error)
    return Outcome.DONE, ""
