"""Plans and reports as annotations of GitHub Actions: workflow commands on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.errors import more_than_told
from provision.render import words
from provision.render.properties import listed
from provision.render.words import visible, visible_lines
from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provision.errors import Mark
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.render.words import Verb
    from provision.report import Report


def plans(plans: Sequence[Plan], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write a warning for each change, a notice for each plan, and an error for each that there is none of."""
    return "".join(line for plan in plans for line in _plan(plan, verb)) + failures(failed)


def reports(reports: Sequence[Report], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write an error for each change that failed, a warning for each that was not done, a notice for each report."""
    return "".join(line for report in reports for line in _report(report, verb)) + failures(failed)


def failures(failed: Sequence[Failure]) -> str:
    """Write an error for each problem, or for the message."""
    return "".join(line for one in failed for line in _failure(one))


def _failure(failed: Failure) -> Iterator[str]:
    found = [(words.SEPARATOR.join(filter(None, (one.what, one.why, one.fix))), one.mark) for one in failed.problems]
    place = words.place(failed)
    if not found:
        yield _command("error", f"{failed.kind}{place and f' ({place})'}", failed.message)
    for text, mark in found:
        yield _command("error", failed.kind, text, mark)
    if found:
        yield from (_command("error", failed.kind, line) for line in more_than_told(failed.more))


def _plan(plan: Plan, verb: Verb) -> Iterator[str]:
    yield from (_command("warning", words.title(plan), caveat) for caveat in plan.caveats)
    for change in plan.changes:
        along = [f"with it: {address}" for address in change.takes_along]
        message = "\n".join([words.headline(change, verb), *listed(change), *along])
        yield _command("warning", str(change.address), message, change.mark)
    yield from (_command("warning", str(one), words.UNDECLARED) for one in plan.undeclared or ())
    for change in plan.possible:
        message = f"{words.possibly(change)}, if Azure makes it in the new instance"
        yield _command("notice", str(change.address), message, change.mark)
    yield from (_command("error", words.title(plan), one) for one in words.hindrances(plan, verb))
    yield _command("notice", words.title(plan), words.tally(plan, verb))


def _report(report: Report, verb: Verb) -> Iterator[str]:
    for result in report.results:
        if result.outcome is not Outcome.DONE:
            level = "error" if result.outcome in (Outcome.FAILED, Outcome.OVERWROTE, Outcome.STALE) else "warning"
            message = f"{words.doing(result.change)} {result.outcome.value}: {result.because}"
            yield _command(level, str(result.change.address), message, result.change.mark)
    if report.stopped:
        yield _command("error", words.title(report.plan), report.stopped)
    yield _command("notice", words.title(report.plan), words.outcome_tally(report, verb))


def _command(level: str, title: str, message: str, mark: Mark | None = None) -> str:
    """Write one command. Source of the escapes: `@actions/core`, packages/core/src/command.ts."""
    where = {"file": mark.file, "line": mark.line, "col": mark.column} if mark else {}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in {**where, "title": title}.items() if value)
    return f"::{level} {properties}::{_data(message)}\n"


def _data(text: str) -> str:
    return "%0A".join(line.replace("%", "%25") for line in visible_lines(text))


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
