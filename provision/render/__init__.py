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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provision.errors import ProvisionError
    from provision.plan import Plan
    from provision.report import Report

FORMATS: Final = ("text", "json", "markdown", "junit", "github")


def plans(plans: Sequence[Plan], format: str, verb: Verb, *, colour: bool = False) -> str:  # noqa: A002 - its name
    """Write plans as text that ends with a newline; `colour` is for the format text. Raises UsageError."""
    shown = _shown(plans)
    match format:
        case "text":
            return text.plans(shown, verb, colour=colour)
        case "json":
            return data.dumped(data.plans(shown))
        case "markdown":
            return markdown.plans(shown, verb)
        case "junit":
            return junit.plans(shown, verb)
        case "github":
            return github.plans(shown, verb)
        case _:
            raise _unknown(format)


def reports(reports: Sequence[Report], format: str, verb: Verb, *, colour: bool = False) -> str:  # noqa: A002
    """Write reports as text that ends with a newline; `colour` is for the format text. Raises UsageError like plans."""
    mask = _mask([report.plan for report in reports])
    shown = [mask.report(report) for report in reports]
    match format:
        case "text":
            return text.reports(shown, verb, colour=colour)
        case "json":
            return data.dumped(data.reports(shown))
        case "markdown":
            return markdown.reports(shown, verb)
        case "junit":
            return junit.reports(shown, verb)
        case "github":
            return github.reports(shown, verb)
        case _:
            raise _unknown(format)


def failure(error: ProvisionError, format: str, *, secrets: Iterable[str] = ()) -> str:  # noqa: A002
    """Write an error as a report; `secrets` are the values that it must not show. Raises UsageError like plans."""
    shown = Mask(secrets).failure(error)
    match format:
        case "text":
            return text.failure(shown)
        case "json":
            return data.dumped(data.failure(shown))
        case "markdown":
            return markdown.failure(shown)
        case "junit":
            return junit.failure(shown)
        case "github":
            return github.failure(shown)
        case _:
            raise _unknown(format)


def document(plans: Sequence[Plan]) -> dict[str, Any]:
    """Give what the format json says of plans, as data."""
    return data.plans(_shown(plans))


def _shown(plans: Sequence[Plan]) -> list[Plan]:
    mask = _mask(plans)
    return [mask.plan(plan) for plan in plans]


def _mask(plans: Sequence[Plan]) -> Mask:
    """One mask for all: a secret of one spec may stand in another."""
    return Mask(value for plan in plans for value in plan.secrets.values())


def _unknown(format: str) -> UsageError:  # noqa: A002
    return UsageError(f"unknown format {format}: {', '.join(FORMATS)}")


__all__ = ["FORMATS", "Progress", "Verb", "document", "failure", "plans", "reports"]
