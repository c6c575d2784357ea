"""The kinds, the table of facts below them, and the page that shows one."""

from __future__ import annotations

import re

import pytest

from provision.kinds import KINDS, Kind
from provision.kinds.facts import LeftOut
from provision.kinds.table import ANYWHERE, paths, properties_of
from tests.conftest import ROOT


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_a_fact_is_about_a_property_that_the_table_has(kind: Kind) -> None:
    known = {path for path, _ in paths(properties_of(kind))}
    for where in kind.facts:
        ends = where.removeprefix(ANYWHERE)
        found = [path for path in known if path == ends or (ends != where and path.endswith(f".{ends}"))]
        assert found, f"{kind.type}: there is no property {where}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_what_is_left_out_has_a_reason(kind: Kind) -> None:
    said = [fact for facts in kind.facts.values() for fact in (facts if isinstance(facts, tuple) else (facts,))]
    assert all(len(fact.reason) > 9 for fact in said if isinstance(fact, LeftOut))


def test_the_page_shows_a_kind_as_it_is() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"<!-- kind -->\n```python\n(.*?)```", page, re.DOTALL)
    assert shown == (ROOT / "provision" / "kinds" / "workspace.py").read_text("utf-8")
