"""The words and numbers that every format shares: verbs, tallies, durations, and what makes any text safe to show."""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provision.diff import Change
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.report import Report, Result
    from provision.resource import LeftAlone

RESTORED: Final = (
    "Azure restores an instance as it was when it was deleted, so what differs is planned again once it is back."
)
NEW_INSTANCE: Final = (
    "Azure fills a new instance with objects of its own (Echo API, Starter, Unlimited, groups), "
    "so everything inside it is planned again once it exists."
)
POSSIBLE: Final = "In the new instance, if Azure makes it"
UNFINISHED: Final = "Azure may go on with what is unfinished; the next run takes it up from there."
SEPARATOR: Final = " · "

_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # control characters: terminals obey them, XML forbids most
    "\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # they reorder or break what is shown
    r"\ud800-\udfff\ufffe\uffff]"  # no encoding or XML takes these
)
_PARTICIPLES: Final = MappingProxyType(
    {
        "CREATE": ("creating", "created"),
        "UPDATE": ("updating", "updated"),
        "DELETE": ("deleting", "deleted"),
        "REPLACE": ("replacing", "replaced"),
        "RESTORE": ("restoring", "restored"),
        "PURGE": ("purging", "purged"),
    }
)
_NO_REMARKS: Final[Mapping[str, str]] = MappingProxyType({})
_DRIFTED: Final = MappingProxyType(
    {
        "UPDATE": "changed",
        "REPLACE": "changed",
        "DELETE": "undeclared",
        "PURGE": "undeclared",
        "CREATE": "missing",
        "RESTORE": "missing",
    }
)
_DIFFERENT: Final = MappingProxyType(
    {
        "UPDATE": "changed",
        "REPLACE": "changed",
        "DELETE": "only in the first",
        "PURGE": "only in the first",
        "CREATE": "only in the second",
        "RESTORE": "only in the second",
    }
)


class Verb(Enum):
    """What the user asked for."""

    PLAN = "plan"
    DRIFT = "drift"
    APPLY = "apply"
    DESTROY = "destroy"
    COMPARE = "compare"


def visible(text: str, *, keep: str = "") -> str:
    """Escape every character that a terminal obeys or an encoding refuses; what comes back is one line."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in keep else _escaped(ord(match[0])), text)


def visible_lines(text: str) -> list[str]:
    """Split a message or a policy into lines that are safe to show; tabs stay."""
    return [visible(line, keep="\t") for line in text.split("\n")]


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - two hexadecimal digits


def title(plan: Plan) -> str:
    """Name the instance that a plan is about, or what it compares."""
    return (
        visible(plan.title)
        if plan.title
        else visible(f"{plan.scope.service} in resource group {plan.scope.resource_group}")
    )


def place(failed: Failure) -> str:
    """Name the spec, or the instance, that an error is about; empty where it is about neither."""
    return visible(failed.spec or failed.service)


_NOTHING: Final = MappingProxyType(
    {Verb.DRIFT: "no drift", Verb.DESTROY: "nothing to delete", Verb.COMPARE: "no difference"}
)


def nothing(verb: Verb) -> str:
    """Say that there is no change."""
    return _NOTHING.get(verb, "no change")


def tally(plan: Plan, verb: Verb) -> str:
    """Close a plan: `Plan: 1 to create, 2 to update`, and a full stop."""
    if not plan.differs:
        return f"{verb.value.capitalize()}: {nothing(verb)}."
    if verb is Verb.DRIFT:
        found = Counter(_DRIFTED[change.action.name] for change in plan.changes)
        found["undeclared"] += len(plan.undeclared or ())
        return f"Drift: {_counted(found, ('changed', 'undeclared', 'missing'), _along(plan, 'undeclared'))}."
    if verb is Verb.COMPARE:
        found = Counter(_DIFFERENT[change.action.name] for change in plan.changes)
        first, second, changed = _DIFFERENT["DELETE"], _DIFFERENT["CREATE"], _DIFFERENT["UPDATE"]
        return f"Difference: {_counted(found, (changed, first, second), _along(plan, first))}."
    totals = Counter(f"to {change.action.name.lower()}" for change in plan.changes)
    order = [f"to {name.lower()}" for name in _PARTICIPLES]
    return f"Plan: {_counted(totals, order, _along(plan, 'to delete'))}."


def _along(plan: Plan, word: str) -> dict[str, str]:
    """Say after `word` how much the deletions take along."""
    along = {address for change in plan.changes for address in change.takes_along}
    return {word: f" ({len(along)} more with it)"} if along else {}


def outcome_tally(report: Report, verb: Verb) -> str:
    """Close a report: `Done: 12 created.`, or how much of it was done."""
    planned, done = len(report.results), report.totals.get(Outcome.DONE, 0)
    if done == planned and not report.interrupted:
        totals = Counter(_PARTICIPLES[result.change.action.name][1] for result in report.results)
        words = _counted(totals, [past for _, past in _PARTICIPLES.values()])
        return f"Done: {words or nothing(verb)}."
    rest = {outcome.value: count for outcome, count in report.totals.items() if outcome is not Outcome.DONE}
    words = _counted(rest, [outcome.value for outcome in Outcome])
    start = "Partly done" if done else "Nothing done"
    if report.interrupted or report.stopped:
        start = "Stopped" if report.stopped else "Interrupted"
    return f"{start}: {done} of {planned} done{', ' if words else ''}{words}."


def _counted(totals: Mapping[str, int], order: Iterable[str], remarks: Mapping[str, str] = _NO_REMARKS) -> str:
    return ", ".join(f"{totals[word]} {word}{remarks.get(word, '')}" for word in order if totals.get(word))


def doing(change: Change) -> str:
    """Name the action while it goes on: `creating`."""
    return _PARTICIPLES[change.action.name][0]


def headline(change: Change, verb: Verb) -> str:
    """Say what is wrong with one resource, and which of its properties: `changed: displayName, value`."""
    name = change.action.name
    state = "missing in Azure" if _DRIFTED[name] == "missing" else _DRIFTED[name]
    start = state if verb is Verb.DRIFT else f"to {name.lower()}"
    start = _DIFFERENT.get(name, start) if verb is Verb.COMPARE else start
    paths = ", ".join(visible(one.path) for one in change.properties) if name in ("UPDATE", "REPLACE") else ""
    return f"{start}: {paths}" if paths else start


UNDECLARED: Final = "undeclared: no spec has it, and apply leaves it alone"


def origin(change: Change) -> str:
    """Say where a change comes from: its place in the spec, or why it is there."""
    place = visible(str(change.mark)) if change.mark else ""
    because = visible(change.because)
    return f"{place} ({because})" if place and because else place or because


def possibly(change: Change) -> str:
    """Say what would become of something that Azure may make: `deleted`, `updated, not created`."""
    past = _PARTICIPLES[change.action.name][1]
    return past if change.action.name == "DELETE" else f"{past}, not created"


def hindrances(plan: Plan, verb: Verb) -> list[str]:
    """Say why `apply` would fail on what drifted; where a plan is what was asked for, that is an error of its own."""
    shown = plan.obstacles if verb is Verb.DRIFT and plan.changes else ()
    return [f"apply would fail: {one}" for one in shown]


def notes(plan: Plan) -> list[str]:
    """Collect what a plan has to say beside its changes."""
    restored = any(change.action.name == "RESTORE" for change in plan.changes)
    return [*plan.notes, *([RESTORED if restored else NEW_INSTANCE] if plan.new_instance else [])]


def report_notes(report: Report) -> list[str]:
    """Collect what a report has to say beside its results."""
    return [*report.plan.caveats, *report.plan.notes, *([UNFINISHED] if report.totals.get(Outcome.UNFINISHED) else [])]


def by_reason(left_alone: Iterable[LeftAlone]) -> dict[str, list[str]]:
    """Group what is left alone: the reason, and the addresses."""
    groups: dict[str, list[str]] = {}
    for one in left_alone:
        count = f"{one.count} in " if one.count else ""
        groups.setdefault(visible(one.reason), []).append(f"{count}{visible(str(one.address))}")
    return groups


def took(result: Result) -> str:
    """Say how long a result took; empty for a change that was never sent."""
    return "" if result.outcome is Outcome.SKIPPED else duration(result.seconds)


def duration(seconds: float) -> str:
    """Write seconds as `0.4s`, `12s`, `2m30s`, `1h05m`."""
    if seconds < 9.95:  # noqa: PLR2004 - from here on it would round to 10.0
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes_left:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
