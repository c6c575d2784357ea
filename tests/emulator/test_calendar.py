"""The clock that tests move, and what hangs on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator.world.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator import Emulator

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def test_it_goes_on_from_where_it_is_set() -> None:
    clock = Clock()
    clock.set(NOON)
    assert NOON <= clock.now() < NOON + timedelta(minutes=1)
    clock.advance(timedelta(days=-1))
    assert clock.now() < NOON
    assert clock.now() <= clock.now()


def test_it_stands_while_it_is_frozen() -> None:
    clock = Clock()
    clock.freeze(NOON.astimezone(timezone(timedelta(hours=2))))
    assert (clock.now(), clock.stamp()) == (NOON, "2030-05-06T12:00:00Z")
    clock.advance(timedelta(milliseconds=250))
    assert clock.stamp() == "2030-05-06T12:00:00.25Z"
    clock.set(NOON)
    assert clock.now() >= NOON


@pytest.mark.parametrize("frozen", [False, True])
def test_it_does_not_leave_the_calendar(frozen: bool) -> None:
    clock = Clock()
    (clock.freeze if frozen else clock.set)(NOON)
    for distance in (timedelta.max, timedelta.min):
        with pytest.raises(OverflowError):
            clock.advance(distance)
    assert NOON <= clock.now() < NOON + timedelta(minutes=1)


@pytest.mark.parametrize("move", [Clock.set, Clock.freeze])
def test_a_time_needs_a_zone(move: Callable[[Clock, datetime], None]) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="time zone"):
        move(clock, datetime(2030, 5, 6))  # noqa: DTZ001
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(("hours", "taken"), [(47.9, True), (48.1, False)])
def test_a_deleted_instance_is_kept_for_two_days(azure: Emulator, apim: Any, hours: float, taken: bool) -> None:
    apim("DELETE", "")
    while apim("GET", "").status != 404:
        pass
    azure.clock.advance(timedelta(hours=hours))
    body = {"location": "eastus", "sku": {"name": "Developer", "capacity": 1}}
    props = {"publisherEmail": "a@example.com", "publisherName": "A"}
    assert apim("PUT", "", {**body, "properties": props}).status == (409 if taken else 201)


def test_stamps_follow_it(azure: Emulator, apim: Any) -> None:
    azure.clock.freeze(NOON)
    apim.api("a")
    azure.clock.advance(timedelta(hours=1))
    apim("PUT", "/apis/a", {"properties": {"displayName": "b", "path": "a"}})
    shown = apim("GET", "/apis/a/revisions").body["value"][0]
    assert (shown["createdDateTime"], shown["updatedDateTime"]) == ("2030-05-06T12:00:00Z", "2030-05-06T13:00:00Z")


def test_an_instance_works_at_any_time(azure: Emulator, apim: Any) -> None:
    for year in (1900, 1970, 2400, 9000):
        azure.clock.freeze(datetime(year, 1, 1, tzinfo=UTC))
        assert apim.put(f"/namedValues/n{year}", displayName=f"n{year}", value="v").status == 201
        assert apim("GET", f"/namedValues/n{year}").status == 200
        assert apim("DELETE", f"/namedValues/n{year}").status in (200, 202)
