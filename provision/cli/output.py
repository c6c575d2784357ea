"""Where results go: data on stdout and in report files, everything else on stderr."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self, TextIO, cast

from typer import Abort, Exit

from provision import render
from provision.cli.interrupts import Interrupts
from provision.cli.sinks import Careful, File, reason, say, terminal
from provision.errors import GuardError, ProvisionError, UsageError, as_fault
from provision.render import Verb
from provision.report import Failed, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from provision.plan import Plan
    from provision.report import Report

_EVERY: Final = 30.0  # seconds between two words about a long wait
__all__ = ["Output", "Verb", "saving", "write"]


class _Draw(Protocol):
    """Writes a result in one format."""

    def __call__(self, form: str, failed: Sequence[Failed], *, colour: bool) -> str:
        """The text of it, and of what failed beside it."""


class Output:
    """One format on stdout, others in files, which are opened at once; in a `with`, errors are results too.

    `failed`: what could not be done for one of several specs, told with the results of the others.
    """

    def __init__(
        self, form: str, reports: Sequence[str] | None, verb: Verb, interrupts: Interrupts | None = None
    ) -> None:
        self.form = _known("--output", form)
        self.verb = verb
        self.interrupts = interrupts or Interrupts()
        self.failed: list[Failed] = []
        self.several = False  # specs: which one failed is said
        self._files = _opened(reports or ())
        self._secrets: set[str] = set()
        self._err = cast("TextIO", Careful(sys.stderr))
        self.progress = self._new_progress()
        self._waited = -_EVERY
        self._told = self._broken = False
        self._said = 0  # so many failures have been told on stderr

    def _new_progress(self) -> render.Progress:
        live = terminal(sys.stderr) and not os.environ.get("CI")
        return render.Progress(self._err, live=live, secrets=self._secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on, show none of these values."""
        self._secrets |= set(secrets)
        self.progress = self._new_progress()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception) and not isinstance(error, Exit | Abort):
                self.fail(error)
                self._failures()
                raise Exit(self.code()) from None
        finally:
            for file in self._files:
                file.close()

    def fail(self, error: Exception, spec: str = "", resource_group: str = "", service: str = "") -> None:
        """Something could not be done, for one spec or at all."""
        if isinstance(error, OSError) and error.filename:
            error = ProvisionError(f"{error.filename}: {error.strerror}")
        known = error if isinstance(error, ProvisionError) else as_fault(error)
        self.failed.append(Failed(known, spec, resource_group, service))

    def code(self, *codes: int) -> int:
        """The exit code of a command: of its results and of what failed; 1 where a result could not be written out."""
        found = worst([*codes, *(one.error.exit_code for one in self.failed)])
        return found or int(self._broken)

    def plans(self, plans: Sequence[Plan]) -> None:
        """Plans as the result of the command."""
        if not plans and self.failed:
            self._failures()
            return

        def draw(form: str, failed: Sequence[Failed], *, colour: bool) -> str:
            return render.plans(plans, form, self.verb, colour=colour, failed=failed, secrets=self._secrets)

        self._tell(draw)

    def preview(self, plans: Sequence[Plan]) -> None:
        """Plans to be looked at before the result comes."""
        self._err.write(render.plans(plans, "text", self.verb, colour=_colour(sys.stderr), secrets=self._secrets))

    def reports(self, reports: Sequence[Report], code: int) -> None:
        """What became of plans. They are told whatever breaks, and whoever is impatient."""

        def draw(form: str, failed: Sequence[Failed], *, colour: bool) -> str:
            return render.reports(reports, form, self.verb, colour=colour, failed=failed, secrets=self._secrets)

        self._tell(draw, code if any(report.wrote for report in reports) else None)

    def _failures(self) -> None:
        """Nothing but what failed."""

        def draw(form: str, failed: Sequence[Failed], *, colour: bool) -> str:
            del colour
            return render.failures(failed, form, secrets=self._secrets)

        self._tell(draw)

    def _tell(self, draw: _Draw, written: int | None = None) -> None:
        """The result, once: to files, to stdout, and what failed to stderr. `written`: the exit code, after writes."""
        if not self._told:
            self._told = True
            complaints = [file.write(self._drawn(draw, file.form, self.failed)) for file in self._files]
            if written is not None:
                self.interrupts.insist(written)
            beside = self.failed if self.form != "text" else []  # text has them on stderr
            text = self._drawn(draw, self.form, beside, colour=_colour(sys.stdout))
            broken = say(sys.stdout, text)
            self._err.write("".join(f"{complaint}\n" for complaint in complaints if complaint))
            if broken and (written is not None or not isinstance(broken, BrokenPipeError)):
                self._err.write(f"can't write to standard output: {reason(broken)}\n")
                self._err.write(self._drawn(draw, "text", []))
        fresh, self._said = self.failed[self._said :], len(self.failed)
        if fresh:
            shown = [one if self.several else replace(one, spec="") for one in fresh]
            self._err.write(render.failures(shown, "text", secrets=self._secrets))

    def _drawn(self, draw: _Draw, form: str, failed: Sequence[Failed], *, colour: bool = False) -> str:
        """A result in one format. One that can't be drawn must not cost the others."""
        try:
            return draw(form, failed, colour=colour)
        except Exception as error:  # noqa: BLE001 - a fault of ours
            self._broken = True
            self.failed.append(Failed(as_fault(error, f"the result as {form}")))
            return ""

    def note(self, text: str) -> None:
        """A word beside the result."""
        self.progress.note(text)

    def waiting(self, state: str, seconds: float) -> None:
        """The instance is in transition: said at once, and then every half minute."""
        if seconds < self._waited or seconds - self._waited >= _EVERY:
            self._waited = seconds
            self.note(f"the instance is {state.lower()}: waiting until it stands still ({int(seconds)} s)")

    def confirm(self, plans: Sequence[Plan], *, yes: bool) -> None:
        """Ask before anything is sent, and before any teardown. Raises GuardError unless the answer is clear."""
        nothing = not any(plan.changes for plan in plans)
        if yes or (nothing and self.verb is not Verb.DESTROY):
            return
        if not (terminal(sys.stdin) and terminal(sys.stderr)):
            raise GuardError("nothing was changed: there is no terminal to ask on, and --yes was not given")
        for plan in (plan for plan in plans if plan.changes):
            name = plan.scope.service
            sure = any(change.action.destroys for change in plan.changes)
            gone = "Something will be deleted" if sure else "What Azure makes in it may be deleted"
            answer = self._ask(f"{gone}. Type {name} to go on: " if plan.destroys else f"Apply to {name}? [y/N] ")
            if (answer != name) if plan.destroys else (answer.lower() not in ("y", "yes")):
                raise GuardError("nothing was changed: not confirmed")

    def _ask(self, question: str) -> str:
        self._err.write(question)
        return sys.stdin.readline().strip()


def _colour(stream: TextIO) -> bool:
    return terminal(stream) and not os.environ.get("NO_COLOR") and not os.environ.get("CI")


def _opened(reports: Sequence[str]) -> list[File]:
    """The files of all reports, before anything is done. Raises UsageError where one can't be written."""
    files: list[File] = []
    try:
        for form, path in map(_split, reports):
            files.append(File(path, form))
            _refuse_shared(files)
    except UsageError:
        for file in files:
            file.close()
        raise
    return files


def _refuse_shared(files: Sequence[File]) -> None:
    *others, last = files
    if last.identity and last.identity in [file.identity for file in others]:
        raise UsageError(f"--report {last.form}={last.path}: another report goes there, too")


def _split(report: str) -> tuple[str, Path]:
    form, found, path = report.partition("=")
    if not found or not path:
        raise UsageError(f"--report {report}: write FORMAT=FILE, such as junit=drift.xml")
    if not Path(path).parent.is_dir():
        raise UsageError(f"--report {report}: there is no folder {Path(path).parent}")
    return _known("--report", form), Path(path)


def _known(option: str, form: str) -> str:
    if form not in render.FORMATS:
        raise UsageError(f"{option} {form}: no such format: {', '.join(render.FORMATS)}")
    return form


@contextmanager
def saving(path: Path | None) -> Iterator[File | None]:
    """The file of a plan, which nobody but its owner may read, opened before anything is done."""
    file = File(path, private=True) if path else None
    try:
        yield file
    finally:
        if file:
            file.close()


def write(path: Path, text: str) -> None:
    """Write a file. Raises UsageError where that can't be."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None
