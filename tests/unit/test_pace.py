"""ARM's buckets: slow down before they are empty."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provision.azure.pipeline import Pace
from provision.azure.waiting import Call, Clock, asking


class Time(Clock):
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def request(method: str = "GET") -> Any:
    return SimpleNamespace(http_request=SimpleNamespace(method=method))


def answer(pace: Pace, **headers: str) -> None:
    response: Any = SimpleNamespace(http_response=SimpleNamespace(headers=headers, status_code=200))
    pace.on_response(request(), response)


@pytest.mark.parametrize(
    ("header", "left", "method", "seconds"),
    [
        ("reads", "32", "GET", 0.0),
        ("reads", "7", "GET", 1.0),
        ("reads", "7", "HEAD", 1.0),
        ("writes", "12", "PUT", 2.0),
        ("writes", "12", "PATCH", 2.0),
        ("deletes", "2", "DELETE", 3.0),
        ("reads", "0", "PUT", 0.0),
        ("reads", "many", "GET", 0.0),
    ],
)
def test_waits_until_the_bucket_has_its_reserve_again(header: str, left: str, method: str, seconds: float) -> None:
    time = Time()
    pace = Pace(time, print)
    answer(pace, **{f"x-ms-ratelimit-remaining-subscription-{header}": left})
    with asking(Call("reading", 0.0, time)):  # no patience at all: others' requests are waited for, and get on
        pace.on_request(request(method))
    assert time.passed == pytest.approx(seconds)


def test_without_a_word_from_arm_nothing_waits() -> None:
    pace = Pace(Time(), print)
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert pace.delay(method) == 0.0
