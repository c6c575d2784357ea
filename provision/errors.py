"""Everything that provision raises on purpose.

ProvisionError                  exit code 1
├── SpecError                   the spec is wrong: a list of Problems, each with its place in a file
├── UsageError                  the command line is wrong (64)
├── GuardError                  a guard stopped a run that would have worked (4)
│   └── StalePlanError          a saved plan that no longer fits what Azure has (4)
├── PlanError                   the spec is well-formed, but what it asks for can't be planned
│   └── CycleError              changes that wait for each other
├── AzureError                  Azure refused or failed; carries the service's own code and message
│   ├── ForbiddenError          401 and 403: credentials or roles
│   ├── NotFoundError           404 of something that had to be there
│   ├── ConflictError           409 and 422: busy, locked, or taken
│   ├── StaleError              412: changed by somebody else since it was read
│   ├── OverwroteError          done, and somebody else wrote there too: one of both is lost
│   ├── UnlockedError           it was locked by another change, and is to be looked at again
│   ├── AnswerError             an answer that can't be Azure's, or that contradicts another
│   ├── UnreachableError        no answer: network, DNS, TLS, time-out
│   │   └── LostError           the request was sent, and whether it was carried out is not known
│   └── CancelledError          the user stopped waiting; Azure goes on
│       └── TooLongError        it took longer than --timeout; Azure goes on
├── FaultError                  provision itself is wrong
└── MissingExtraError           an optional part of provision is not installed
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provision import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LISTED = 100  # so many problems are told


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: `line` and `column` count from 1, 0 where there is none (a file that can't be read)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a file: what it is, why that is so, and what to do about it."""

    mark: Mark
    what: str
    why: str = ""
    fix: str = ""

    @property
    def said(self) -> str:
        """All of it in one line, without its place."""
        return " · ".join(part for part in (self.what, self.why, self.fix) if part)

    def __str__(self) -> str:
        return f"{self.mark}: {self.said}"


class Problems:
    """Problems in the order in which they are found: the first hundred are kept, the rest is counted."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.more = 0

    def add(self, make: Callable[[], Problem]) -> None:
        """Note a problem; it is put into words only where it will be told."""
        if len(self.kept) < LISTED:
            self.kept.append(make())
        else:
            self.more += 1

    def __len__(self) -> int:
        return len(self.kept) + self.more


class ProvisionError(Exception):
    """Base of every error that provision raises on purpose; its text is a whole message for the user."""

    exit_code = 1


class SpecError(ProvisionError):
    """Files are wrong; carries the problems: file after file as they were given, each in the order of its lines.

    `problems` holds the first hundred, `more` says how many there are beside them.
    """

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        files = {problem.mark.file: place for place, problem in reversed(list(enumerate(problems)))}
        ordered = sorted(set(problems), key=lambda problem: (files[problem.mark.file], problem))
        self.problems = tuple(ordered[:LISTED])
        self.more = more + len(ordered) - len(self.problems)
        super().__init__("\n".join([*map(str, self.problems), *more_than_told(self.more)]))


def listed(lines: Sequence[str], between: str = "\n") -> str:
    """The first hundred of them, and how many more there are."""
    return between.join([*lines[:LISTED], *more_than_told(len(lines[LISTED:]))])


def more_than_told(more: int) -> tuple[str, ...]:
    """The line that closes a list of problems which does not hold all of them; none where it does."""
    return (f"and {more:,} more: they are told when these are mended",) if more else ()


class UsageError(ProvisionError):
    """The command line asks for something that makes no sense."""

    exit_code = 64


class GuardError(ProvisionError):
    """A guard stopped the run before anything was sent; the message names the override."""

    exit_code = 4


class StalePlanError(GuardError):
    """A saved plan describes changes to things that have changed since it was made."""


class PlanError(ProvisionError):
    """What the spec asks for can't be planned against what Azure has."""


class CycleError(PlanError):
    """Changes wait for each other; the message shows the path."""


class AzureError(ProvisionError):
    """Azure refused or failed. `code` is the service's own error code, `status` the HTTP status (0: none)."""

    def __init__(self, message: str, *, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class ForbiddenError(AzureError):
    """Credentials are missing or not allowed to do this."""


class NotFoundError(AzureError):
    """Something that had to exist does not."""


class ConflictError(AzureError):
    """The resource is busy, locked, or its name is taken."""


class StaleError(AzureError):
    """The resource changed since it was read."""


class OverwroteError(AzureError):
    """It was done, and somebody else wrote there too: what they wrote, or what this run wrote, is lost."""


class UnlockedError(AzureError):
    """It was locked by another change of it, which is done: it is to be looked at again before it is sent again."""


class UnreachableError(AzureError):
    """Azure gave no answer."""


class AnswerError(AzureError):
    """An answer that can't be Azure's, or reads that contradict each other: neither is believed."""


class LostError(UnreachableError):
    """A request was sent and no answer came: Azure may have carried it out."""


class CancelledError(AzureError):
    """The user stopped waiting for a long operation, which Azure goes on with."""


class TooLongError(CancelledError):
    """Something took longer than `--timeout` allows; Azure may go on with it."""


class FaultError(ProvisionError):
    """provision itself is wrong; the message says so, and what to report."""


_PLACES: Final = 4  # of our own code, in the message of a fault


def as_fault(error: BaseException, doing: str = "") -> FaultError:
    """Something that nobody foresaw, in one line: what it is, and where in the code it came up."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").split("/")
        if "provision" in file or trace.tb_next is None:
            places.append(f"{'/'.join(file[-2:])}:{trace.tb_lineno}")
        trace = trace.tb_next
    where = f" at {' < '.join(reversed(places[-_PLACES:]))}" if places else ""
    what = f"{type(error).__name__}: {' '.join(str(error).split()) or 'it says no more'}{where}"
    start = f"{doing}: " if doing else ""
    return FaultError(
        f"{start}this is a fault of provision, not of your spec and not of Azure: {what} · please report this line "
        f"with the command that led to it (provision {__version__}, Python {platform.python_version()})"
    )


class MissingExtraError(ProvisionError):
    """An optional part of provision is not installed; the message says how to install it."""
