"""The log: a line per request, for everybody who points a client at the emulator."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, TextIO

from provision.emulator.world.errors import EmulatorError

if TYPE_CHECKING:
    from pathlib import Path

    from provision.emulator.serving.exchange import Exchange

MOST_NOTES = 1000


class Log:
    """Appends to a file, for each exchange, `METHOD path?query status milliseconds code`; `-` is for what is not there.

    A line that begins with `#` is a note; the same is written once.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._notes: set[str] = set()
        try:
            self._file: TextIO = path.open("a", encoding="utf-8", errors="replace", buffering=1)
        except OSError as error:
            raise EmulatorError(f"the log {path} cannot be written: {error.strerror}") from None

    def write(self, exchange: Exchange) -> None:
        """Write the line of an exchange."""
        target = f"{exchange.target}?{exchange.query}" if exchange.query else exchange.target
        status = str(exchange.status or "-")
        words = (exchange.method, target, status, f"{exchange.seconds * 1000:.1f}", exchange.code or "-")
        self._line(" ".join(_word(word) for word in words))

    def note(self, text: str) -> None:
        """Write a note, unless it was written before."""
        with self._lock:
            known = text in self._notes or len(self._notes) >= MOST_NOTES
            self._notes.add(text)
        if not known:
            self.tell(text)

    def tell(self, text: str) -> None:
        """Write what has happened beside the requests."""
        self._line(f"# {' '.join(text.split())}")

    def _line(self, text: str) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):  # a full disk stops the log and nothing else
            self._file.write(f"{text}\n")

    def close(self) -> None:
        """Close the file."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()


def _word(text: str) -> str:
    return "".join(letter if letter.isprintable() and letter != " " else "?" for letter in text)
