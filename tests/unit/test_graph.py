"""Edges between changes: three rules, readiness, cycles."""

from __future__ import annotations

from dataclasses import replace

import pytest

import provision.kinds
from provision.address import GROUP, SERVICE, Address
from provision.diff import Action, Change
from provision.errors import CycleError
from provision.graph import edges
from provision.kinds import KINDS, kind_of
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


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.RESTORE])
def test_nothing_inside_is_written_before_a_change_of_the_instance_is_done(action: Action) -> None:
    inside = (
        change("apis/a/operations/o/policies/policy", Action.DELETE),
        change("apis/a/operations/o", Action.UPDATE),
        change("products/p/apis/a", Action.CREATE),
        change("apis/b", Action.DELETE),
        change("policies/policy", Action.CREATE),
    )
    for one in inside:
        assert after(str(one.address), Change(SERVICE, action), *inside)[-1:] == ["service"], one.address
    assert after("resourceGroup", Change(SERVICE, action), Change(GROUP, Action.UPDATE)) == []


def test_what_waits_for_something_inside_waits_for_the_instance_through_that() -> None:
    chain = (change("apis/a", Action.CREATE, "a"), change("apis/a/operations/o", Action.CREATE))
    assert after("apis/a/operations/o", Change(SERVICE, Action.UPDATE), *chain) == ["apis/a"]
    assert after("apis/a", Change(SERVICE, Action.UPDATE), *chain) == ["service"]


def test_a_deletion_waits_for_the_change_of_what_referred_to_it_in_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that leaves its version set is changed before that set goes, and one that enters it after it came."""
    sets = replace(kind_of("products"), type="apiVersionSets")
    known = {kind.type.lower(): kind for kind in (*KINDS, sets)}
    monkeypatch.setattr(provision.kinds, "_BY_TYPE", known)
    old, new = Address("apiVersionSets/old"), Address("apiVersionSets/new")
    api = Change(Address("apis/a"), Action.UPDATE, body={"path": "a", "apiVersionSetId": f"/{new}"})
    changes = (api, Change(old, Action.DELETE), Change(new, Action.CREATE, body={}))
    observed = {api.address: Resource(api.address, {"path": "a", "apiVersionSetId": f"/{old}"})}
    assert after(str(old), *changes, observed=observed) == ["apis/a"]
    assert after("apis/a", *changes, observed=observed) == [str(new)]
    assert after(str(new), *changes, observed=observed) == []


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
