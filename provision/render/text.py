"""Plans and reports for people at a terminal."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.render import words
from provision.render.properties import listed
from provision.render.words import Verb, visible, visible_lines
from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from provision.diff import Change
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.report import Report, Result
    from provision.resource import LeftAlone

_WIDTH: Final = 200  # longest value that is shown whole
_NAMES: Final = 10  # so many addresses per reason of being left alone
_COLUMN: Final = 72  # longest address that widens the column
_COLOURS: Final = MappingProxyType({"+": 32, "^": 32, "~": 33, "-": 31, "±": 31, "x": 31})


def plans(plans: Sequence[Plan], verb: Verb, failed: Sequence[Failure] = (), *, colour: bool) -> str:
    """Write one block for each plan, and each error."""
    return "\n".join([*(_joined(_plan(plan, verb, colour=colour)) for plan in plans), *_wrong(failed)])


def reports(reports: Sequence[Report], verb: Verb, failed: Sequence[Failure] = (), *, colour: bool) -> str:
    """Write one block for each report, and each error."""
    return "\n".join([*(_joined(_report(report, verb, colour=colour)) for report in reports), *_wrong(failed)])


def failures(failed: Sequence[Failure]) -> str:
    """Write the messages."""
    return "".join(_wrong(failed))


def _wrong(failed: Sequence[Failure]) -> Iterator[str]:
    for one in failed:
        named = not one.spec or one.problems or one.message.startswith(f"{one.spec}:")
        yield _joined(visible_lines(one.message if named else f"{one.spec}: {one.message}"))


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _plan(plan: Plan, verb: Verb, *, colour: bool) -> Iterator[str]:
    yield from _noted("Caution", plan.caveats)
    if plan.differs:
        yield words.title(plan) + (": drift (Azure -> spec)" if verb is Verb.DRIFT else "")
        yield ""
        column = _column(plan.changes)
        for change in plan.changes:
            yield (_head(change, column, colour=colour) + words.origin(change)).rstrip()
            yield from (f"      {line}" for line in listed(change, _WIDTH))
            if change.takes_along:
                yield f"      with it: {', '.join(visible(str(one)) for one in change.takes_along)}"
        yield from (f"  ? {visible(str(one))}  undeclared" for one in plan.undeclared or ())
        yield ""
        yield words.tally(plan, verb)
    else:
        yield f"{words.title(plan)}: {words.nothing(verb)}."
    if plan.possible:
        yield f"{words.POSSIBLE}:"
        column = _column(plan.possible)
        yield from ((_head(one, column, colour=colour) + words.possibly(one)).rstrip() for one in plan.possible)
    yield from _remarks(plan.left_alone, [*words.hindrances(plan, verb), *words.notes(plan)])


def _report(report: Report, verb: Verb, *, colour: bool) -> Iterator[str]:
    if report.results:
        yield words.title(report.plan)
        yield ""
        column = _column([result.change for result in report.results])
        for result in report.results:
            outcome = f"{result.outcome.value}  {words.took(result)}".rstrip()
            yield _head(result.change, column, colour=colour) + outcome
            yield from _reason(result)
        yield ""
        yield words.outcome_tally(report, verb)
    else:
        yield f"{words.title(report.plan)}: {words.nothing(verb)}."
    if report.stopped:
        first, *more = visible_lines(report.stopped)
        yield f"Stopped: {first}"
        yield from (f"      {line}" for line in more)
    yield from _remarks(report.plan.left_alone, words.report_notes(report))


def _reason(result: Result) -> Iterator[str]:
    if result.outcome is not Outcome.DONE and result.because:
        yield from (f"      {line}" for line in visible_lines(result.because))


def _column(changes: Sequence[Change]) -> int:
    lengths = [len(visible(str(change.address))) for change in changes]
    return max([length for length in lengths if length <= _COLUMN], default=_COLUMN)


def _head(change: Change, column: int, *, colour: bool) -> str:
    sign, address = change.action.value, visible(str(change.address))
    padding = " " * max(column - len(address), 0)
    shown = f"{sign} {address}"
    if colour:
        shown = f"\x1b[{_COLOURS[sign]}m{shown}\x1b[0m"
    return f"  {shown}{padding}  "


def _remarks(left_alone: Iterable[LeftAlone], notes: Iterable[str]) -> Iterator[str]:
    for reason, names in words.by_reason(left_alone).items():
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"Left alone: {', '.join(names[:_NAMES])}{more} ({reason})"
    yield from _noted("Note", notes)


def _noted(word: str, notes: Iterable[str]) -> Iterator[str]:
    for note in notes:
        first, *rest = visible_lines(note)
        yield f"{word}: {first}"
        yield from (f"      {line}" for line in rest)
