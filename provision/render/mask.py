"""Secret values are taken out of plans, reports and errors here, before any format sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from provision.errors import Mark, Problem, SpecError
from provision.secrecy import OTHER, SECRET, Veil

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provision.address import Address
    from provision.comparison import PropertyChange
    from provision.diff import Change
    from provision.plan import Plan
    from provision.report import Failed, Report, Result


# An attribute's value, or what stands outside of tags.
_VALUES: Final = re.compile(r"""(?P<quote>["'])(?:(?!(?P=quote)).)*(?P=quote)|(?P<text>(?:(?<=>)|^)[^<>"']+(?=<|$))""")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as formats show it."""

    kind: str
    message: str
    problems: tuple[Problem, ...]
    more: int = 0  # problems beside those
    spec: str = ""
    resource_group: str = ""
    service: str = ""


class Mask:
    """Replaces every secret value in anything that has text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._veil = Veil(dict.fromkeys(secrets, SECRET))

    def text(self, plain: str) -> str:
        """Mask text."""
        return self._veil.text(plain)

    def name(self, plain: str) -> str:
        """Mask a name or a path, which nobody cuts."""
        return self._veil.text(plain, cut=False)

    def data(self, value: Any) -> Any:
        """Mask JSON data, its keys and numbers too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.name(str(key)): self.data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = self.text(str(value))
            return shown if shown != str(value) else value
        return value

    def plan(self, plan: Plan) -> Plan:
        """Make the plan what may be shown: without secrets, bodies, ETags and edges."""
        scope = replace(
            plan.scope,
            subscription=self.name(plan.scope.subscription),
            resource_group=self.name(plan.scope.resource_group),
            service=self.name(plan.scope.service),
        )
        return replace(
            plan,
            scope=scope,
            changes=tuple(self.change(change) for change in plan.changes),
            possible=tuple(self.change(change) for change in plan.possible),
            edges={},
            left_alone=tuple(
                replace(one, address=self._address(one.address), reason=self.text(one.reason))
                for one in plan.left_alone
            ),
            undeclared=None if plan.undeclared is None else tuple(map(self._address, plan.undeclared)),
            caveats=tuple(map(self.text, plan.caveats)),
            notes=tuple(map(self.text, plan.notes)),
            obstacles=tuple(map(self.text, plan.obstacles)),
            secrets={},
            spec=self.name(plan.spec),
            title=self.name(plan.title),
        )

    def report(self, report: Report) -> Report:
        """Make the report what may be shown."""
        results = tuple(self._result(result) for result in report.results)
        return replace(report, plan=self.plan(report.plan), results=results, stopped=self.text(report.stopped))

    def change(self, change: Change) -> Change:
        """Make the change what may be shown."""
        return replace(
            change,
            address=self._address(change.address),
            properties=tuple(self._property(one) for one in change.properties),
            body=None,
            etag="",
            mark=self._mark(change.mark) if change.mark else None,
            because=self.text(change.because),
            takes_along=tuple(self._address(one) for one in change.takes_along),
        )

    def failure(self, failed: Failed) -> Failure:
        """Make of an error what may be shown."""
        error = failed.error
        problems, more = (error.problems, error.more) if isinstance(error, SpecError) else ((), 0)
        return Failure(
            type(error).__name__,
            self.text(str(error)),
            tuple(self._problem(one) for one in problems),
            more,
            self.text(failed.spec),
            self.text(failed.resource_group),
            self.text(failed.service),
        )

    def _result(self, result: Result) -> Result:
        return replace(result, change=self.change(result.change), because=self.text(result.because))

    def _problem(self, one: Problem) -> Problem:
        return Problem(self._mark(one.mark), self.text(one.what), self.text(one.why), self.text(one.fix))

    def _address(self, address: Address) -> Address:
        return replace(address, text=self.name(address.text))

    def _mark(self, mark: Mark) -> Mark:
        return replace(mark, file=self.name(mark.file))

    def _property(self, one: PropertyChange) -> PropertyChange:
        after = self.data(one.after)
        return replace(one, path=self.name(one.path), before=_older(self.data(one.before), after), after=after)


def _older(before: Any, after: Any) -> Any:
    """Mask what Azure has where the spec has a secret: most likely the one before it."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _older(value, after.get(key)) for key, value in before.items()}
    if isinstance(before, list) and isinstance(after, list):
        return [_older(value, after[at] if at < len(after) else None) for at, value in enumerate(before)]
    if not isinstance(after, str) or SECRET not in after or before is None or before == after:
        return before
    if not isinstance(before, str):
        return OTHER
    kept = dict.fromkeys(after.split("\n"))
    templates = [line.strip() for line in kept if SECRET in line]
    old = before.split("\n")
    fits = [next((one for one in templates if _fits(line.strip(), one.split(SECRET))), "") for line in old]
    lost = not set(templates) <= {*fits, *(line.strip() for line in old)}  # what it stood in was worded otherwise
    lines = [line if line in kept else _line(line, fit, bare=lost) for line, fit in zip(old, fits, strict=True)]
    changed = "\n".join(lines)
    return changed if changed != before or len(kept) > 1 or len(lines) > 1 else OTHER


def _line(line: str, template: str, *, bare: bool) -> str:
    """Mask a line that differs from one of the spec's in nothing but its secrets; a `bare` one shows no value at all.

    A secret may stand anywhere in what is gone where none of it is like the line that has the secret by now.
    """
    if template:
        indent = line[: len(line) - len(line.lstrip())]
        return indent + template.replace(SECRET, OTHER)
    return _VALUES.sub(_without, line) if bare else line


def _without(value: re.Match[str]) -> str:
    quote, text = value["quote"] or "", value["text"] or ""
    return f"{quote}{OTHER}{quote}" if quote or text.strip() else value[0]


def _fits(line: str, parts: list[str]) -> bool:
    """Whether a line holds the parts in their order, from its start to its end. In one pass: lines may be long."""
    first, *inner, last = parts
    at, end = len(first), len(line) - len(last)
    if not line.startswith(first) or not line.endswith(last):
        return False
    for part in inner:
        found = line.find(part, at, max(end, at))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
