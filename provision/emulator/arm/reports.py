"""GET reports/byApi and its like: who called what, from the counts of the gateway.

Names of fields, what a status counts as and what can be filtered are documented [doc: ReportRecordContract and the
operations' `$filter`]; that an entity without calls is listed with zeros is seen in Microsoft's examples [ex]. [?] The
order, quarters that only touch the asked time being a part of it, and calls whose user nobody knows being Anonymous's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.resources.lookup import require_service
from provision.emulator.world.clock import distance
from provision.emulator.world.errors import invalid
from provision.emulator.world.store import service_of
from provision.emulator.world.usage import NEVER, QUARTER, Caller, Sums
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.emulator.world.store import Row

CLAUSE = re.compile(r"(\w+)\s+(eq|ge|gt|le|lt)\s+(?:datetime)?'([^']*)'", re.IGNORECASE)
# The fields by which calls are told apart, and the attribute of Caller behind each.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "apiid": "api",
        "operationid": "operation",
        "productid": "product",
        "subscriptionid": "subscription",
        "userid": "user",
    }
)
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "api": "apiId",
        "operation": "operationId",
        "product": "productId",
        "subscription": "subscriptionId",
        "user": "userId",
    }
)
ANONYMOUS = "Anonymous"
PLACES = 4  # decimals of a millisecond


@dataclass(slots=True)
class Asked:
    """What a report is asked for: calls between two instants, about these."""

    begins: datetime | None = None
    ends: datetime | None = None
    about: dict[str, str] = field(default_factory=dict)

    def has(self, caller: Caller, start: int) -> bool:
        """Tell whether a quarter's calls of somebody belong to it."""
        began = datetime.fromtimestamp(start, UTC)
        if (self.ends and began > self.ends) or (self.begins and began + timedelta(seconds=QUARTER) <= self.begins):
            return False
        return all(getattr(caller, name).lower() == value for name, value in self.about.items())


def _asked(call: Call) -> Asked:
    """Read `$filter`: comparisons joined with `and`."""
    text, found = call.request.query.get("$filter", ""), Asked()
    wrong = invalid([("$filter", f"'{text[:200]}' is not a filter that is understood.")])
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE):
        match = CLAUSE.fullmatch(part.strip("() "))
        if match is None:
            raise wrong
        name, operator, value = match[1].lower(), match[2].lower(), match[3]
        if name == "timestamp" and operator != "eq":
            when = _instant(value)
            if when is None:
                raise wrong
            setattr(found, "begins" if operator in ("ge", "gt") else "ends", when)
        elif name in FIELDS and operator == "eq":
            found.about[FIELDS[name]] = value.lower()
        elif name != "apiregion" or operator != "eq":  # there is one region
            raise wrong
    return found


def _instant(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _calls(call: Call, asked: Asked) -> Iterator[tuple[Caller, int, Sums]]:
    usage = call.world.usage
    counted = usage.calls(service_of(call.path)) if usage else ()
    return ((caller, start, sums) for caller, start, sums in counted if asked.has(caller, start))


Named = Callable[["Row"], str]


def _display(row: Row) -> str:
    return str(row.props.get("displayName") or row.name)


def _person(row: Row) -> str:
    return f"{row.props.get('firstName', '')} {row.props.get('lastName', '')}".strip()


def by_entity(kind: str, collection: str, named: Named, call: Call) -> Answer:
    """GET reports/byApi, byOperation, byProduct, bySubscription, byUser."""
    service, asked = require_service(call), _asked(call)
    rows = {row.id[len(service.id) :]: row for row in _existing(call, service, collection)}
    found: dict[str, tuple[Caller, Sums]] = {}
    for caller, _, sums in _calls(call, asked):
        key = getattr(caller, kind)
        if key or kind == "user":
            found[key] = (caller, found[key][1].plus(sums) if key in found else sums)
    wanted = asked.about.get(kind)
    for key in rows:
        if key not in found and (wanted is None or key.lower() == wanted):
            found[key] = (Caller(service.path, **{kind: key}), Sums())
    records = []
    for key, (caller, sums) in found.items():
        name = named(rows[key]) if key in rows else key.rpartition("/")[2] or ANONYMOUS
        records.append({"name": name, **_about(kind, caller), **_figures(sums)})
    return _listed(call, sorted(records, key=lambda one: str(one["name"]).lower()))


def _existing(call: Call, service: Row, collection: str) -> list[Row]:
    rows = call.store.of_type(f"microsoft.apimanagement/service/{collection}", service.path + "/")
    return [row for row in rows if ";rev=" not in row.path]


def _about(kind: str, caller: Caller) -> dict[str, str]:
    """Return whom a record is about: what it is grouped by, and what follows from that."""
    shown = {"operation": ("operation", "api"), "subscription": ("subscription", "product", "user")}.get(kind, (kind,))
    return {TITLES[name]: value for name in shown if (value := getattr(caller, name))}


def by_time(call: Call) -> Answer:
    """GET reports/byTime: an interval for each that has calls."""
    require_service(call)
    asked, text = _asked(call), call.request.query.get("interval", "")
    try:
        seconds = distance(text).total_seconds()
    except ValueError as error:
        raise invalid([("interval", str(error))]) from None
    if seconds <= 0 or seconds % QUARTER:
        raise invalid([("interval", f"'{text}' is no multiple of 15 minutes.")])
    found: dict[int, Sums] = {}
    for _, start, sums in _calls(call, asked):
        key = start // int(seconds) * int(seconds)
        found[key] = found[key].plus(sums) if key in found else sums
    records = [
        {"timestamp": f"{datetime.fromtimestamp(key, UTC):%Y-%m-%dT%H:%M:%SZ}", "interval": text, **_figures(sums)}
        for key, sums in sorted(found.items())
    ]
    return _listed(call, records)


def _figures(sums: Sums) -> dict[str, Any]:
    return {
        "callCountSuccess": sums.success,
        "callCountBlocked": sums.blocked,
        "callCountFailed": sums.failed,
        "callCountOther": sums.other,
        "callCountTotal": sums.calls,
        "bandwidth": sums.bandwidth,
        "cacheHitCount": sums.hits,
        "cacheMissCount": sums.misses,
        **_times("apiTime", sums.calls, sums.total, sums.least, sums.most),
        **_times("serviceTime", sums.served, sums.served_total, sums.served_least, sums.served_most),
    }


def _times(name: str, number: int, total: float, least: float, most: float) -> dict[str, float]:
    average = round(total / number, PLACES) if number else 0
    shown = round(least, PLACES) if least < NEVER else 0
    return {f"{name}Avg": average, f"{name}Min": shown, f"{name}Max": round(most, PLACES)}


def _listed(call: Call, records: list[dict[str, Any]]) -> Answer:
    query = call.request.query
    name, _, direction = query.get("$orderby", "").partition(" ")
    if name:
        records = sorted(records, key=lambda one: _comparable(one.get(name)), reverse=direction.strip() == "desc")
    skip, top = (_number(query, name) for name in ("$skip", "$top"))
    shown = records[skip or 0 :][: top if top is not None else len(records)]
    return Answer(200, {"value": shown, "count": len(records), "nextLink": ""})


def _comparable(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value if value is not None else 0


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is not None and not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004
        raise invalid([(name, f"'{text[:50]}' is no number of records.")])
    return int(text) if text is not None else None


HANDLERS: Mapping[str, Callable[[Call], Answer]] = MappingProxyType(
    {
        "byApi": partial(by_entity, "api", "apis", _display),
        "byOperation": partial(by_entity, "operation", "apis/operations", _display),
        "byProduct": partial(by_entity, "product", "products", _display),
        "bySubscription": partial(by_entity, "subscription", "subscriptions", _display),
        "byUser": partial(by_entity, "user", "users", _person),
        "byTime": by_time,
    }
)
