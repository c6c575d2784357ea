"""ARM's token buckets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator, EmulatorError, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
OTHER = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/demo"
LEFT = "x-ms-ratelimit-remaining-subscription-"


@pytest.fixture
def throttled() -> Iterator[Emulator]:
    """A fiftieth of Azure's: reads 5 and one in two seconds, writes and deletes 4 and one in five."""
    with Emulator(throttle="azure", throttle_scale=1 / 50) as azure:
        azure.clock.freeze(instant("2030-01-01T00:00:00Z"))
        yield azure


def test_what_is_left_is_told_until_nothing_is(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    reads = [arm("GET", GROUP) for _ in range(6)]
    assert [reply.headers[f"{LEFT}reads"] for reply in reads] == ["4", "3", "2", "1", "0", "0"]
    assert [reply.status for reply in reads] == [404, 404, 404, 404, 404, 429]
    assert (reads[-1].code, reads[-1].headers["retry-after"]) == ("TooManyRequests", "2")


def test_after_the_time_it_names_a_request_passes(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    for _ in range(5):
        arm("GET", GROUP)
    throttled.clock.advance(timedelta(seconds=1))
    refused = arm("HEAD", GROUP)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    throttled.clock.advance(timedelta(seconds=1))
    assert [arm("GET", GROUP).status for _ in range(2)] == [404, 429]
    throttled.clock.advance(timedelta(hours=1))
    assert [arm("GET", GROUP).status for _ in range(6)] == [404] * 5 + [429]


def test_a_clock_set_back_fills_nothing(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    for _ in range(5):
        arm("GET", GROUP)
    throttled.clock.advance(timedelta(hours=-1))
    assert arm("GET", GROUP).status == 429


def test_reads_writes_and_deletes_have_buckets_of_their_own(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    writes = [arm(m, GROUP, {"location": "eastus"}) for m in ("PUT", "PATCH", "PUT", "PUT", "PUT")]
    assert [reply.status for reply in writes] == [201, 200, 200, 200, 429]
    assert writes[-1].headers["retry-after"] == "5"
    assert arm("GET", GROUP).headers[f"{LEFT}reads"] == "4"
    assert arm("DELETE", GROUP).headers[f"{LEFT}deletes"] == "3"


def test_every_subscription_and_every_principal_has_its_own(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    for _ in range(6):
        arm("GET", GROUP)
    assert arm("GET", GROUP).status == 429
    assert arm("GET", OTHER).status == 404
    assert arm("GET", GROUP, Authorization="Bearer somebody-else").status == 404
    assert arm("GET", GROUP.upper().replace("/SUBSCRIPTIONS/", "/subscriptions/")).status == 429
    assert arm("GET", "/metadata/endpoints").status == 200
    assert arm("GET", f"{arm.url}/_emulator/clock").status == 200


def test_a_refused_request_is_not_executed(throttled: Emulator, client: Any) -> None:
    arm = client(throttled.url)
    for _ in range(4):
        arm("PUT", OTHER, {"location": "eastus"})
    assert arm("PUT", OTHER[:-1] + "x", {"location": "eastus"}).status == 429
    assert arm("GET", OTHER[:-1] + "x").status == 404


def test_azures_own_sizes(client: Any) -> None:
    with Emulator(throttle="azure") as azure:
        azure.clock.freeze(instant("2030-01-01T00:00:00Z"))
        arm = client(azure.url)
        assert arm("GET", GROUP).headers[f"{LEFT}reads"] == "249"
        assert arm("PUT", GROUP, {"location": "eastus"}).headers[f"{LEFT}writes"] == "199"
        assert arm("DELETE", GROUP).headers[f"{LEFT}deletes"] == "199"


def test_it_is_off_unless_asked_for(arm: Any) -> None:
    assert f"{LEFT}reads" not in arm("GET", GROUP).headers
    with pytest.raises(EmulatorError, match="azure, off"):
        Emulator(throttle="on")  # type: ignore[arg-type]
