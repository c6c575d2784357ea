"""What several commands do on their way: load, connect, plan, ask, carry out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Exit

from provision import spec as specs_
from provision.address import Address
from provision.cli.sinks import say
from provision.document import STDIN, Source, once
from provision.errors import Problem, ProvisionError, SpecError, UsageError
from provision.kinds import find
from provision.plan_file import is_plan
from provision.render import Verb
from provision.report import worst

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from provision.azure import Azure
    from provision.cli.output import Output
    from provision.cli.sinks import File
    from provision.cli.where import Where
    from provision.desired import Desired
    from provision.plan import Limits, Plan, Wishes
    from provision.plan_file import Saved
    from provision.spec import Spec
    from provision.teardown import Consent


@dataclass(frozen=True, slots=True)
class Job:
    """A plan, the instance it is for, and how to plan once more when a new instance is there."""

    plan: Plan
    azure: Azure
    again: Callable[[], Plan]
    source: tuple[Desired, Wishes] | None = None


def loaded(
    paths: Sequence[Path | Source],
    overlays: Sequence[Path] | None,
    tell: Callable[[str], object],
    fail: Callable[[ProvisionError, str], object],
) -> list[Spec]:
    """Every spec that is one; `tell` is told what there is to warn of, `fail` what is wrong, and with which."""
    given = inputs([*paths, *(overlays or ())])
    good: list[Spec] = []
    for path in given[: len(paths)]:
        if is_plan(path):
            raise UsageError(f"{path} is a saved plan: provision apply {path}")
        try:
            good.append(specs_.load(path, given[len(paths) :]))
        except ProvisionError as error:
            fail(error, str(path))
    for warning in dict.fromkeys(one for spec in good for one in spec.warnings):
        tell(_warning(warning))
    return good


def _warning(problem: Problem) -> str:
    return f"{problem.mark}: warning: {problem.said}"


def inputs(paths: Sequence[Path | Source]) -> list[Path | Source]:
    """The files that are named, those read already that can't be read twice. `-` is stdin."""
    if sum(path == STDIN for path in paths) > 1:
        raise UsageError("- is stdin, and there is one of it")
    return [once(path) if isinstance(path, Path) else path for path in paths]


def validated(paths: Sequence[Path], overlays: Sequence[Path] | None, *, strictly: bool = False) -> int:
    """Say of each spec whether it is one. The exit code of all; `strictly`: a warning is as bad as an error."""
    failed: list[ProvisionError] = []
    warnings: list[str] = []
    for spec in loaded(paths, overlays, warnings.append, lambda error, _: failed.append(error)):
        warnings += [_warning(one) for one in spec.unseen]
        sys.stdout.write(f"{spec.file}: valid, {sum(1 for _ in spec.nodes())} resources\n")
    sys.stdout.flush()
    say(sys.stderr, "".join(f"{one}\n" for one in (*warnings, *failed)))
    return worst(
        [*(error.exit_code for error in failed), *([ProvisionError.exit_code] if strictly and warnings else [])]
    )


def wanted(paths: Sequence[Path | Source], overlays: Sequence[Path] | None, to: Output) -> list[Desired]:
    """What every spec wants Azure to be. From here on its secrets are hidden."""
    from provision.desired import desired  # noqa: PLC0415
    from provision.sharing import side_by_side  # noqa: PLC0415

    to.several = len(paths) > 1
    specs = loaded(paths, overlays, to.note, to.fail)
    to.hide(value for spec in specs for value in spec.secrets.values())
    to.hide(one.value for spec in specs for one in spec.clear)
    every: list[Desired] = []
    for spec in specs:
        group, service = spec.data["resourceGroup"]["name"], spec.data["service"]["name"]
        try:
            every.append(desired(spec))
        except Exception as error:  # noqa: BLE001 - the others are looked at all the same
            to.fail(error, spec.file, group, service)
    good, bad = side_by_side(every)
    for one, problems in bad:
        to.fail(SpecError(list(problems)), one.file, one.group, one.service)
    found = list(reversed(good) if to.verb is Verb.DESTROY else good)
    if not found or (to.failed and to.verb in (Verb.APPLY, Verb.DESTROY)):  # nothing would be written: nothing is asked
        to.plans([])
        raise Exit(to.code())
    return found


def wishes(
    target: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    replace: Sequence[str] | None = None,
    restore: bool = False,
    purge_first: bool = False,
    delete_subscriptions: bool = False,
    limits: tuple[int | None, int] = (None, 30),
) -> Wishes:
    """The options that change a plan. Raises UsageError for what is no address. `limits`: deletions, percent."""
    from provision.plan import Limits, Wishes  # noqa: PLC0415

    if restore and purge_first:
        raise UsageError("--restore and --purge-first contradict each other")
    chosen, left, anew = (frozenset(_address(text) for text in texts or ()) for texts in (target, exclude, replace))
    bounds = Limits(limits[0], limits[1] / 100)
    return Wishes(chosen, left, anew, restore, purge_first, delete_subscriptions, bounds)


def with_secrets(
    wished: Wishes, rotate: Sequence[str] | None = None, *, verify: bool = False, quick: bool = False
) -> Wishes:
    """The same, and what is to become of secrets. Raises UsageError."""
    if verify and quick:
        raise UsageError("--quick and --verify-secrets contradict each other")
    for text in rotate or ():
        if "*" not in text:
            _address(text)
    return replace(wished, rotate=tuple(rotate or ()), verify_secrets=verify)


def _address(text: str) -> Address:
    address = Address(text.strip("/"))
    whole = len(address.text.split("/")) % 2 == 0 or address.text in ("service", "resourceGroup")
    if not whole or find(address.kind) is None:
        raise UsageError(
            f"{text} is no address: write one like apis/echo or apis/echo/operations/get, as plan shows it"
        )
    return address


def planned(
    every: Sequence[Desired],
    where: Where,
    wishes: Wishes,
    to: Output,
    *,
    read_only: bool = False,
    quick: bool = False,
    undeclared: bool = False,
) -> list[Job]:
    """A plan for each that can be planned. A command that writes first waits for an instance in transition."""
    from provision import workflow  # noqa: PLC0415

    def plan(desired: Desired) -> Job:
        asks = wishes.verify_secrets
        azure = where.connect(desired.group, desired.service, read_only=read_only, asks=asks)
        seen = None if read_only else workflow.settle(azure, to.waiting)
        found = workflow.plan(desired, azure, azure.scope, wishes, quick=quick, undeclared=undeclared, seen=seen)
        return Job(found, azure, _again(desired, azure, wishes), (desired, wishes))

    return _each(every, plan, to)


def _each(every: Sequence[Desired], plan: Callable[[Desired], Job], to: Output) -> list[Job]:
    """A job for each; one that fails hides nothing of the others."""
    jobs = []
    for desired in every:
        try:
            jobs.append(plan(desired))
        except Exception as error:  # noqa: BLE001 - a fault of ours, say: told for this spec
            to.fail(error, desired.file, desired.group, desired.service)
    return jobs


def _again(desired: Desired, azure: Azure, wishes: Wishes) -> Callable[[], Plan]:
    from provision import workflow  # noqa: PLC0415

    return partial(workflow.plan, desired, azure, azure.scope, wishes)


def planned_teardown(
    every: Sequence[Desired], where: Where, consent: Consent, max_delete: int | None, to: Output
) -> list[Job]:
    """The plan of the end for each."""
    from provision import workflow  # noqa: PLC0415
    from provision.plan import Limits  # noqa: PLC0415

    def plan(desired: Desired) -> Job:
        azure = where.connect(desired.group, desired.service)
        seen = workflow.settle(azure, to.waiting)
        found = workflow.plan_teardown(desired, azure, azure.scope, consent, seen=seen)
        return Job(replace(found, limits=Limits(max_delete, None)), azure, partial(_same, found))

    return _each(every, plan, to)


def _same(plan: Plan) -> Plan:
    return plan


def savable(every: Sequence[Desired]) -> None:
    """Raises SpecError for secrets that would stand in a saved plan in clear."""
    if problems := [problem for one in every for problem in one.unsaved]:
        raise SpecError(problems)


def blame(error: Exception, job: Job, to: Output) -> None:
    """Something failed for one job."""
    scope = job.plan.scope
    to.fail(error, job.plan.spec, scope.resource_group, scope.service)


def save(file: File, jobs: Sequence[Job], where: Where) -> None:
    """Write the plans to a file. Raises ProvisionError where that can't be."""
    from provision import plan_file, render  # noqa: PLC0415
    from provision.guards import reviewed  # noqa: PLC0415

    entries = [
        plan_file.Saved(reviewed(job.plan), _endpoint(where), job.source if job.plan.new_instance else None)
        for job in jobs
    ]
    if said := file.write(plan_file.dump(render.document([job.plan for job in jobs]), entries)):
        raise ProvisionError(said)


def saved(paths: Sequence[Path | Source], overlays: Sequence[Path] | None, wished: Wishes, to: Output) -> list[Saved]:
    """The plans of a saved plan, if that is what was given. From here on its secrets are hidden."""
    from provision import plan_file  # noqa: PLC0415

    if not any(is_plan(path) for path in paths):
        return []
    if len(paths) > 1 or overlays:
        raise UsageError("a saved plan is applied alone, without specs and overlays")
    usual = wishes()
    if replace(wished, limits=usual.limits) != usual:
        raise UsageError("a saved plan is applied as it is: options that change a plan go with plan --out")
    entries = plan_file.load(paths[0], os.environ)
    to.hide(value for entry in entries for value in entry.plan.secrets.values())
    return [_limited(entry, wished.limits, usual.limits) for entry in entries]


def _limited(entry: Saved, given: Limits, usual: Limits) -> Saved:
    from provision.guards import stricter  # noqa: PLC0415

    return replace(entry, plan=replace(entry.plan, limits=stricter(entry.plan.limits, given, usual)))


def resumed(entries: Sequence[Saved], where: Where, to: Output) -> list[Job]:
    """Saved plans, ready to go; those that Azure has moved on from since are failures. Raises UsageError."""
    from provision import workflow  # noqa: PLC0415

    jobs = []
    for entry in entries:
        scope, source = entry.plan.scope, entry.source
        if entry.endpoint != _endpoint(where) or scope.subscription != where.subscription:
            raise UsageError(
                f"the plan was made for {entry.endpoint}, subscription {scope.subscription}: give the same"
            )
        azure = where.connect(scope.resource_group, scope.service)
        again = _again(source[0], azure, source[1]) if source else partial(_same, entry.plan)
        job = Job(entry.plan, azure, again)
        try:
            workflow.refuse_stale(entry.plan, azure)
            jobs.append(job)
        except Exception as error:  # noqa: BLE001 - told for this plan
            blame(error, job, to)
    return jobs


def _endpoint(where: Where) -> str:
    """The embedded Azure of a command has another port each time."""
    return "local" if where.cloud.name == "local" else where.cloud.endpoint
