"""Carrying plans out: guard all of them, ask once, apply one after another, and tell what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision import workflow
from provision.cli.steps import blame
from provision.errors import ProvisionError
from provision.guards import agree, feasible, guard
from provision.report import Outcome, Report, Result, worst
from provision.stop import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.cli.output import Output
    from provision.cli.steps import Job

_NOT_ALONE = "nothing is done, since another spec failed"


def carried_out(jobs: Sequence[Job], to: Output, *, yes: bool) -> int:
    """Guard, ask, apply, report. The exit code of the whole."""
    if not to.failed and not any(job.plan.changes for job in jobs):
        to.confirm([job.plan for job in jobs], yes=yes)
        to.plans([job.plan for job in jobs])
        return to.code()
    if jobs:
        to.preview([job.plan for job in jobs])
    good = [job for job in jobs if _passes(job, to)]
    if to.failed:
        _refuse(good, to)
        return to.code()
    to.confirm([job.plan for job in jobs], yes=yes)
    to.interrupts.count()
    reports = [report for job in jobs if (report := _carried_out(job, to))]
    code = _code(reports, to)
    to.reports(reports, code)
    return to.code(code)


def _passes(job: Job, to: Output) -> bool:
    """Whether a plan may be carried out. All are looked at before the first one is."""
    try:
        feasible(job.plan)
        guard(job.plan)
    except ProvisionError as error:
        blame(error, job, to)
        return False
    return True


def _refuse(good: Sequence[Job], to: Output) -> None:
    """Nothing is written where one of several fails before; what would have been done elsewhere is told."""
    reports = [
        Report(job.plan, tuple(Result(change, Outcome.SKIPPED, _NOT_ALONE) for change in job.plan.changes))
        for job in good
    ]
    to.reports(reports, to.code())


def _carried_out(job: Job, to: Output) -> Report | None:
    if to.interrupts.asked:
        skipped = tuple(Result(change, Outcome.SKIPPED, INTERRUPTED) for change in job.plan.changes)
        return Report(job.plan, skipped, interrupted=bool(skipped))
    try:
        return workflow.carry_out(agree(job.plan), job.azure, again=job.again, tell=to.progress, stop=to.interrupts)
    except Exception as error:  # noqa: BLE001 - what was done elsewhere is told all the same
        blame(error, job, to)
        return None


def _code(reports: Sequence[Report], to: Output) -> int:
    """Nothing but an interruption before the first write is one that changed nothing."""
    code = worst([*(report.exit_code for report in reports), *(one.error.exit_code for one in to.failed)])
    interrupted = any(report.exit_code == 130 for report in reports)  # noqa: PLR2004 - see Report
    if interrupted and any(report.wrote for report in reports):
        return worst([3, *(report.exit_code for report in reports if report.exit_code != 130)])  # noqa: PLR2004
    return code
