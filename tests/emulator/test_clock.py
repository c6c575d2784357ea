"""The clock of the emulator, in this process and from outside."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision.emulator import instant
from provision.emulator.world.clock import distance

if TYPE_CHECKING:
    from provision.emulator import Emulator

GRAVE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ApiManagement"
    "/locations/eastus/deletedservices/demo-apim"
)


@pytest.mark.parametrize(
    ("given", "length"),
    [
        (90, timedelta(seconds=90)),
        (0.5, timedelta(seconds=0.5)),
        (-1, timedelta(seconds=-1)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1DT0.5S", timedelta(days=1, seconds=0.5)),
        ("-PT1M", timedelta(minutes=-1)),
    ],
)
def test_lengths_of_time(given: Any, length: timedelta) -> None:
    assert distance(given) == length


@pytest.mark.parametrize(
    "given", ["", "P", "PT", "P1DT", "2D", "P1Y", "1", None, True, [], 1e300, float("nan"), "P9" * 9]
)
def test_what_is_no_length_of_time(given: Any) -> None:
    with pytest.raises(ValueError, match=r"length of time|calendar"):
        distance(given)


def test_instants_need_a_zone() -> None:
    assert (
        instant("2001-02-03T04:05:06Z") == instant("2001-02-03T05:05:06+01:00") == datetime(2001, 2, 3, 4, 5, 6, 0, UTC)
    )
    for wrong in ("2001-02-03T04:05:06", "2001-02-03", "yesterday", "2001-02-30T00:00:00Z", 7, None):
        with pytest.raises(ValueError, match=r"2001-02-03T04:05:06Z|time zone"):
            instant(wrong)


def test_a_frozen_clock_stamps_what_it_was_told(azure: Emulator, arm: Any) -> None:
    azure.clock.freeze(instant("2001-02-03T04:05:06Z"))
    assert arm.ready().props["createdAtUtc"] == "2001-02-03T04:05:06Z"


def test_the_clock_is_read_and_moved_from_outside(arm: Any) -> None:
    clock = f"{arm.url}/_emulator/clock"
    assert arm("GET", clock).body["frozen"] is False
    frozen = arm("POST", clock, {"freeze": "2030-01-01T00:00:00Z"})
    assert (frozen.status, frozen.body) == (200, {"now": "2030-01-01T00:00:00Z", "frozen": True})
    assert arm("POST", clock, {"advance": "P2D"}).body["now"] == "2030-01-03T00:00:00Z"
    assert arm("POST", clock, {"advance": 1.5}).body["now"] == "2030-01-03T00:00:01.5Z"
    running = arm("POST", clock, {"set": "2040-01-01T00:00:00Z"}).body
    assert (running["frozen"], running["now"][:16]) == (False, "2040-01-01T00:00")


def test_48_hours_pass_in_a_moment(apim: Any) -> None:
    apim("DELETE", "")
    while apim("GET", "").status == 200:
        pass
    assert apim("GET", GRAVE).status == 200
    apim("POST", f"{apim.url}/_emulator/clock", {"advance": "P2D"})
    assert apim("GET", GRAVE).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        b"{",
        {"advance": "soon"},
        {"advance": 1, "set": "2030-01-01T00:00:00Z"},
        {"set": "2030-01-01"},
        {"freeze": 7},
        {"back": 1},
        {"advance": 1e12},
        {"advance": "P999999999D"},
    ],
)
def test_a_wrong_move_is_told_and_moves_nothing(azure: Emulator, arm: Any, body: Any) -> None:
    azure.clock.freeze(instant("2001-02-03T04:05:06Z"))
    refused = arm("POST", f"{arm.url}/_emulator/clock", body)
    assert (refused.status, refused.code) == (400, "BadRequest")
    assert azure.clock.stamp() == "2001-02-03T04:05:06Z"


def test_a_running_clock_refuses_what_no_calendar_has(azure: Emulator, arm: Any) -> None:
    assert arm("POST", f"{arm.url}/_emulator/clock", {"advance": 1e12}).status == 400
    assert azure.clock.now().year < 3000


def test_its_own_endpoints_need_neither_token_nor_version(azure: Emulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc)
    statuses = []
    for method, path in (("GET", "/clock"), ("GET", "/faults"), ("GET", "/nothing"), ("PUT", "/clock"), ("GET", "")):
        connection.request(method, f"/_emulator{path}")
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [200, 200, 501, 501, 200]
