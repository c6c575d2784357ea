"""A file as text, and in words what libyaml finds wrong with it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from provision.errors import Mark, Problem, SpecError

MAX_BYTES = 64 * 1024 * 1024
STDIN = Path("-")
_STDIN_NAME = "<stdin>"
_DEVICES = ("/dev/", "/proc/")  # /dev/stdin, and what a shell makes of <(...)

_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNREADABLE: tuple[tuple[type[Exception], str, str], ...] = (
    (FileNotFoundError, "there is no such file", "check the path"),
    (IsADirectoryError, "this is a directory", "name the file in it"),
    (PermissionError, "you may not read this file", "check its permissions"),
)
_SYNTAX = MappingProxyType(
    {  # libyaml's words -> ours: what, why, fix
        "mapping values are not allowed in this context": (
            'a ":" can\'t stand here',
            "the value before it has not ended, or the indentation is wrong",
            'align the key, or put a value that holds ": " in quotes',
        ),
        "did not find expected key": (
            "this doesn't belong to what is before it",
            "the indentation fits no map around it, or a quote closed too early",
            "align it with its neighbours, and check the quotes",
        ),
        "did not find expected '-' indicator": ("this is not an item of the list", "", "align it, or start it with -"),
        "could not find expected ':'": ("a key without a : after it", "", "add the :, or correct the indentation"),
        "found character that cannot start any token": ("a value can't start like this", "", "put it in quotes"),
        "did not find expected node content": (
            "a value can't start like this",
            "",
            "put text that holds brackets in quotes",
        ),
        "block sequence entries are not allowed in this context": (
            "a - can't stand here",
            "",
            "start the list in a new line",
        ),
        "found unknown escape character": ("\\ starts no known escape here", "", "write \\\\, or use single quotes"),
    }
)


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 0."""
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


@dataclass(frozen=True, slots=True)
class Source:
    """What was read from stdin or a pipe, which nobody can read twice; or why it could not be read."""

    file: str
    data: bytes = b""
    problem: Problem | None = None

    def __str__(self) -> str:
        return self.file


def once(path: Path) -> Path | Source:
    """`path` itself where that is a file, else what it holds, read here and now; `-` is stdin."""
    file = _STDIN_NAME if path == STDIN else str(path)
    if path != STDIN and (path.is_file() or path.is_dir() or not path.exists()):
        return path
    try:
        return Source(file, _standard_input() if path == STDIN else _bytes(path))
    except (OSError, ValueError) as error:
        return Source(file, problem=_unreadable(file, error))


def _standard_input() -> bytes:
    if sys.stdin is None:  # closed by the caller
        raise FileNotFoundError
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return data if isinstance(data, bytes) else b""


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def folder_of(file: str) -> Path:
    """Where the paths in a file start: at its folder; in what comes from stdin or a pipe, at the current one."""
    return Path() if file == _STDIN_NAME or file.startswith(_DEVICES) else Path(file).parent


def _unreadable(file: str, error: Exception) -> Problem:
    reasons = [row[1:] for row in _UNREADABLE if isinstance(error, row[0])]
    what, fix = reasons[0] if reasons else (f"can't be read: {getattr(error, 'strerror', None) or error}", "")
    return Problem(Mark(file), what, "", fix)


def read(path: Path | Source) -> str:
    """Read a file as text. Raises SpecError where that can't be."""
    file = str(path)
    try:
        data = path.data if isinstance(path, Source) else _bytes(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SpecError([_unreadable(file, error)]) from None
    if isinstance(path, Source) and path.problem:
        raise SpecError([path.problem])
    if len(data) > MAX_BYTES:
        raise SpecError([Problem(Mark(file), "the file is larger than 64 MiB", "no spec is that large", "split it")])
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = position(before, len(before))
        why = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        mark = Mark(file, line + 1, column + 1)
        raise SpecError([Problem(mark, "the file is not UTF-8", why, "save it as UTF-8")]) from None
    if bad := _BAD_CHARACTER.search(text):
        line, column = position(text, bad.start())
        what, why = f"the character U+{ord(bad[0]):04X}", "YAML doesn't allow it"
        raise SpecError(
            [Problem(Mark(file, line + 1, column + 1), what, why, "remove it, or save the file as UTF-8 text")]
        )
    return text


def where_libyaml_stops(error: yaml.YAMLError) -> int | None:
    """Where libyaml's own limit of levels is met, as an offset; None where it stumbled over something else.

    Since 0.2.6 it has one of 1,000, and reads on before it hands out what it has: the 65th level may not be seen first.
    """
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem != "exceeded maximum nesting depth":
        return None
    return error.problem_mark.index if error.problem_mark else None


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Say in a user's words what libyaml stumbled over."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(Mark(file), "this is not YAML", str(error).splitlines()[0])
    at, said = error.problem_mark, error.problem or ""
    mark = Mark(file, at.line + 1, at.column + 1)
    line = text[: at.index].rpartition("\n")[2] + text[at.index :].partition("\n")[0]
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation and ("token" in said or "tab" in said):
        mark = Mark(file, at.line + 1, indentation.index("\t") + 1)
        return Problem(mark, "a tab is in the indentation", "YAML indents with spaces only", "replace it with spaces")
    if text[max(at.index - 1, 0) : at.index + 1] == "${":
        return Problem(mark, "a variable inside { } or [ ] needs quotes", "{ has a meaning there", 'write "${NAME}"')
    at_end = not text[at.index :].strip()
    if error.context_mark and (unclosed := _unclosed(error.context_mark, mark, said, text, at_end=at_end)):
        return unclosed
    if at_end:
        return Problem(mark, "the file ends too early", said, "finish what the last line starts")
    return Problem(mark, *_SYNTAX.get(said, ("this is not YAML", said, "")))


def _unclosed(opened: Any, mark: Mark, said: str, text: str, *, at_end: bool) -> Problem | None:
    """Describe a quote or bracket at `opened` that is still open at `mark`; None where that is not what is wrong."""
    opener = text[opened.index : opened.index + 1]
    start = Mark(mark.file, opened.line + 1, opened.column + 1)
    closer = {"[": "]", "{": "}"}.get(opener, opener)
    if opener in ("'", '"') and "end of stream" in said:
        return Problem(start, f"the quote {opener} is never closed", "the file ends first", f"add the closing {closer}")
    if opener not in ("[", "{") or not said.startswith("did not find expected ','"):
        return None
    if at_end:
        return Problem(start, f"the {opener} is never closed", "the file ends first", f"add the closing {closer}")
    fix = "close it, or put text that holds brackets in quotes"
    return Problem(mark, f"a , or {closer} is missing before this", f"the {opener} at {start} is still open", fix)
