"""Several specs for one instance: a platform team's and API teams', each with resources of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Cloud, writes

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
products: {gold: {displayName: Gold}}
"""
TEAM = """
spec: 1
resourceGroup: {name: demoazureml}
service: {name: demoazureml, existing: true}
apis: {team-a: {displayName: A, path: a}}
subscriptions: {robot: {displayName: Robot, scope: products/gold}}
"""
OTHER = """
spec: 1
resourceGroup: {name: demoazureml}
service: {name: DemoAzureML, existing: true}
"""


@pytest.fixture
def specs(tmp_path: Path) -> tuple[str, str]:
    return written(tmp_path, "platform", PLATFORM), written(tmp_path, "team", TEAM)


def written(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("turned", [False, True], ids=["platform-first", "team-first"])
def test_they_are_applied_and_torn_down_together(cloud: Cloud, specs: tuple[str, str], turned: bool) -> None:
    """The instance is made in this run, and what a team refers to is the platform's, whatever comes first."""
    both = specs[::-1] if turned else specs
    cloud("plan", *both).ended(0)
    cloud("apply", *both, "--yes").ended(0)
    assert cloud.arm.exists("apis/team-a")
    cloud("plan", *both, "--detailed-exitcode").ended(0)
    cloud("drift", *both).ended(0)
    cloud("destroy", *both, "--yes").ended(0)
    assert not cloud.arm.exists("")


def test_a_saved_plan_of_both_is_carried_out(cloud: Cloud, specs: tuple[str, str], tmp_path: Path) -> None:
    file = str(tmp_path / "plan.json")
    cloud("plan", *specs, "--out", file).ended(0)
    cloud("apply", file).ended(0)
    cloud("drift", *specs).ended(0)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("apis: {TEAM-A: {displayName: B, path: b}}", "apis/TEAM-A is declared twice"),
        ("exclusive: [apis]", "apis/team-a is declared here, and exclusive in"),
        ("exclusive: {apis: 'team-*'}", "apis/team-a is declared here, and exclusive in"),
        ("absent: {products: [gold]}", "products/gold is declared here, and absent in"),
    ],
)
def test_what_two_speak_of_is_an_error(
    cloud: Cloud, specs: tuple[str, str], tmp_path: Path, said: str, names: str
) -> None:
    cloud("apply", *specs, "--yes").ended(0)
    other = written(tmp_path, "other", f"{OTHER}{said}\n")
    ran, sent = cloud.watched("apply", *specs, other, "--yes")
    assert names in ran.ended(1).err
    assert other in ran.err
    assert any(one in ran.err for one in specs)
    assert writes(sent) == []


def test_a_pattern_that_names_nothing_of_others_is_fine(cloud: Cloud, specs: tuple[str, str], tmp_path: Path) -> None:
    cloud("apply", *specs, "--yes").ended(0)
    cloud.arm.put("apis/b-old", {"properties": {"displayName": "Old", "path": "old"}})
    cloud.arm.put("apis/c-old", {"properties": {"displayName": "Older", "path": "older"}})
    other = written(tmp_path, "other", f"{OTHER}exclusive: {{apis: 'b-*'}}\n")
    cloud("apply", *specs, other, "--yes").ended(0)
    assert not cloud.arm.exists("apis/b-old")
    assert cloud.arm.exists("apis/c-old")
    assert cloud.arm.exists("apis/team-a")


def test_a_team_alone_needs_the_instance(cloud: Cloud, specs: tuple[str, str]) -> None:
    assert "does not exist" in cloud("plan", specs[1]).ended(1).err
