"""An exported spec as files: one with everything in it, one with its policies beside it, or a folder for each API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from provision.document import dump
from provision.export import Policy
from provision.kinds import children_of, kind_of
from provision.render.words import by_reason, visible
from provision.spec.includes import INCLUDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provision.export import Exported, Needed
    from provision.survey import Survey

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_VARIABLE: Final = "${secret:"
_LONGEST: Final = 80
_SHOWN: Final = 20
_DEVICES: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")  # no names of files on Windows
Steps = tuple[str, ...]


@dataclass(slots=True)
class _Names:
    """Names of files for names in Azure: such as every system takes, and no two that differ in case only."""

    given: dict[Steps, str] = field(default_factory=dict)
    taken: set[Steps] = field(default_factory=set)

    def of(self, *steps: str) -> str:
        """The name for the last of these steps, where the others lead to."""
        if steps not in self.given:
            plain = _ODD.sub("-", steps[-1])[:_LONGEST].strip("-.") or "x"
            plain = f"{plain}_" if _DEVICES.match(plain) else plain
            name, count = plain, 2
            while (*steps[:-1], name.lower()) in self.taken:
                name, count = f"{plain}-{count}", count + 1
            self.taken.add((*steps[:-1], name.lower()))
            self.given[steps] = name
        return self.given[steps]


def one_file(survey: Survey, exported: Exported) -> str:
    """All of it in one file, policies inline."""
    return header(survey, exported) + dump(dict(exported.data))


def beside(survey: Survey, exported: Exported, name: str, folder: str) -> dict[str, str]:
    """The spec under this name, and its policies in a folder beside it."""
    files: dict[str, str] = {}
    names = _Names()

    def place(steps: Steps) -> str:
        inner = [names.of(*steps[: at + 1]) for at in range(len(steps) - 1)] or ["global"]
        return f"{folder}/{'/'.join(inner)}.xml"

    data = _apart(exported.data, place, files, "")
    return {name: header(survey, exported) + dump(data), **files}


def split(survey: Survey, exported: Exported, name: str) -> dict[str, str]:
    """The spec under this name, and a folder for each resource of the kinds that have a file of their own."""
    names, further = _Names(), dict[str, str]()
    rest, patterns = dict(exported.data), list[str]()
    for kind in (kind for kind in children_of(kind_of("service")) if kind.file and rest.get(kind.key)):
        patterns.append(f"{kind.key}/*/{kind.file}")
        for one, value in rest.pop(kind.key).items():
            folder = f"{kind.key}/{names.of(kind.key, one)}"
            inner = _Names()

            def place(steps: Steps, inner: _Names = inner) -> str:
                found = [inner.of(*steps[: at + 1]) for at in range(len(steps) - 1)]
                return f"{'/'.join(found) or 'policy'}.xml"

            data = {kind.key: {one: _apart(value, place, further, f"{folder}/")}}
            further[f"{folder}/{kind.file}"] = dump(data)
    root = {"spec": rest.pop("spec"), **({INCLUDE: patterns} if patterns else {}), **rest}
    return {**beside(survey, replace(exported, data=root), name, "policies"), **further}


def _apart(value: Any, place: Callable[[Steps], str], files: dict[str, str], folder: str, steps: Steps = ()) -> Any:
    """The data with the path of a file for each policy, which comes to the files."""
    if isinstance(value, Policy):
        if _VARIABLE in value:  # in a file it would be taken for a variable that nobody resolves
            return value
        files[folder + place(steps)] = str(value)
        return place(steps)
    if not isinstance(value, dict):
        return value
    return {key: _apart(item, place, files, folder, (*steps, key)) for key, item in value.items()}


def header(survey: Survey, exported: Exported) -> str:
    """The comment at the top: where it comes from, and what has to be known of it."""
    where = f"{survey.scope.service} in resource group {survey.scope.resource_group}"
    lines = [f"Exported by provision from {where}.", *remarks(exported)]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def variables(needed: Sequence[Needed]) -> Iterator[str]:
    """The variables that a spec wants, line by line."""
    if needed:
        yield "Secrets to set in the environment:"
        yield from (f"  {one.name}: {visible(f'{one.address} {one.path}')}" for one in needed)


def remarks(exported: Exported) -> Iterator[str]:
    """What has to be known of an exported spec, line by line."""
    yield from variables(exported.needed)
    if exported.leaks:
        yield "Better as secrets:"
        yield from (f"  {visible(one)}" for one in exported.leaks)
    if exported.missing:
        yield "Not in it:"
        for reason, names in by_reason(exported.missing).items():
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"  {', '.join(names[:_SHOWN])}{more} ({reason})"
