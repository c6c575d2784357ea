"""The list of what is served is complete, and says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import provision.emulator
from provision.emulator.arm.coverage import LIMITS, REFUSED, markdown, operations
from provision.emulator.rules.surface import surface
from tests.emulator.official import accepted

ROUTES = Path(provision.emulator.__file__).with_name("ROUTES.md")


def test_the_surface_is_that_of_the_official_sdk() -> None:
    assert {(method, path) for path, methods in surface().items() for method in methods} == accepted().keys()


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
