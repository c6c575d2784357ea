"""Operations that run on an instance for a while: backup, restore, network changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.instance import backups, lifecycle
from provision.emulator.resources.lookup import require_service, require_writable
from provision.emulator.rules import tiers
from provision.emulator.world import operations
from provision.emulator.world.errors import ArmError, invalid
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.world.store import Row


def _parameters(call: Call) -> dict[str, Any]:
    body = call.request.json()
    lacking = [key for key in backups.KEYS if not isinstance(body.get(key), str) or not body[key]]
    if lacking:
        raise invalid([(key, f"The property '{key}' is required.") for key in lacking])
    return body


def _begun(call: Call, row: Row, what: str, pending: Any = None) -> Answer:
    """Answer 202 with a Location [recorded for backups, in all api-versions]."""
    row, operation = lifecycle.begin(call, row, what, pending)
    url = operations.url(call, f"{row.id}/operationresults/{operation}")
    return Answer(202, None, {"Location": url})


def _restable(call: Call) -> Row:
    row = require_service(call)
    require_writable(row)
    tiers.require_backups(row)
    return row


def backup(call: Call) -> Answer:
    """POST …/backup: the copy is made at once and is there even before the operation ends."""
    parameters = _parameters(call)
    with call.store.transaction():
        row = _restable(call)
        if not operations.will_fail(call):
            backups.save(call.store, row, backups.place(parameters))
        return _begun(call, row, "update")


def restore(call: Call) -> Answer:
    """POST …/restore: everything in the instance is replaced when the operation ends [?: codes of the refusals]."""
    parameters = _parameters(call)
    with call.store.transaction():
        row = _restable(call)
        where = backups.place(parameters)
        saved = call.store.get(where)
        if saved is None:
            message = f"The backup '{parameters['backupName']}' is not in '{parameters['containerName']}'."
            raise ArmError(400, "BackupNotFound", message)
        if saved.body["sku"]["name"] != row.body["sku"]["name"]:
            message = f"A backup of the {saved.body['sku']['name']} tier can be restored to that tier only."
            raise ArmError(400, "InvalidParameters", message)
        return _begun(call, row, "restore", where)


def refresh_network(call: Call) -> Answer:
    """POST …/applynetworkconfigurationupdates, …/migrateToStv2: an update that changes nothing."""
    with call.store.transaction():
        row = require_service(call)
        require_writable(row)
        return _begun(call, row, "update")
