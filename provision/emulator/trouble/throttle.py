"""Throttling as Azure Resource Manager does it: a token bucket per subscription, principal and class of request.

Sizes and rates: "Understand how Azure Resource Manager throttles requests" (learn.microsoft.com). [?]: the code and
words of the refusal, which differ among ARM's front ends; that a refused request takes no token.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from datetime import datetime

    from provision.emulator.world.clock import Clock
    from provision.emulator.world.wire import Request

Mode = Literal["azure", "off"]
MODES: tuple[Mode, ...] = ("azure", "off")
SIZES = (("reads", 250.0, 25.0), ("writes", 200.0, 10.0), ("deletes", 200.0, 10.0))  # class, size, tokens a second
HEADER = "x-ms-ratelimit-remaining-subscription-"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: datetime


class Throttle:
    """The buckets of one emulator; `scale` makes all of them smaller or larger. They follow the emulator's clock."""

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self._clock = clock
        self._limits = {name: (max(1.0, size * scale), rate * scale) for name, size, rate in SIZES}
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def take(self, request: Request) -> dict[str, str]:
        """Take a token; returns the headers that say what is left. Raises ArmError 429 where there is none."""
        segments = request.segments
        if len(segments) < 2 or segments[0].lower() != "subscriptions":  # noqa: PLR2004
            return {}  # the tenant's own buckets are not emulated
        what = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(request.method, "writes")
        key = (segments[1].lower(), request.headers.get("authorization", ""), what)
        bucket = self._filled(key)
        if bucket.tokens < 1:
            raise self._refused(segments[1], what, bucket)
        bucket.tokens -= 1
        return {HEADER + what: str(int(bucket.tokens))}

    def _filled(self, key: tuple[str, str, str]) -> _Bucket:
        size, rate = self._limits[key[2]]
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        passed = max(0.0, (now - bucket.filled).total_seconds())  # a clock set back fills nothing
        bucket.tokens = min(size, bucket.tokens + passed * rate)
        bucket.filled = now
        return bucket

    def _refused(self, subscription: str, what: str, bucket: _Bucket) -> ArmError:
        seconds = max(1, math.ceil((1 - bucket.tokens) / self._limits[what][1]))
        message = f"Too many {what} of subscription '{subscription}'. Try again after {seconds} seconds."
        headers = {"Retry-After": str(seconds), HEADER + what: "0"}
        return ArmError(429, "TooManyRequests", message, headers=headers)
