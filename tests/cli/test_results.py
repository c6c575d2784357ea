"""Data on stdout, words on stderr, reports beside them, and an exit code: of plan, apply and drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import WORKED, Cloud, Ran

if TYPE_CHECKING:
    from collections.abc import Callable

API = "apis/azureml-demo"
FORMATS = ("text", "json", "markdown", "junit", "github")


def _json(text: str) -> list[str]:
    return [item["address"] for item in json.loads(text)["resource_changes"]]


def _junit(text: str) -> list[str]:
    root = ET.fromstring(text)
    cases = root.iter("testcase")
    return [case.get("name", "") for case in cases if {"failure", "error"} & {one.tag for one in case}]


PARSE: dict[str, Callable[[str], list[str]]] = {"json": _json, "junit": _junit}


def meddle(cloud: Cloud) -> None:
    cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))


@pytest.mark.parametrize("verb", ["plan", "drift"])
@pytest.mark.parametrize("form", FORMATS)
def test_data_goes_to_stdout_and_nothing_else(worked: Cloud, form: str, verb: str) -> None:
    worked(verb, WORKED, "--output", form).ended(0)
    meddle(worked)
    ran = worked(verb, WORKED, "--output", form).ended(0 if verb == "plan" else 2)
    assert ran.err == ""
    assert API in ran.out or API.replace("-", "&#45;") in ran.out
    if form in PARSE:
        assert PARSE[form](ran.out) == [API]


def test_plan_as_json_says_what_programs_need(worked: Cloud) -> None:
    meddle(worked)
    document = worked("plan", WORKED, "--output", "json").ended(0).document
    assert document["format_version"] == "1.0"
    (change,) = document["resource_changes"]
    assert change["address"] == API
    assert change["kind"] == "apis"
    assert change["id"].endswith(f"/service/demoazureml/{API}")
    assert change["actions"] == ["update"]
    line = next(n for n, text in enumerate(Path(WORKED).read_text("utf-8").splitlines(), 1) if "azureml-demo:" in text)
    assert change["source"] == {"file": WORKED, "line": line, "column": 3}
    assert change["changes"] == [{"path": "displayName", "before": "other", "after": "AzureML Demo API"}]
    assert {item["address"] for item in document["left_alone"]} >= {"apis/echo-api", "products/unlimited"}
    assert document["summary"]["update"] == 1
    assert document["summary"]["managed"] == document["summary"]["unchanged"] + 1


@pytest.mark.parametrize(("verb", "option", "codes"), [
    ("plan", "", (0, 0)),
    ("plan", "--detailed-exitcode", (0, 2)),
    ("drift", "", (0, 2)),
])  # fmt: skip
def test_exit_codes_of_reading(worked: Cloud, verb: str, option: str, codes: tuple[int, int]) -> None:
    options = [option] if option else []
    worked(verb, WORKED, *options).ended(codes[0])
    meddle(worked)
    worked(verb, WORKED, *options).ended(codes[1])


def test_several_reports_beside_the_output(worked: Cloud, tmp_path: Path) -> None:
    meddle(worked)
    reports = [word for form in FORMATS for word in ("--report", f"{form}={tmp_path / form}")]
    ran = worked("drift", WORKED, "--output", "json", *reports).ended(2)
    assert (tmp_path / "json").read_text("utf-8") == ran.out
    assert _junit((tmp_path / "junit").read_text("utf-8")) == [API]
    assert (tmp_path / "text").read_text("utf-8") == worked("drift", WORKED).out
    assert all((tmp_path / form).read_text("utf-8") for form in FORMATS)


def test_apply_keeps_its_data_apart(cloud: Cloud, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    ran = cloud("apply", WORKED, "--yes", "--output", "junit", "--report", f"json={report}").ended(0)
    cases = [case.get("name") for case in ET.fromstring(ran.out).iter("testcase")]
    document = json.loads(report.read_text("utf-8"))
    assert cases == [item["address"] for item in document["resource_changes"]]
    assert document["totals"]["planned"] == document["totals"]["done"] == len(cases) == 12
    assert "Plan: 11 to create" in ran.err
    assert "+ service  done" in ran.err


def test_apply_without_a_change_asks_nothing(worked: Cloud) -> None:
    ran = worked("apply", WORKED).ended(0)
    assert "no change" in ran.out
    assert ran.err == ""


def _forbidden(cloud: Cloud) -> tuple[Ran, ...]:
    cloud.fault("GET", f"/{API}$", 403, "AuthorizationFailed", times=1)
    return ()


FAILURES: dict[str, tuple[Any, tuple[str, ...], int]] = {
    "read": (_forbidden, ("drift", WORKED), 1),
    "spec": (None, ("plan", "no-such-spec.yaml"), 1),
    "guard": (meddle, ("apply", WORKED), 4),
    "unknown target": (None, ("plan", WORKED, "--target", "apis/no-such"), 1),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("form", FORMATS)
def test_reports_are_written_on_failure_too(worked: Cloud, tmp_path: Path, failure: str, form: str) -> None:
    prepare, words, code = FAILURES[failure]
    if prepare:
        prepare(worked)
    path = tmp_path / "report"
    ran = worked(*words, "--output", form, "--report", f"{form}={path}").ended(code)
    written = path.read_text("utf-8")
    assert written.strip()
    if form == "json":
        assert json.loads(written)["error"]["message"]
        assert json.loads(ran.out) == json.loads(written)
    if form == "junit":
        assert len(_junit(written)) == 1
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_a_failed_apply_reports_what_became_of_each(worked: Cloud, tmp_path: Path) -> None:
    meddle(worked)
    worked.fault("PUT", f"/{API}$", 400, "ValidationError", times=99)
    path = tmp_path / "report.json"
    ran = worked("apply", WORKED, "--yes", "--report", f"json={path}").ended(1)
    document = json.loads(path.read_text("utf-8"))
    assert [item["outcome"] for item in document["resource_changes"]] == ["failed"]
    assert "ValidationError" in document["resource_changes"][0]["reason"]
    assert "Nothing done" in ran.out


def test_two_specs_in_one_run(cloud: Cloud, tmp_path: Path) -> None:
    second = tmp_path / "second.yaml"
    second.write_text(
        "spec: 1\nresourceGroup: {name: second, location: eastus}\n"
        "service: {name: second, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@us.com}\n"
    )
    cloud.applied(WORKED, str(second))
    cloud.clean(WORKED, str(second))
    meddle(cloud)
    ran = cloud("drift", WORKED, str(second), "--output", "json").ended(2)
    assert ran.actions == {API: "update"}
    text = cloud("drift", WORKED, str(second)).ended(2)
    assert "second in resource group second: no drift" in text.out
    cloud("destroy", WORKED, str(second), "--yes").ended(0)


def test_target_and_exclude(worked: Cloud) -> None:
    arm = worked.arm
    meddle(worked)
    arm.edit(f"{API}/operations/bes-start", lambda properties: properties.update(description="other"))
    arm.edit("products/starter", lambda properties: properties.update(terms="other"))

    def seen(*words: str) -> set[str]:
        return set(worked("plan", WORKED, "--output", "json", *words).ended(0).actions)

    operation = f"{API}/operations/bes-start"
    assert seen() == {API, operation, "products/starter"}
    assert seen("--target", API) == {API, operation}
    assert seen("--target", operation) == {operation}
    assert seen("--target", API.upper(), "--target", "products/starter") == {API, operation, "products/starter"}
    assert seen("--exclude", API) == {"products/starter"}
    assert seen("--exclude", operation) == {API, "products/starter"}
    assert seen("--target", API, "--exclude", operation) == {API}
    assert worked("drift", WORKED, "--exclude", API, "--exclude", "products/starter").code == 0
    worked("apply", WORKED, "--yes", "--target", "products/starter").ended(0)
    assert seen() == {API, operation}


def test_a_target_brings_what_it_needs(cloud: Cloud) -> None:
    ran = cloud("plan", WORKED, "--output", "json", "--target", f"{API}/operations/bes-start").ended(0)
    assert set(ran.actions) == {"resourceGroup", "service", API, f"{API}/operations/bes-start"}
    left = cloud("plan", WORKED, "--output", "json", "--exclude", API).ended(0)
    assert set(left.actions) == {"resourceGroup", "service", "products/starter", "products/starter/policies/policy"}
    cloud("apply", WORKED, "--yes", "--target", f"{API}/operations/bes-start").ended(0)
    rest = cloud("plan", WORKED, "--output", "json").ended(0)
    assert f"{API}/operations/bes-start" not in rest.actions
    assert f"{API}/operations/bes-status" in rest.actions
