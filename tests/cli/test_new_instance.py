"""A new instance is planned a second time: under the limits of the first plan, and within what that one showed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provision import observed
from tests.conftest import WORKED, Cloud, here, writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Meanwhile = Callable[[Callable[[], object]], None]

API, STARTER = "apis/azureml-demo", "products/starter"
LINK = f"{STARTER}/apis/echo-api"
FACTORY = ("apis/echo-api", "products/starter", "products/unlimited")
HEAD = """
spec: 1
resourceGroup: {name: demoazureml, location: southcentralus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
"""
EXCLUSIVE = HEAD + "exclusive: [apis, products]\napis: {mine: {displayName: Mine, path: mine, protocols: [https]}}\n"


@pytest.fixture
def exclusive(tmp_path: Path) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(EXCLUSIVE, "utf-8")
    return str(path)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> Callable[[Callable[[], object]], None]:
    """Have something happen between the creation of an instance and the next look at it."""

    def arrange(act: Callable[[], object]) -> None:
        observe, left = observed.observe, [act]

        def acting(*given: Any, **options: Any) -> observed.Observed:
            if left and cloud.arm.exists(""):
                left.pop()()
            return observe(*given, **options)

        monkeypatch.setattr("provision.workflow.observe", acting)

    return arrange


def possible(document: dict[str, Any]) -> dict[str, str]:
    return {one["address"]: "+".join(one["actions"]) for one in document["possible_changes"]}


def test_the_first_plan_shows_what_azure_may_make(cloud: Cloud, exclusive: str) -> None:
    shown = cloud("plan", exclusive, "--output", "json").ended(0)
    assert possible(shown.document) == dict.fromkeys(FACTORY, "delete")
    text = cloud("plan", exclusive).ended(0).out
    assert "if Azure makes it" in text
    assert "- apis/echo-api" in text
    assert possible(cloud("plan", WORKED, "--output", "json").document) == {
        STARTER: "update",
        LINK: "delete",
        f"{STARTER}/policies/policy": "update",
    }
    cloud.applied(exclusive)
    assert possible(cloud("plan", exclusive, "--output", "json").document) == {}
    assert not any(cloud.arm.exists(one) for one in FACTORY)
    cloud.clean(exclusive)


def test_what_is_not_chosen_is_not_shown(cloud: Cloud, exclusive: str) -> None:
    planned = cloud("plan", exclusive, "--output", "json", "--exclude", "products/starter").ended(0)
    assert set(possible(planned.document)) == {"apis/echo-api", "products/unlimited"}
    planned = cloud("plan", exclusive, "--output", "json", "--target", "apis/mine").ended(0)
    assert possible(planned.document) == {}
    cloud("apply", exclusive, "--yes", "--exclude", "products/starter").ended(0)
    assert cloud.arm.exists("products/starter")


def test_a_tier_that_makes_less_is_no_surprise(cloud: Cloud, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(EXCLUSIVE.replace("Developer, capacity: 1", "Consumption, capacity: 0"), "utf-8")
    assert possible(cloud("plan", str(spec), "--output", "json").document) == {}
    cloud.applied(str(spec))
    cloud.clean(str(spec))


def test_max_delete_counts_in_a_new_instance(cloud: Cloud, exclusive: str) -> None:
    planned = cloud("plan", exclusive, "--max-delete", "0").ended(0)
    assert "apply would stop" in planned.err
    ran = cloud("apply", exclusive, "--max-delete", "0", "--yes", "--output", "json").ended(4)
    assert ran.outcomes["service"] == "done"
    assert ran.outcomes["apis/echo-api"] == "skipped"
    (stopped,) = ran.document["stopped"]
    assert "--max-delete allows 0" in stopped
    assert "kept" in stopped
    assert all(cloud.arm.exists(one) for one in FACTORY)
    text = cloud("apply", exclusive, "--max-delete", "0", "--yes").ended(4)
    assert "--max-delete allows 0" in text.err
    cloud("apply", exclusive, "--max-delete", "99", "--yes").ended(0)


def test_a_stop_is_told_in_every_format(cloud: Cloud, exclusive: str, tmp_path: Path) -> None:
    forms = ("text", "json", "markdown", "junit", "github")
    reports = [word for form in forms for word in ("--report", f"{form}={tmp_path / form}")]
    ran = cloud("apply", exclusive, "--max-delete", "0", "--yes", *reports).ended(4)
    for form in forms:
        assert "kept as it is" in (tmp_path / form).read_text("utf-8"), form
    assert "kept as it is" in ran.out


def stranger(cloud: Cloud) -> None:
    cloud.arm("PUT", "apis/theirs", {"properties": {"displayName": "T", "path": "theirs", "protocols": ["https"]}})


def namesake(cloud: Cloud) -> None:
    cloud.arm("PUT", "apis/mine", {"properties": {"displayName": "Theirs", "path": "theirs", "protocols": ["https"]}})


@pytest.mark.parametrize(
    ("act", "address"), [(stranger, "apis/theirs"), (namesake, "apis/mine")], ids=["deleted", "overwritten"]
)
@pytest.mark.parametrize("saved", [True, False], ids=["saved", "yes"])
def test_what_nobody_was_shown_stops(
    cloud: Cloud,
    exclusive: str,
    tmp_path: Path,
    meanwhile: Meanwhile,
    act: Callable[[Cloud], None],
    address: str,
    saved: bool,
) -> None:
    words: tuple[str, ...] = (exclusive, "--yes")
    if saved:
        words = (str(tmp_path / "plan.json"),)
        cloud("plan", exclusive, "--out", *words).ended(0)
    meanwhile(lambda: act(cloud))
    ran = cloud("apply", *words, "--output", "json").ended(4)
    assert address in ran.document["stopped"][0]
    assert ran.outcomes["service"] == "done"
    assert {outcome for one, outcome in ran.outcomes.items() if one not in ("service", "resourceGroup")} == {"skipped"}
    sent = [line for line in writes(cloud.exchanges) if "/service/demoazureml/" in line]
    assert [line for line in sent if address not in line] == []
    assert cloud.arm.exists("apis/echo-api")


def test_a_link_that_nobody_was_shown_stops(cloud: Cloud, meanwhile: Meanwhile) -> None:
    def link() -> None:
        stranger(cloud)
        assert cloud.arm("PUT", f"{STARTER}/apis/theirs").status in (200, 201)

    meanwhile(link)
    ran = cloud("apply", WORKED, "--yes", "--output", "json").ended(4)
    assert f"{STARTER}/apis/theirs" in ran.document["stopped"][0]
    assert cloud.arm.exists(LINK) or cloud.arm("HEAD", LINK).status == 204


def test_a_reviewed_plan_keeps_its_limits(cloud: Cloud, exclusive: str, tmp_path: Path) -> None:
    file = str(tmp_path / "plan.json")
    cloud("plan", exclusive, "--out", file, "--max-delete", "0").ended(0)
    saved = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert saved["plans"][0]["limits"]["max_delete"] == 0
    assert possible(saved) == dict.fromkeys(FACTORY, "delete")
    ran = cloud("apply", file, "--output", "json").ended(4)
    assert "--max-delete allows 0" in ran.document["stopped"][0]
    assert cloud.arm.exists("apis/echo-api")


def test_what_was_beyond_a_limit_when_it_was_reviewed_passes(worked: Cloud, tmp_path: Path) -> None:
    for name in ("one", "two"):
        body = {"displayName": name, "method": "GET", "urlTemplate": f"/{name}"}
        worked.arm.put(f"{API}/operations/{name}", {"properties": body})
    file = str(tmp_path / "plan.json")
    assert "apply would stop" in worked("plan", WORKED, "--out", file, "--max-delete", "1").ended(0).err
    shown = here("show", file).ended(0).out
    assert "at most 1 deleted (--max-delete), at most 30% updated (--max-update)" in shown
    assert "accepted when it was saved: 2 by --max-delete" in shown
    ran, sent = worked.watched("apply", file, "--max-delete", "1")
    assert "--max-delete allows 1" in ran.ended(4).err, "what is given with the plan was not reviewed"
    assert writes(sent) == []
    worked("apply", file).ended(0)
    worked.clean(WORKED)


def test_a_saved_plan_passes_the_limits_that_are_given_with_it(worked: Cloud, tmp_path: Path) -> None:
    body = {"displayName": "one", "method": "GET", "urlTemplate": "/one"}
    worked.arm.put(f"{API}/operations/one", {"properties": body})
    file = str(tmp_path / "plan.json")
    worked("plan", WORKED, "--out", file).ended(0)
    worked("apply", file, "--max-delete", "0").ended(4)
    worked("apply", file, "--max-delete", "1").ended(0)


def test_a_restored_instance_loses_nothing_that_was_not_shown(cloud: Cloud, exclusive: str) -> None:
    cloud.applied(exclusive)
    stranger(cloud)
    cloud.arm.edit("apis/mine", lambda properties: properties.update(displayName="other"))
    cloud.arm.delete("")
    ran = cloud("apply", exclusive, "--restore", "--yes", "--output", "json").ended(4)
    assert "apis/theirs" in ran.document["stopped"][0]
    assert ran.outcomes["service"] == "done"
    assert cloud.arm.exists("apis/theirs")
    cloud.applied(exclusive)
    assert not cloud.arm.exists("apis/theirs")
