"""Rates and quotas.

Sources: [doc] Microsoft's reference of each element, [#] answers of the service quoted in issues, [?] inferred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from provision.emulator.gateway.counting import BEGINNING
from provision.emulator.gateway.failing import GatewayError
from provision.emulator.gateway.nodes import Policy
from provision.emulator.world.clock import instant

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

    from provision.emulator.gateway.counting import Period, Rate
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

REPORTS = (
    "retry-after-header-name",
    "retry-after-variable-name",
    "remaining-calls-header-name",
    "remaining-calls-variable-name",
    "total-calls-header-name",
)
RATE = frozenset({"calls", "renewal-period", *REPORTS})
QUOTA = frozenset({"calls", "bandwidth", "renewal-period"})
NAMES = frozenset({"name", "id"})
BY_KEY_QUOTA = "quota-by-key"  # the name of the policy, and the first part of its counters' keys
BY_KEY = frozenset({"counter-key", "increment-condition", "increment-count"})


@dataclass(frozen=True, slots=True)
class Limit:
    """Calls, or kilobytes, in so many seconds; `api` and `operation` narrow what counts."""

    calls: int | None
    kilobytes: float | None
    seconds: float
    api: tuple[str, str] = ("", "")
    operation: tuple[str, str] = ("", "")

    def concerns(self, transit: Transit) -> bool:
        """Tell whether a call counts."""
        api, operation = transit.context.api, transit.context.operation
        if any(self.api) and not (api and _is(self.api, api.id, api.name)):
            return False
        return not any(self.operation) or bool(operation and _is(self.operation, operation.id, operation.name))

    @property
    def key(self) -> tuple[str, ...]:
        """What sets it apart from others of its element."""
        return (*self.api, *self.operation)


def _is(wanted: tuple[str, str], short: str, name: str) -> bool:
    """Compare by id where one is given, else by name."""
    return wanted[0].lower() == short.lower() if wanted[0] else wanted[1].lower() == name.lower()


def _limits(node: Node) -> list[Limit]:
    """Return the limit of an element and those of the APIs and operations in it."""
    found = [_limit(node)]
    for api in node.nodes("api"):
        api.known(NAMES | QUOTA, {"operation"})
        this = (api.word("id", ""), api.word("name", ""))
        found.append(_limit(api, this))
        for one in api.nodes("operation"):
            one.known(NAMES | QUOTA, ())
            found.append(_limit(one, this, (one.word("id", ""), one.word("name", ""))))
    return found


def _limit(node: Node, api: tuple[str, str] = ("", ""), operation: tuple[str, str] = ("", "")) -> Limit:
    calls = int(node.number("calls")) if node.has("calls") else None
    kilobytes = node.number("bandwidth") if node.has("bandwidth") else None
    if calls is None and kilobytes is None:
        raise node.refuse("neither 'calls' nor 'bandwidth' is given")
    return Limit(calls, kilobytes, node.number("renewal-period"), api, operation)


class Reporter:
    """Tells callers and later elements where a limit stands."""

    def __init__(self, node: Node) -> None:
        self._names = {name: node.word(name) for name in REPORTS if node.has(name)}

    def tell(self, transit: Transit, rate: Rate, calls: int) -> dict[str, str]:
        """Set variables now, and headers on the answer; return those of a refusal."""
        headers: dict[str, str] = {}
        known = {"remaining-calls": rate.remaining, "total-calls": calls}
        if rate.wait:
            known["retry-after"] = rate.wait
        for what, value in known.items():
            if variable := self._names.get(f"{what}-variable-name"):
                transit.context.variables[variable] = value
            if header := self._names.get(f"{what}-header-name"):
                headers[header] = str(value)
        if rate.wait and "retry-after-header-name" not in self._names:
            headers["Retry-After"] = str(rate.wait)
        if not rate.wait and headers:
            transit.after.append(_telling(headers))
        return headers


def _telling(headers: dict[str, str]) -> Act:
    async def tell(transit: Transit) -> None:
        response = transit.context.response
        for name, value in headers.items():
            if response is not None:
                response.headers.set(name, value)

    return tell


def exceeded(source: str, wait: int, headers: dict[str, str]) -> GatewayError:
    """Return the refusal of a call too many [#]."""
    shown = f"Rate limit is exceeded. Try again in {wait} seconds."
    return GatewayError(429, source, "RateLimitExceeded", "Rate limit is exceeded", shown=shown, headers=headers)


def rate_limit(node: Node) -> Act:
    """`rate-limit`: so many calls of a subscription in a sliding window [doc]; without a subscription nothing [doc]."""
    limits, reporter, place = _limits(node), Reporter(node), node.place

    async def act(transit: Transit) -> None:
        subscription = transit.context.subscription
        if subscription is None:
            return
        for limit in limits:
            if limit.calls is None or not limit.concerns(transit):
                continue
            key = ("rate", place.document, place.path, path_of(transit), *limit.key)
            rate = transit.tools.counters.rate(key, limit.calls, limit.seconds)
            headers = reporter.tell(transit, rate, limit.calls)
            if rate.wait:
                raise exceeded("rate-limit", rate.wait, headers)

    return act


def path_of(transit: Transit) -> str:
    """Return the path of a call's subscription."""
    subscription = transit.subject.subscription
    return subscription.path if subscription else ""


def _began(transit: Transit) -> datetime:
    """Return when a subscription began: its periods are counted from there [doc]."""
    subscription = transit.context.subscription
    if subscription is None:
        return BEGINNING
    return subscription.start_date or subscription.created_date or BEGINNING


def quota(node: Node) -> Act:
    """`quota`: so many calls or kilobytes of a subscription in a fixed period."""
    limits, place = _limits(node), node.place

    async def act(transit: Transit) -> None:
        if transit.context.subscription is None:
            return
        for limit in limits:
            if limit.concerns(transit):
                key = ("quota", place.document, place.path, path_of(transit), *limit.key)
                use(transit, "quota", key, limit, _began(transit))

    return act


class _ByKey:
    """What `rate-limit-by-key` and `quota-by-key` have in common."""

    def __init__(self, node: Node) -> None:
        self._key, self._place = node.value("counter-key"), node.place
        self._condition, self._count = node.optional("increment-condition"), node.value("increment-count", "1")

    @property
    def waits(self) -> bool:
        """Whether it is known only with the answer if a call counts."""
        return self._condition is not None

    async def key(self, transit: Transit, kind: str) -> tuple[str, ...]:
        """Return the counter's key: shared by all elements of an instance that name the same [doc]."""
        return (kind, transit.subject.service.path, await self._key.text(transit))

    async def count(self, transit: Transit) -> int:
        """Return by how much a call counts; it may depend on the answer."""
        if self._condition is not None and not await self._condition.flag(transit):
            return 0
        return await self._count.whole(transit)


def rate_limit_by_key(node: Node) -> Act:
    """`rate-limit-by-key`: so many calls of one key in a sliding window."""
    calls, seconds = node.value("calls"), node.value("renewal-period")
    reporter, counted = Reporter(node), _ByKey(node)

    async def act(transit: Transit) -> None:
        most, length = await calls.whole(transit), await seconds.number(transit)
        key = await counted.key(transit, "rate-by-key")
        counters = transit.tools.counters
        rate = counters.rate(key, most, length, 0 if counted.waits else await counted.count(transit))
        headers = reporter.tell(transit, rate, most)
        if rate.wait:
            raise exceeded("rate-limit-by-key", rate.wait, headers)
        if counted.waits:

            async def later(transit: Transit) -> None:
                counters.add(key, length, await counted.count(transit))

            transit.after.append(later)

    return act


def quota_by_key(node: Node) -> Act:
    """`quota-by-key`: so many calls or kilobytes of one key in a fixed period."""
    calls, kilobytes, seconds = node.optional("calls"), node.optional("bandwidth"), node.value("renewal-period")
    start, counted = _start(node), _ByKey(node)
    if calls is None and kilobytes is None:
        raise node.refuse("neither 'calls' nor 'bandwidth' is given")

    async def act(transit: Transit) -> None:
        most = await calls.whole(transit) if calls else None
        size = await kilobytes.number(transit) if kilobytes else None
        limit = Limit(most, size, await seconds.number(transit))
        key = await counted.key(transit, BY_KEY_QUOTA)
        period = use(transit, BY_KEY_QUOTA, key, limit, start, 0 if counted.waits else await counted.count(transit))
        if counted.waits:

            async def later(transit: Transit) -> None:
                period.calls += await counted.count(transit)

            transit.after.append(later)

    return act


def _start(node: Node) -> datetime:
    """Return from where periods are counted: the beginning of time unless told [doc]."""
    given = node.word("first-period-start", "")
    try:
        return instant(given) if given else BEGINNING
    except ValueError as error:
        raise node.refuse(f"first-period-start: {error}") from None


def use(transit: Transit, source: str, key: Hashable, limit: Limit, start: datetime, count: int = 1) -> Period:
    """Count a call against a quota. Raises GatewayError 403 where nothing is left."""
    counters = transit.tools.counters
    period = counters.period(key, limit.seconds, start)
    left = counters.seconds_left(period)
    if limit.calls is not None and period.calls >= limit.calls:
        raise spent(source, "call volume", left)
    if limit.kilobytes is not None and period.kilobytes >= limit.kilobytes:
        raise spent(source, "bandwidth", left)
    period.calls += count
    if limit.kilobytes is not None:
        transit.periods.append(period)
    return period


def spent(source: str, what: str, left: float) -> GatewayError:
    """Return the refusal where a quota is used up [#]."""
    seconds = 0 if math.isinf(left) else math.ceil(left)
    message = f"Out of {what} quota. Quota will be replenished in {span(seconds)}."
    return GatewayError(403, source, "QuotaExceeded", message, headers={"Retry-After": str(seconds)} if seconds else {})


def span(seconds: int) -> str:
    """Return a length of time as .NET writes it: 22.14:18:12."""
    length = timedelta(seconds=seconds)
    clock = f"{length.seconds // 3600:02d}:{length.seconds // 60 % 60:02d}:{length.seconds % 60:02d}"
    return f"{length.days}.{clock}" if length.days else clock


POLICIES = (
    Policy("rate-limit", rate_limit, RATE, frozenset({"api"}), ("inbound",)),
    Policy("quota", quota, QUOTA, frozenset({"api"}), ("inbound",)),
    Policy("rate-limit-by-key", rate_limit_by_key, RATE | BY_KEY, sections=("inbound",)),
    Policy(BY_KEY_QUOTA, quota_by_key, QUOTA | BY_KEY | {"first-period-start"}, sections=("inbound",)),
)
