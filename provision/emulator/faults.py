"""Scripted faults: what a network and a busy service do to a client."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """Answer matching requests with `status` and `code`, in place of executing them.

    `method` is "*" for any; `path_regex` is searched in the path, ignoring case. The first `skip` matches pass, the
    next `times` fail. `after`: the request is executed, then its answer is replaced. `drop`: the connection closes
    without an answer. `delay`: seconds before the answer; with status 0 nothing but the delay happens.
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


@dataclass(slots=True)
class _Armed:
    fault: Fault
    pattern: re.Pattern[str]
    skip: int
    times: int


class Faults:
    """The faults of one emulator; filled by any thread, consumed by the server's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Arm one more fault."""
        armed = _Armed(fault, re.compile(fault.path_regex, re.IGNORECASE), fault.skip, fault.times)
        with self._lock:
            self._armed.append(armed)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def match(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request and use it up once."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if armed.fault.method not in ("*", method) or not armed.pattern.search(path):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                armed.times -= 1
                if armed.times <= 0:
                    self._armed.remove(armed)
                return armed.fault
        return None
