"""YAML files as plain data that knows where it was written.

`load` reads one file, `merge` lays one over another, `mark_of` finds the place of anything in the result. Scalars
follow the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3), so `on`, `yes` and `No` are strings. Environment
variables stand inside scalars: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${secret:NAME}`, `$$` for `$`.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from provision.document.builder import Builder
from provision.document.text import MAX_BYTES, read, syntax_problem, where_libyaml_stops
from provision.document.tree import Map, Seq, Variable, mark_of, merge
from provision.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["MAX_BYTES", "Document", "Map", "Seq", "Variable", "load", "mark_of", "merge"]


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and the variable -> value of every `${secret:NAME}` in it."""

    root: Map
    secrets: Mapping[str, str]


def load(path: Path, environ: Mapping[str, str]) -> Document:
    """Read the YAML file `path`; everything that is wrong with it is raised as one SpecError."""
    return _load(read(path), str(path), environ)


def _load(text: str, file: str, environ: Mapping[str, str]) -> Document:
    builder = Builder(text, file, environ)
    collecting = gc.isenabled()
    gc.disable()  # nothing becomes garbage while the tree grows, and looking for it takes longer than building
    try:
        root = builder.document()
    except yaml.YAMLError as error:
        end = where_libyaml_stops(error)
        if end is not None:
            return _load(
                text[:end], file, environ
            )  # what stands before is deeper than the builder takes: it says where
        builder.problems.append(syntax_problem(error, text, file))
    finally:
        if collecting:
            gc.enable()
    if builder.problems:
        raise SpecError(builder.problems)
    return Document(root, builder.secrets)
