"""Transitions of an instance: they advance by polls of the operation and by GETs of the instance.

Where seconds are asked for, they pass on the emulator's clock. A transition that a scripted fault lets fail leaves the
instance as it was, with `provisioningState` Failed until an operation succeeds [Azure/apiops#670: it can end so].
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from provision.emulator.instance import backups
from provision.emulator.instance.looks import location_key
from provision.emulator.world import operations

if TYPE_CHECKING:
    from provision.emulator.world.store import Row, Store
    from provision.emulator.world.wire import Call

SERVICE = "microsoft.apimanagement/service"
GRAVEYARD = "/deleted"
KEPT = timedelta(hours=48)


def begin(call: Call, row: Row, what: str, pending: Any = None) -> tuple[Row, str]:
    """Put an instance into transition; returns it and the operation's id."""
    name = operations.start(call, service=row.path, what=what)
    lasting = operations.lasting(call, creates=what == "create")
    transition = {"what": what, "operation": name, "pending": pending, **lasting}
    return call.store.put(replace(row, private={**row.private, "transition": transition})), name


def advance(call: Call, path: str, operation: str | None = None) -> tuple[Row | None, bool]:
    """Count one poll of the instance at `path`; returns it and whether it (or that operation) is at rest."""
    with call.store.transaction():
        row = call.store.get(path)
        transition = row.private.get("transition") if row else None
        if row is None or not transition or (operation and transition["operation"] != operation):
            return row, True
        if operations.goes_on(call, transition):
            return call.store.put(row, keep_etag=True), False
        return _finish(call, row, transition), True


def _finish(call: Call, row: Row, transition: dict[str, Any]) -> Row | None:
    what = transition["what"]
    private = {key: value for key, value in row.private.items() if key not in ("transition", "failed")}
    if operations.failed(transition):
        return call.store.put(replace(row, private={**private, "failed": what}))
    if what == "purge":
        call.store.delete(row.path)
        return None
    if what == "delete":
        soft_delete(call, replace(row, private=private))
        return None
    if what == "restore":
        backups.restore(call.store, row, transition["pending"])
        return call.store.put(replace(row, private=private))
    return call.store.put(replace(row, body=transition["pending"] or row.body, private={**private, "ready": True}))


def soft_delete(call: Call, row: Row) -> None:
    """Move an instance with everything in it out of sight for 48 hours."""
    now = call.world.clock.now()
    call.store.put(replace(row, private={**row.private, "deleted": now.isoformat(), "purge": (now + KEPT).isoformat()}))
    call.store.move(row.path, grave(row.name), row.id)


def grave(name: str) -> str:
    """Return the path of a soft-deleted instance."""
    return f"{GRAVEYARD}/{name.lower()}"


def dead(call: Call, name: str) -> Row | None:
    """Return the soft-deleted instance of that name, unless its 48 hours are over."""
    row = call.store.get(grave(name))
    if row is None or datetime.fromisoformat(row.private["purge"]) <= call.world.clock.now():
        return None
    return row


def all_dead(call: Call, subscription: str) -> list[Row]:
    """Return the soft-deleted instances of a subscription."""
    rows = [r for r in call.store.page(GRAVEYARD) if r.id.lower().startswith(f"/subscriptions/{subscription}/".lower())]
    return [r for r in rows if dead(call, r.name)]


def restore(store: Store, row: Row, arm_id: str) -> Row:
    """Bring a soft-deleted instance back with everything in it."""
    path = arm_id.lower()
    store.move(row.path, path, arm_id)
    if row.id != arm_id:
        for child in store.subtree(path):
            body = json.loads(json.dumps(child.body).replace(f"{row.id}/", f"{arm_id}/"))
            if body != child.body:
                store.put(replace(child, body=body), keep_etag=True)
    private = {key: value for key, value in row.private.items() if key not in ("deleted", "purge")}
    restored = replace(row, path=path, id=arm_id, private=private)
    return store.put(restored)


def living(store: Store, name: str) -> Row | None:
    """Return the instance that holds a name, in whatever subscription."""
    rows = store.of_type(SERVICE, "/subscriptions/")
    return next((r for r in rows if r.name.lower() == name.lower()), None)


def started(call: Call, row: Row, name: str) -> dict[str, str]:
    """Return the headers that hand out an instance's operation, by api-version [recorded]."""
    if call.version < "2022":
        return {"Location": operations.url(call, f"{row.id}/operationresults/{name}"), **operations.hurry(call)}
    if call.version < "2023":
        url = operations.url(call, f"{row.id}/operationresults/{name}", asyncResponse="")
        return {"Location": url, "Azure-AsyncOperation": url, **operations.retry_after(call)}
    subscription = row.id.split("/")[2]
    region = location_key(row.body["location"])
    base = f"/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{region}"
    return {
        "Location": operations.url(call, f"{base}/operationResults/{name}"),
        "Azure-AsyncOperation": operations.url(call, f"{base}/operationsStatuses/{name}"),
        **operations.retry_after(call),
    }
