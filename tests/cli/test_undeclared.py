"""`drift --undeclared`: what the instance holds and no spec declares."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from provision.kinds.collections import collections
from tests.conftest import Cloud, writes

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
apis: {mine: {displayName: Mine, path: mine}}
"""
TEAM = """
spec: 1
resourceGroup: {name: demoazureml}
service: {name: demoazureml, existing: true}
groups: {partners: {displayName: Partners}}
"""


@pytest.fixture
def spec(cloud: Cloud, tmp_path: Path) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, "utf-8")
    cloud.applied(str(path))
    return str(path)


def undeclared(cloud: Cloud, *words: str, code: int) -> list[str]:
    ran, sent = cloud.watched("drift", *words, "--undeclared", "--output", "json")
    assert writes(sent) == []
    return [one["address"] for one in ran.ended(code).document["undeclared"]]


def test_what_azure_makes_is_none(cloud: Cloud, spec: str) -> None:
    assert undeclared(cloud, spec, code=0) == []
    assert "no drift" in cloud("drift", spec, "--undeclared").ended(0).out


def test_what_others_made_is_listed_in_every_format(cloud: Cloud, spec: str, tmp_path: Path) -> None:
    cloud.arm.put("groups/partners", {"properties": {"displayName": "Partners"}})
    cloud.arm.put("tags/blue", {"properties": {"displayName": "Blue"}})
    cloud.arm.put("apis/theirs", {"properties": {"displayName": "Theirs", "path": "theirs"}})
    cloud("drift", spec).ended(0)
    assert undeclared(cloud, spec, code=2) == ["apis/theirs", "groups/partners", "tags/blue"]
    forms = ("text", "json", "markdown", "junit", "github")
    reports = [word for form in forms for word in ("--report", f"{form}={tmp_path / form}")]
    ran = cloud("drift", spec, "--undeclared", *reports).ended(2)
    assert "Drift: 3 undeclared." in ran.out
    for form in forms:
        assert "groups/partners" in (tmp_path / form).read_text("utf-8"), form
    left = json.loads((tmp_path / "json").read_text("utf-8"))["left_alone"]
    assert "apis/theirs" not in {one["address"] for one in left}, "once is enough"


def test_the_guard_of_destroy_names_the_same(cloud: Cloud, spec: str) -> None:
    cloud.arm.put("users/ann", {"properties": {"email": "a@b.c", "firstName": "Ann", "lastName": "Smith"}})
    assert undeclared(cloud, spec, code=2) == ["users/ann"]
    assert "users/ann" in cloud("destroy", spec, "--yes").ended(4).err


def test_what_another_spec_of_the_run_declares_is_declared(cloud: Cloud, spec: str, tmp_path: Path) -> None:
    team = tmp_path / "team.yaml"
    team.write_text(TEAM, "utf-8")
    cloud.applied(spec, str(team))
    assert undeclared(cloud, spec, str(team), code=0) == []
    assert undeclared(cloud, spec, code=2) == ["groups/partners"]


def test_what_is_to_go_is_told_once(cloud: Cloud, spec: str, tmp_path: Path) -> None:
    cloud.arm.put("groups/partners", {"properties": {"displayName": "Partners"}})
    (tmp_path / "spec.yaml").write_text(SPEC + "exclusive: [groups]\n", "utf-8")
    assert undeclared(cloud, spec, code=2) == []


def test_one_list_per_kind_is_read(cloud: Cloud, spec: str) -> None:
    _, without = cloud.watched("drift", spec)
    _, sent = cloud.watched("drift", spec, "--undeclared")
    more = Counter(one.path for one in sent) - Counter(one.path for one in without)
    names = Counter(path.partition("/service/demoazureml/")[2].partition("?")[0] for path in more.elements())
    assert names == Counter(one.name for one in collections())
