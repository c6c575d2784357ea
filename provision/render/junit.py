"""Plans and reports as JUnit XML, which every CI system shows as test results."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from provision.render import words
from provision.render.properties import listed
from provision.render.words import Verb, visible, visible_lines
from provision.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from provision.diff import Change
    from provision.errors import Mark
    from provision.plan import Plan
    from provision.render.mask import Failure
    from provision.report import Report, Result

_ERROR: Final = "error"  # it is not known, or couldn't be done; a failure is what is not as it should be
_FAILURE: Final = "failure"
_SKIPPED: Final = "skipped"
_GUARDS: Final = frozenset({"GuardError", "StalePlanError"})  # which look at what is known
_VERDICTS: Final = MappingProxyType(
    {
        Outcome.DONE: "",
        Outcome.FAILED: _FAILURE,
        Outcome.OVERWROTE: _FAILURE,
        Outcome.STALE: _FAILURE,
        Outcome.SKIPPED: _SKIPPED,
        Outcome.UNFINISHED: _SKIPPED,
    }
)


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case. `verdict` is the element that it holds; without one it passes."""

    name: str
    verdict: str = ""
    type: str = ""
    message: str = ""
    body: str = ""
    seconds: float = 0.0
    mark: Mark | None = None


def plans(plans: Sequence[Plan], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write a suite for each plan: a resource that is not as declared fails, and everything else passes as one case.

    What would keep `apply` from mending it is an error; what makes it doubtful, a case that was skipped.
    """
    return _dumped(
        [*((plan.title or plan.scope.service, [*_cases(plan, verb)]) for plan in plans), *map(_failure, failed)]
    )


def _cases(plan: Plan, verb: Verb) -> Iterator[_Case]:
    yield from (_Case("instance", _SKIPPED, message=one) for one in plan.caveats)
    yield from (_planned(change, verb) for change in plan.changes)
    told = words.UNDECLARED
    yield from (_Case(str(one), _FAILURE, "undeclared", told, told) for one in plan.undeclared or ())
    yield from (_Case("apply", _ERROR, "PlanError", one, one) for one in words.hindrances(plan, verb))
    rest = {Verb.DESTROY: "nothing else to delete", Verb.COMPARE: "everything else is the same"}
    yield _Case(rest.get(verb, "everything else as declared"))


def reports(reports: Sequence[Report], verb: Verb, failed: Sequence[Failure] = ()) -> str:
    """Write a suite for each report: what was done passes."""
    suites = [
        (
            report.plan.scope.service,
            [*(_ended(result) for result in report.results), *_stopped(report)] or [_Case(words.nothing(verb))],
        )
        for report in reports
    ]
    return _dumped([*suites, *map(_failure, failed)])


def failures(failed: Sequence[Failure]) -> str:
    """Write a suite of one test case for each error."""
    return _dumped(map(_failure, failed))


def _failure(failed: Failure) -> tuple[str, list[_Case]]:
    first = failed.message.partition("\n")[0]
    mark = failed.problems[0].mark if failed.problems else None
    verdict = _FAILURE if failed.kind in _GUARDS else _ERROR
    case = _Case(failed.kind, verdict, failed.kind, first, failed.message, mark=mark)
    return words.place(failed) or "provision", [case]


def _planned(change: Change, verb: Verb) -> _Case:
    along = [f"with it: {address}" for address in change.takes_along]
    body = "\n".join([*listed(change), *along])
    name, message = str(change.address), words.headline(change, verb)
    return _Case(name, _FAILURE, change.action.name.lower(), message, body, mark=change.mark)


def _ended(result: Result) -> _Case:
    change, outcome = result.change, result.outcome
    message = "" if outcome is Outcome.DONE else f"{words.doing(change)} {outcome.value}: {result.because}"
    verdict = _VERDICTS[outcome]
    body = result.because if verdict == _FAILURE else ""
    return _Case(str(change.address), verdict, outcome.value, message, body, result.seconds, change.mark)


def _stopped(report: Report) -> list[_Case]:
    return [_Case("guard", _FAILURE, "GuardError", report.stopped, report.stopped)] if report.stopped else []


def _dumped(suites: Iterable[tuple[str, Sequence[_Case]]]) -> str:
    root = ET.Element("testsuites")
    every: list[_Case] = []
    for name, cases in suites:
        suite = ET.SubElement(root, "testsuite", {"name": visible(name), **_counts(cases)})
        for case in cases:
            _add(suite, visible(name), case)
        every += cases
    root.attrib.update({"name": "provision", **_counts(every)})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    verdicts = [case.verdict for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(verdicts.count(_FAILURE)),
        "errors": str(verdicts.count(_ERROR)),
        "skipped": str(verdicts.count(_SKIPPED)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _add(suite: ET.Element, classname: str, case: _Case) -> None:
    attributes = {"classname": classname, "name": visible(case.name), "time": f"{case.seconds:.3f}"}
    if case.mark:
        attributes["file"] = visible(case.mark.file)
    if case.mark and case.mark.line:
        attributes["line"] = str(case.mark.line)
    element = ET.SubElement(suite, "testcase", attributes)
    if case.verdict:
        message = " ".join(visible_lines(case.message))
        details = {"message": message} if case.verdict == _SKIPPED else {"message": message, "type": case.type}
        ET.SubElement(element, case.verdict, details).text = "\n".join(visible_lines(case.body)) or None
