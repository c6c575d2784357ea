"""Addresses: ARM's names, without regard to case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.address import DELETED, GROUP, SERVICE, Address, Scope

SCOPE = Scope("00000000-0000-0000-0000-000000000001", "Group", "Instance")
words = st.text("abcXYZ019-_.;=()", min_size=1, max_size=8)
paths = st.lists(st.tuples(words, words), min_size=1, max_size=3).map(
    lambda pairs: "/".join("/".join(p) for p in pairs)
)


@given(paths)
def test_an_address_comes_back_from_its_arm_id(text: str) -> None:
    assert Address.from_arm_id(Address(text).arm_id(SCOPE)) == Address(text)


@given(paths)
def test_case_makes_no_difference_but_is_kept(text: str) -> None:
    upper, lower = Address(text.upper()), Address(text.lower())
    assert upper == lower
    assert hash(upper) == hash(lower)
    assert str(upper) == text.upper()


@given(paths)
def test_a_resource_lies_within_everything_that_it_lies_in(text: str) -> None:
    address = Address(text)
    seen = [address]
    while (parent := seen[-1].parent) is not None:
        assert address.within(parent)
        assert not parent.within(address)
        seen.append(parent)
    assert seen[-2:] == [SERVICE, GROUP]


@pytest.mark.parametrize(
    ("arm_id", "address"),
    [
        ("/subscriptions/S/resourceGroups/G", GROUP),
        ("/subscriptions/S/resourcegroups/G/", GROUP),
        ("/subscriptions/S/resourceGroups/G/providers/microsoft.apimanagement/Service/N", SERVICE),
        ("/subscriptions/S/resourceGroups/G/providers/Microsoft.ApiManagement/service/N/apis/a", Address("apis/a")),
        ("/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/N", None),
        ("/subscriptions/S", None),
        ("apis/a", None),
    ],
)
def test_from_arm_id(arm_id: str, address: Address | None) -> None:
    assert Address.from_arm_id(arm_id) == address


def test_kind_name_and_ids() -> None:
    operation = Address("apis/echo/operations/get")
    assert (operation.kind, operation.names, operation.name) == ("apis/operations", ("echo", "get"), "get")
    assert (SERVICE.kind, SERVICE.names, SERVICE.name) == ("service", (), "")
    assert GROUP.arm_id(SCOPE) == "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Group"
    assert SERVICE.arm_id(SCOPE) == DELETED.arm_id(SCOPE) == SCOPE.service_id
    assert SERVICE.child("apis", "echo").child("operations", "get") == operation


def test_a_name_that_begins_like_another_is_not_within_it() -> None:
    assert not Address("apis/echo2").within(Address("apis/echo"))
    assert not GROUP.within(SERVICE)
    assert SERVICE.within(GROUP)
