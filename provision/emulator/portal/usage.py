"""What the portal plots: an instance's calls over a time that ends now, and who they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.portal.inside import Inside

# By name: how long, how long a bar of it, and how the reports write that.
SPANS: Mapping[str, tuple[timedelta, timedelta, str]] = MappingProxyType(
    {
        "hours": (timedelta(hours=6), timedelta(minutes=15), "PT15M"),
        "day": (timedelta(days=1), timedelta(hours=1), "PT1H"),
        "week": (timedelta(days=7), timedelta(hours=6), "PT6H"),
        "month": (timedelta(days=30), timedelta(days=1), "P1D"),
    }
)
COUNTS = ("callCountSuccess", "callCountBlocked", "callCountFailed", "callCountOther")
VIEWS = ("byApi", "byOperation", "byProduct", "bySubscription", "byUser")
MOST = 20


def usage(inside: Inside, name: str, span: str, now: datetime) -> dict[str, Any]:
    """Return bars, the oldest first and each there though nobody called, and for each view who called most."""
    if span not in SPANS:
        raise ArmError(400, "ValidationError", f"The span is one of {', '.join(SPANS)}.")
    length, bar, written = SPANS[span]
    last = _floored(now, bar)
    starts = [last - bar * back for back in range(length // bar)][::-1]
    root = inside.service(name)
    since = {"$filter": f"timestamp ge datetime'{starts[0]:%Y-%m-%dT%H:%M:%S}'"}
    found = inside.get(f"{root}/reports/byTime?{urlencode({**since, 'interval': written})}")["value"]
    by_start = {one["timestamp"]: one for one in found}
    most = {"$orderby": "callCountTotal desc", "$top": str(MOST)}
    tables = {view: inside.get(f"{root}/reports/{view}?{urlencode({**since, **most})}")["value"] for view in VIEWS}
    return {
        "bars": [_bar(start, by_start.get(f"{start:%Y-%m-%dT%H:%M:%SZ}", {})) for start in starts],
        **{view: [one for one in rows if one["callCountTotal"]] for view, rows in tables.items()},
    }


def _floored(now: datetime, bar: timedelta) -> datetime:
    """Return the start of the bar that an instant is in, as the reports have it: in steps from 1970."""
    seconds = int(bar.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _bar(start: datetime, record: dict[str, Any]) -> dict[str, Any]:
    return {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", **{name: record.get(name, 0) for name in COUNTS}}
