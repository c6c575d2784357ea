"""Management locks: what Azure Resource Manager refuses before any provider is asked.

Sources: learn.microsoft.com/azure/azure-resource-manager/management/lock-resources and the REST reference of management
locks; the words of a refusal as in Azure/azure-cli#2688 and Azure/azure-sdk-for-java#2560. A lock binds everything
below its scope. CanNotDelete refuses DELETE; ReadOnly refuses PUT, PATCH and POST too, listKeys and the like included.
A scope can't be deleted while anything in it is locked. [?]: that locks themselves can be changed under a lock, the
codes of what is wrong with one, that a list shows those at and below its scope, and that a lock on an API binds its
revisions (`apis/X;rev=1`), whose names are others to ARM.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.emulator.resources.lookup import require_group
from provision.emulator.world.errors import ArmError, resource_not_found
from provision.emulator.world.store import Row
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Sequence

TAIL = ("providers", "microsoft.authorization", "locks")
TYPE = "microsoft.authorization/locks"
ROOT = "/locks"  # before the scope: a lock is in no list of resources [?]
LEVELS = ("CanNotDelete", "ReadOnly")
NAME = re.compile(r"[^<>%&:?/\\\x00-\x1f]{1,260}")
LONGEST_NOTES = 512
REVISION = re.compile(";rev=[^/]*")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
SUBSCRIPTION, GROUP = 2, 4  # segments of a scope


def concerns(lower: Sequence[str]) -> bool:
    """Tell whether a path, in lower case, is that of a lock or of the locks of a scope."""
    return tuple(lower[-3:]) == TAIL or tuple(lower[-4:-1]) == TAIL


def check(call: Call) -> None:
    """Refuse what a lock forbids."""
    method = call.request.method
    if method in READS:
        return
    path = call.path + "/"
    scopes = []
    for row in call.store.of_type(TYPE):
        scope = str(row.private["scope"]).lower() + "/"
        binds = row.body["properties"]["level"] == "ReadOnly" or method == "DELETE"
        if (binds and _is_in(scope, path)) or (method == "DELETE" and _holds(path, scope)):
            scopes.append(row.private["scope"])
    if scopes:
        what = "delete" if method == "DELETE" else "write"
        asked = "/".join(call.request.segments)
        message = (
            f"The scope '/{asked}' cannot perform {what} operation because following scope(s) "
            f"are locked: '{','.join(sorted(set(scopes)))}'. Please remove the lock and try again."
        )
        raise ArmError(409, "ScopeLocked", message)


def _is_in(scope: str, path: str) -> bool:
    """Tell whether a path is the scope's or below it; a revision is of its API."""
    return path.startswith(scope) or _whole(path).startswith(scope)


def _holds(path: str, scope: str) -> bool:
    """Tell whether the scope goes with what is at a path: an API with its last revision, a revision with its API."""
    return scope.startswith((path, _whole(path))) or _whole(scope).startswith(path)


def _whole(path: str) -> str:
    return REVISION.sub("", path)


def _scope(call: Call, tail: int) -> str:
    """Return the scope of a lock; raises ARM's 404 where there is no such resource."""
    segments = call.request.segments[:-tail]
    scope, path = "/" + "/".join(segments), "/" + "/".join(segments).lower()
    if len(segments) > SUBSCRIPTION:
        require_group(call)
    if len(segments) > GROUP:
        row = call.store.get(path)
        if row is None:
            kind = "/".join(part for part in (segments[5], *segments[6::2]) if part)
            raise resource_not_found(kind, segments[-1], segments[3])
        return row.id
    return scope


def _path(scope: str, name: str) -> str:
    return f"{ROOT}{scope}/{name}".lower()


def _shown(row: Row) -> dict[str, Any]:
    return {"properties": row.body["properties"], "id": row.id, "type": row.type_name, "name": row.name}


def _find(call: Call) -> Row:
    row = call.store.get(_path(_scope(call, 4), call.request.segments[-1]))
    if row is None:
        raise ArmError(404, "LockNotFound", f"The lock '{call.request.segments[-1]}' could not be found.", nulls=())
    return row


def get(call: Call) -> Answer:
    """GET of a lock."""
    return Answer(200, _shown(_find(call)))


def put(call: Call) -> Answer:
    """PUT of a lock."""
    props = call.request.json().get("properties")
    given = props if isinstance(props, dict) else {}
    level, notes = str(given.get("level") or ""), given.get("notes")
    name = call.request.segments[-1]
    chosen = next((one for one in LEVELS if one.lower() == level.lower()), None)
    if chosen is None:
        message = f"The lock level '{level[:100]}' is not valid. It must be one of: {', '.join(LEVELS)}."
        raise ArmError(400, "InvalidLockLevel", message)
    if not NAME.fullmatch(name) or not isinstance(notes, str | None) or len(notes or "") > LONGEST_NOTES:
        raise ArmError(400, "InvalidLock", f"The lock '{name[:260]}' has a name or notes that are not valid.")
    kept = {"level": chosen, **{key: given[key] for key in ("notes", "owners") if given.get(key) is not None}}
    with call.store.transaction():
        scope = _scope(call, 4)
        path = _path(scope, name)
        old = call.store.get(path)
        arm_id = old.id if old else f"{scope}/providers/Microsoft.Authorization/locks/{name}"
        row = call.store.put(Row(path, arm_id, TYPE, 0, {"properties": kept}, {"scope": scope}))
    return Answer(200 if old else 201, _shown(row))


def delete(call: Call) -> Answer:
    """DELETE of a lock: 200, 204 when it is absent."""
    with call.store.transaction():
        path = _path(_scope(call, 4), call.request.segments[-1])
        there = call.store.exists(path)
        call.store.delete(path)
    return Answer(200 if there else 204)


def listing(call: Call) -> Answer:
    """GET of the locks of a scope and of what is in it; with `atScope()` of the scope and of what it is in [?]."""
    wanted = call.request.query.get("$filter", "")
    if wanted not in ("", "atScope()"):
        raise ArmError(501, "NotImplemented", f"The emulator filters locks by atScope() alone, not by '{wanted}'.")
    scope = _scope(call, 3).lower() + "/"
    found = []
    for row in call.store.of_type(TYPE):
        own = str(row.private["scope"]).lower() + "/"
        if scope.startswith(own) if wanted else own.startswith(scope):
            found.append(_shown(row))
    return Answer(200, {"value": found})
