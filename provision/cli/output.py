"""Where results go: data on stdout and in report files, everything else on stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TextIO

from typer import Exit

from provision import render
from provision.errors import GuardError, ProvisionError, UsageError
from provision.render import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from provision.plan import Plan
    from provision.report import Report

_EVERY: Final = 30.0  # seconds between two words about a long wait
__all__ = ["Output", "Verb", "write", "write_private"]


class Output:
    """One format on stdout, others in files; in a `with`, errors are results too."""

    def __init__(self, form: str, reports: Sequence[str] | None, verb: Verb) -> None:
        self.form = _known("--output", form)
        self.files = [_split(report) for report in reports or ()]
        self.verb = verb
        self._secrets: set[str] = set()
        self.progress = self._new_progress()
        self._told = -_EVERY

    def _new_progress(self) -> render.Progress:
        live = _terminal(sys.stderr) and not os.environ.get("CI")
        return render.Progress(sys.stderr, live=live, secrets=self._secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on, show none of these values."""
        self._secrets |= set(secrets)
        self.progress = self._new_progress()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, ProvisionError):
            return
        for form, path in self.files:
            write(path, render.failure(error, form, secrets=self._secrets))
        if self.form != "text":
            sys.stdout.write(render.failure(error, self.form, secrets=self._secrets))
        sys.stdout.flush()
        sys.stderr.write(render.failure(error, "text", secrets=self._secrets))
        raise Exit(error.exit_code) from None

    def plans(self, plans: Sequence[Plan]) -> None:
        """Plans as the result of the command."""
        for form, path in self.files:
            write(path, render.plans(plans, form, self.verb))
        sys.stdout.write(render.plans(plans, self.form, self.verb, colour=_colour(sys.stdout)))

    def preview(self, plans: Sequence[Plan]) -> None:
        """Plans to be looked at before the result comes."""
        sys.stderr.write(render.plans(plans, "text", self.verb, colour=_colour(sys.stderr)))
        sys.stderr.flush()

    def reports(self, reports: Sequence[Report]) -> None:
        """What became of plans."""
        for form, path in self.files:
            write(path, render.reports(reports, form, self.verb))
        sys.stdout.write(render.reports(reports, self.form, self.verb, colour=_colour(sys.stdout)))

    def note(self, text: str) -> None:
        """A word beside the result."""
        self.progress.note(text)

    def waiting(self, state: str, seconds: float) -> None:
        """The instance is in transition: said at once, and then every half minute."""
        if seconds < self._told or seconds - self._told >= _EVERY:
            self._told = seconds
            self.note(f"the instance is {state.lower()}: waiting until it stands still ({int(seconds)} s)")

    def confirm(self, plans: Sequence[Plan], *, yes: bool) -> None:
        """Ask before anything is sent, and before any teardown. Raises GuardError unless the answer is clear."""
        nothing = not any(plan.changes for plan in plans)
        if yes or (nothing and self.verb is not Verb.DESTROY):
            return
        if not (_terminal(sys.stdin) and _terminal(sys.stderr)):
            raise GuardError("nothing was changed: there is no terminal to ask on, and --yes was not given")
        for plan in (plan for plan in plans if plan.changes):
            name = plan.scope.service
            sure = any(change.action.destroys for change in plan.changes)
            gone = "Something will be deleted" if sure else "What Azure makes in it may be deleted"
            answer = _ask(f"{gone}. Type {name} to go on: " if plan.destroys else f"Apply to {name}? [y/N] ")
            if (answer != name) if plan.destroys else (answer.lower() not in ("y", "yes")):
                raise GuardError("nothing was changed: not confirmed")


def _ask(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _colour(stream: TextIO) -> bool:
    return _terminal(stream) and not os.environ.get("NO_COLOR") and not os.environ.get("CI")


def _split(report: str) -> tuple[str, Path]:
    form, found, path = report.partition("=")
    if not found or not path:
        raise UsageError(f"--report {report}: write FORMAT=FILE, such as junit=drift.xml")
    if not Path(path).parent.is_dir():
        raise UsageError(f"--report {report}: there is no folder {Path(path).parent}")  # said before anything is done
    return _known("--report", form), Path(path)


def _known(option: str, form: str) -> str:
    if form not in render.FORMATS:
        raise UsageError(f"{option} {form}: no such format: {', '.join(render.FORMATS)}")
    return form


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner may read. Raises UsageError where that can't be."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            if path.is_file():
                path.chmod(0o600)  # one that was there keeps its mode otherwise
            file.write(text)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None


def write(path: Path, text: str) -> None:
    """Write a file. Raises UsageError where that can't be."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None
