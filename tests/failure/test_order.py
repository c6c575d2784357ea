"""A change of the instance and any deeper one in one apply: the service locks what is inside while it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import READS, WORKED, Cloud, embedded
from tests.failure.conftest import API, LINK, OPERATIONS, POLICY, STARTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Arm

XML = {"properties": {"format": "rawxml", "value": "<policies><inbound><base /></inbound></policies>"}}
SIXTH = {"properties": {"displayName": "Sixth", "method": "GET", "urlTemplate": "/sixth"}}


def other(path: str) -> Callable[[Arm], object]:
    return lambda arm: arm.edit(path, lambda properties: properties.update(displayName="other"))


DEEPER: dict[str, Callable[[Arm], object]] = {
    "an API": other(API),
    "an operation": other(OPERATIONS[0]),
    "a product": other(STARTER),
    "a product's policy": lambda arm: arm.put(POLICY, XML),
    "an API that is gone": lambda arm: arm.delete(API),
    "an operation that is gone": lambda arm: arm.delete(OPERATIONS[0]),
    "a policy that is gone": lambda arm: arm.delete(POLICY),
    "a link that is gone": lambda arm: arm.delete(LINK),
    "an operation too many": lambda arm: arm.put(f"{API}/operations/sixth", SIXTH),
    "an API's policy too many": lambda arm: arm.put(f"{API}/policies/policy", XML),
    "an operation's policy too many": lambda arm: arm.put(f"{OPERATIONS[0]}/policies/policy", XML),
    "a link too many": lambda arm: arm.put(f"{STARTER}/apis/echo-api", {}),
}


@pytest.fixture
def slow() -> Iterator[Cloud]:
    """An embedded Azure in which a change of the instance takes a while, and that holds the worked example."""
    with embedded(lro_polls=4) as cloud:
        cloud.applied(WORKED)
        yield cloud


@pytest.mark.parametrize("deeper", DEEPER)
def test_what_is_inside_is_written_after_the_instance(slow: Cloud, deeper: str) -> None:
    DEEPER[deeper](slow.arm)
    slow.arm.patch("", {"tags": {"owner": "somebody"}, "properties": {"publisherName": "somebody"}})
    ran, sent = slow.watched("apply", WORKED, "--yes", "--output", "json")
    ran.ended(0)
    assert ran.outcomes["service"] == "done"
    assert len(ran.outcomes) > 1
    written = [one for one in sent if one.method not in READS]
    assert written[0].path.endswith("/service/demoazureml")
    assert [one.status for one in written if one.status == 409] == []
    slow.clean(WORKED)


def test_where_the_instance_is_not_changed_nothing_inside_is(slow: Cloud) -> None:
    other(API)(slow.arm)
    slow.arm.put(f"{API}/operations/sixth", SIXTH)
    slow.arm.patch("", {"properties": {"publisherName": "somebody"}})
    slow.fault("PATCH", "/service/demoazureml$", 400, "ValidationError")
    ran = slow("apply", WORKED, "--yes", "--output", "json").ended(1)
    assert {*ran.outcomes.values()} == {"failed", "skipped"}
    assert "nothing in an instance can be written while it changes" in ran.out
    slow.applied(WORKED)
    slow.clean(WORKED)
