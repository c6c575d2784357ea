"""Every folder <kind>/<case>: what is planned for spec.yaml where Azure has live.json is plan.txt, whole.

live.json: address -> the resource as the service answers it, literally; null: not there; {"error": status}: its read
fails. What it doesn't name is as <kind>/base.json has it, and what that doesn't name as base.json (the instance and its
group). `source`, in each of these files that holds a resource, names the recording with that shape: names and values
are the case's, what is not in a recording is listed. `deletedService` is there while a deleted instance holds the name.
options.json: what the command line adds. bodies.json, where there is one: address -> the body that would be sent.
`UPDATE_CASES=1` writes plan.txt and bodies.json: read them, they are the expectation.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provision import render, spec
from provision.address import SERVICE, Address, Scope
from provision.azure.wire import flat, wrapped
from provision.desired import desired
from provision.diff import Action
from provision.errors import AzureError, ForbiddenError, ProvisionError
from provision.guards import feasible, guard
from provision.kinds import Shape, kind_of
from provision.observed import observe
from provision.plan import Wishes, make
from provision.recheck import rebased
from provision.render import Verb
from provision.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.diff import Change
    from provision.kinds import Kind
    from provision.kinds.collections import Collection
    from provision.plan import Plan
    from provision.resource import Json

HERE = Path(__file__).parent
CASES = sorted(str(path.parent.relative_to(HERE)) for path in HERE.glob("*/*/spec.yaml"))
ZEROS = "00000000-0000-0000-0000-000000000000"
ETAG = '"AAAAAAAAJZ8="'


def read(path: Path) -> dict[Address, Any]:
    entries = json.loads(path.read_text("utf-8")) if path.exists() else {}
    source = entries.pop("source", None)
    literal = [text for text, entry in entries.items() if entry and "error" not in entry]
    assert bool(source) is bool(literal), f"{path}: a resource has a source, and nothing else has"
    assert all("id" in entries[text] for text in literal), (
        f"{path}: a resource is what the service answers, with its id"
    )
    return {Address(text): entry for text, entry in entries.items()}


def live_of(folder: Path) -> dict[Address, Any]:
    """The bases, nearest last, and the case over them."""
    found: dict[Address, Any] = {}
    for path in (HERE / "base.json", folder.parent / "base.json", folder / "live.json"):
        for address, entry in read(path).items():
            was = found.pop(address, None)  # the last spelling of a name counts
            assert entry is not None or was is not None, f"{path}: {address} is in no base, so it is not there anyway"
            if entry is not None:
                found[address] = entry
    return found


class Live:
    """Azure as a case has it."""

    def __init__(self, folder: Path) -> None:
        self.entries = live_of(folder)

    def get(self, address: Address) -> Resource | None:
        known = next((one for one in self.entries if one == address), None)
        if known is None:
            return None
        entry = self.entries[known]
        if "error" in entry:
            failed = ForbiddenError if entry["error"] == 403 else AzureError
            raise failed(f"GET {address}: refused", status=entry["error"])
        return Resource(
            known, flat(kind_of(known.kind), entry), "" if kind_of(known.kind).shape is Shape.LINKS else ETAG
        )

    def listed(self, address: Address) -> Resource:
        found = self.get(address)
        assert found is not None
        return found

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        listed = [one for one in self.entries if one.kind == kind.type and one.parent == parent]
        bodies = ((one, self.entries[one]) for one in listed)
        return [Resource(one, {} if "error" in body else flat(kind, body)) for one, body in bodies]

    def secrets(self, address: Address) -> dict[str, Any]:
        raise AssertionError(address)

    def inside(self, collection: Collection) -> Sequence[Resource]:
        held = (one for one in self.entries if one.kind.lower() == collection.name.lower())
        return [Resource(one, self.entries[one]["properties"]) for one in held]

    def soft_deleted(self, location: str) -> bool:
        assert location
        entry = self.entries.get(Address("deletedService"))
        if entry and "error" in entry:
            raise ForbiddenError("GET deletedservices: refused", status=403)
        return entry is not None


def planned(folder: Path) -> Plan:
    live = Live(folder)
    options = folder / "options.json"
    given = json.loads(options.read_text("utf-8")) if options.exists() else {}
    wishes: dict[str, Any] = {
        name: frozenset(map(Address, value)) if isinstance(value, list) else value for name, value in given.items()
    }
    wanted = desired(spec.load(Path("spec.yaml"), environ={}))
    return make(wanted, observe(wanted, live), Scope(ZEROS, wanted.group, wanted.service), Wishes(**wishes))


def shown(folder: Path) -> str:
    try:
        plan = planned(folder)
        feasible(plan)
        guard(plan)
    except ProvisionError as error:
        return f"{type(error).__name__}: {error}\n"
    order = [f"{one} after {edge.after}: {edge.because}\n" for one in plan.edges for edge in plan.edges[one]]
    return render.plans([plan], "text", Verb.PLAN) + ("\n" + "".join(sorted(order)) if order else "")


def _sent(change: Change, azure: Live) -> Json:
    now = azure.get(change.address)
    partly = change.action is Action.UPDATE and kind_of(change.address.kind).partial
    return (rebased(change, now) if partly and now else change).body or {}


def bodies(folder: Path) -> str:
    plan, azure = planned(folder), Live(folder)
    sent = {one.address: wrapped(kind_of(one.address.kind), _sent(one, azure)) for one in plan.changes}
    return json.dumps({str(address): body for address, body in sent.items()}, indent=1) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = HERE / case
    monkeypatch.chdir(folder)
    text, expected = shown(folder), folder / "plan.txt"
    sent = folder / "bodies.json"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(text, "utf-8")
        if sent.exists():
            sent.write_text(bodies(folder), "utf-8")
    assert text == expected.read_text("utf-8")
    if sent.exists():
        assert json.loads(bodies(folder)) == json.loads(sent.read_text("utf-8"))


def test_every_folder_is_a_case() -> None:
    folders = {str(path.relative_to(HERE)) for path in HERE.glob("*/*") if path.is_dir()}
    assert {name for name in folders if "__pycache__" not in name} == set(CASES)
    for name in CASES:
        held = {path.name for path in (HERE / name).iterdir()}
        assert {"spec.yaml", "live.json", "plan.txt"} <= held
        assert all(name.endswith((".yaml", ".json", ".txt", ".xml")) for name in held)


def test_observing_reads_nothing_below_what_is_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = HERE / "operation" / "of-an-undeclared-api"
    monkeypatch.chdir(folder)
    asked: list[Address] = []

    class Watched(Live):
        def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
            asked.append(parent)
            return super().members(kind, parent)

    wanted = desired(spec.load(Path("spec.yaml"), environ={}))
    observe(wanted, Watched(folder))
    assert set(asked) == {SERVICE, Address("apis/echo")}
