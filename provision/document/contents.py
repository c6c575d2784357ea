"""What other files hold, for the scalars of a spec: `${file:PATH}` and its kin."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path
from typing import Final

from provision.document.text import folder_of

MAX_BYTES: Final = 4 * 1024 * 1024  # the service takes no text of a tenth of that
_END: Final = re.compile(r"\r?\n\Z")


class OutsideError(OSError):
    """A file that isn't in the spec's folder."""


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises OSError for what is no file: a device never ends, and a pipe may never begin."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError("is a directory" if stat.S_ISDIR(mode) else "is no file, but a device or a pipe")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return data


def located(path: str, file: str, root: Path) -> Path:
    """Where a path in a file leads. Raises OutsideError where that isn't inside `root`, links followed."""
    found = folder_of(file) / path
    if Path(path).is_absolute() or not found.resolve().is_relative_to(root.resolve()):
        raise OutsideError("is outside of the spec's folder")
    return found


def content(source: str, path: Path) -> str:
    """A file as `file` (text, without its last line end) or `file-base64`. Raises OSError; ValueError for no UTF-8."""
    data = read_bytes(path)
    if source.endswith("base64"):
        return base64.b64encode(data).decode()
    return _END.sub("", data.decode("utf-8-sig"))


def named(name: str) -> str:
    """The text of a secret that a plan was made with, by its name there. Raises OSError and ValueError."""
    source, _, path = name.partition(":")
    return content(source, Path(path))
