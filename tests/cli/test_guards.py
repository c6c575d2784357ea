"""Guards: each stops with 4, names its numbers and its override, and nothing but reads has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import ROOT, WORKED, Cloud, Ran, writes

if TYPE_CHECKING:
    from pathlib import Path

API, STARTER = "apis/azureml-demo", "products/starter"
OPERATIONS = ("bes-delete", "bes-start", "bes-status", "bes-submit", "rrs-execute")


def stopped(cloud: Cloud, *words: str) -> Ran:
    """The command ends with 4, and has changed nothing."""
    ran, sent = cloud.watched(*words)
    ran.ended(4)
    assert writes(sent) == []
    assert ran.err.strip()
    return ran


def varied(tmp_path: Path, **change: Any) -> str:
    """The worked example with keys laid over it."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(change), "utf-8")
    return str(overlay)


def test_apply_without_a_terminal_needs_yes(cloud: Cloud) -> None:
    assert "--yes" in stopped(cloud, "apply", WORKED).err
    cloud.applied(WORKED)
    cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
    assert "--yes" in stopped(cloud, "apply", WORKED).err


def test_destroy_without_a_terminal_needs_yes(worked: Cloud) -> None:
    assert "--yes" in stopped(worked, "destroy", WORKED).err


def test_max_delete(worked: Cloud) -> None:
    for name in ("one", "two", "three"):
        body = {"displayName": name, "method": "GET", "urlTemplate": f"/{name}"}
        worked.arm.put(f"{API}/operations/{name}", {"properties": body})
    said = stopped(worked, "apply", WORKED, "--yes", "--max-delete", "2").err
    assert "3" in said
    assert "--max-delete" in said
    worked("plan", WORKED, "--max-delete", "2", "--detailed-exitcode").ended(4)
    worked("plan", WORKED, "--max-delete", "3", "--detailed-exitcode").ended(2)
    ran = worked("plan", WORKED, "--max-delete", "2").ended(0)
    assert "apply would stop" in ran.err
    worked("apply", WORKED, "--yes", "--max-delete", "3").ended(0)


def test_max_delete_counts_what_goes_along(worked: Cloud) -> None:
    stopped(worked, "destroy", WORKED, "--yes", "--max-delete", "10")
    worked("destroy", WORKED, "--yes", "--max-delete", "11").ended(0)


def test_max_update(worked: Cloud) -> None:
    for name in OPERATIONS[:4]:
        worked.arm.edit(f"{API}/operations/{name}", lambda properties: properties.update(description="other"))
    said = stopped(worked, "apply", WORKED, "--yes").err
    assert "4 of 11" in said
    assert "--max-update 100" in said
    stopped(worked, "apply", WORKED, "--yes", "--max-update", "0")
    worked("apply", WORKED, "--yes", "--max-update", "40").ended(0)


def test_max_update_leaves_few_alone(worked: Cloud, tmp_path: Path) -> None:
    """Under ten managed resources a share means nothing."""
    overlay = varied(tmp_path, apis={"azureml-demo": {"operations": dict.fromkeys(OPERATIONS)}})
    worked("apply", WORKED, "--overlay", overlay, "--yes").ended(0)
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.arm.edit(STARTER, lambda properties: properties.update(displayName="other"))
    worked.arm.patch("", {"properties": {"publisherName": "other"}})
    worked("apply", WORKED, "--overlay", overlay, "--yes").ended(0)


PROTECT = {"lifecycle": {"prevent_destroy": True}}


def test_prevent_destroy_in_apply(worked: Cloud, tmp_path: Path) -> None:
    overlay = varied(tmp_path, apis={"azureml-demo": PROTECT})
    worked("apply", WORKED, "--overlay", overlay).ended(0)
    said = stopped(worked, "apply", WORKED, "--overlay", overlay, "--yes", "--replace", API).err
    assert API in said
    assert "prevent_destroy" in said


@pytest.mark.parametrize(
    "protected",
    [
        {"service": PROTECT},
        {"resourceGroup": PROTECT},
        {"apis": {"azureml-demo": PROTECT}},
        {"apis": {"azureml-demo": {"operations": {"bes-start": PROTECT}}}},
        {"products": {"starter": PROTECT}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_prevent_destroy_in_destroy(worked: Cloud, tmp_path: Path, protected: dict[str, Any]) -> None:
    said = stopped(worked, "destroy", WORKED, "--overlay", varied(tmp_path, **protected), "--yes").err
    assert "prevent_destroy" in said


def test_ignore_changes(worked: Cloud, tmp_path: Path) -> None:
    rule = {"lifecycle": {"ignore_changes": ["displayName"]}}
    overlay = varied(tmp_path, apis={"azureml-demo": rule})
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked("drift", WORKED, "--overlay", overlay).ended(0)
    worked.arm.edit(API, lambda properties: properties.update(description="other"))
    ran = worked("apply", WORKED, "--overlay", overlay, "--yes", "--output", "json").ended(0)
    assert ran.changes == {API: {"description": ("other", None)}}
    assert worked.arm.get(API)["properties"]["displayName"] == "other"


def test_a_name_held_by_a_deleted_instance(worked: Cloud) -> None:
    worked("destroy", WORKED, "--yes").ended(0)
    for verb in ("plan", "apply"):
        said = stopped(worked, verb, WORKED).err
        assert "--restore" in said
        assert "--purge-first" in said
        assert "48 hours" in said
    assert "--restore" in stopped(worked, "apply", WORKED, "--yes").err
    assert worked("drift", WORKED, "--output", "json").ended(2).actions["service"] == "create"


def test_restore_brings_back_and_continues(worked: Cloud) -> None:
    worked.arm.put("apis/theirs", {"properties": {"displayName": "Theirs", "path": "theirs"}})
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.arm.delete("")
    planned = worked("plan", WORKED, "--restore", "--output", "json").ended(0)
    assert planned.actions["service"] == "restore"
    worked("apply", WORKED, "--restore", "--yes").ended(0)
    worked.clean(WORKED)
    assert worked.arm.exists("apis/theirs")


def test_purge_first_starts_anew(worked: Cloud) -> None:
    worked.arm.put("apis/theirs", {"properties": {"displayName": "Theirs", "path": "theirs"}})
    worked.arm.delete("")
    stopped(worked, "apply", WORKED, "--purge-first")
    worked("apply", WORKED, "--purge-first", "--yes").ended(0)
    worked.clean(WORKED)
    assert not worked.arm.exists("apis/theirs")


def test_restore_and_purge_first_mean_nothing_where_nothing_is_deleted(worked: Cloud) -> None:
    for option in ("--restore", "--purge-first"):
        assert worked("plan", WORKED, option, "--output", "json").ended(0).actions == {}


def test_what_cannot_be_changed_is_an_error_with_advice(worked: Cloud, tmp_path: Path) -> None:
    kind = varied(tmp_path, apis={"azureml-demo": {"type": "soap"}})
    ran, sent = worked.watched("apply", WORKED, "--overlay", kind, "--yes")
    assert f"--replace {API}" in ran.ended(1).err
    assert writes(sent) == []
    place = varied(tmp_path, resourceGroup={"location": "westus"})
    assert "location" in worked("apply", WORKED, "--overlay", place, "--yes").ended(1).err
    assert worked("plan", WORKED, "--replace", "service").code == 1


def test_an_existing_instance_that_is_missing_is_an_error(cloud: Cloud, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("spec: 1\nresourceGroup: {name: g}\nservice: {name: nowhere, existing: true}\n", "utf-8")
    for verb in ("plan", "apply", "drift"):
        ran, sent = cloud.watched(verb, str(spec))
        ran.ended(1)
        assert "nowhere" in ran.err
        assert writes(sent) == []


def test_users_subscriptions_die_only_when_told(worked: Cloud, tmp_path: Path) -> None:
    arm = worked.arm
    arm.put("users/jo", {"properties": {"email": "jo@example.com", "firstName": "Jo", "lastName": "Do"}})
    arm.put("products/gold", {"properties": {"displayName": "Gold"}})
    key = {"displayName": "Jo's", "scope": "/products/gold", "ownerId": "/users/jo"}
    arm.put("subscriptions/jos", {"properties": key})
    overlay = varied(tmp_path, absent={"products": ["gold"]})
    said = stopped(worked, "apply", WORKED, "--overlay", overlay, "--yes").err
    assert "1" in said
    assert "--delete-subscriptions" in said
    assert arm.exists("subscriptions/jos")
    worked("apply", WORKED, "--overlay", overlay, "--yes", "--delete-subscriptions").ended(0)
    assert not arm.exists("subscriptions/jos")


def test_the_example_is_the_one_in_the_repository() -> None:
    data = yaml.safe_load((ROOT / "specs" / "azureml-demo.yaml").read_text("utf-8"))
    assert tuple(sorted(data["apis"]["azureml-demo"]["operations"])) == OPERATIONS
