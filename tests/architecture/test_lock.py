"""The lock is what pyproject.toml asks for, for every Python and system, and names no place to get it from."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = (ROOT / ".ci" / "lock.txt").read_text("utf-8")
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\\n(?P<hashes>(?: +--hash=.*\n)+)", re.MULTILINE
)
ENTRIES = {found["name"]: found for found in ENTRY.finditer(LOCK)}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))


def asked() -> Iterator[Requirement]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = found["project"]
    for text in (
        *project["dependencies"],
        *chain.from_iterable(project["optional-dependencies"].values()),
        *found["build-system"]["requires"],
    ):
        yield Requirement(text)


ASKED = list(asked())


def holds(marker: str | None, python: str, system: tuple[str, str, str]) -> bool:
    names = dict(zip(("sys_platform", "platform_system", "os_name"), system, strict=True))
    where = {"python_version": python, "python_full_version": f"{python}.0", "extra": "", **names}
    return marker is None or Marker(marker).evaluate(where)


@pytest.mark.parametrize("requirement", ASKED, ids=str)
def test_what_is_asked_for_is_locked_at_a_version_that_its_range_allows(requirement: Requirement) -> None:
    entry = ENTRIES[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(entry["version"])
    assert entry["marker"] is None


@pytest.mark.parametrize("requirement", ASKED, ids=str)
def test_a_range_has_an_oldest_and_an_end(requirement: Requirement) -> None:
    operators = sorted(one.operator for one in requirement.specifier)
    assert operators == ["<", ">="], "what was tried has an oldest version, and ends before one that nobody has seen"


def needs(name: str) -> list[str]:
    """What it says that it needs; unknown where another version is installed here, or none."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    return found.requires or [] if found.version == ENTRIES[name]["version"] else []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system[0])
def test_the_lock_is_whole_everywhere(python: str, system: tuple[str, str, str]) -> None:
    """Whatever a locked distribution needs on that Python and system is in the lock, at a version that will do."""
    here = {name: entry for name, entry in ENTRIES.items() if holds(entry["marker"], python, system)}
    missing = []
    for name in here:
        for text in needs(name):
            needed = Requirement(text)
            if needed.marker is None or holds(str(needed.marker), python, system):
                found = here.get(canonicalize_name(needed.name))
                if found is None or not needed.specifier.contains(found["version"], prereleases=True):
                    missing.append(f"{name} needs {text}")
    assert missing == []


def test_every_line_of_the_lock_is_an_entry_with_hashes_or_a_comment() -> None:
    rest = ENTRY.sub("", LOCK)
    assert [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")] == []
    assert len(ENTRIES) > len(ASKED)
    for entry in ENTRIES.values():
        assert re.fullmatch(r"(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", entry["hashes"]), entry["name"]


def test_the_lock_names_no_place() -> None:
    assert re.findall(r"://|--(?:extra-)?index|--find-links|@|\.(?:org|com|net|io)\b", LOCK) == []


def test_library_internals_are_pinned_narrowly() -> None:
    """Uvicorn's protocol class and the base of typer's errors are no public interface: only what was tried will do."""
    ranges = {requirement.name: requirement.specifier for requirement in ASKED}
    uvicorn = ENTRIES["uvicorn"]["version"].split(".")
    assert not ranges["uvicorn"].contains(f"{uvicorn[0]}.{int(uvicorn[1]) + 1}.0")
    assert not ranges["uvicorn"].contains(f"{uvicorn[0]}.{int(uvicorn[1]) - 1}.0")
    typer = ENTRIES["typer"]["version"].split(".")
    assert not ranges["typer"].contains(f"{typer[0]}.{int(typer[1]) + 1}.0")
