"""ARM's buckets: slow down before they are empty."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provision.azure.pipeline import Pace


def ask(pace: Pace, method: str) -> None:
    pace.on_request(SimpleNamespace(http_request=SimpleNamespace(method=method)))  # type: ignore[arg-type]


def answer(pace: Pace, **headers: str) -> None:
    response: Any = SimpleNamespace(http_response=SimpleNamespace(headers=headers))
    pace.on_response(SimpleNamespace(), response)  # type: ignore[arg-type]


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
    slept: list[float] = []
    pace = Pace(slept.append)
    answer(pace, **{f"x-ms-ratelimit-remaining-subscription-{header}": left})
    ask(pace, method)
    assert sum(slept) == pytest.approx(seconds)


def test_without_a_word_from_arm_nothing_waits() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        ask(pace, method)
    assert not slept
