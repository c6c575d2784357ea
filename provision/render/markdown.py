"""Plans and reports as GitHub Markdown, for comments on pull requests and summaries of jobs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provision.errors import more_than_told
from provision.render import words
from provision.render.properties import diffed
from provision.render.words import Verb, visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from provision.diff import Change
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.report import Report
    from provision.resource import LeftAlone

_SPECIAL: Final = re.compile(r"[&<>|\\`*_\[\]~#]")


def plans(plans: Sequence[Plan], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write one section for each plan, and each error."""
    return "\n".join([*(_joined(_plan(plan, verb)) for plan in plans), *map(_failure, failed)])


def reports(reports: Sequence[Report], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write one section for each report, and each error."""
    return "\n".join([*(_joined(_report(report, verb)) for report in reports), *map(_failure, failed)])


def failures(failed: Sequence[Failure]) -> str:
    """Write a heading for each error, and every problem or the message."""
    return "\n".join(map(_failure, failed))


def _failure(failed: Failure) -> str:
    items = [*map(str, failed.problems), *more_than_told(failed.more)] or [failed.message]
    where = words.place(failed)
    of = f" ({escaped(where)})" if where else ""
    return _joined([f"## Failed: {failed.kind}{of}", "", *(f"- {escaped(item)}" for item in items)])


def escaped(text: str) -> str:
    """Make text nothing but text, in a cell, a heading or a list: with entities, which work inside tables too."""
    lines = (_SPECIAL.sub(lambda match: f"&#{ord(match[0])};", line) for line in visible_lines(text))
    return "<br>".join(line.replace("\t", " ") for line in lines)


def fenced(lines: Iterable[str]) -> list[str]:
    """Put a diff into a fence that nothing inside it can close."""
    content = list(lines)
    longest = max((len(run) for line in content for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}diff", *content, fence]


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _plan(plan: Plan, verb: Verb) -> Iterator[str]:
    yield from _start(plan, verb, words.tally(plan, verb))
    if plan.changes:
        yield from ("", "| | Resource | Where |", "|---|---|---|")
        for change in plan.changes:
            yield _row(f"`{change.action.value}`", escaped(str(change.address)), escaped(words.origin(change)))
    if plan.undeclared:
        yield from ("", "Undeclared:", "", *(f"- {escaped(str(one))}" for one in plan.undeclared))
    if plan.possible:
        yield from ("", f"{words.POSSIBLE}:", "", "| | Resource | |", "|---|---|---|")
        for change in plan.possible:
            yield _row(f"`{change.action.value}`", escaped(str(change.address)), words.possibly(change))
    yield from _details(plan.changes, "Azure -> spec" if verb is Verb.DRIFT else "")
    yield from _remarks(plan.left_alone, [*words.hindrances(plan, verb), *words.notes(plan)])


def _report(report: Report, verb: Verb) -> Iterator[str]:
    yield from _start(replace(report.plan, caveats=()), verb, words.outcome_tally(report, verb))
    if report.results:
        yield from ("", "| | Resource | Outcome | Time | Reason |", "|---|---|---|---|---|")
        for result in report.results:
            change, outcome = result.change, result.outcome.value
            name, reason = escaped(str(change.address)), escaped(result.because)
            yield _row(f"`{change.action.value}`", name, outcome, words.took(result), reason)
    if report.stopped:
        yield from ("", f"Stopped: {escaped(report.stopped)}")
    yield from _details([result.change for result in report.results], "")
    yield from _remarks(report.plan.left_alone, words.report_notes(report))


def _start(plan: Plan, verb: Verb, tally: str) -> tuple[str, ...]:
    caveats = (line for caveat in plan.caveats for line in ("", f"Caution: {escaped(caveat)}"))
    return (f"## {verb.value.capitalize()}: {escaped(words.title(plan))}", *caveats, "", tally)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _details(changes: Sequence[Change], direction: str) -> Iterator[str]:
    shown = [change for change in changes if change.properties or change.takes_along]
    if shown:
        heading = f"Properties ({escaped(direction)})" if direction else "Properties"
        yield from ("", f"<details><summary>{heading}</summary>")
        for change in shown:
            yield from ("", f"**{escaped(str(change.address))}**", "", *fenced([*diffed(change), *_along(change)]))
        yield from ("", "</details>")


def _along(change: Change) -> list[str]:
    return [f"- with it: {visible(str(address))}" for address in change.takes_along]


def _remarks(left_alone: Sequence[LeftAlone], notes: Sequence[str]) -> Iterator[str]:
    if left_alone:
        yield from ("", f"<details><summary>Left alone: {len(left_alone)}</summary>", "")
        for reason, names in words.by_reason(left_alone).items():
            yield f"- {escaped(reason)}: {', '.join(escaped(name) for name in names)}"
        yield from ("", "</details>")
    for note in notes:
        yield from ("", f"Note: {escaped(note)}")
