"""GET and PATCH quotas/{counterKey}: what `quota-by-key` has counted under a key, and how to set it back.

Fields and the form of a period's key: Microsoft's examples [ex]. [?] That a key of which nothing was counted has no
periods, and the number before the length in a period's key, which is always 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.resources.lookup import require_service
from provision.emulator.world.errors import invalid, not_found
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.world.quotas import Used

QUOTAS = "quotas"
MINUTE, HOUR, DAY = 60, 3600, 86400
FOREVER = "P0D"


def listing(call: Call) -> Answer:
    """GET quotas/KEY: its periods, of which one is under way."""
    key, used = _found(call)
    return _listed([_shown(key, used)] if used else [])


def update(call: Call) -> Answer:
    """PATCH quotas/KEY: set what is counted."""
    key, used = _found(call)
    if used:
        _set(call, used)
    return _listed([_shown(key, used)] if used else [])


def period(call: Call) -> Answer:
    """GET quotas/KEY/periods/PERIOD."""
    return Answer(200, _shown(*_of_period(call)))


def update_period(call: Call) -> Answer:
    """PATCH quotas/KEY/periods/PERIOD: set what is counted."""
    key, used = _of_period(call)
    _set(call, used)
    return Answer(200, _shown(key, used))


def _found(call: Call) -> tuple[str, Used | None]:
    service = require_service(call)
    segments = call.request.segments
    lower = [one.lower() for one in segments]
    key = segments[lower.index(QUOTAS) + 1]
    return key, call.world.quotas.find(service.path, key)


def _of_period(call: Call) -> tuple[str, Used]:
    key, used = _found(call)
    if used is None or _period_key(used) != call.request.segments[-1]:
        raise not_found("Quota period")
    return key, used


def _set(call: Call, used: Used) -> None:
    props = call.request.json().get("properties")
    given = props if isinstance(props, dict) else {}
    for name, attribute in (("callsCount", "calls"), ("kbTransferred", "kilobytes")):
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
            raise invalid([(name, f"{value!r} is no count.")])
        setattr(used, attribute, int(value) if attribute == "calls" else float(value))


def _listed(periods: list[dict[str, Any]]) -> Answer:
    return Answer(200, {"value": periods, "count": len(periods), "nextLink": ""})


def _shown(key: str, used: Used) -> dict[str, Any]:
    return {
        "counterKey": key,
        "periodKey": _period_key(used),
        "periodStartTime": f"{used.begins:%Y-%m-%dT%H:%M:%SZ}",
        **({"periodEndTime": f"{used.ends:%Y-%m-%dT%H:%M:%SZ}"} if used.ends else {}),
        "value": {"callsCount": used.calls, "kbTransferred": used.kilobytes},
    }


def _period_key(used: Used) -> str:
    if used.ends is None:
        return f"0_{FOREVER}"
    seconds = int((used.ends - used.begins).total_seconds())
    clock = [(seconds % DAY // HOUR, "H"), (seconds % HOUR // MINUTE, "M"), (seconds % MINUTE, "S")]
    time = "".join(f"{number}{unit}" for number, unit in clock if number)
    days = f"{seconds // DAY}D" if seconds >= DAY else ""
    return f"0_P{days}{f'T{time}' if time else ''}"
