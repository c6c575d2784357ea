"""Fault scripts: a JSON list of faults, checked whole before anything is armed."""

from __future__ import annotations

import json
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.trouble.faults import ALWAYS, READS, Fault
from provision.emulator.trouble.patterns import compiled
from provision.emulator.world.errors import EmulatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

METHODS = ("*", "GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
FATES = ("fails", "never ends")
EFFECTS = ("status", "drop", "operation", "stale_reads", "missing_reads")
KEYS = ("method", "path", "skip", "times", "code", "message", "headers", "after", "delay", *EFFECTS)
LONGEST = 3600  # seconds of delay
MOST = 1000  # faults, since each is searched in the path of every request


def read(path: Path) -> list[Fault]:
    """Return the faults of a script file. Raises EmulatorError that says everything that is wrong with it."""
    try:
        script = json.loads(path.read_bytes())
    except OSError as error:
        raise EmulatorError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise EmulatorError(f"{path} is no JSON: {error}") from None
    problems = check(script)
    if problems:
        raise EmulatorError("\n  ".join([f"{path} is no script of faults:", *problems]))
    return parse(script)


def check(script: Any) -> list[str]:
    """Return what is wrong with a script, a line for each problem."""
    if not isinstance(script, list):
        return ["a script is a list of faults"]
    if len(script) > MOST:
        return [f"a script has at most {MOST} faults, not {len(script)}"]
    return [f"fault {number}: {wrong}" for number, entry in enumerate(script, 1) for wrong in _problems(entry)]


def parse(script: list[dict[str, Any]]) -> list[Fault]:
    """Return the faults of a script in which nothing is wrong."""
    return [_fault(dict(entry)) for entry in script]


def _fault(entry: dict[str, Any]) -> Fault:
    times = entry.pop("times", 1)
    method, path = entry.pop("method", "*").upper(), entry.pop("path")
    return Fault(method, path, times=ALWAYS if times == "always" else times, **entry)


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it must be an object"
        return
    yield from (f"{key!r} is unknown; there are: {', '.join(KEYS)}" for key in entry if key not in KEYS)
    for key, value in entry.items():
        test = TESTS.get(key)
        if test and not test[0](value):
            yield f"{key} must be {test[1]}, not {json.dumps(value)}"
    yield from _path(entry.get("path"))
    yield from _combination(entry)


def _path(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value:
        yield "path, a regular expression that is searched in the path of a request, is missing"
        return
    try:
        compiled(value)
    except ValueError as error:
        yield f"path {value!r} is no regular expression: {error}"


def _combination(entry: dict[str, Any]) -> Iterator[str]:
    chosen = [key for key in EFFECTS if entry.get(key)]
    if len(chosen) > 1:
        yield f"{' and '.join(chosen)} exclude each other"
    if not chosen and not entry.get("delay"):
        yield f"it does nothing: give one of {', '.join(EFFECTS)}, or delay"
    if entry.get("after") and not ({"status", "drop"} & set(chosen)):
        yield "after goes with status or drop"
    if entry.get("headers") and "status" not in chosen:
        yield "headers go with status"
    late = [key for key in chosen if key in ("operation", "stale_reads", "missing_reads")]
    if late and str(entry.get("method", "*")).upper() in READS:
        yield f"{late[0]} goes with the method of a write"


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) and _line(k) and _line(v) for k, v in value.items())


def _line(text: str) -> bool:
    return text.isascii() and text.isprintable()


TESTS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "method": (lambda v: isinstance(v, str) and v.upper() in METHODS, f"one of {', '.join(METHODS)}"),
        "status": (lambda v: _whole(v) and 400 <= v <= 599, "a status from 400 to 599"),  # noqa: PLR2004
        "code": (lambda v: isinstance(v, str) and v != "", "a text"),
        "message": (lambda v: isinstance(v, str), "a text"),
        "headers": (_texts, "an object of texts"),
        "times": (lambda v: bool(v == "always") or (_whole(v) and v > 0), 'a number from 1 on, or "always"'),
        "skip": (lambda v: _whole(v) and v >= 0, "a number from 0 on"),
        "after": (lambda v: isinstance(v, bool), "true or false"),
        "drop": (lambda v: isinstance(v, bool), "true or false"),
        "delay": (lambda v: _number(v) and 0 <= v <= LONGEST, f"seconds from 0 to {LONGEST}"),
        "operation": (lambda v: isinstance(v, str) and v in FATES, " or ".join(f'"{fate}"' for fate in FATES)),
        "stale_reads": (lambda v: _whole(v) and v > 0, "a number from 1 on"),
        "missing_reads": (lambda v: _whole(v) and v > 0, "a number from 1 on"),
    }
)
