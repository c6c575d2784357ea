"""What export does on its way: where the files go, what is looked at, and what is said beside them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provision import workflow
from provision.cli.sinks import say
from provision.desired import desired
from provision.errors import ProvisionError, SpecError, UsageError
from provision.kinds import children_of, find, kind_of
from provision.render import specs
from provision.spec import load
from provision.survey import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provision.cli.where import Where
    from provision.export import Exported
    from provision.survey import Survey

SPEC: Final = "spec.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export goes: a folder and the spec's name in it; without a folder, to stdout."""

    folder: Path | None = None
    name: str = SPEC
    policies: str = "policies"
    split: bool = False


def check(group: str, service: str, adopt: Path | None, *, split: bool, chosen: bool) -> None:
    """Raises UsageError for options that don't go together."""
    if adopt is None and not (group and service):
        raise UsageError("which instance? --resource-group GROUP and --service NAME, or --adopt SPEC")
    if adopt is not None and (group or service or split or chosen):
        raise UsageError("--adopt goes with --out alone: the spec says which instance, and what of it")


def place(out: Path | None, *, split: bool) -> Place:
    """Where the files go. Raises UsageError where that can't be."""
    if out is None:
        if split:
            raise UsageError("--split writes several files: --out FOLDER says where")
        return Place()
    if split or out.is_dir():
        if out.exists() and not out.is_dir():
            raise UsageError(f"--out {out}: --split needs a folder, and this is a file")
        return Place(out, split=split)
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    return Place(out.parent, out.name, f"{out.stem}-policies")


def choice(include: Sequence[str] | None, exclude: Sequence[str] | None) -> Choice:
    """What is to be exported. Raises UsageError for what can be no address."""
    for option, patterns in (("--include", include), ("--exclude", exclude)):
        for pattern in patterns or ():
            _check(option, pattern)
    return Choice(tuple(include or ()), tuple(exclude or ()))


def _check(option: str, pattern: str) -> None:
    steps = pattern.strip("/").split("/")
    kind = "/".join(steps[2 if steps[0] == "workspaces" and len(steps) > 2 else 0 :: 2])  # noqa: PLR2004
    if len(steps) % 2 or ("*" not in kind and find(kind) is None):
        raise UsageError(f"{option} {pattern} is no address: write one like apis/echo or 'apis/team-*/operations/*'")


def tell(text: str) -> None:
    """A word beside the result."""
    say(sys.stderr, f"{text}\n")


def found(where: Where, group: str, service: str, chosen: Choice) -> tuple[Survey, Exported]:
    """What the instance holds, and the spec of it."""
    azure = where.connect(group, service, read_only=True)
    return workflow.take_over(azure, azure.scope, chosen)


def adopted(spec: Path, out: Path | None, where: Where) -> int:
    """Complete a spec from its instance, as another file. The exit code. Raises UsageError for the spec itself."""
    if out is not None and out.exists() and out.samefile(spec):
        raise UsageError(f"--out {out} is the spec itself: name another file, and compare the two")
    loaded = load(spec)
    want = desired(loaded)
    azure = where.connect(want.group, want.service, read_only=True)
    found = workflow.adopted(loaded, spec.read_text("utf-8-sig"), want, azure, azure.scope)
    if out is None:
        say(sys.stdout, found.text)
    else:
        _save({out.name: found.text}, Place(out.parent, out.name))
    said = [*(f"Not in it: {line}" for line in found.left), *specs.variables(found.needed)]
    say(sys.stderr, "".join(f"{line}\n" for line in said))
    return 0


def written(result: tuple[Survey, Exported], to: Place) -> int:
    """Write it, and say on stderr what has to be known of it. The exit code."""
    seen, exported = result
    whole = specs.one_file(seen, exported)
    if to.folder is None:
        files: Mapping[str, str] = {}
        broken = say(sys.stdout, whole)
        if broken and not isinstance(broken, BrokenPipeError):
            raise ProvisionError(f"can't write to standard output: {broken}")
    else:
        files = specs.split(seen, exported, to.name) if to.split else specs.beside(seen, exported, to.name, to.policies)
        _save(files, to)
    said = [*seen.caveats, *seen.notes, *specs.remarks(exported), *_faults(whole, seen, exported)]
    say(sys.stderr, "".join(f"{line}\n" for line in said))
    return 0


def _faults(whole: str, seen: Survey, exported: Exported) -> list[str]:
    """What is wrong with the spec that was written, as far as provision can tell without asking Azure again."""
    try:
        left = workflow.unlike(whole, seen, exported)
    except SpecError as error:
        return ["The spec can't be used as it is:", *(f"  {problem.said}" for problem in error.problems)]
    return ["Its plan is not empty:", *(f"  {one}" for one in left)] if left else []


def _save(files: Mapping[str, str], to: Place) -> None:
    """Write all files. Raises ProvisionError where one can't be; what an older export left behind stops it before."""
    folder = to.folder or Path()
    if to.split:
        _refuse_leftovers(files, folder)
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        except OSError as error:
            raise ProvisionError(f"can't write {path}: {error.strerror}") from None
    tell(f"{folder / to.name}: written, and {len(files) - 1} files beside it")


def _refuse_leftovers(files: Mapping[str, str], folder: Path) -> None:
    """Stop where files are there that the spec would include, and that are not of this export."""
    kinds = (kind for kind in children_of(kind_of("service")) if kind.file)
    there = {path for kind in kinds for path in folder.glob(f"{kind.key}/*/{kind.file}")}
    old = sorted(there - {folder / name for name in files})
    if old:
        names = ", ".join(map(str, old[:20]))
        why = "an older export left it, and the instance no longer holds it"
        raise ProvisionError(f"nothing is written, since the spec would include {names} · {why} · remove it first")
