"""Runs that share ARM's buckets, in virtual time: none fails, none is slower than the buckets are."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from provision.azure.pipeline import Pace, Retry
from provision.azure.waiting import Call, Clock, asking
from provision.emulator.trouble.throttle import HEADER, SIZES, Throttle
from provision.emulator.world.errors import ArmError
from provision.errors import TooLongError

THREADS, LATENCY, WORK = 16, 0.05, 0.004  # of a run; seconds of a request on its way, and of making it
_, SIZE, RATE = SIZES[0]


class Time(Clock):
    """Time that the test moves."""

    at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Runs:
    """Several processes, each of 16 threads that read as fast as they may, against the embedded Azure's buckets."""

    def __init__(self, runs: int, reads: int, seed: int) -> None:
        self.clock, self.chance = Time(), Random(seed)
        start = datetime(2026, 1, 1, tzinfo=UTC)
        moving: Any = SimpleNamespace(now=lambda: start + timedelta(seconds=self.clock.at))
        self.throttle = Throttle(moving)
        self.paces = [Pace(self.clock, lambda _: None, self.chance.random) for _ in range(runs)]
        self.left = [reads] * runs
        self.busy = [0.0] * runs  # until when its interpreter works
        self.answered = self.refused = 0
        self._events: list[tuple[float, int, int, Any]] = []
        self._order = count()

    def walk(self) -> float:
        """Seconds until the last has its last answer."""
        for run in range(len(self.paces)):
            for _ in range(THREADS):
                self._later(self.chance.random() * LATENCY, run, self._next)
        while self._events:
            self.clock.at, _, run, step = heapq.heappop(self._events)
            step(run)
        return self.clock.at

    def _later(self, seconds: float, run: int, step: Any) -> None:
        heapq.heappush(self._events, (self.clock.at + seconds, next(self._order), run, step))

    def _next(self, run: int) -> None:
        if self.left[run]:
            self.left[run] -= 1
            self._try(run)

    def _try(self, run: int) -> None:
        self._later(self.paces[run].delay("GET"), run, self._send)

    def _send(self, run: int) -> None:
        self.busy[run] = max(self.clock.at, self.busy[run]) + WORK
        self._later(self.busy[run] - self.clock.at + LATENCY / 2, run, self._arrive)

    def _arrive(self, run: int) -> None:
        request: Any = SimpleNamespace(method="GET", segments=("subscriptions", "z"), headers={"authorization": "x"})
        try:
            given = self.throttle.take(request)
        except ArmError as error:
            self.refused += 1
            told = float(error.headers["Retry-After"])
            self._later(LATENCY / 2, run, lambda run: self._later(self._told(run, told), run, self._try))
            return
        self.answered += 1
        self._later(LATENCY / 2, run, lambda run: self._heard(run, given))

    def _told(self, run: int, seconds: float) -> float:
        with asking(Call("reading", 1800.0, self.clock)):
            return self.paces[run].refused("GET", seconds)

    def _heard(self, run: int, headers: dict[str, str]) -> None:
        response: Any = SimpleNamespace(http_response=SimpleNamespace(headers=headers, status_code=200))
        self.paces[run].on_response(SimpleNamespace(http_request=SimpleNamespace(method="GET")), response)  # type: ignore[arg-type]
        self._next(run)


def table(runs: int, reads: int, seed: int) -> tuple[float, int, int]:
    """How much longer than the bucket allows it took, answers, refusals."""
    found = Runs(runs, reads, seed)
    took = found.walk()
    return took / ((found.answered - SIZE) / RATE), found.answered, found.refused


@pytest.mark.parametrize("seed", range(3))
def test_one_run_is_never_refused(seed: int) -> None:
    ratio, answered, refused = table(1, 10_367, seed)
    assert (answered, refused) == (10_367, 0)
    assert ratio <= 1.01


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reads", [300, 800])
def test_six_runs_end_when_the_bucket_allows(reads: int, seed: int) -> None:
    ratio, answered, refused = table(6, reads, seed)
    assert answered == 6 * reads
    assert ratio <= 1.06
    assert refused <= answered / 2


def response(status: int, **headers: str) -> Any:
    http = SimpleNamespace(
        status_code=status, headers={key.replace("_", "-"): value for key, value in headers.items()}, read=lambda: b""
    )
    request = SimpleNamespace(method="GET", headers={}, body=None, files=None)
    return SimpleNamespace(http_response=http, http_request=request)


def test_refusals_are_not_counted() -> None:
    retry = Retry(Pace(Time(), print), retry_total=6)
    settings = retry.configure_retries({})
    for _ in range(1000):
        assert retry.is_retry(settings, response(429))
        assert retry.increment(settings, response=response(429))
    assert settings["total"] == 6


def test_it_waits_as_told_and_a_little_more() -> None:
    clock = Time()
    pace = Pace(clock, print, Random(1).random)
    waits = {pace.refused("GET", 7.0) for _ in range(16)}
    assert len(waits) == 16, "not all come back at once"
    assert all(7.0 <= one <= 7.0 * 2.5 for one in waits)
    assert pace.delay("GET") >= 7.0, "nor does anything new go out before"
    assert pace.delay("PUT") == 0.0


def test_that_it_is_throttled_is_said_every_half_minute() -> None:
    said: list[str] = []
    clock = Time()
    pace = Pace(clock, said.append)
    for _ in range(70):
        pace.refused("PUT", 1.0)
        clock.at += 1.0
    assert len(said) == 3
    assert "throttles the writes" in said[0]


def test_throttling_that_advances_is_progress_and_one_that_does_not_ends() -> None:
    clock = Time()
    pace = Pace(clock, lambda _: None)
    with asking(Call("reading", 60.0, clock)):
        for _ in range(100):
            pace.refused("GET", 30.0)
            clock.at += 30.0
            pace.answered("GET")
        pace.refused("GET", 30.0)
        clock.at += 61.0
        with pytest.raises(TooLongError, match="nothing got through"):
            pace.refused("GET", 30.0)


def test_pauses_for_others_do_not_count() -> None:
    clock = Time()
    call = Call("reading", 10.0, clock)
    call.pause(100.0, counts=False)
    with pytest.raises(TooLongError):
        call.pause(11.0)


def test_the_headers_are_the_embedded_azures() -> None:
    assert HEADER == "x-ms-ratelimit-remaining-subscription-"
