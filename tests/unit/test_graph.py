"""Edges between changes: three rules, readiness, cycles."""

from __future__ import annotations

import pytest

from provision.address import SERVICE, Address
from provision.diff import Action, Change
from provision.errors import CycleError
from provision.graph import edges
from provision.resource import Resource


def change(text: str, action: Action, path: str | None = None) -> Change:
    body = {"displayName": "x", "path": path} if path is not None else None
    return Change(Address(text), action, body=body)


def api(text: str, path: str) -> tuple[Address, Resource]:
    return Address(text), Resource(Address(text), {"displayName": "x", "path": path})


def after(text: str, *changes: Change, observed: dict[Address, Resource] | None = None) -> list[str]:
    return [str(edge.after) for edge in edges(changes, observed or {}).get(Address(text), ())]


def test_a_resource_waits_for_what_it_lies_in_and_refers_to() -> None:
    changes = (
        change("products/p/apis/a", Action.CREATE),
        change("products/p", Action.CREATE),
        change("apis/a", Action.UPDATE, "a"),
        Change(SERVICE, Action.CREATE),
    )
    assert after("products/p/apis/a", *changes) == ["apis/a", "products/p"]
    assert after("apis/a", *changes) == ["service"]


def test_a_deletion_waits_for_the_deletion_of_what_refers_to_it() -> None:
    link, target = change("products/p/apis/a", Action.DELETE), change("apis/a", Action.DELETE)
    assert after("apis/a", link, target) == ["products/p/apis/a"]
    assert after("products/p/apis/a", link, target) == []


@pytest.mark.parametrize("frees", [Action.DELETE, Action.UPDATE])
def test_a_unique_value_is_claimed_after_it_was_freed(frees: Action) -> None:
    old = change("apis/old", frees, None if frees is Action.DELETE else "elsewhere")
    new = change("apis/new", Action.CREATE, "/Orders")
    assert after("apis/new", old, new, observed=dict([api("apis/old", "orders")])) == ["apis/old"]


def test_a_value_that_is_kept_is_not_freed() -> None:
    old, new = change("apis/old", Action.UPDATE, "orders"), change("apis/new", Action.CREATE, "other")
    assert after("apis/new", old, new, observed=dict([api("apis/old", "orders")])) == []


def test_a_cycle_is_printed_with_its_path() -> None:
    changes = (change("apis/a", Action.UPDATE, "two"), change("apis/b", Action.UPDATE, "one"))
    with pytest.raises(CycleError) as caught:
        edges(changes, dict([api("apis/a", "one"), api("apis/b", "two")]))
    assert str(caught.value) == (
        "changes wait for each other:\n"
        "  apis/a waits for apis/b: path 'two' must be free first\n"
        "  apis/b waits for apis/a: path 'one' must be free first\n"
        "change one of them to a value of its own first, apply, and then again"
    )


def test_a_long_chain_is_no_cycle_and_no_recursion() -> None:
    length = 3000
    changes = tuple(change(f"apis/a{n:04}", Action.UPDATE, f"p{n + 1}") for n in range(length))
    observed = dict(api(f"apis/a{n:04}", f"p{n}") for n in range(length))
    found = edges(changes, observed)
    assert sum(len(waits) for waits in found.values()) == length - 1
