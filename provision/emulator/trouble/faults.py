"""Scripted faults: what a network and a busy service do to a client."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from provision.emulator.trouble.patterns import LONGEST, compiled
from provision.emulator.world.errors import EmulatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provision.emulator.trouble.patterns import Pattern

ALWAYS = sys.maxsize
READS = ("GET", "HEAD")

Fate = Literal["", "fails", "never ends"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to matching requests; alone among these: an answer, a drop, an operation's fate, or old reads.

    `method` is "*" for any; `path_regex` is searched in the path by RE2, ignoring case. The first `skip` matches
    pass, the next `times` are hit. `status` and `code`: the answer in place of executing the request; with `after` the
    request is executed, then its answer is replaced. `drop`: the connection closes without an answer. `delay`: seconds
    before the answer, alone or with anything else. `operation`: the long-running operation that the request starts
    "fails" (with `code`) or "never ends". `stale_reads`: after a write, that many GETs of the same path answer what
    they answered before it. `missing_reads`: after a create, that many answer 404.
    """

    method: str
    path_regex: str
    status: int = 0
    code: str = "InjectedFault"
    times: int = 1
    skip: int = 0
    after: bool = False
    drop: bool = False
    delay: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "This answer comes from a scripted fault."
    operation: Fate = ""
    stale_reads: int = 0
    missing_reads: int = 0

    def hits(self, method: str) -> bool:
        """Tell whether a method is meant: what follows a write is never armed by a read."""
        if self.method == "*":
            return method not in READS or not (self.operation or self.stale_reads or self.missing_reads)
        return self.method == method


@dataclass(slots=True)
class _Armed:
    fault: Fault
    pattern: Pattern
    skip: int
    times: int


class Faults:
    """The faults of one emulator; filled by any thread, consumed by the server's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Arm one more fault. Raises EmulatorError where its pattern is none."""
        self._arm([fault])

    def replace(self, faults: Iterable[Fault]) -> None:
        """Disarm everything, and arm these."""
        with self._lock:
            self._armed.clear()
        self._arm(faults)

    def _arm(self, faults: Iterable[Fault]) -> None:
        armed = [_Armed(f, _pattern(f), f.skip, f.times) for f in faults]
        with self._lock:
            self._armed += armed

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def pending(self) -> list[dict[str, Any]]:
        """Return what is still armed, in the words of a script; `skip` and `times` are what is left of them."""
        with self._lock:
            return [_words(armed) for armed in self._armed]

    def match(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request and use it up once."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if not armed.fault.hits(method) or not armed.pattern.search(path[:LONGEST]):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                if armed.times < ALWAYS:
                    armed.times -= 1
                if armed.times <= 0:
                    self._armed.remove(armed)
                return armed.fault
        return None


def _pattern(fault: Fault) -> Pattern:
    try:
        return compiled(fault.path_regex)
    except ValueError as error:
        raise EmulatorError(f"path {fault.path_regex!r} is no regular expression: {error}") from None


def _words(armed: _Armed) -> dict[str, Any]:
    given = {one.name: getattr(armed.fault, one.name) for one in fields(Fault)}
    given |= {"path": given.pop("path_regex"), "skip": armed.skip, "headers": dict(armed.fault.headers)}
    given["times"] = "always" if armed.times == ALWAYS else armed.times
    standard = {one.name: one.default for one in fields(Fault)}
    kept = {key: value for key, value in given.items() if key in ("method", "path", "times")}
    return kept | {key: value for key, value in given.items() if value and value != standard.get(key)}
