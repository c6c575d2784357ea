"""The only place that formats: plans, reports and errors as text for people and as data for programs.

Nothing is printed here, and secret values are masked before any format sees them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provision.errors import UsageError
from provision.render import data, github, junit, markdown, text
from provision.render.mask import Mask
from provision.render.progress import Progress
from provision.render.words import Verb
from provision.report import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provision.errors import ProvisionError
    from provision.plan import Plan
    from provision.report import Report

FORMATS: Final = ("text", "json", "markdown", "junit", "github")


def plans(
    plans: Sequence[Plan],
    format: str,  # noqa: A002 - its name
    verb: Verb,
    *,
    colour: bool = False,
    failed: Sequence[Failed] = (),
    secrets: Iterable[str] = (),
) -> str:
    """Write plans as text that ends with a newline, and beside them what could not be planned. Raises UsageError.

    `colour` is for the format text; `secrets` are values that must not be shown, beside those of the plans.
    """
    mask = _mask(plans, secrets)
    shown, wrong = [mask.plan(plan) for plan in plans], [mask.failure(one) for one in failed]
    match format:
        case "text":
            return text.plans(shown, verb, wrong, colour=colour)
        case "json":
            return data.dumped(data.plans(shown, wrong))
        case "markdown":
            return markdown.plans(shown, verb, wrong)
        case "junit":
            return junit.plans(shown, verb, wrong)
        case "github":
            return github.plans(shown, verb, wrong)
        case _:
            raise _unknown(format)


def reports(
    reports: Sequence[Report],
    format: str,  # noqa: A002
    verb: Verb,
    *,
    colour: bool = False,
    failed: Sequence[Failed] = (),
    secrets: Iterable[str] = (),
) -> str:
    """Write reports as text that ends with a newline, and beside them what could not be done. As `plans` does."""
    mask = _mask([report.plan for report in reports], secrets)
    shown, wrong = [mask.report(report) for report in reports], [mask.failure(one) for one in failed]
    match format:
        case "text":
            return text.reports(shown, verb, wrong, colour=colour)
        case "json":
            return data.dumped(data.reports(shown, wrong))
        case "markdown":
            return markdown.reports(shown, verb, wrong)
        case "junit":
            return junit.reports(shown, verb, wrong)
        case "github":
            return github.reports(shown, verb, wrong)
        case _:
            raise _unknown(format)


def failure(error: ProvisionError, format: str, *, secrets: Iterable[str] = ()) -> str:  # noqa: A002
    """Write an error as a report; `secrets` are the values that it must not show. Raises UsageError like plans."""
    return failures([Failed(error)], format, secrets=secrets)


def failures(failed: Sequence[Failed], format: str, *, secrets: Iterable[str] = ()) -> str:  # noqa: A002
    """Write errors as a report. Raises UsageError like plans."""
    mask = Mask(secrets)
    shown = [mask.failure(one) for one in failed]
    match format:
        case "text":
            return text.failures(shown)
        case "json":
            return data.dumped(data.failures(shown))
        case "markdown":
            return markdown.failures(shown)
        case "junit":
            return junit.failures(shown)
        case "github":
            return github.failures(shown)
        case _:
            raise _unknown(format)


def document(plans: Sequence[Plan]) -> dict[str, Any]:
    """Give what the format json says of plans, as data."""
    mask = _mask(plans)
    return data.plans([mask.plan(plan) for plan in plans])


def _mask(plans: Sequence[Plan], secrets: Iterable[str] = ()) -> Mask:
    """One mask for all: a secret of one spec may stand in another."""
    return Mask({*secrets, *(value for plan in plans for value in plan.secrets.values())})


def _unknown(format: str) -> UsageError:  # noqa: A002
    return UsageError(f"unknown format {format}: {', '.join(FORMATS)}")


__all__ = ["FORMATS", "Progress", "Verb", "document", "failure", "failures", "plans", "reports"]
