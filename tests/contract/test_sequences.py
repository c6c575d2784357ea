"""Sequences of desired states: after each step the second plan is empty, and at the end nothing is left.

A folder is a sequence, and its files are its steps in order: `N.yaml` is a spec, `N.overlay.yaml` is laid over the
worked example, `N.changes.txt` is what apply then does, one line for each change. A first line `# options: ...` adds
options to that step's apply.

They run against the embedded Azure, or against the real one where PROVISION_CONTRACT_SUBSCRIPTION names a
subscription: about half an hour for each instance, and its price. PROVISION_CONTRACT_RUN is then a part of the
names, which are unique in all of Azure. PROVISION_CONTRACT_RECORD=1 writes the `N.changes.txt`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import WORKED, Ran, embedded, here

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBSCRIPTION = os.environ.get("PROVISION_CONTRACT_SUBSCRIPTION", "")
FOLDER = Path(__file__).parent
SEQUENCES = sorted({step.parent.name for step in FOLDER.glob("*/1*.yaml")})
SIGNS = {"create": "+", "update": "~", "delete": "-", "delete+create": "±"}


@pytest.fixture
def where() -> Iterator[tuple[str, ...]]:
    """The options that name an Azure."""
    if SUBSCRIPTION:
        yield ("--subscription-id", SUBSCRIPTION)
        return
    with embedded() as cloud:
        yield ("--endpoint", cloud.emulator.url)


def steps(sequence: str) -> list[Path]:
    return sorted(path for path in (FOLDER / sequence).glob("[0-9]*.yaml"))


def spec(step: Path) -> tuple[str, ...]:
    return (WORKED, "--overlay", str(step)) if step.name.endswith(".overlay.yaml") else (str(step),)


def options(step: Path) -> list[str]:
    first = step.read_text("utf-8").partition("\n")[0]
    return first.removeprefix("# options:").split() if first.startswith("# options:") else []


def done(ran: Ran) -> str:
    """What apply did, as text: which properties of what is created does not belong here."""
    lines = [
        f"{SIGNS[action]} {address} {' '.join(paths_of(ran, address, action))}"
        for address, action in ran.actions.items()
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def paths_of(ran: Ran, address: str, action: str) -> list[str]:
    return list(ran.changes[address]) if action == "update" else []


def test_there_are_sequences() -> None:
    assert len(SEQUENCES) >= 13


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_every_step_converges(sequence: str, where: tuple[str, ...]) -> None:
    every = steps(sequence)
    for step in every:
        applied = here("apply", *spec(step), *options(step), "--yes", "--output", "json", *where)
        expect(step, done(applied.ended(0)))
        second = here("plan", *spec(step), "--detailed-exitcode", "--output", "json", *where)
        assert second.ended(0).changes == {}
        here("drift", *spec(step), *where).ended(0)
        here("apply", *spec(step), *where).ended(0)  # without a change there is nothing to ask
    gone(spec(every[-1]), where)


def expect(step: Path, text: str) -> None:
    file = step.with_name(f"{step.name.partition('.')[0]}.changes.txt")
    if os.environ.get("PROVISION_CONTRACT_RECORD"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"{file} says otherwise"


def gone(wanted: tuple[str, ...], where: tuple[str, ...]) -> None:
    here("destroy", *wanted, "--yes", "--purge", "--with-undeclared", *where).ended(0)
    rest = here("plan", *wanted, "--output", "json", *where).ended(0)
    assert set(rest.actions.values()) == {"create"}, str(rest)
    assert {"resourceGroup", "service"} <= rest.actions.keys(), str(rest)
    assert rest.document["summary"]["create"] == rest.document["summary"]["managed"], str(rest)
    assert "nothing to delete" in here("destroy", *wanted, "--yes", *where).ended(0).out
