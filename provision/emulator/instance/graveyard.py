"""Soft-deleted instances: get, list, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.instance import lifecycle
from provision.emulator.instance.looks import location_key
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.world.store import Row


def _shown(row: Row) -> dict[str, Any]:
    subscription = row.id.split("/")[2]
    region = location_key(row.body["location"])
    base = f"/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{region}"
    return {
        "id": f"{base}/deletedservices/{row.name}",
        "name": row.name,
        "type": "Microsoft.ApiManagement/deletedservices",
        "location": row.body["location"],
        "properties": {
            "serviceId": row.id,
            "scheduledPurgeDate": row.private["purge"].replace("+00:00", "Z"),
            "deletionDate": row.private["deleted"].replace("+00:00", "Z"),
        },
    }


def _find(call: Call) -> Row | None:
    segments = call.request.segments
    row = lifecycle.dead(call, segments[-1])
    if row is None or location_key(row.body["location"]) != location_key(segments[5]):
        return None
    return row if row.id.lower().startswith(f"/subscriptions/{segments[1]}/".lower()) else None


def get(call: Call) -> Answer:
    """GET of a soft-deleted instance; counts as a poll of its purge."""
    row = _find(call)
    if row is not None and row.private.get("transition"):
        row, _ = lifecycle.advance(call, row.path)
    if row is None:
        name = call.request.segments[-1]
        raise ArmError(404, "ResourceNotFound", f"There is no soft-deleted service '{name}' in this location.")
    return Answer(200, _shown(row))


def listing(call: Call) -> Answer:
    """GET of all soft-deleted instances of a subscription."""
    return Answer(200, {"value": [_shown(row) for row in lifecycle.all_dead(call, call.request.segments[1])]})


def purge(call: Call) -> Answer:
    """DELETE of a soft-deleted instance: its name is free when the operation ends [?: not before]."""
    with call.store.transaction():
        row = _find(call)
        if row is None:
            return Answer(204)
        running = row.private.get("transition")
        if running:  # [?: a second purge joins the first, as the second deletion of a resource group does]
            return Answer(202, None, lifecycle.started(call, row, running["operation"]))
        row, name = lifecycle.begin(call, row, "purge")
        return Answer(202, None, lifecycle.started(call, row, name))
