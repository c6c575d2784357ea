"""What policies refer to and isn't there stops what would write them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Arm, Cloud, Ran, writes

EXISTING = """\
spec: 1
resourceGroup: {name: demo}
service: {existing: true, name: demo}
"""
NEW = """\
spec: 1
resourceGroup: {name: demo, location: westeurope}
service: {name: demo, sku: {name: Developer, capacity: 1}, publisherName: Demo, publisherEmail: a@example.com}
"""
INSIDE = """\
products: {gold: {displayName: Gold, policy: gold.xml}, silver: {displayName: Silver}}
"""
PLAIN = "<policies><inbound><base /></inbound></policies>"
REFERRING = PLAIN.replace("<base />", '<base /><include-fragment fragment-id="common" /><set-body>{{tok}}</set-body>')
POLICY = "products/gold/policies/policy"
MISSING = ("there is no named value 'tok'", "there is no policy fragment 'common'")
LISTS = "/(namedValues|policyFragments)$"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def demo(cloud: Cloud) -> Arm:
    """An instance with both products, whose spec goes on to refer to what nobody has made."""
    Path("spec.yaml").write_text(NEW + INSIDE, "utf-8")
    Path("gold.xml").write_text(PLAIN, "utf-8")
    cloud.applied("spec.yaml")
    Path("gold.xml").write_text(REFERRING, "utf-8")
    return Arm(cloud.emulator.url, group="demo", service="demo")


def fill(demo: Arm) -> None:
    """Somebody makes what REFERRING refers to."""
    demo.put("namedValues/tok", {"properties": {"displayName": "tok", "value": "x"}})
    demo.put("policyFragments/common", {"properties": {"format": "rawxml", "value": "<fragment />"}})


def stopped(ran: Ran) -> None:
    for said in MISSING:
        assert said in ran.ended(1).err


def test_destroy_needs_nothing_of_it(cloud: Cloud, demo: Arm) -> None:
    stopped(cloud("plan", "spec.yaml"))
    cloud("destroy", "spec.yaml", "--yes").ended(0)
    assert not demo.exists("")


def test_destroy_inside_an_instance_that_stays_does_not_look_for_it(cloud: Cloud, demo: Arm) -> None:
    """What can't be listed there is nothing that a deletion would need."""
    Path("spec.yaml").write_text(EXISTING + INSIDE, "utf-8")
    cloud.fault("GET", LISTS, 403, "AuthorizationFailed", times=99)
    assert "AuthorizationFailed" in cloud("plan", "spec.yaml").ended(1).err
    ran, sent = cloud.watched("destroy", "spec.yaml", "--yes")
    ran.ended(0)
    assert [one.path for one in sent if one.path.endswith(("namedValues", "policyFragments"))] == []
    assert not demo.exists("products/gold")
    assert demo.exists("")


@pytest.mark.parametrize("option", [("--target", "products/silver"), ("--exclude", POLICY)])
def test_what_is_left_out_stops_nothing(cloud: Cloud, demo: Arm, option: tuple[str, str]) -> None:
    Path("spec.yaml").write_text(NEW + INSIDE.replace("Silver", "Sterling"), "utf-8")
    for verb, more in (("plan", ()), ("apply", ("--yes",))):
        ran = cloud(verb, "spec.yaml", *option, *more, "--output", "json").ended(0)
        assert ran.actions == {"products/silver": "update"}
    assert demo.get("products/silver")["properties"]["displayName"] == "Sterling"


@pytest.mark.parametrize("target", [POLICY, "products/gold"])
def test_what_is_targeted_is_looked_up(cloud: Cloud, demo: Arm, target: str) -> None:
    for words in (("plan", "spec.yaml"), ("apply", "spec.yaml", "--yes")):
        ran, sent = cloud.watched(*words, "--target", target)
        stopped(ran)
        assert writes(sent) == []
    fill(demo)
    done = cloud("apply", "spec.yaml", "--yes", "--target", target, "--output", "json").ended(0)
    assert done.actions == {POLICY: "update"}


def test_a_restored_instance_has_what_it_had(cloud: Cloud, demo: Arm) -> None:
    """Nothing can be looked up in an instance that is deleted: it is when the instance is back."""
    fill(demo)
    cloud("destroy", "spec.yaml", "--yes", "--with-undeclared").ended(0)
    assert cloud("plan", "spec.yaml", "--restore", "--output", "json").ended(0).actions["service"] == "restore"
    cloud("apply", "spec.yaml", "--restore", "--yes").ended(0)
    cloud.clean("spec.yaml")


def test_a_restored_instance_without_it_is_kept_and_told(cloud: Cloud, demo: Arm) -> None:
    cloud("destroy", "spec.yaml", "--yes").ended(0)
    ran, sent = cloud.watched("apply", "spec.yaml", "--restore", "--yes", "--output", "json")
    ran.ended(3)
    assert ran.outcomes["service"] == "done"
    assert demo.exists("")
    reasons = {item.get("reason") or item.get("because") for item in ran.document["resource_changes"]}
    assert any(said in str(reason) for said in MISSING for reason in reasons), ran
    assert not [line for line in writes(sent) if "/products/" in line]
    fill(demo)
    cloud.applied("spec.yaml")
    cloud.clean("spec.yaml")


def test_a_quick_drift_compares_no_policies_and_is_not_stopped_by_what_they_need(cloud: Cloud, demo: Arm) -> None:
    ran, sent = cloud.watched("drift", "spec.yaml", "--quick", "--output", "json")
    assert ran.ended(0).changes == {}
    assert "not compared by --quick" in ran.left_alone[POLICY]
    assert writes(sent) == []
    assert list(cloud("drift", "spec.yaml", "--output", "json").ended(2).changes) == [POLICY]
    demo.edit("products/silver", lambda properties: properties.update(displayName="Sterling"))
    assert list(cloud("drift", "spec.yaml", "--quick", "--output", "json").ended(2).changes) == ["products/silver"]
