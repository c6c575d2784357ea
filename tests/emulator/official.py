"""The official SDK's own table: every request that it can make, and the statuses that it takes for an answer."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import azure.mgmt.apimanagement

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST = re.compile(r'"template_url",\s*((?:"[^"]*"\s*)+),?.*?method="(\w+)"', re.DOTALL)
ANSWER = re.compile(r"_request = build_(\w+)\(.*?response\.status_code not in \[([\d, ]+)\]", re.DOTALL)
PREFIXES = (
    (r"^.*/resourceGroups/\{\w+\}/providers/Microsoft\.ApiManagement/service/\{\w+\}", "INSTANCE"),
    (r"^.*/resourceGroups/\{\w+\}/providers/Microsoft\.ApiManagement", "GROUP"),
    (r"^/subscriptions/\{\w+\}/providers/Microsoft\.ApiManagement", "SUBSCRIPTION"),
    (r"/wikis/default\b", "/wikis/{wikiId}"),
    (r"/portalsettings/(delegation|signin|signup)\b", "/portalsettings/{portalSettingId}"),
)


@lru_cache(maxsize=1)
def accepted() -> Mapping[tuple[str, str], frozenset[int]]:
    """The statuses of each (method, path)."""
    found: dict[tuple[str, str], frozenset[int]] = {}
    for source in (Path(azure.mgmt.apimanagement.__file__).parent / "operations").glob("*_operations.py"):
        text = source.read_text(encoding="utf-8")
        requests = {}
        for builder in text.split("\ndef build_")[1:]:
            match = REQUEST.search(builder)
            assert match, source
            path = "".join(re.findall(r'"([^"]*)"', match[1]))
            for pattern, short in PREFIXES:
                path = re.sub(pattern, short, path)
            requests[builder.partition("(")[0]] = (match[2], path)
        statuses = {name: frozenset(map(int, codes.split(","))) for name, codes in ANSWER.findall(text)}
        assert requests.keys() == statuses.keys(), source
        found |= {request: statuses[name] for name, request in requests.items()}
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def by_type() -> Mapping[tuple[str, str], frozenset[int]]:
    """The statuses of each (method, type below the instance) of what has a name."""
    items = {key: codes for key, codes in accepted().items() if key[1].startswith("INSTANCE/") and key[1][-1] == "}"}
    return MappingProxyType(
        {(method, re.sub(r"/\{\w+\}", "", path)[len("INSTANCE/") :]): codes for (method, path), codes in items.items()}
    )
