"""Limits of plans: what was beyond them when a plan was looked at passes, and nothing more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provision.address import Address, Scope
from provision.diff import Action, Change
from provision.errors import GuardError
from provision.guards import guard, inherit, reviewed
from provision.plan import Limits, Plan

SCOPE = Scope("s", "g", "i")


def plan(action: Action, count: int, limits: Limits) -> Plan:
    changes = tuple(Change(Address(f"apis/a{number}"), action) for number in range(count))
    return Plan(SCOPE, changes, managed=20, limits=limits)


@pytest.mark.parametrize(
    ("action", "limits", "option"),
    [
        (Action.DELETE, Limits(1, None), "--max-delete allows 1"),
        (Action.UPDATE, Limits(None, 0.1), "--max-update"),
    ],
)
def test_what_was_reviewed_passes_and_one_more_stops(action: Action, limits: Limits, option: str) -> None:
    first = plan(action, 4, limits)
    with pytest.raises(GuardError, match=option):
        guard(first)
    seen = reviewed(first)
    guard(seen)
    for count in (3, 4):
        guard(inherit(plan(action, count, Limits()), seen))
    with pytest.raises(GuardError, match=option):
        guard(inherit(plan(action, 5, Limits()), seen))


def test_what_was_within_its_limits_has_no_more_than_those() -> None:
    seen = reviewed(plan(Action.DELETE, 1, Limits(2, None)))
    assert seen.limits.reviewed == {}
    with pytest.raises(GuardError, match="--max-delete allows 2"):
        guard(replace(plan(Action.DELETE, 3, Limits()), limits=seen.limits))
