"""Stage 5a: what became of a plan: one outcome for each change, and totals that reconcile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provision.diff import Change
    from provision.errors import ProvisionError
    from provision.plan import Plan


_ORDER: Final = (64, 1, 3, 4, 130, 2, 0)


def worst(codes: Iterable[int]) -> int:
    """The exit code of several results: the first that occurred of wrong usage, error, partly, stopped, changes, 0."""
    found = set(codes)
    return next((code for code in _ORDER if code in found), 0)


class Outcome(Enum):
    """What became of one change."""

    DONE = "done"
    OVERWROTE = "overwrote"  # done, and somebody else wrote there too: what they or what this run wrote is lost
    FAILED = "failed"
    STALE = "stale"  # somebody else changed it since it was read: nothing was overwritten
    SKIPPED = "skipped"  # something that it needs did not come about
    UNFINISHED = "unfinished"  # interrupted; Azure may go on with it


THERE: Final = frozenset({Outcome.DONE, Outcome.OVERWROTE})  # what depends on it may go on


@dataclass(frozen=True, slots=True)
class Result:
    """One change, what became of it, why, and the seconds it took."""

    change: Change
    outcome: Outcome
    because: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """One spec for which nothing could be planned or done, and why; a name is empty where it isn't known."""

    error: ProvisionError
    spec: str = ""
    resource_group: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All results of a run, in the plan's order. `interrupted`: the user stopped it; `stopped`: why a guard did."""

    plan: Plan
    results: tuple[Result, ...]
    interrupted: bool = False
    stopped: str = ""

    @property
    def totals(self) -> Mapping[Outcome, int]:
        """How many changes ended in each way; together they are as many as were planned."""
        return Counter(result.outcome for result in self.results)

    @property
    def wrote(self) -> bool:
        """Whether anything was sent that may have changed something."""
        return any(result.outcome is not Outcome.SKIPPED for result in self.results)

    @property
    def there(self) -> bool:
        """Whether everything came about, also where it met somebody else's."""
        return not self.interrupted and all(result.outcome in THERE for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 all done, 3 partly, 1 nothing, 4 stopped by a guard, 130 interrupted before anything was sent."""
        done = self.totals.get(Outcome.DONE, 0)
        if self.stopped:
            return 4
        if self.interrupted:
            return 3 if self.wrote else 130
        if done == len(self.results):
            return 0
        return 3 if done or {Outcome.UNFINISHED, Outcome.OVERWROTE} & self.totals.keys() else 1
