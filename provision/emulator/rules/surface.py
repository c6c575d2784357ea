"""The operations of the specification, read from surface.txt."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).with_name("surface.txt")
PARAMETER = re.compile(r"/\{\w+\}")


@lru_cache(maxsize=1)
def surface() -> Mapping[str, tuple[str, ...]]:
    """Return the methods of every path, as surface.txt writes them."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and line[0] != "#"]
    return MappingProxyType({path: tuple(methods) for path, *methods in rows})


@lru_cache(maxsize=1)
def _by_type() -> Mapping[str, frozenset[str]]:
    verbs: dict[str, set[str]] = {}
    for path, methods in surface().items():
        root, _, rest = path.partition("/")
        if root != "INSTANCE":
            continue
        item = rest.endswith("}")
        found = verbs.setdefault(PARAMETER.sub("", rest), set())
        found.update(methods if item else ["LIST"] if "GET" in methods else [])
    return MappingProxyType({kind: frozenset(found) for kind, found in verbs.items()})


def verbs_of(resource_type: str) -> frozenset[str]:
    """Return the methods of a resource type's item, and LIST."""
    return _by_type()[resource_type]
