"""Plans, reports and errors as JSON data, for programs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from provision.render import words
from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.address import Address
    from provision.diff import Change
    from provision.errors import Mark
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.report import Report, Result

FORMAT_VERSION: Final = "1.0"
_ACTIONS: Final = ("CREATE", "UPDATE", "DELETE", "REPLACE", "RESTORE", "PURGE")


def plans(plans: Sequence[Plan], failed: Sequence[Failure] = ()) -> dict[str, Any]:
    """Put several plans into one document."""
    changes = [_change(change, plan) for plan in plans for change in plan.changes]
    notes = [note for plan in plans for note in (*plan.caveats, *words.notes(plan))]
    return _document(plans, changes, notes, failed)


def reports(reports: Sequence[Report], failed: Sequence[Failure] = ()) -> dict[str, Any]:
    """Put several reports into one document: that of their plans, and what became of each change."""
    changes = [_result(result, report) for report in reports for result in report.results]
    notes = [note for report in reports for note in words.report_notes(report)]
    totals = sum((Counter(report.totals) for report in reports), Counter[Outcome]())
    return {
        **_document([report.plan for report in reports], changes, notes, failed),
        "stopped": [report.stopped for report in reports if report.stopped],
        "interrupted": any(report.interrupted for report in reports),
        "totals": {"planned": totals.total(), **{outcome.value: totals[outcome] for outcome in Outcome}},
    }


def failures(failed: Sequence[Failure]) -> dict[str, Any]:
    """Put errors into a document."""
    return {"format_version": FORMAT_VERSION, **_errors(failed)}


def _errors(failed: Sequence[Failure]) -> dict[str, Any]:
    """All errors, and the first of them by itself."""
    errors = [_error(one) for one in failed]
    return {**({"error": errors[0]} if errors else {}), "errors": errors}


def _error(failed: Failure) -> dict[str, Any]:
    problems = [
        {**_mark(problem.mark), "what": problem.what, "why": problem.why, "fix": problem.fix}
        for problem in failed.problems
    ]
    return {
        "kind": failed.kind,
        "message": failed.message,
        "problems": problems,
        **({"more_problems": failed.more} if failed.more else {}),
        "instance": failed.service or None,
        "resource_group": failed.resource_group or None,
        "spec": failed.spec or None,
    }


def dumped(document: dict[str, Any]) -> str:
    """Write a document as text. ASCII only: any terminal and any encoding can take it."""
    return json.dumps(document, indent=2, default=str) + "\n"


def _document(
    plans: Sequence[Plan], changes: list[dict[str, Any]], notes: list[str], failed: Sequence[Failure]
) -> dict[str, Any]:
    left_alone = [
        {"address": str(one.address), "id": one.address.arm_id(plan.scope), "reason": one.reason}
        | ({"count": one.count} if one.count else {})
        for plan in plans
        for one in plan.left_alone
    ]
    return {
        "format_version": FORMAT_VERSION,
        "resource_changes": changes,
        "possible_changes": [_change(change, plan) for plan in plans for change in plan.possible],
        **_undeclared(plans),
        "left_alone": left_alone,
        "obstacles": [obstacle for plan in plans for obstacle in plan.obstacles],
        "notes": notes,
        "summary": _summary(plans),
        **_errors(failed),
    }


def _undeclared(plans: Sequence[Plan]) -> dict[str, Any]:
    """What nobody declares, where somebody has asked."""
    asked = [plan for plan in plans if plan.undeclared is not None]
    found = [
        {"address": str(one), "kind": one.kind, "id": one.arm_id(plan.scope), "instance": plan.scope.service}
        for plan in asked
        for one in plan.undeclared or ()
    ]
    return {"undeclared": found} if asked else {}


def _summary(plans: Sequence[Plan]) -> dict[str, int]:
    """How many changes of each action; what goes along with a deletion is neither a change nor unchanged."""
    totals = Counter(change.action.name for plan in plans for change in plan.changes)
    unchanged = sum(max(plan.managed - len(_touched(plan)), 0) for plan in plans)
    actions = {name.lower(): totals[name] for name in _ACTIONS}
    return {**actions, "managed": sum(plan.managed for plan in plans), "unchanged": unchanged}


def _touched(plan: Plan) -> set[Address]:
    """The managed resources that a plan changes; a deleted instance that is purged is none of them."""
    changes = [change for change in plan.changes if change.action.name != "PURGE"]
    return {address for change in changes for address in (change.address, *change.takes_along)}


def _change(change: Change, plan: Plan) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "id": change.address.arm_id(plan.scope),
        "instance": plan.scope.service,
        "resource_group": plan.scope.resource_group,
        "spec": plan.spec or None,
        "actions": list(change.action.verbs),
        "source": _mark(change.mark) if change.mark else None,
        "changes": [{"path": one.path, "before": one.before, "after": one.after} for one in change.properties],
        "because": change.because,
        "takes_along": [str(address) for address in change.takes_along],
    }


def _result(result: Result, report: Report) -> dict[str, Any]:
    return {
        **_change(result.change, report.plan),
        "outcome": result.outcome.value,
        "seconds": round(result.seconds, 3),
        "reason": result.because,
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"file": mark.file, "line": mark.line, "column": mark.column}
