"""The tags that an import makes: of the instance or workspace, and on operations [Azure/apiops#684].

A tag that has the name is taken, whatever its id. A new one has an id made of its name and 24 hex digits
[Azure/apiops#855]. [?] A tag that the document does not give to an operation stays on it.
Of imports that run at the same time and make one tag, all but the first fail, as their polls say [Azure/apiops#770].
That is so only where operations last some time of the clock: those that only count polls end when their client likes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from provision.emulator.rules.links import BY_PLAIN, PREFIX, assign, link
from provision.emulator.world import operations
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft

LONGEST_START = 50
TAKEN = ("name", "Tag with the same name already exists.")  # [Azure/apiops#855]


def store_tags(draft: Draft, api: Row, tags: Mapping[str, list[str]]) -> None:
    """Give operations of an API, by their names, the tags that are wanted, making those that are missing."""
    store = draft.call.store
    known = {str(row.props.get("displayName")).lower(): row for row in store.page(f"{draft.scope}/tags")}
    for name, titles in tags.items():
        operation = store.get(f"{api.path}/operations/{name}".lower())
        if operation is None:
            continue
        for title in titles:
            if title.lower() not in known:
                known[title.lower()] = _made(draft, title, api)
            elif _being_made(draft, known[title.lower()], api):
                target, message = TAKEN
                details = [{"code": "ValidationError", "target": target, "message": message}]
                draft.notes["fails"] = {"code": "ValidationError", "message": message, "details": details}
            _give(draft, known[title.lower()], operation)


def _being_made(draft: Draft, tag: Row, api: Row) -> bool:
    """Tell whether the import of another API that made a tag still runs."""
    by: dict[str, Any] = tag.private.get("import") or {}
    until = by.get("until")
    if not until or by["api"] == api.path:
        return False
    return draft.call.world.clock.now() < datetime.fromisoformat(until)


def _made(draft: Draft, title: str, api: Row) -> Row:
    start = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST_START] or "tag"
    store = draft.call.store
    arm_id = f"{draft.scope_id}/tags/{start}-{store.next('id'):024x}"
    kind = f"{PREFIX}{'tags' if draft.scope == draft.service else 'workspaces/tags'}"
    body = {"properties": {"displayName": title}}
    private = {"import": {"api": api.path, "until": operations.lasting(draft.call).get("until")}}
    claim = f"{draft.scope}/tags#{title}".lower()
    return store.put(Row(arm_id.lower(), arm_id, kind, body=body, private=private, target=claim))


def _give(draft: Draft, tag: Row, operation: Row) -> None:
    store, pair = draft.call.store, BY_PLAIN["apis/operations/tags"]
    if draft.scope != draft.service:
        link(store, pair, tag, operation)
        return
    arm_id = f"{operation.id}/tags/{tag.name}"
    if not store.exists(arm_id.lower()):
        assign(store, store.put(Row(arm_id.lower(), arm_id, f"{PREFIX}{pair.plain}", target=tag.path)))
