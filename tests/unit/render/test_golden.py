"""Whole outputs, compared with the files in golden/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provision import render
from provision.errors import AzureError, UsageError
from provision.render import FORMATS, Verb
from provision.report import Outcome, Report, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.errors import ProvisionError
    from provision.plan import Plan

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"text": "txt", "json": "json", "markdown": "md", "junit": "xml", "github": "log"}


def golden(name: str, format: str) -> str:  # noqa: A002 - as render calls it
    return (GOLDEN / f"{name}.{SUFFIX[format]}").read_text(encoding="utf-8")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("verb", Verb)
def test_a_plan(plan: Plan, format: str, verb: Verb) -> None:  # noqa: A002
    assert render.plans([plan], format, verb) == golden(f"plan-{verb.value}", format)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("verb", Verb)
def test_nothing_to_do(clean: Plan, format: str, verb: Verb) -> None:  # noqa: A002
    assert render.plans([clean], format, verb) == golden(f"clean-{verb.value}", format)


@pytest.mark.parametrize("format", FORMATS)
def test_several_plans(plan: Plan, clean: Plan, service: Plan, format: str) -> None:  # noqa: A002
    assert render.plans([service, clean, plan], format, Verb.PLAN) == golden("several", format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_of_every_outcome(report: Report, format: str) -> None:  # noqa: A002
    assert render.reports([report], format, Verb.APPLY) == golden("report", format)


@pytest.mark.parametrize("format", FORMATS)
def test_reports_of_success_and_of_nothing(plan: Plan, clean: Plan, format: str) -> None:  # noqa: A002
    done = Report(plan, tuple(Result(change, Outcome.DONE, "", 2.0) for change in plan.changes))
    assert render.reports([done, Report(clean, ())], format, Verb.DESTROY) == golden("done", format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_with_problems(error: ProvisionError, format: str) -> None:  # noqa: A002
    assert render.failure(error, format) == golden("problems", format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_of_azure(format: str) -> None:  # noqa: A002
    error = AzureError("InternalServerError: try again\nactivity 1234", code="InternalServerError", status=500)
    assert render.failure(error, format) == golden("error", format)


def test_every_golden_file_is_compared() -> None:
    names = [f"{kind}-{verb.value}" for kind in ("plan", "clean") for verb in Verb]
    names += ["several", "report", "done", "problems", "error"]
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.{end}" for name in names for end in SUFFIX.values()}


@pytest.mark.parametrize(
    "write",
    [
        lambda: render.plans([], "yaml", Verb.PLAN),
        lambda: render.reports([], "yaml", Verb.APPLY),
        lambda: render.failure(UsageError("x"), "yaml"),
    ],
)
def test_an_unknown_format_is_refused(write: Callable[[], str]) -> None:
    with pytest.raises(UsageError, match="unknown format yaml: text, json"):
        write()
