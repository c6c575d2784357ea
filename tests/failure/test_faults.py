"""Faults of our own: each is called one, and costs nobody else's result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provision.azure import Azure
from provision.errors import AzureError, UsageError, as_fault
from tests.conftest import WORKED, Cloud, here, writes
from tests.failure.conftest import API, OPERATIONS, reconciled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RAISED = (
    KeyError("surprise"),
    ValueError(),
    AssertionError("no"),
    RecursionError("deep"),
    MemoryError(),
    SystemExit(7),
)


def raising(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, when: Callable[[Any], bool]) -> None:
    honest = getattr(Azure, name)

    def method(self: Azure, subject: Any, *given: Any, **options: Any) -> Any:
        if when(subject):
            raise error
        return honest(self, subject, *given, **options)

    monkeypatch.setattr(Azure, name, method)


@pytest.mark.parametrize("error", [*RAISED, UsageError("odd"), AzureError("busy")], ids=lambda one: type(one).__name__)
def test_whatever_a_worker_raises_becomes_a_result(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    raising(monkeypatch, "send", error, lambda change: str(change.address) == OPERATIONS[0])
    report = tmp_path / "r.json"
    ran = cloud("apply", WORKED, "--yes", "--output", "json", "--report", f"json={report}")
    reconciled(ran)
    assert json.loads(report.read_text("utf-8")) == ran.document
    assert {address for address, outcome in ran.outcomes.items() if outcome != "done"} == {OPERATIONS[0]}
    reason = next(item["reason"] for item in ran.document["resource_changes"] if item["outcome"] == "failed")
    assert ("fault of provision" in reason) == (error in RAISED)
    assert "proxy" not in ran.err + ran.out
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("verb", ["plan", "drift", "apply", "destroy"])
def test_a_fault_while_looking(worked: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    def fall(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("provision.workflow.observe", fall)
    report = tmp_path / "r.json"
    more = ("--yes",) if verb in ("apply", "destroy") else ()
    ran, sent = worked.watched(verb, WORKED, *more, "--report", f"json={report}")
    ran.ended(1)
    assert writes(sent) == []
    assert "this is a fault of provision" in ran.err
    assert "KeyError: 'surprise' at failure/test_faults.py" in ran.err
    assert "provision/workflow.py" in ran.err
    assert "please report" in ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) == 1
    assert json.loads(report.read_text("utf-8"))["error"]["kind"] == "FaultError"


def test_a_fault_after_the_instance_was_made(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from provision import observed  # noqa: PLC0415

    honest, looks = observed.observe, iter((False, True))

    def fall(*given: Any, **options: Any) -> Any:
        if next(looks):
            raise KeyError("surprise")
        return honest(*given, **options)

    monkeypatch.setattr("provision.workflow.observe", fall)
    report = tmp_path / "r.json"
    ran = cloud("apply", WORKED, "--yes", "--report", f"json={report}").ended(3)
    document = json.loads(report.read_text("utf-8"))
    outcomes = {item["address"]: item["outcome"] for item in document["resource_changes"]}
    assert outcomes["service"] == "done"
    assert outcomes[API] == "skipped"
    assert "fault of provision" in ran.out


def test_a_fault_in_the_walk_itself(worked: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change has ended: what was sent is told, and the exit code is that of a run that was broken off."""
    for name in ("one", "two"):
        body = {"displayName": name, "method": "GET", "urlTemplate": f"/{name}"}
        worked.arm.put(f"{API}/operations/{name}", {"properties": body})

    def fall(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("provision.schedule.Schedule.end", fall)
    report = tmp_path / "r.json"
    ran = worked("apply", WORKED, "--yes", "--report", f"json={report}").ended(3)
    document = json.loads(report.read_text("utf-8"))
    outcomes = [item["outcome"] for item in document["resource_changes"]]
    assert sorted(outcomes) == ["done", "skipped"]
    assert "fault of provision" in ran.out + ran.err


def test_a_listener_that_fails_stops_nothing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("provision.render.progress.Progress.__call__", fall)
    cloud.applied(WORKED)
    cloud.clean(WORKED)


def test_a_fault_in_a_command_without_results(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall() -> str:
        raise KeyError("surprise")

    monkeypatch.setattr("provision.schema.editors.json_schema", fall)
    ran = here("schema").ended(1)
    assert "this is a fault of provision" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_fault_is_one_line_that_says_where() -> None:
    try:
        int("seven")
    except ValueError as error:
        said = str(as_fault(error, "doing something"))
    assert said.startswith(
        "doing something: this is a fault of provision, not of your spec and not of Azure: ValueError: "
    )
    assert "failure/test_faults.py:" in said
    assert "\n" not in said
