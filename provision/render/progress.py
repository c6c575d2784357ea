"""What a run tells while it goes on: a line for each change that ended, and what is still in flight."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Final, TextIO

from provision.address import SERVICE, Address
from provision.render.mask import Mask
from provision.render.words import doing, duration, visible, visible_lines
from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provision import apply
    from provision.diff import Change

_HINT: Final = "creating an instance takes up to 30 minutes; Ctrl-C leaves Azure working and the next apply goes on"
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Writes to one stream. `live` (a terminal) keeps a status line; else a line comes `every` so many seconds."""

    def __init__(self, stream: TextIO, *, live: bool, every: float = 30.0, secrets: Iterable[str] = ()) -> None:
        self._stream = stream
        self._live = live
        self._every = every
        self._mask = Mask(secrets)
        self._running: dict[Address, tuple[Change, float]] = {}
        self._told: dict[Address, int] = {}
        self._lock = threading.RLock()  # what is waited for is told by the threads that wait

    def __call__(self, event: apply.Progress) -> None:
        """Tell of one event."""
        with self._lock:
            self._tell(event)

    def _tell(self, event: apply.Progress) -> None:
        change = event.change
        if event.outcome is not None:
            self._running.pop(change.address, None)
            self._told.pop(change.address, None)
            self._write([self._ended(event, event.outcome)])
            return
        self._running[change.address] = (change, event.seconds)
        if self._live:
            self._write([])
        elif self._is_due(change, event.seconds):
            self._write([f"{self._name(change)}: still {doing(change)}, {duration(event.seconds)}{_hint(change)}"])

    def note(self, text: str) -> None:
        """Tell something else."""
        with self._lock:
            self._write(visible_lines(self._mask.text(text)))

    def _is_due(self, change: Change, seconds: float) -> bool:
        """Whether another interval has passed; once for each, however seldom events come."""
        intervals = int(seconds // self._every)
        due = intervals > self._told.get(change.address, 0)
        if due:
            self._told[change.address] = intervals
        return due

    def _ended(self, event: apply.Progress, outcome: Outcome) -> str:
        took = "" if outcome is Outcome.SKIPPED else f" {duration(event.seconds)}"
        reason = "" if outcome is Outcome.DONE else " ".join(visible_lines(self._mask.text(event.because)))
        head = f"{event.change.action.value} {self._name(event.change)}  {outcome.value}{took}"
        return f"{head}: {reason}" if reason else head

    def _name(self, change: Change) -> str:
        return visible(self._mask.text(str(change.address)))

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        self._stream.write(f"{_CLEAR}{text}{self._status()}" if self._live else text)
        self._stream.flush()

    def _status(self) -> str:
        """Say what is in flight, the oldest first."""
        oldest = sorted(self._running.values(), key=lambda item: -item[1])
        parts = [
            f"{doing(change)} {self._name(change)} {duration(seconds)}{_hint(change)}" for change, seconds in oldest
        ]
        count = f"{len(parts)} in flight: " if len(parts) > 1 else ""
        return _cut(count + ", ".join(parts), shutil.get_terminal_size().columns - 1)


def _hint(change: Change) -> str:
    return f" ({_HINT})" if change.address == SERVICE and doing(change) == "creating" else ""


def _cut(text: str, columns: int) -> str:
    """Keep as much as fits on one line; what isn't ASCII may be two columns wide."""
    width = 0
    for at, character in enumerate(text):
        width += 1 if character.isascii() else 2
        if width > columns:
            return text[:at]
    return text
