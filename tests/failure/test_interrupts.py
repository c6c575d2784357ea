"""Ctrl-C at any moment: once something was sent, there is always a report, and it tells the truth.

`PROVISION_INTERRUPTS=N` makes the samples larger: N moments of a process, and every request boundary.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

import provision
from provision.address import GROUP, SERVICE, Address, Scope
from provision.cli.interrupts import Interrupts
from provision.diff import Action, Change
from provision.errors import CancelledError
from provision.graph import Edge
from provision.guards import agree
from provision.plan import Plan
from provision.report import Outcome
from provision.workflow import carry_out
from tests.conftest import PATIENCE, READS, WORKED, Ran, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from provision.emulator import Exchange
    from provision.report import Report
    from tests.conftest import Cloud

HOUSE = Path(provision.__file__).parent
TRACED = frozenset(str(HOUSE / f"{name}.py") for name in ("apply", "workflow", "schedule", "stop"))
SCOPE = Scope("s", "g", "i")
SEED = int(os.environ.get("PROVISION_SEED", "20240501"))
MORE = int(os.environ.get("PROVISION_INTERRUPTS", "0"))


class Recorder:
    """Azure as apply sees it: what was begun, and what was ended."""

    look_every = 0.0

    def __init__(self) -> None:
        self.begun: list[Address] = []
        self.ended: set[Address] = set()

    def get(self, _: Address) -> None:
        """There is nothing."""

    def members(self, *_: object) -> tuple[()]:
        return ()

    def send(self, change: Change, *, cancelled: threading.Event) -> None:
        self.begun.append(change.address)
        if change.address in (SERVICE, GROUP):  # long operations, which look whether the user gave up
            for _ in range(300):
                if cancelled.is_set():
                    raise CancelledError("Azure goes on with it")
        self.ended.add(change.address)


def creations(*names: str) -> tuple[Change, ...]:
    return tuple(Change(Address(name), Action.CREATE, body={}) for name in names)


def chained(changes: tuple[Change, ...]) -> MappingProxyType[Address, tuple[Edge, ...]]:
    inner = [change.address for change in changes if change.address not in (GROUP, SERVICE)]
    edges = {one: (Edge(one.parent, "it lies in it"),) for one in inner if one.parent and one.parent != SERVICE}
    if SERVICE in {change.address for change in changes}:
        edges |= {one: (Edge(SERVICE, "it must be there"),) for one in inner if one not in edges}
        edges[SERVICE] = (Edge(GROUP, "it must be there"),)
    return MappingProxyType(edges)


INSIDE = tuple(f"apis/{name}" for name in "abcdef") + tuple(f"apis/{name}/operations/get" for name in "abcdef")
FIRST = creations("resourceGroup", "service", *INSIDE)
SECOND = creations(*INSIDE)


def carried_out(stop: Interrupts, azure: Recorder) -> Report:
    first = agree(Plan(SCOPE, FIRST, chained(FIRST), new_instance=True))
    second = Plan(SCOPE, SECOND, chained(SECOND))
    return carry_out(first, azure, again=lambda: second, tell=lambda _: None, stop=stop)  # type: ignore[arg-type]


def is_true(report: Report, azure: Recorder, *, twice: bool) -> None:
    """One result for each change, and each what the other side knows of it."""
    assert sorted(result.change.address for result in report.results) == sorted(change.address for change in FIRST)
    by_outcome: dict[Outcome, set[Address]] = {outcome: set() for outcome in Outcome}
    for result in report.results:
        by_outcome[result.outcome].add(result.change.address)
    sent, everything = set(azure.begun), {change.address for change in FIRST}
    assert len(azure.begun) == len(sent)
    assert by_outcome[Outcome.SKIPPED].isdisjoint(sent)
    assert by_outcome[Outcome.DONE] <= azure.ended
    assert by_outcome[Outcome.FAILED] == by_outcome[Outcome.STALE] == set()
    if not twice:  # what ended is waited for, unless told twice not to
        assert by_outcome[Outcome.DONE] == azure.ended
        assert by_outcome[Outcome.SKIPPED] == everything - sent
    whole = by_outcome[Outcome.DONE] == everything
    assert report.exit_code == (0 if whole else 130 if by_outcome[Outcome.SKIPPED] == everything else 3)
    assert whole or report.interrupted


class Tracer:
    """Presses Ctrl-C where a line is about to run for the n-th time. `lines`: how often each was seen."""

    def __init__(self, where: tuple[str, int] | None = None, nth: int = 1, times: int = 1) -> None:
        self.where, self.nth, self.times = where, nth, times
        self.lines: dict[tuple[str, int], int] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            where = (frame.f_code.co_filename, frame.f_lineno)
            self.lines[where] = self.lines.get(where, 0) + 1
            if where == self.where and self.lines[where] >= self.nth and self.times:
                self.times -= 1
                signal.raise_signal(signal.SIGINT)
        return self


@contextmanager
def traced(tracer: Tracer) -> Iterator[Interrupts]:
    """Signals are counted, and this thread's lines are looked at."""
    interrupts, before = Interrupts(), sys.gettrace()
    interrupts.catch()
    interrupts.count()
    sys.settrace(tracer)
    try:
        yield interrupts
    finally:
        sys.settrace(before)
        interrupts.release()


def test_without_interruption_all_is_done() -> None:
    tracer, azure = Tracer(), Recorder()
    with traced(tracer) as interrupts:
        report = carried_out(interrupts, azure)
    is_true(report, azure, twice=False)
    assert report.exit_code == 0
    assert len({file for file, _ in tracer.lines}) == len(TRACED), "each of the modules is walked through"


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_at_each_line_of_apply_and_workflow(times: int) -> None:
    seen = Tracer()
    with traced(seen) as interrupts:
        carried_out(interrupts, Recorder())
    print("seed", SEED)  # noqa: T201 - what a failure is repeated with
    chance = random.Random(SEED)
    for where, count in sorted(seen.lines.items()):
        for nth in sorted({1, count, *(chance.randint(1, count) for _ in range(MORE or 3))}):
            azure = Recorder()
            with traced(Tracer(where, nth, times)) as interrupts:
                report = carried_out(interrupts, azure)
            print(where, nth)  # noqa: T201
            is_true(report, azure, twice=interrupts.asked > 1)
            if interrupts.asked and report.interrupted:
                assert set(azure.begun) != {change.address for change in FIRST} or times > 1


class Boundary:
    """Presses Ctrl-C at the n-th exchange, before its answer is sent; `more` times at once."""

    def __init__(self, cloud: Cloud, nth: int, more: int = 0) -> None:
        self.cloud, self.left, self.more = cloud, nth, more

    def __call__(self, exchange: Exchange) -> None:
        self.cloud.exchanges.append(exchange)
        self.left -= 1
        handler = signal.getsignal(signal.SIGINT)
        if self.left == 0 and isinstance(handler, Interrupts):
            handler.asked += self.more
            os.kill(os.getpid(), signal.SIGINT)


def written(exchanges: list[Exchange]) -> list[str]:
    """What was changed, as addresses in lower case."""
    paths = [one.path.lower() for one in exchanges if one.method not in READS and one.status < 300]
    return [(Address.from_arm_id(path) or GROUP).key for path in paths]


def tells_the_truth(ran: Ran, report: Path, exchanges: list[Exchange]) -> None:
    changed = set(written(exchanges))
    assert ran.code in (0, 3, 130), str(ran)
    assert "Traceback" not in ran.err
    assert ("nothing was changed" in ran.err) == (ran.code == 130), str(ran)
    assert not (changed and ran.code == 130), str(ran)
    if not report.exists():
        assert not changed
        return
    document = json.loads(report.read_text("utf-8"))
    outcomes = {item["address"].lower(): item["outcome"] for item in document["resource_changes"]}
    assert changed <= {address for address, outcome in outcomes.items() if outcome != "skipped"}, str(ran)
    unfinished = {address for address, outcome in outcomes.items() if outcome == "unfinished"}
    assert all(address in ran.out.lower() for address in unfinished)
    assert document["interrupted"] == (ran.code in (3, 130))


def boundaries() -> list[int]:
    """Of the worked example on an empty Azure: some 40 requests, of which the first 4 are before any write."""
    every = list(range(1, 45))
    return every if MORE else sorted(random.Random(SEED).sample(every[4:], 6))


@pytest.mark.parametrize("more", [0, 1], ids=["once", "twice"])
@pytest.mark.parametrize("nth", boundaries())
def test_ctrl_c_at_a_request_boundary(cloud: Cloud, tmp_path: Path, nth: int, more: int) -> None:
    report = tmp_path / "report.json"
    cloud.emulator._on_exchange = Boundary(cloud, nth, more)
    ran = cloud("apply", WORKED, "--yes", "--report", f"json={report}")
    cloud.emulator._on_exchange = cloud.exchanges.append
    tells_the_truth(ran, report, cloud.exchanges)
    if not more:
        cloud.arm.settle()
        cloud.applied(WORKED)
        cloud.clean(WORKED)


def test_ctrl_c_before_the_first_write_changes_nothing(cloud: Cloud, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    cloud.emulator._on_exchange = Boundary(cloud, 1)
    ran = cloud("apply", WORKED, "--yes", "--report", f"json={report}").ended(130)
    assert "nothing was changed" in ran.err
    assert written(cloud.exchanges) == []


PRODUCTS = 40


@pytest.mark.parametrize("moment", range(MORE or 4))
def test_ctrl_c_at_random_moments_of_a_process(tmp_path: Path, moment: int) -> None:
    """A process that creates many products is interrupted between its first request and its last one."""
    chance = random.Random(SEED + moment)
    spec, report = tmp_path / "spec.yaml", tmp_path / "report.json"
    products = "".join(f"  p{number}: {{displayName: P{number}}}\n" for number in range(PRODUCTS))
    spec.write_text(Path(WORKED).read_text("utf-8").replace("products:\n", f"products:\n{products}"), "utf-8")
    policies = tmp_path / "policies"
    policies.mkdir()
    for policy in (Path(WORKED).parent / "policies").iterdir():
        (policies / policy.name).write_bytes(policy.read_bytes())
    at, again = chance.randint(1, 60 + PRODUCTS), chance.choice([None, chance.randint(0, 5)])
    print("seed", SEED + moment, "at exchange", at, "again after", again)  # noqa: T201
    with embedded(latency=0.005) as cloud:
        reached = threading.Semaphore(0)

        def notice(exchange: Exchange) -> None:
            cloud.exchanges.append(exchange)
            reached.release()

        cloud.emulator._on_exchange = notice
        process = cloud.start("apply", str(spec), "--yes", "--report", f"json={report}")

        def ended() -> None:
            process.wait()
            reached.release(at + 10)

        threading.Thread(target=ended, daemon=True).start()
        presses = [at, *([again] if again is not None else [])]
        for count in presses:
            for _ in range(count):
                assert reached.acquire(timeout=PATIENCE)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        tells_the_truth(Ran(("apply",), process.returncode, out, err), report, list(cloud.exchanges))
