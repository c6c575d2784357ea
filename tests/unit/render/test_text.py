"""Details of plans and reports as text."""

from __future__ import annotations

from typing import Any

import pytest

from provision import render
from provision.address import DELETED, GROUP, SERVICE, Address, Scope
from provision.comparison import PropertyChange
from provision.diff import Action, Change
from provision.errors import Mark
from provision.plan import Plan, purge
from provision.render import Verb
from provision.render.words import duration
from provision.report import Outcome, Report, Result
from provision.resource import LeftAlone

SCOPE = Scope("s", "group", "name")
UPDATE = Action.UPDATE


def shown(*properties: PropertyChange, action: Action = UPDATE) -> str:
    """The lines below the one change of a plan."""
    plan = Plan(SCOPE, (Change(Address("apis/a"), action, properties),))
    lines = render.plans([plan], "text", Verb.PLAN).splitlines()
    return "\n".join(line.removeprefix("      ") for line in lines if line.startswith("      "))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("a", "b", 'p: "a" -> "b"'),
        (None, "b", 'p: (none) -> "b"'),
        (True, None, "p: true -> (none)"),
        ([], [{"a": 1}], 'p: [] -> [{"a": 1}]'),
        ("ü", "\t", 'p: "ü" -> "\\t"'),
        (0, False, "p: 0 -> false"),
        ("", "x" * 300, f'p: "" -> "{"x" * 198}…'),
    ],
)
def test_an_updated_property_is_a_line(before: Any, after: Any, line: str) -> None:
    assert shown(PropertyChange("p", before, after)) == line


def test_long_values_are_whole_in_other_formats() -> None:
    plan = Plan(SCOPE, (Change(Address("apis/a"), UPDATE, (PropertyChange("p", "", "x" * 300),)),))
    assert "…" in render.plans([plan], "text", Verb.PLAN)
    assert all("x" * 300 in render.plans([plan], other, Verb.PLAN) for other in ("json", "markdown", "junit"))


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE])
def test_a_resource_that_comes_or_goes_shows_the_side_that_there_is(action: Action) -> None:
    one = PropertyChange("p", None, 1) if action is Action.CREATE else PropertyChange("p", 1, None)
    assert shown(one, action=action) == "p: 1"


def test_texts_are_shown_as_the_lines_that_differ() -> None:
    old = "\n".join(f"line {number}" for number in range(20))
    new = old.replace("line 3\n", "").replace("line 15", "line\t15")
    assert shown(PropertyChange("value", old, new)).splitlines() == [
        "value:",
        "   line 1",
        "   line 2",
        "  -line 3",
        "   line 4",
        "   line 5",
        "  ...",
        "   line 13",
        "   line 14",
        "  -line 15",
        "  +line\t15",
        "   line 16",
        "   line 17",
    ]


def test_a_text_that_comes_or_goes_is_shown_whole() -> None:
    assert shown(PropertyChange("value", None, "a\nb\n")) == "value:\n  +a\n  +b"
    assert shown(PropertyChange("value", "a\nb", None)) == "value:\n  -a\n  -b"


def test_line_endings_that_differ_are_seen() -> None:
    assert shown(PropertyChange("value", "a\r\nb\n", "a\nb")) == "value:\n  -a\\x0d\n  +a\n   b\n  -"


def test_left_alone_is_grouped_by_reason_and_long_lists_are_cut() -> None:
    many = [LeftAlone(Address(f"apis/{number:02}"), "not in the spec") for number in range(13)]
    plan = Plan(SCOPE, (), left_alone=(many[0], LeftAlone(SERVICE, "existing"), *many[1:]))
    names = ", ".join(f"apis/{number:02}" for number in range(10))
    assert render.plans([plan], "text", Verb.APPLY) == (
        "name in resource group group: no change.\n"
        f"Left alone: {names} and 3 more (not in the spec)\n"
        "Left alone: service (existing)\n"
    )
    assert "apis/12" in render.plans([plan], "markdown", Verb.APPLY)
    assert len(render.document([plan])["left_alone"]) == 14


def test_one_very_long_address_does_not_widen_the_column() -> None:
    mark = Mark("f", 1, 1)
    changes = tuple(Change(Address(f"apis/{name}"), UPDATE, mark=mark) for name in ("a", "b" * 80))
    lines = render.plans([Plan(SCOPE, changes)], "text", Verb.PLAN).splitlines()
    assert lines[2:4] == ["  ~ apis/a  f:1:1", f"  ~ apis/{'b' * 80}  f:1:1"]


def test_a_note_of_several_lines_stays_one_note() -> None:
    assert render.plans([Plan(SCOPE, (), notes=("a\nb",))], "text", Verb.PLAN).endswith("Note: a\n      b\n")


def test_what_several_deletions_take_along_counts_once_and_is_not_unchanged() -> None:
    link = Address("products/p/apis/a")
    changes = tuple(Change(Address(text), Action.DELETE, takes_along=(link,)) for text in ("apis/a", "products/p"))
    plan = Plan(SCOPE, changes, managed=5)
    assert "Plan: 2 to delete (1 more with it).\n" in render.plans([plan], "text", Verb.DESTROY)
    assert render.document([plan])["summary"]["unchanged"] == 2


def test_every_action_is_counted() -> None:
    changes = tuple(Change(Address(f"apis/{action.name}"), action) for action in Action)
    plan = Plan(SCOPE, changes, managed=10)
    assert render.plans([plan], "text", Verb.PLAN).endswith(
        "Plan: 1 to create, 1 to update, 1 to delete, 1 to replace, 1 to restore, 1 to purge.\n"
    )
    assert render.plans([plan], "text", Verb.DRIFT).endswith("Drift: 2 changed, 2 undeclared, 2 missing.\n")
    done = Report(plan, tuple(Result(change, Outcome.DONE) for change in changes))
    assert render.reports([done], "text", Verb.APPLY).endswith(
        "Done: 1 created, 1 updated, 1 deleted, 1 replaced, 1 restored, 1 purged.\n"
    )
    summary = render.document([plan])["summary"]
    assert summary == {
        **dict.fromkeys(("create", "update", "delete", "replace", "restore", "purge"), 1),
        "managed": 10,
        "unchanged": 5,
    }


def test_a_purge_is_no_managed_resource() -> None:
    plan = Plan(SCOPE, (purge("westeurope", "it holds the name"), Change(SERVICE, Action.CREATE)), managed=2)
    assert str(DELETED) in render.plans([plan], "text", Verb.PLAN)
    assert render.document([plan])["summary"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("outcomes", "interrupted", "line"),
    [
        ([Outcome.DONE, Outcome.FAILED], False, "Partly done: 1 of 2 done, 1 failed."),
        ([Outcome.FAILED, Outcome.SKIPPED], False, "Nothing done: 0 of 2 done, 1 failed, 1 skipped."),
        ([Outcome.DONE], True, "Interrupted: 1 of 1 done."),
        ([Outcome.DONE, Outcome.STALE], True, "Interrupted: 1 of 2 done, 1 stale."),
    ],
)
def test_a_report_closes_with_what_became_of_it(outcomes: list[Outcome], interrupted: bool, line: str) -> None:
    changes = tuple(Change(Address(f"apis/{number}"), UPDATE) for number in range(len(outcomes)))
    results = tuple(Result(change, outcome) for change, outcome in zip(changes, outcomes, strict=True))
    report = Report(Plan(SCOPE, changes), results, interrupted)
    assert render.reports([report], "text", Verb.APPLY).endswith(f"\n\n{line}\n")


def test_totals_of_several_reports_add_up() -> None:
    changes = tuple(Change(address, UPDATE) for address in (GROUP, SERVICE))
    results = tuple(Result(change, outcome) for change, outcome in zip(changes, Outcome, strict=False))
    report = Report(Plan(SCOPE, changes), results)
    text = render.reports([report, Report(Plan(SCOPE, changes), results, interrupted=True)], "json", Verb.APPLY)
    assert '"interrupted": true' in text
    assert '"planned": 4,\n    "done": 2,\n    "overwrote": 2,\n    "failed": 0,' in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0s"), (9.94, "9.9s"), (9.95, "10s"), (59.6, "1m00s"), (150, "2m30s"), (3599.7, "1h00m"), (3900, "1h05m")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
