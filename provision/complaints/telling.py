"""Which problems are told, and how: the first of them, without secrets and without control characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.errors import LISTED, Problem, SpecError
from provision.secrecy import Veil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from provision.errors import Mark

_WHOLE = 400  # characters of a part of a message that are shown
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Later:
    """A problem that is put into words only if it is told: a spec may have more than anybody reads."""

    mark: Mark
    make: Callable[[], Problem]


def now(problem: Problem) -> Later:
    """A problem that is in words already."""
    return Later(problem.mark, lambda: problem)


def refusal(found: Sequence[Later], secrets: Mapping[str, str], more: int = 0) -> SpecError:
    """The error that tells the first of the problems, and how many more there are."""
    files = {later.mark.file: place for place, later in reversed(list(enumerate(found)))}
    ordered = sorted(found, key=lambda later: (files[later.mark.file], later.mark))
    told: dict[Problem, None] = {}
    while ordered and len(told) < LISTED:
        told.update(dict.fromkeys(later.make() for later in ordered[:LISTED]))
        ordered = ordered[LISTED:]
    problems = presentable(list(told)[:LISTED], secrets)
    return SpecError(problems, more + len(ordered) + len(told) - len(problems))


def presentable(problems: Iterable[Problem], secrets: Mapping[str, str]) -> list[Problem]:
    """The problems with `${secret:NAME}` in the place of secret values, and control characters escaped."""
    veil = Veil({value: f"${{secret:{name}}}" for name, value in secrets.items()})

    def hidden(text: str) -> str:
        shown = veil.text(text)
        shown = shown if len(shown) <= _WHOLE else f"{shown[:_WHOLE]}…"
        return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", shown)

    return [Problem(one.mark, hidden(one.what), hidden(one.why), hidden(one.fix)) for one in problems]
