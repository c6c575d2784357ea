"""What the failure tests share: no seconds between two looks, and what must hold after every accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import provision.azure.transport
import provision.azure.waiting
import provision.workflow
from tests.conftest import PATIENCE, WORKED

if TYPE_CHECKING:
    from tests.conftest import Cloud, Ran

API, STARTER = "apis/azureml-demo", "products/starter"
OPERATIONS = tuple(
    f"{API}/operations/{name}" for name in ("bes-delete", "bes-start", "bes-status", "bes-submit", "rrs-execute")
)
LINK, OLD_LINK, POLICY = f"{STARTER}/apis/azureml-demo", f"{STARTER}/apis/echo-api", f"{STARTER}/policies/policy"
OUTCOMES = ("done", "overwrote", "failed", "stale", "skipped", "unfinished")


@dataclass
class Virtual:
    """Time that passes when somebody sleeps, and takes none."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.slept.append(seconds)


@pytest.fixture(autouse=True)
def virtual(monkeypatch: pytest.MonkeyPatch) -> Virtual:
    """The time of everything that waits for Azure; nobody watches requests in it, which take real time."""
    found = Virtual()
    shown = SimpleNamespace(monotonic=found.monotonic, sleep=found.sleep)
    monkeypatch.setattr(provision.workflow, "time", shown)
    monkeypatch.setattr(provision.azure.waiting, "time", shown)
    monkeypatch.setattr(provision.azure.transport, "_LOOK", PATIENCE)
    return found


def reconciled(ran: Ran) -> None:
    """Every planned change has one outcome, and the exit code follows from them."""
    totals = ran.document["totals"]
    assert totals["planned"] == sum(totals[outcome] for outcome in OUTCOMES) == len(ran.outcomes), str(ran)
    finished = totals["done"] == totals["planned"]
    expected = 0 if finished else 3 if totals["done"] or totals["unfinished"] else 1
    ran.ended(expected)
    without_reason = [
        item["address"] for item in ran.document["resource_changes"] if item["outcome"] != "done" and not item["reason"]
    ]
    assert without_reason == []


def names(cloud: Cloud, collection: str) -> list[str]:
    return sorted(item["name"] for item in cloud.arm.get(collection)["value"])


def converges(cloud: Cloud) -> None:
    """A rerun ends well, nothing is left to do, and nothing is there twice."""
    cloud.emulator.faults.clear()
    cloud.applied(WORKED)
    assert cloud("plan", WORKED, "--detailed-exitcode", "--output", "json").ended(0).changes == {}
    assert names(cloud, "apis") == ["azureml-demo", "echo-api"]
    assert names(cloud, "products") == ["starter", "unlimited"]
    assert names(cloud, f"{API}/operations") == [address.rpartition("/")[2] for address in OPERATIONS]
    assert names(cloud, f"{STARTER}/apis") == ["azureml-demo"]
    assert len(names(cloud, "subscriptions")) == 3, "master, and one for each product that Azure made"
