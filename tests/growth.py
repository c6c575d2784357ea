"""How much work plans are as they grow: specs and an Azure of any size without a wire, counted and in CPU seconds.

`table(COUNTS)` is what a benchmark prints; `calls` is what a test compares.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.address import GROUP, SERVICE, Address, Scope
from provision.desired import Desired
from provision.observed import Observed
from provision.plan import Wishes, make
from provision.resource import Resource
from provision.schedule import Schedule
from provision.teardown import Consent, Surroundings, teardown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provision.plan import Plan

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "growth", "growth")
COUNTS = (250, 500, 1000, 2000, 4000)
PER_API = 50  # operations of each API


@dataclass(frozen=True)
class Row:
    """CPU seconds of a plan and of its walk, by the number of deletions."""

    deletions: int
    operations: float  # operations that the spec doesn't have, one by one
    links: float  # links of one product and the APIs they lead to, each by itself
    destroy: float  # the whole instance


def table(counts: Sequence[int] = COUNTS) -> list[Row]:
    """CPU seconds for each count: plan, order and the choice of what comes next; nothing is sent."""
    return [Row(count, *(_seconds(work, count) for work in WORK.values())) for count in counts]


def calls(work: Callable[[int], object], count: int) -> int:
    """How many functions are called, which no machine makes more or fewer."""
    total = 0

    def count_one(_frame: object, event: str, _argument: object) -> None:
        nonlocal total
        total += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_one)
    try:
        work(count)
    finally:
        sys.setprofile(before)
    return total


def operations(count: int) -> Plan:
    """Delete `count` operations of APIs that stay."""
    apis = count // PER_API
    here = _snapshot(_apis(apis, PER_API))
    kept = {address: one for address, one in here.items() if address.kind != "apis/operations"}
    owned = frozenset((Address(f"apis/a{number}"), "apis/operations") for number in range(apis))
    return walked(make(_desired(kept, owned), Observed(MappingProxyType(here)), SCOPE, Wishes()))


def links(count: int) -> Plan:
    """Delete `count` links of one product whose APIs stay, and as many APIs that nothing is linked to."""
    here = _snapshot(_apis(count, 0))
    product = {one: Resource(one, {}) for one in (Address(f"products/p/apis/a{number}") for number in range(count))}
    gone = _snapshot(iter([Resource(Address(f"apis/b{number}"), {"path": f"b{number}"}) for number in range(count)]))
    owned = frozenset({(Address("products/p"), "products/apis"), (SERVICE, "apis")})
    p = Resource(Address("products/p"), {"displayName": "P"})
    desired = _desired({**here, p.address: p}, owned)
    every = {**here, **gone, **product, p.address: p}
    return walked(make(desired, Observed(MappingProxyType(every)), SCOPE, Wishes()))


def destroy(count: int) -> Plan:
    """Delete an instance with `count` operations."""
    here = _snapshot(_apis(count // PER_API, PER_API))
    observed = Observed(MappingProxyType(here))
    return walked(teardown(_desired(here, frozenset()), observed, SCOPE, Surroundings(), Consent()))


WORK = MappingProxyType({"operations": operations, "links": links, "destroy": destroy})


def walked(plan: Plan) -> Plan:
    """Walk a plan as apply does, 16 at a time, without sending anything."""
    schedule = Schedule(plan)
    running: list[Any] = []
    while schedule.waiting or running:
        while len(running) < 16 and (change := schedule.take()):
            running.append(change)
        schedule.end(running.pop(0), well=True)
    return plan


def _seconds(work: Callable[[int], object], count: int) -> float:
    start = time.process_time()
    work(count)
    return time.process_time() - start


def _apis(count: int, operations: int) -> Iterator[Resource]:
    for number in range(count):
        api = Address(f"apis/a{number}")
        yield Resource(api, {"displayName": f"A {number}", "path": f"a{number}"})
        for one in range(operations):
            body = {"displayName": f"Op {one}", "method": "GET", "urlTemplate": f"/{one}"}
            yield Resource(api.child("operations", f"op{one}"), body)


def _snapshot(resources: Iterator[Resource]) -> dict[Address, Resource]:
    root = (Resource(GROUP, {"location": "eastus"}), Resource(SERVICE, {"location": "eastus"}))
    return {one.address: one for one in (*root, *resources)}


def _desired(snapshot: dict[Address, Resource], owned: frozenset[tuple[Address, str]]) -> Desired:
    nothing: Any = MappingProxyType({})
    return Desired("growth", "growth", "eastus", False, snapshot, owned, frozenset(), nothing, nothing, "growth.yaml")


if __name__ == "__main__":
    for row in table([int(text) for text in sys.argv[1:]] or COUNTS):
        sys.stdout.write(f"{row.deletions:6} {row.operations:8.3f} {row.links:8.3f} {row.destroy:8.3f}\n")
