"""Saved plans: what was looked at is what is done, or nothing is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import WORKED, Cloud, embedded, here, writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

API, STARTER = "apis/azureml-demo", "products/starter"
SPEC = """
spec: 1
resourceGroup: {name: demoazureml, location: southcentralus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
apis:
  hidden:
    displayName: Hidden
    path: hidden
    serviceUrl: https://example.com/${secret:BACKEND_KEY}/$$/x
    description: "${secret:BACKEND_KEY}"
"""
KEY = "correct-horse-battery"


def meddle(cloud: Cloud) -> None:
    cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
    cloud.arm.delete(f"{API}/operations/bes-start")
    more = {"displayName": "More", "method": "GET", "urlTemplate": "/more"}
    cloud.arm.put(f"{API}/operations/more", {"properties": more})


def save(cloud: Cloud, path: Path, *words: str) -> str:
    cloud("plan", *(words or (WORKED,)), "--out", str(path)).ended(0)
    return str(path)


def test_a_saved_plan_runs_without_a_question(worked: Cloud, tmp_path: Path) -> None:
    meddle(worked)
    shown = worked("plan", WORKED, "--output", "json")
    file = save(worked, tmp_path / "plan.json")
    assert (
        json.loads((tmp_path / "plan.json").read_text("utf-8"))["resource_changes"]
        == shown.document["resource_changes"]
    )
    ran = worked("apply", file, "--output", "json").ended(0)
    assert ran.actions == shown.actions
    worked.clean(WORKED)


def test_a_saved_plan_of_a_new_instance(cloud: Cloud, tmp_path: Path) -> None:
    file = save(cloud, tmp_path / "plan.json")
    ran = cloud("apply", file, "--output", "json").ended(0)
    assert ran.actions["products/starter/apis/echo-api"] == "delete"
    cloud.clean(WORKED)


def test_a_saved_plan_of_a_new_instance_keeps_its_target(cloud: Cloud, tmp_path: Path) -> None:
    file = save(cloud, tmp_path / "plan.json", WORKED, "--target", API)
    document = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    looked_at = {change["address"] for change in document["resource_changes"]}
    ran = cloud("apply", file, "--output", "json").ended(0)
    assert set(ran.actions) == looked_at


def test_a_saved_plan_without_a_change(worked: Cloud, tmp_path: Path) -> None:
    assert "no change" in worked("apply", save(worked, tmp_path / "plan.json")).ended(0).out


def etag_moved(cloud: Cloud) -> str:
    cloud.arm.edit(API, lambda properties: properties.update(displayName="yet another"))
    return API


def appeared(cloud: Cloud) -> str:
    operation = {"displayName": "Start", "method": "GET", "urlTemplate": "/start"}
    cloud.arm.put(f"{API}/operations/bes-start", {"properties": operation})
    return f"{API}/operations/bes-start"


def disappeared(cloud: Cloud) -> str:
    cloud.arm.delete(f"{API}/operations/more")
    return f"{API}/operations/more"


@pytest.mark.parametrize("move", [etag_moved, appeared, disappeared], ids=lambda move: move.__name__)
def test_a_saved_plan_is_refused_where_azure_has_moved(
    worked: Cloud, tmp_path: Path, move: Callable[[Cloud], str]
) -> None:
    meddle(worked)
    file = save(worked, tmp_path / "plan.json")
    address = move(worked)
    ran, sent = worked.watched("apply", file)
    ran.ended(4)
    assert address in ran.err
    assert "plan again" in ran.err
    assert writes(sent) == []


def test_a_saved_plan_runs_once(cloud: Cloud, tmp_path: Path) -> None:
    file = save(cloud, tmp_path / "plan.json")
    cloud("apply", file).ended(0)
    ran, sent = cloud.watched("apply", file)
    assert "service is as the plan wants it already" in ran.ended(4).err
    assert writes(sent) == []


def test_what_is_said_of_a_plan_that_was_carried_out_already(worked: Cloud, tmp_path: Path) -> None:
    meddle(worked)
    file = save(worked, tmp_path / "plan.json")
    worked("apply", file).ended(0)
    ran, sent = worked.watched("apply", file)
    assert "nothing of the plan is left to do: Azure is as it wants it already" in ran.ended(4).err
    assert writes(sent) == []
    etag_moved(worked)
    said = worked("apply", file).ended(4).err
    assert "the plan is out of date" in said
    assert f"{API} has changed" in said
    assert f"{API}/operations/bes-start is as the plan wants it already" in said


def test_a_saved_plan_of_a_service_that_changed(worked: Cloud, tmp_path: Path) -> None:
    worked.arm.patch("", {"properties": {"publisherName": "other"}})
    file = save(worked, tmp_path / "plan.json")
    worked.arm.patch("", {"properties": {"publisherName": "yet another"}})
    ran, sent = worked.watched("apply", file)
    ran.ended(4)
    assert writes(sent) == []


def test_a_saved_plan_belongs_to_its_endpoint_and_subscription(worked: Cloud, tmp_path: Path) -> None:
    meddle(worked)
    file = save(worked, tmp_path / "plan.json")
    with embedded() as other:
        ran, sent = other.watched("apply", file)
        ran.ended(64)
        assert worked.emulator.url in ran.err
        assert sent == []
    ran, sent = worked.watched("apply", file, "--subscription-id", "another")
    ran.ended(64)
    assert sent == []


DAMAGES: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "cut": lambda text: text[: len(text) // 2],
    "a list": lambda _: "[]",
    "a number": lambda _: "7",
    "no plans": lambda text: json.dumps({**json.loads(text), "plans": None}),
    "plans of nothing": lambda text: json.dumps({**json.loads(text), "plans": [{}]}),
    "an action that isn't one": lambda text: text.replace('"UPDATE"', '"EXPLODE"'),
    "a change without an address": lambda text: text.replace('"address": "apis', '"adress": "apis'),
    "an address that isn't one": lambda text: text.replace('"address": "apis/azureml-demo"', '"address": "moon/x"'),
    "a scope of two": lambda text: text.replace('"demoazureml"\n      ],', '"demoazureml", "more"\n      ],'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told_apart(worked: Cloud, tmp_path: Path, damage: str) -> None:
    meddle(worked)
    path = tmp_path / "plan.json"
    whole = path.read_text("utf-8") if save(worked, path) else ""
    broken = DAMAGES[damage](whole)
    assert broken != whole
    path.write_text(broken, "utf-8")
    ran, sent = worked.watched("apply", str(path))
    ran.ended(1)
    assert ran.err.startswith(f"{path}: ")
    assert len(ran.err.splitlines()) == 1
    assert sent == []


def test_a_file_of_another_version(worked: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    save(worked, path)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "format_version": "99"}), "utf-8")
    ran = worked("apply", str(path)).ended(1)
    assert "99" in ran.err
    assert "plan again" in ran.err


def test_a_file_that_is_not_there() -> None:
    assert "no-such-plan.json" in here("apply", "no-such-plan.json", "--subscription-id", "s").ended(1).err


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "github"])
def test_a_saved_plan_is_shown_as_it_was(
    worked: Cloud, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, path, report = tmp_path / "spec.yaml", tmp_path / "plan.json", tmp_path / "report"
    spec.write_text(SPEC, "utf-8")
    monkeypatch.setenv("BACKEND_KEY", KEY)
    planned = worked("plan", str(spec), "--out", str(path), "--output", form).ended(0)
    monkeypatch.delenv("BACKEND_KEY")
    shown = here("show", str(path), "--output", form, "--report", f"{form}={report}").ended(0)
    assert shown.out == planned.out
    assert report.read_text("utf-8") == planned.out


def test_what_is_no_saved_plan_is_not_shown(tmp_path: Path) -> None:
    assert "is no saved plan" in here("show", WORKED).ended(1).err
    assert "no such file" in here("show", str(tmp_path / "none.json")).ended(1).err


def test_nobody_else_may_read_a_saved_plan_and_the_local_state(worked: Cloud, tmp_path: Path) -> None:
    path, state = tmp_path / "plan.json", tmp_path / "state.sqlite3"
    for file in (path, state):
        file.touch(0o644)
    save(worked, path)
    assert path.stat().st_mode & 0o777 == 0o600
    here("plan", WORKED, "--cloud", "local", "--state", str(state)).ended(0)
    assert state.stat().st_mode & 0o777 == 0o600


def test_secrets_are_not_in_the_file_and_needed_again(
    worked: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, path = tmp_path / "spec.yaml", tmp_path / "plan.json"
    spec.write_text(SPEC, "utf-8")
    monkeypatch.setenv("BACKEND_KEY", KEY)
    save(worked, path, str(spec))
    assert KEY not in path.read_text("utf-8")
    monkeypatch.delenv("BACKEND_KEY")
    ran, sent = worked.watched("apply", str(path))
    ran.ended(1)
    assert "BACKEND_KEY" in ran.err
    assert sent == []
    monkeypatch.setenv("BACKEND_KEY", f"{KEY}-rotated")
    ran, sent = worked.watched("apply", str(path))
    ran.ended(1)
    assert "BACKEND_KEY is not the one that was planned with" in ran.err
    assert sent == []
    monkeypatch.setenv("BACKEND_KEY", KEY)
    worked("apply", str(path)).ended(0)
    found = worked.arm.get("apis/hidden")["properties"]
    assert found["serviceUrl"] == f"https://example.com/{KEY}/$/x"
    assert found["description"] == KEY
    worked.clean(str(spec))
