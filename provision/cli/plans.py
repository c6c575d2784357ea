"""Telling saved plans from specs, without reading either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = 200  # characters in which a saved plan says what it is
_SPEC: Final = re.compile(r'\s*\{\s*"(spec|resourceGroup|service)"\s*:')


def is_plan(path: Path) -> bool:
    """Whether a file is a saved plan: by what it begins with, and where that can't tell by its name."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
    except OSError:
        return path.suffix == ".json"
    if head.lstrip().startswith("{") and '"format_version"' in head:
        return True
    return path.suffix == ".json" and not _SPEC.match(head)
