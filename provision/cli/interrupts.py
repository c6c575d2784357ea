"""SIGINT, SIGTERM and SIGHUP: before anything is written they end a command at once, from then on they are counted."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any, Final

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP
_INSISTS: Final = 3  # more times, while a result is told to somebody who doesn't read it


class Interrupts:
    """The handler of the signals. Nothing is raised into the middle of what keeps the books of writes.

    `asked`: how often the user wanted to stop; `code`: the exit code, once it is known.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.code: int | None = None
        self._raises_at = 1
        self._before: dict[int, Any] = {}

    def __call__(self, *_: object) -> None:
        """One of the signals came."""
        self.asked += 1
        if self.asked >= self._raises_at:
            raise KeyboardInterrupt

    def catch(self) -> None:
        """Take the signals, but for those that whoever started this wants to be ignored (`nohup`, `&` in a script)."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self)

    def release(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def ignore(self) -> None:
        """Everything is told: a signal while Python takes itself down must not replace the exit code."""
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)

    def count(self) -> None:
        """From now on, raise nothing: whoever writes looks at `asked`."""
        self._raises_at = sys.maxsize

    def insist(self, code: int) -> None:
        """The result is known and in its files: telling it elsewhere may be broken off by somebody who insists."""
        self.code = code
        self._raises_at = self.asked + _INSISTS


def ended() -> threading.Event:
    """An event that SIGINT and SIGTERM set from now on: the way to end what runs until it is told to."""
    event = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: event.set())
    return event
