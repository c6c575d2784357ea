"""Stage 5: walk a plan with a bounded pool. It decides nothing: the plan says what to send and in which order."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Protocol

from provision.errors import AzureError, CancelledError, StaleError
from provision.graph import blockers
from provision.report import Outcome, Report, Result

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

    plan: Plan
    results: dict[Address, Result] = field(default_factory=dict)
    running: dict[Future[None], tuple[Change, float]] = field(default_factory=dict)
    waiting: dict[Address, Change] = field(default_factory=dict)
    unfinished: set[Address] = field(default_factory=set)
    tell: Callable[[Progress], None] = lambda _: None

    def end(self, result: Result) -> None:
        """Record what became of a change."""
        self.results[result.change.address] = result
        self.unfinished.discard(result.change.address)
        self.tell(Progress(result.change, result.seconds, result.outcome, result.because))


def apply(
    plan: Plan, writer: Writer, *, workers: int = 16, tell: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Do every change that can be done. A failed one skips what depends on it; the rest goes on."""
    waiting = {change.address: change for change in plan.changes}
    walk = _Walk(plan, waiting=waiting, unfinished=set(waiting), tell=tell)
    cancelled = Event()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while walk.waiting or walk.running:
                for change in _ready(walk, workers):
                    future = pool.submit(writer.send, change, cancelled=cancelled)
                    walk.running[future] = (change, time.monotonic())
                    tell(Progress(change, started=True))
                _collect(walk)
        except KeyboardInterrupt:
            cancelled.set()
            while walk.running:
                _collect(walk)
    for change in walk.waiting.values():
        walk.end(Result(change, Outcome.SKIPPED, "interrupted"))
    return Report(plan, tuple(walk.results[change.address] for change in plan.changes), cancelled.is_set())


def _ready(walk: _Walk, workers: int) -> list[Change]:
    """Take from what waits as much as the pool has room for: one writer in a lane, nothing that is blocked."""
    busy = {_lane(change) for change, _ in walk.running.values()} - {None}
    picked: list[Change] = []
    lost: list[Result] = []
    for change in walk.waiting.values():
        if len(walk.running) + len(picked) >= workers:
            break
        because = _lost(change, walk)
        if because:
            lost.append(Result(change, Outcome.SKIPPED, because))
        elif _lane(change) not in busy and not blockers(change.address, walk.plan.edges, walk.unfinished):
            picked.append(change)
            busy |= {_lane(change)} - {None}
    for change in (*picked, *(result.change for result in lost)):
        del walk.waiting[change.address]
    for result in lost:
        walk.end(result)
    return picked


def _lane(change: Change) -> str | None:
    """Changes in one lane go one by one: an API takes one writer at a time. Azure/apiops#379, #497, #667."""
    kind, names = change.address.kind, change.address.names
    if kind.startswith("apis"):
        return names[0].lower()
    return names[1].lower() if kind == "products/apis" else None


def _lost(change: Change, walk: _Walk) -> str:
    """Why a change can't come about: the first of its prerequisites that ended badly."""
    for edge in walk.plan.edges.get(change.address, ()):
        result = walk.results.get(edge.after)
        if result is not None and result.outcome is not Outcome.DONE:
            return f"{edge.after} was not done, and {edge.because}"
    return ""


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
