"""The further files that a spec names with `include`: where they are, and what is wrong with how they are named."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provision import complaints, document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from provision.errors import Mark, Problem

INCLUDE: Final = "include"
_MOST: Final = 10_000  # files of one pattern: a folder with more is not one of a spec


def named(root: document.Map, file: str, unsettled: AbstractSet[Mark]) -> tuple[list[Path], list[Problem]]:
    """The files that a file includes, each once, in the order of patterns and names; and what is wrong.

    What is no list of texts is left to the validator, and so is what holds a variable without a value.
    """
    patterns = root.get(INCLUDE)
    if not isinstance(patterns, list):
        return [], []
    folder, found = document.folder_of(file), dict[Path, None]()
    problems: list[Problem] = []
    for index, pattern in enumerate(patterns):
        mark = document.mark_at(patterns, index) if isinstance(patterns, document.Seq) else None
        if mark is None or mark in unsettled or not isinstance(pattern, str):
            continue
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts or not pattern.strip():
            problems.append(complaints.outside(mark, pattern))
            continue
        here = list(_matching(folder, pattern))
        away = [path for path in here if not path.resolve().is_relative_to(folder.resolve())]
        problems += [complaints.outside(mark, str(path)) for path in away]
        if not here:
            problems.append(complaints.includes_nothing(mark, pattern, folder))
        found |= dict.fromkeys(path for path in here if path not in away and not _same(path, file))
    return list(found), problems


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    """The files that fit."""
    yield from sorted(path for path in islice(folder.glob(pattern), _MOST) if path.is_file())


def _same(path: Path, file: str) -> bool:
    return path == Path(file) or (path.exists() and Path(file).exists() and path.samefile(file))
