"""Stage 5: walk a plan with a bounded number of threads. It decides nothing: the plan says what to send, and when.

Threads write down what became of their change by themselves, so that the report needs nothing of what the walk
remembers: whatever happens to it, what was sent is told.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from provision.errors import CancelledError, OverwroteError, ProvisionError, StaleError, as_fault
from provision.guards import permit
from provision.report import THERE, Outcome, Report, Result
from provision.schedule import Schedule
from provision.stop import INTERRUPTED, LOOK, Never

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from provision.address import Address
    from provision.diff import Change
    from provision.plan import Plan
    from provision.stop import Stop

_TICK = 1.0  # seconds between two words about what is in flight
_TWICE = 2  # so often asked, nothing is waited for
_ABANDONED = "interrupted while it was in flight: Azure may have done it or not, and the next plan shows which"


class Writer(Protocol):
    """What apply needs of Azure."""

    def send(self, change: Change, *, cancelled: Event) -> None:
        """Do one change and wait until Azure has done it.

        Raises AzureError; CancelledError when told to stop, OverwroteError where it was done over somebody else's.
        """


@dataclass(frozen=True, slots=True)
class Progress:
    """Something to tell while a plan is walked: a change starts, goes on (after `seconds`), or has ended."""

    change: Change
    seconds: float = 0.0
    outcome: Outcome | None = None
    because: str = ""
    started: bool = False


def apply(
    plan: Plan,
    writer: Writer,
    *,
    only: AbstractSet[Address] | None = None,
    workers: int = 16,
    tell: Callable[[Progress], None] = lambda _: None,
    stop: Stop | None = None,
) -> Report:
    """Do every change that can be done. A failed one skips what depends on it; the rest goes on.

    `only`: of a plan that passes its guards as a whole, these changes. Raises GuardError and PlanError before anything
    is sent, and nothing after that.
    """
    permit(plan)
    walk = _Walk(_part(plan, only), writer, workers, tell, stop or Never())
    walk.run()
    results = tuple(walk.result(change) for change in walk.plan.changes)
    return Report(plan, results, walk.stopped and any(result.outcome not in THERE for result in results))


def _part(plan: Plan, only: AbstractSet[Address] | None) -> Plan:
    if only is None:
        return plan
    changes = tuple(change for change in plan.changes if change.address in only)
    edges = {
        address: tuple(edge for edge in found if edge.after in only)
        for address, found in plan.edges.items()
        if address in only
    }
    return replace(plan, changes=changes, edges=edges)


@dataclass(slots=True)
class _Walk:
    """One walk. `sent` and `results` are written by the threads, everything else by the walk itself."""

    plan: Plan
    writer: Writer
    workers: int
    tell: Callable[[Progress], None]
    stop: Stop
    stopped: bool = False
    sent: set[Address] = field(default_factory=set)
    results: dict[Address, Result] = field(default_factory=dict)
    skipped: dict[Address, Result] = field(default_factory=dict)
    ended: SimpleQueue[Result] = field(default_factory=SimpleQueue)
    cancelled: Event = field(default_factory=Event)
    running: dict[Address, tuple[Change, float]] = field(default_factory=dict)
    told: float = 0.0
    fault: str = ""

    def run(self) -> None:
        """Until everything has ended, or the user wants it to."""
        try:
            self._run(Schedule(self.plan))
        except Exception as error:  # noqa: BLE001 - a fault of ours: what is in flight is waited for, and told
            self.fault = str(as_fault(error, "carrying out the plan"))
            self.cancelled.set()
            while self.stop.asked < _TWICE and any(one not in self.results for one in tuple(self.sent)):
                time.sleep(LOOK)

    def _run(self, schedule: Schedule) -> None:
        while True:
            if not self.stop.asked:
                self._start(schedule)
            if self.stop.asked:
                self.stopped = True
                self.cancelled.set()
            if not self.running or self.stop.asked >= _TWICE:
                break
            self._collect(schedule)
        for change in schedule.waiting.values():
            self._skip(Result(change, Outcome.SKIPPED, INTERRUPTED if self.stopped else "it waits for itself"))

    def _start(self, schedule: Schedule) -> None:
        while not self.stop.asked and len(self.running) < self.workers and (change := schedule.take()):
            self.running[change.address] = (change, time.monotonic())
            self._say(Progress(change, started=True))
            try:
                Thread(target=self._work, args=(change,), daemon=True).start()  # may be left behind: nobody joins it
            except RuntimeError as error:  # the machine has no more threads
                self.ended.put(Result(change, Outcome.FAILED, f"it could not be started: {error}"))

    def _work(self, change: Change) -> None:
        """In a thread: one change, and what became of it, whatever is raised."""
        start = time.monotonic()
        self.sent.add(change.address)  # before looking: what is not in it by then will see that it was cancelled
        if self.cancelled.is_set():
            outcome, because = Outcome.SKIPPED, self.fault or INTERRUPTED
        else:
            outcome, because = _sent(self.writer, change, self.cancelled)
        result = self.results[change.address] = Result(change, outcome, because, time.monotonic() - start)
        self.ended.put(result)

    def _collect(self, schedule: Schedule) -> None:
        """Wait a moment for something to end; tell what ended, or how long the rest has taken."""
        try:
            result = self.ended.get(timeout=LOOK)
        except Empty:
            if time.monotonic() - self.told >= _TICK:
                self.told = time.monotonic()
                for change, start in self.running.values():
                    self._say(Progress(change, self.told - start))
            return
        del self.running[result.change.address]
        self.results[result.change.address] = result
        self._say(Progress(result.change, result.seconds, result.outcome, result.because))
        for change, because in schedule.end(result.change, well=result.outcome in THERE):
            self._skip(Result(change, Outcome.SKIPPED, because))

    def _skip(self, result: Result) -> None:
        self.skipped[result.change.address] = result
        self._say(Progress(result.change, 0.0, result.outcome, result.because))

    def _say(self, progress: Progress) -> None:
        """Tell. Who listens must not be able to stop the writes."""
        try:
            self.tell(progress)
        except Exception:  # noqa: BLE001 - a stream that broke, say: what happens goes into the report all the same
            self.tell = _nothing

    def result(self, change: Change) -> Result:
        """What became of a change, also where the walk ended before it could be told."""
        found = self.results.get(change.address) or self.skipped.get(change.address)
        if found is None and change.address in self.sent:
            return Result(change, Outcome.UNFINISHED, _ABANDONED)
        return found or Result(change, Outcome.SKIPPED, self.fault or INTERRUPTED)


def _nothing(_: Progress) -> None:
    pass


def _sent(writer: Writer, change: Change, cancelled: Event) -> tuple[Outcome, str]:
    try:
        writer.send(change, cancelled=cancelled)
    except CancelledError as error:
        return Outcome.UNFINISHED, str(error)
    except OverwroteError as error:
        return Outcome.OVERWROTE, str(error)
    except StaleError as error:
        return Outcome.STALE, str(error)
    except ProvisionError as error:
        return Outcome.FAILED, str(error)
    except BaseException as error:  # noqa: BLE001 - nothing that a change raises may cost the others their report
        return Outcome.FAILED, str(as_fault(error, f"writing {change.address}"))
    return Outcome.DONE, ""
