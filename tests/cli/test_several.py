"""Several specs in one run: one that fails hides nothing of the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from provision.report import worst
from tests.conftest import WORKED, Cloud, here, writes

if TYPE_CHECKING:
    from pathlib import Path

API = "apis/azureml-demo"
FORMS = ("text", "json", "markdown", "junit", "github")
SECOND = """
spec: 1
resourceGroup: {name: second, location: eastus}
service: {name: second, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@us.com}
apis: {mine: {displayName: Mine, path: mine, protocols: [https]}}
"""


@pytest.fixture
def second(tmp_path: Path) -> str:
    path = tmp_path / "second.yaml"
    path.write_text(SECOND, "utf-8")
    return str(path)


@pytest.fixture
def both(cloud: Cloud, second: str) -> Cloud:
    cloud.applied(WORKED, second)
    cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
    return cloud


def forbid(cloud: Cloud, times: int = 99) -> None:
    cloud.fault("GET", "/service/second/apis$", 403, "AuthorizationFailed", times=times)


def reports(folder: Path) -> list[str]:
    return [word for form in FORMS for word in ("--report", f"{form}={folder / form}")]


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_a_failed_read_hides_nothing(both: Cloud, second: str, tmp_path: Path, first: bool) -> None:
    forbid(both)
    specs = (second, WORKED) if first else (WORKED, second)
    ran = both("drift", *specs, "--output", "json", *reports(tmp_path)).ended(1)
    document = ran.document
    (change,) = document["resource_changes"]
    assert (change["address"], change["instance"], change["resource_group"], change["spec"]) == (
        API, "demoazureml", "demoazureml", WORKED,
    )  # fmt: skip
    (error,) = document["errors"]
    assert (error["instance"], error["resource_group"], error["spec"]) == ("second", "second", second)
    assert "AuthorizationFailed" in error["message"]
    assert document["error"] == error
    assert "AuthorizationFailed" in ran.err
    for form in FORMS:
        text = (tmp_path / form).read_text("utf-8")
        assert "AuthorizationFailed" in text, form
        assert API in text or API.replace("-", "&#45;") in text, form
    suites = {
        suite.get("name"): (suite.get("failures"), suite.get("errors"))
        for suite in ET.parse(tmp_path / "junit").iter("testsuite")
    }
    assert suites == {"demoazureml": ("1", "0"), second: ("0", "1")}, "drift is a failure, a failed read an error"


def test_without_a_failure_there_are_no_errors(both: Cloud, second: str) -> None:
    document = both("drift", WORKED, second, "--output", "json").ended(2).document
    assert document["errors"] == []
    assert "error" not in document


def test_two_that_fail_are_named(both: Cloud, second: str) -> None:
    both.fault("GET", f"/{API}$", 403, "AuthorizationFailed", times=99)
    forbid(both)
    ran = both("drift", WORKED, second).ended(1)
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == [WORKED, second]
    assert len(both("drift", WORKED, second, "--output", "json").document["errors"]) == 2


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_a_wrong_spec_hides_nothing(both: Cloud, tmp_path: Path, verb: str) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("spec: 1\nresourceGroup: {name: g}\nservice: {name: s, existing: true}\napi: {}\n", "utf-8")
    ran = both(verb, str(wrong), WORKED, "--output", "json").ended(1)
    assert list(ran.actions) == [API]
    assert ran.document["errors"][0]["spec"] == str(wrong)
    assert ran.document["errors"][0]["problems"][0]["line"] == 4


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_nothing_is_written_where_one_fails_before(both: Cloud, second: str, verb: str) -> None:
    forbid(both)
    ran, sent = both.watched(verb, WORKED, second, "--yes", "--output", "json")
    assert writes(sent) == []
    document = ran.ended(1).document
    assert {item["outcome"] for item in document["resource_changes"]} == {"skipped"}
    assert {item["instance"] for item in document["resource_changes"]} == {"demoazureml"}
    assert [error["spec"] for error in document["errors"]] == [second]


def test_a_guard_that_stops_one_stops_before_the_first_write(both: Cloud, second: str) -> None:
    overlay_free = both("apply", WORKED, second, "--yes", "--max-update", "100", "--output", "json")
    overlay_free.ended(0)
    for name in ("one", "two"):
        both.arm.put(f"{API}/operations/{name}", {"properties": {"displayName": name, "method": "GET", "urlTemplate": f"/{name}"}})  # fmt: skip  # noqa: E501
    ran, sent = both.watched("apply", second, WORKED, "--yes", "--max-delete", "1", "--output", "json")
    assert writes(sent) == []
    assert [error["spec"] for error in ran.ended(4).document["errors"]] == [WORKED]


def test_one_that_fails_on_its_way_hides_nothing(both: Cloud, second: str) -> None:
    both.fault("PUT", f"/service/demoazureml/{API}$", 400, "ValidationError", times=99)
    both.arm.__class__(both.emulator.url, group="second", service="second").edit(
        "apis/mine", lambda properties: properties.update(displayName="other")
    )
    ran = both("apply", WORKED, second, "--yes", "--output", "json").ended(1)
    assert {(item["instance"], item["outcome"]) for item in ran.document["resource_changes"]} == {
        ("demoazureml", "failed"),
        ("second", "done"),
    }


def test_validate_tells_of_each(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("spec: 2\n", "utf-8")
    ran = here("validate", str(wrong), WORKED, str(tmp_path / "none.yaml")).ended(1)
    assert f"{WORKED}: valid" in ran.out
    assert str(wrong) in ran.err
    assert "none.yaml" in ran.err


@pytest.mark.parametrize(
    ("codes", "code"),
    [((0, 2), 2), ((0, 4, 2), 4), ((4, 3), 3), ((3, 1, 4), 1), ((0, 64, 1), 64), ((0,), 0), ((), 0)],
)
def test_the_exit_code_is_the_first_that_occurred(codes: tuple[int, ...], code: int) -> None:
    assert worst(codes) == code


def test_a_plan_of_several_is_saved_whole_or_not_at_all(both: Cloud, second: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    both("plan", WORKED, second, "--out", str(out)).ended(0)
    assert len(json.loads(out.read_text("utf-8"))["plans"]) == 2
    whole = out.read_text("utf-8")
    forbid(both)
    both("plan", WORKED, second, "--out", str(out)).ended(1)
    assert out.read_text("utf-8") == whole
    both("plan", WORKED, second, "--out", str(tmp_path / "new.json")).ended(1)
    assert not (tmp_path / "new.json").exists()
