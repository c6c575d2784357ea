"""Where text goes: files that are opened before anything is done, and streams that may be closed or break."""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from provision.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class File:
    """A file that is opened at once and written at the end. What is there stays as it is until then."""

    def __init__(self, path: Path, form: str = "", *, private: bool = False) -> None:
        self.path = path
        self.form = form
        self._new = not path.exists()
        self._written = False
        try:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600 if private else 0o666), "wb")
            status = os.fstat(self._file.fileno())
            self._regular = stat.S_ISREG(status.st_mode)
            if private and self._regular:
                path.chmod(0o600)  # one that was there keeps its mode otherwise
        except OSError as error:
            raise UsageError(f"can't write {path}: {error.strerror}") from None
        self.identity = (status.st_dev, status.st_ino) if self._regular else None

    def write(self, text: str) -> str:
        """Write all of it. Returns what went wrong, empty if nothing did."""
        self._written = True
        try:
            if self._regular:
                self._file.truncate(0)
            self._file.write(text.encode("utf-8", "backslashreplace"))
            self._file.close()
        except (OSError, ValueError) as error:
            return f"can't write {self.path}: {reason(error)}"
        return ""

    def close(self) -> None:
        """Close it; one that was made for nothing goes."""
        with suppress(OSError, ValueError):
            self._file.close()
        if self._new and not self._written and self._regular:
            with suppress(OSError):
                self.path.unlink()


class Careful(io.TextIOBase):
    """A stream beside the result: where it breaks, everything else goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if that can be."""
        say(self._stream, text)
        return len(text)

    def isatty(self) -> bool:
        """Whether somebody looks at it."""
        return terminal(self._stream)


def say(stream: TextIO, text: str) -> OSError | ValueError | None:
    """Write text and see it off. Returns what went wrong; the stream leads nowhere from then on."""
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError) as error:
        _silence(stream)
        return error
    return None


def reason(error: OSError | ValueError) -> str:
    """What went wrong, in the system's words."""
    return str(getattr(error, "strerror", None) or error)


def terminal(stream: TextIO) -> bool:
    """Whether it is a terminal; a closed stream is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def _silence(stream: TextIO) -> None:
    """Lead a broken stream nowhere: what is left in it would be tried, and told, once more at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def stand() -> None:
    """Have all three standard streams, also where whoever started this has closed some of them.

    Otherwise the next file or connection would take the number of a closed one, and what is written to it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in Azure are of any script, terminals are not
