"""Which changes may start, when, and what is lost with one that failed."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.address import Address, Scope
from provision.diff import Action, Change
from provision.graph import Edge
from provision.kinds import KINDS
from provision.plan import Plan
from provision.schedule import Schedule

SCOPE = Scope("0", "demo", "demo")


def plan_of(*texts: str, after: dict[str, list[str]] | None = None) -> Plan:
    edges = {Address(text): tuple(Edge(Address(one), "so") for one in ones) for text, ones in (after or {}).items()}
    changes = tuple(Change(Address(text), Action.CREATE) for text in texts)
    return Plan(SCOPE, changes, MappingProxyType(edges))


def taken(schedule: Schedule) -> list[str]:
    found = []
    while change := schedule.take():
        found.append(str(change.address))
    return found


def change(text: str) -> Change:
    return Change(Address(text), Action.CREATE)


def test_what_waits_for_nothing_starts_in_the_order_of_the_plan() -> None:
    assert taken(Schedule(plan_of("products/b", "products/a", "groups/c"))) == ["products/b", "products/a", "groups/c"]


def test_one_change_of_an_api_at_a_time_and_others_beside_it() -> None:
    schedule = Schedule(plan_of("apis/a/operations/x", "apis/A/operations/y", "products/p/apis/a", "apis/b"))
    assert taken(schedule) == ["apis/a/operations/x", "apis/b"]
    schedule.end(change("apis/a/operations/x"), well=True)
    assert taken(schedule) == ["apis/A/operations/y"]
    schedule.end(change("apis/a/operations/y"), well=False)
    assert taken(schedule) == ["products/p/apis/a"]


def test_a_change_waits_for_all_that_it_needs() -> None:
    schedule = Schedule(
        plan_of("products/a", "products/b", "products/c", after={"products/a": ["products/b", "products/c"]})
    )
    assert taken(schedule) == ["products/b", "products/c"]
    schedule.end(change("products/b"), well=True)
    assert taken(schedule) == []
    schedule.end(change("products/c"), well=True)
    assert taken(schedule) == ["products/a"]


def test_what_needs_what_failed_is_lost_with_it_and_nothing_else() -> None:
    after = {"products/b": ["products/a"], "products/c": ["products/b"], "products/d": ["products/e"]}
    schedule = Schedule(plan_of(*(f"products/{one}" for one in "abcde"), after=after))
    assert taken(schedule) == ["products/a", "products/e"]
    lost = schedule.end(change("products/a"), well=False)
    assert [(str(one.address), why) for one, why in lost] == [
        ("products/b", "products/a was not done, and so"),
        ("products/c", "products/b was not done, and so"),
    ]
    schedule.end(change("products/e"), well=True)
    assert taken(schedule) == ["products/d"]
    assert not schedule.waiting


@given(st.data(), st.integers(1, 30))
def test_every_change_is_started_once_or_lost_once(data: st.DataObject, count: int) -> None:
    names = [f"apis/{n % 4}/operations/{n}" for n in range(count)]
    after = {
        names[n]: [names[m] for m in data.draw(st.sets(st.integers(0, n - 1), max_size=3))] for n in range(1, count)
    }
    schedule = Schedule(plan_of(*names, after=after))
    running: list[str] = []
    seen: list[str] = []
    while started := taken(schedule) or running:
        fresh = [one for one in started if one not in running]
        lanes = [one.split("/")[1] for one in (*running, *fresh)]
        assert len(lanes) == len(set(lanes))
        running += fresh
        seen += fresh
        one = running.pop(data.draw(st.integers(0, len(running) - 1)))
        seen += [str(lost.address) for lost, _ in schedule.end(change(one), well=data.draw(st.booleans()))]
    assert sorted(seen) == sorted(names)


def rounds(plan: Plan, workers: int = 16) -> int:
    """How often a request's latency passes where each request takes one."""
    schedule, count = Schedule(plan), 0
    while schedule.waiting:
        batch = [one for _ in range(workers) if (one := schedule.take())]
        assert batch
        for one in batch:
            schedule.end(one, well=True)
        count += 1
    return count


def of_apis(*sizes: int) -> Plan:
    """APIs with so many operations each, and a product that holds them all."""
    names: list[str] = ["products/p"]
    after: dict[str, list[str]] = {}
    for number, size in enumerate(sizes):
        api = f"apis/a{number:03}"
        inside = [f"{api}/operations/{one}" for one in range(size)]
        names += [api, *inside, f"products/p/apis/a{number:03}"]
        after.update({one: [api] for one in inside}, **{f"products/p/apis/a{number:03}": [api, "products/p"]})
    return plan_of(*sorted(names), after=after)


@pytest.mark.parametrize(
    "sizes", [(50,) * 17, (50,) * 33, (5,) * 100, (300, *(5,) * 200), (*(5,) * 200, 300), (1,)], ids=str
)
def test_lanes_take_turns_so_that_none_runs_alone_at_the_end(sizes: tuple[int, ...]) -> None:
    """As many rounds as there are for 16 at once, or for the longest lane, and two in which not all can run."""
    plan = of_apis(*sizes)
    fewest = max(-(-len(plan.changes) // 16), max(sizes) + 2)
    assert rounds(plan) <= fewest + 2


def test_a_lane_is_a_fact_of_the_kind() -> None:
    assert {kind.type for kind in KINDS if kind.one_writer} == {"apis"}
