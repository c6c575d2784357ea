"""The list of what is served is complete, and says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import azure.mgmt.apimanagement
import pytest

import provision.emulator
from provision.emulator.arm.coverage import LIMITS, REFUSED, markdown, operations
from provision.emulator.rules.surface import surface

ROUTES = Path(provision.emulator.__file__).with_name("ROUTES.md")
REQUEST = re.compile(r'"template_url",\s*((?:"[^"]*"\s*)+),?.*?method="(\w+)"', re.DOTALL)
PREFIXES = (
    (r"^.*/resourceGroups/\{\w+\}/providers/Microsoft\.ApiManagement/service/\{\w+\}", "INSTANCE"),
    (r"^.*/resourceGroups/\{\w+\}/providers/Microsoft\.ApiManagement", "GROUP"),
    (r"^/subscriptions/\{\w+\}/providers/Microsoft\.ApiManagement", "SUBSCRIPTION"),
    (r"/wikis/default\b", "/wikis/{wikiId}"),
    (r"/portalsettings/(delegation|signin|signup)\b", "/portalsettings/{portalSettingId}"),
)


def sdk_operations() -> set[tuple[str, str]]:
    """(method, path) of every request that the official SDK can make."""
    found = set()
    for source in (Path(azure.mgmt.apimanagement.__file__).parent / "operations").glob("*_operations.py"):
        for builder in source.read_text(encoding="utf-8").split("\ndef build_")[1:]:
            match = REQUEST.search(builder)
            assert match, source
            path = "".join(re.findall(r'"([^"]*)"', match[1]))
            for pattern, short in PREFIXES:
                path = re.sub(pattern, short, path)
            found.add((match[2], path))
    return found


def test_the_surface_is_that_of_the_official_sdk() -> None:
    assert {(method, path) for path, methods in surface().items() for method in methods} == sdk_operations()


def test_the_table_of_routes_is_not_stale() -> None:
    assert ROUTES.read_text(encoding="utf-8") == markdown(operations())


def test_every_limit_is_of_an_operation_that_is_served() -> None:
    assert {text for _, text in LIMITS} == {one.note for one in operations() if one.note}


@pytest.mark.parametrize("refused", [one for one in operations() if one.state == REFUSED], ids=lambda one: one.path)
def test_what_is_refused_answers_501(apim: Any, refused: Any) -> None:
    root, _, rest = refused.path.partition("/")
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
    provider = "/providers/Microsoft.ApiManagement"
    subscription = group.partition("/resourceGroups")[0]
    starts = {"": "", "INSTANCE": "", "GROUP": group + provider, "SUBSCRIPTION": subscription + provider}
    rest = re.sub(r"[{}]", "", rest)
    path = f"{starts[root]}/{rest}" if root else apim.url + refused.path
    assert apim(refused.method, path).status == 501
