"""YAML files as plain data that knows where it was written.

`parse` reads one file, `merge` lays one over another, `mark_of` finds the place of anything in the result. Scalars
follow the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3), so `on`, `yes` and `No` are strings. Environment
variables stand inside scalars: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${secret:NAME}`, `$$` for `$`; and
so do other files: `${file:PATH}`, `${secret-file:PATH}`, and with `-base64` behind `file` what is no text.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from provision.document.builder import Builder
from provision.document.text import (
    MAX_BYTES,
    STDIN,
    Source,
    folder_of,
    once,
    read,
    syntax_problem,
    where_libyaml_stops,
)
from provision.document.tree import Map, Seq, Variable, join, mark_at, mark_of, merge
from provision.document.writer import Raw, dump
from provision.errors import Mark, Problems, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

__all__ = [
    "MAX_BYTES",
    "STDIN",
    "Document",
    "Map",
    "Raw",
    "Seq",
    "Source",
    "Variable",
    "dump",
    "folder_of",
    "join",
    "load",
    "mark_at",
    "mark_of",
    "merge",
    "once",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and the variable -> value of every `${secret:NAME}` in it.

    `problems` are such as leave the tree whole; the values of the scalars at `unsettled` are not known because of them.
    `secret`: the scalars in which a `${secret:NAME}` stands.
    """

    root: Map
    secrets: Mapping[str, str]
    text: str
    problems: Problems
    unsettled: AbstractSet[Mark]
    secret: AbstractSet[Mark]


def load(path: Path | Source, environ: Mapping[str, str]) -> Document:
    """Read the YAML file `path`; everything that is wrong with it is raised as one SpecError."""
    found = parse(path, environ)
    if found.problems:
        raise SpecError(found.problems.kept, found.problems.more)
    return found


def parse(path: Path | Source, environ: Mapping[str, str], root: Path | None = None) -> Document:
    """Read the YAML file `path`. Raises SpecError only where that gives no tree that other checks could go on with.

    `root`: the folder that `${file:PATH}` must not lead out of, where that isn't the file's own.
    """
    return _parsed(read(path), str(path), environ, root or folder_of(str(path)))


def _parsed(text: str, file: str, environ: Mapping[str, str], within: Path) -> Document:
    builder = Builder(text, file, environ, within)
    collecting = gc.isenabled()
    gc.disable()  # nothing becomes garbage while the tree grows, and looking for it takes longer than building
    try:
        root = builder.document()
    except yaml.YAMLError as error:
        end = where_libyaml_stops(error)
        if end is not None:
            # What stands before is deeper than the builder takes: it says where.
            return _parsed(text[:end], file, environ, within)
        wrong = [*builder.problems.kept, syntax_problem(error, text, file)]
        raise SpecError(wrong, builder.problems.more) from None
    finally:
        if collecting:
            gc.enable()
    if builder.torn:
        raise SpecError(builder.problems.kept, builder.problems.more)
    unsettled, secret = (_marks(file, places) for places in (builder.unsettled, builder.secret))
    return Document(root, builder.secrets, text, builder.problems, unsettled, secret)


def _marks(file: str, places: set[tuple[int, int]]) -> frozenset[Mark]:
    return frozenset(Mark(file, line + 1, column + 1) for line, column in places)
