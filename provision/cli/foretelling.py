"""What commands that only look say of a later `apply`: what would stop it, and what it could not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.cli.steps import blame
from provision.errors import GuardError, PlanError, ProvisionError, listed
from provision.guards import foreseen, guard, possible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.cli.output import Output
    from provision.cli.steps import Job


def say_guards(jobs: Sequence[Job], to: Output) -> bool:
    """Say which limit would stop `apply`, and whether one would; what stops it whatever the limits is a failure."""
    stopped = False
    for job in jobs:
        try:
            possible(job.plan)
        except ProvisionError as error:
            blame(error, job, to)
            continue
        try:
            guard(job.plan)
        except GuardError as error:
            stopped = True
            to.note(f"apply would stop: {error}")
        if said := foreseen(job.plan):
            to.note(f"apply would stop on its way: {said}")
    return stopped


def say_unfounded(jobs: Sequence[Job], to: Output) -> None:
    """A reference to what isn't there is an error as in `plan` where nothing differs; drift is drift all the same."""
    for job in jobs:
        if job.plan.obstacles and not job.plan.changes:
            blame(PlanError(listed(job.plan.obstacles)), job, to)
