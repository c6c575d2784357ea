"""Backups of instances: copies of everything in them, by storage account, container and name.

No storage account is contacted: a backup lies in the emulator's own state. Documentation ("disaster recovery using
backup and restore"): a restore replaces what is there, and needs an instance of the same pricing tier.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.world.store import Row, Store

BACKUPS = "/backups"
KEYS = ("storageAccount", "containerName", "backupName")


def place(parameters: dict[str, Any]) -> str:
    """Return where the backup of these parameters lies."""
    return "/".join([BACKUPS, *(str(parameters[key]).replace("/", "%2f") for key in KEYS)]).lower()


def save(store: Store, row: Row, where: str) -> None:
    """Copy an instance, in place of what lies there."""
    store.delete(where)
    kept = {key: value for key, value in row.private.items() if key != "transition"}
    for one in (replace(row, private=kept), *store.subtree(row.path)):
        store.put(_moved(one, row.path, where), keep_etag=True)


def restore(store: Store, row: Row, where: str) -> None:
    """Put what was saved in the place of everything that is in an instance."""
    saved = store.get(where)
    if saved is None:
        return
    for child in store.subtree(row.path):
        store.delete_row(child.path)
    for child in store.subtree(where):
        own = _moved(child, where, row.path)
        body = json.loads(json.dumps(child.body).replace(f"{saved.id}/", f"{row.id}/"))
        store.put(replace(own, id=row.id + child.id[len(saved.id) :], body=body))


def _moved(row: Row, old: str, new: str) -> Row:
    target = row.target
    if target and target.startswith((f"{old}/", f"{old}#")):
        target = new + target[len(old) :]
    return replace(row, path=new + row.path[len(old) :], target=target)
