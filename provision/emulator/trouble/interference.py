"""What stands between the network and a service: throttling, latency, faults."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from provision.emulator.trouble.faults import READS, Fault, Faults
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Request, error_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provision.emulator.trouble.throttle import Throttle
    from provision.emulator.world.clock import Clock
    from provision.emulator.world.wire import App

    Run = Callable[[Callable[[], Answer | None]], Awaitable[Answer | None]]

OK, REDIRECT, NOT_FOUND = 200, 300, 404


@dataclass(slots=True)
class _Old:
    """What reads of a path answer for a while."""

    answers: dict[str, Answer]  # by the format that is asked for: policies have two
    left: int


class Interference:
    """Everything that keeps a request from being executed at once and as it is."""

    def __init__(self, clock: Clock, throttle: Throttle | None, latency: float) -> None:
        self.clock = clock
        self.faults = Faults()
        self.throttle = throttle
        self._latency = latency
        self._lock = threading.Lock()
        self._old: dict[str, _Old] = {}

    def disarm(self) -> None:
        """Forget all faults and all stale reads."""
        self.faults.clear()
        with self._lock:
            self._old.clear()

    async def execute(self, app: App, request: Request, run: Run) -> Answer | None:
        """Answer a request; None closes the connection instead. `run` says where the work is done."""
        fault = self.faults.match(request.method, "/" + "/".join(request.segments))
        pause = self._latency + (fault.delay if fault else 0)
        if pause:
            await asyncio.sleep(pause)
        left = self.throttle.take(request) if self.throttle else {}
        result = await run(partial(self._hit, app, request, fault))
        if result is not None:
            result.headers.update(left)
        return result

    def _hit(self, app: App, request: Request, fault: Fault | None) -> Answer | None:
        if fault is None:
            return self._remembered(request) or app(request)
        if fault.operation:
            fate = {"fate": fault.operation, "code": fault.code, "message": fault.message}
            return app(replace(request, operation=fate))
        if fault.stale_reads or fault.missing_reads:
            return self._remembering(app, request, fault)
        executed = fault.after or not (fault.drop or fault.status)
        result = (self._remembered(request) or app(request)) if executed else None
        if fault.drop:
            return None
        return _faulty(fault) if fault.status or result is None else result

    def _remembered(self, request: Request) -> Answer | None:
        """Return the old answer of a read, while there is one."""
        if not self._old or request.method not in READS or _polls(request):
            return None
        with self._lock:
            key = "/".join(request.segments).lower()
            old = self._old.get(key)
            if old is None:
                return None
            old.left -= 1
            if old.left <= 0:
                del self._old[key]
        found = old.answers.get(request.query.get("format", ""), old.answers[""])
        return Answer(found.status, found.body, dict(found.headers))

    def _remembering(self, app: App, request: Request, fault: Fault) -> Answer:
        """Execute a write, and keep what a read answered before it."""
        read = replace(request, method="GET", body=b"", headers={"authorization": "Bearer emulator"})
        before = {
            form: app(replace(read, query={**request.query, **({"format": form} if form else {})}))
            for form in ("", "rawxml")
        }
        status = before[""].status
        result = app(request)
        fits = status in (OK, NOT_FOUND) if fault.stale_reads else status == NOT_FOUND
        if fits and result.status < REDIRECT:
            with self._lock:
                key = "/".join(request.segments).lower()
                self._old[key] = _Old(before, fault.stale_reads or fault.missing_reads)
        return result


def _polls(request: Request) -> bool:
    return "asyncid" in request.query or "azure-asyncid" in request.query


def _faulty(fault: Fault) -> Answer:
    return error_answer(ArmError(fault.status, fault.code, fault.message, headers=dict(fault.headers)))
