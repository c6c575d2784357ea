"""The rooms of the embedded Azure: which may import which, and that no module is part of a circle."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.architecture.test_imports import PACKAGE, SOURCES, imports, name_of

if TYPE_CHECKING:
    from pathlib import Path

EMULATOR = "provision.emulator"
# Each room and those that it may import; other apps (a data plane, a backend, a portal) come beside `arm`.
ROOMS: dict[str, set[str]] = {
    "world": set(),
    "trouble": {"world"},
    "policy": set(),
    "openapi": {"world"},
    "rules": {"world", "policy", "openapi"},
    "resources": {"world", "openapi", "rules"},
    "instance": {"world", "rules", "resources"},
    "gateway": {"world", "policy", "rules"},
    "azureml": {"world"},
    "portal": {"world"},
    "arm": {"world", "openapi", "rules", "resources", "instance"},
    "serving": {"world", "trouble", "arm", "gateway", "azureml", "portal"},
}
INSIDE = [source for source in SOURCES if name_of(source).startswith(f"{EMULATOR}.")]


def room_of(module: str) -> str:
    """`arm` of `provision.emulator.arm.app`."""
    return module.removeprefix(f"{EMULATOR}.").partition(".")[0]


def test_every_module_is_in_a_room() -> None:
    rooms = {path.name for path in (PACKAGE / "emulator").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == set(ROOMS)
    assert [path.name for path in (PACKAGE / "emulator").glob("*.py")] == ["__init__.py"]


def test_the_page_lists_them_in_an_order_that_holds() -> None:
    page = (PACKAGE / "emulator" / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted(ROOMS)
    for at, room in enumerate(listed):
        assert ROOMS[room] <= set(listed[:at]), f"{room} stands before what it imports"


@pytest.mark.parametrize("source", INSIDE, ids=name_of)
def test_rooms_import_only_those_below(source: Path) -> None:
    room = room_of(name_of(source))
    used = {room_of(name) for name in imports(source) if name.startswith(f"{EMULATOR}.")} - {room}
    assert used - ROOMS[room] == set()


def test_no_module_is_part_of_a_circle() -> None:
    """Those for type checkers count: what can't be described alone can't be understood alone."""
    graph = {name_of(source): {name for name in imports(source) if name.startswith(EMULATOR)} for source in INSIDE}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))
