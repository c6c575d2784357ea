"""The generic resource below an instance: GET, HEAD, PUT, PATCH, DELETE and list, driven by its Kind."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from provision.emulator.openapi import exports
from provision.emulator.resources import odata
from provision.emulator.resources.lookup import (
    SERVICE,
    item_path,
    linked,
    missing,
    require_parent,
    require_service,
    require_writable,
)
from provision.emulator.rules import KINDS
from provision.emulator.rules.check import check
from provision.emulator.world import operations
from provision.emulator.world.draft import Draft, View
from provision.emulator.world.errors import ArmError, invalid
from provision.emulator.world.store import Row
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.rules.kind import Kind

OWN_KEYS = frozenset({"id", "name", "type", "etag", "properties", "systemData"})
NO_CONTENT = 204
LISTED = "x"  # stands for any member where the parents of a collection are looked up


def kind_of(call: Call) -> Kind:
    """Return the kind of the route, which routes inside an instance always have."""
    kind = KINDS.get(call.type.lower())
    if kind is None:
        raise ArmError(501, "NotImplemented", "The route has no kind.")
    return kind


def view(call: Call, kind: Kind, row: Row, mode: str) -> dict[str, Any]:
    """Return what the service answers for a stored resource."""
    body = {key: value for key, value in row.body.items() if key != "properties"}
    props = copy.copy(row.props)
    if mode in ("get", "list"):
        for dotted in kind.hidden:
            _drop(props, dotted)
    if mode == "list":
        for name in kind.unlisted:
            props.pop(name, None)
    if kind.show:
        kind.show(View(call, row, mode, props))
    return {"id": row.id, "type": row.type_name + kind.tail, "name": row.name, **body, "properties": props}


def _drop(props: dict[str, Any], dotted: str) -> None:
    head, _, rest = dotted.partition(".")
    if not rest:
        props.pop(head, None)
    elif isinstance(props.get(head), dict):
        props[head] = dict(props[head])
        _drop(props[head], rest)


def etag(kind: Kind, row: Row) -> dict[str, str]:
    """Return the ETag header."""
    return {"ETag": f'"{row.tag}"'} if kind.etag else {}


def find(call: Call) -> Row:
    """Return the resource of the request or raise its 404."""
    kind = kind_of(call)
    path = item_path(call)
    row = call.store.get(path)
    if row is None:
        require_parent(call, path)
        raise missing(kind, call.request.segments[-1])
    return linked(call, kind, row)


def get(call: Call) -> Answer:
    """GET of one resource."""
    code = 200
    if "asyncid" in call.request.query or "azure-asyncid" in call.request.query:
        answer, code = operations.polled_resource(call)
        if answer is not None:
            return answer
    kind, row = kind_of(call), find(call)
    if exports.is_export(call):
        return exports.export(call, row)
    return Answer(code, view(call, kind, row, "get"), etag(kind, row))


def head(call: Call) -> Answer:
    """HEAD of one resource: 200 with its ETag; of what has no GET, as most links, 204 [recorded]."""
    kind, row = kind_of(call), find(call)
    code = kind.found or (200 if "GET" in kind.verbs else NO_CONTENT)
    return Answer(code, None, {} if code == NO_CONTENT else etag(kind, row))


def no_get(_: Call) -> Answer:
    """Answer a GET of a link: not in ARM's envelope, but as ASP.NET Web API words it by itself [recorded]."""
    return Answer(405, {"Message": "The requested resource does not support http method 'GET'."})


def precondition(call: Call, old: Row | None) -> None:
    """Check If-Match and If-None-Match.

    `If-Match: *` on something absent creates it: the az CLI sends it with creates [recorded]. An empty one is none:
    azurerm sends that when it creates a release [terraform-provider-azurerm].
    """
    wanted = call.request.headers.get("if-match", "").strip() or "*"
    refused = call.request.headers.get("if-none-match", "").strip()
    stale = wanted != "*" and (old is None or wanted.removeprefix("W/").strip('"') != old.tag)
    if stale or (old is not None and refused and (refused == "*" or refused.strip('"') == old.tag)):
        message = "The condition given in the request headers does not hold for the current ETag of the resource."
        raise ArmError(412, "PreconditionFailed", message)


def put(call: Call) -> Answer:
    """PUT of one resource: replaces it whole; omitted properties get their defaults."""
    body = call.request.json() if call.request.body.strip() else {}
    return _write(call, body, lambda _: body)


def patch(call: Call) -> Answer:
    """PATCH of one resource: members given replace those that are there, null resets to the default."""
    change = call.request.json()

    def merged(old: Row | None) -> dict[str, Any]:
        if old is None:
            raise missing(kind_of(call), call.request.segments[-1])
        merged: dict[str, Any] = merge(old.body, change)
        return merged

    return _write(call, change, merged)


def merge(old: Any, change: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396)."""
    if not isinstance(change, dict):
        return change
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def _write(call: Call, given: dict[str, Any], body_of: Callable[[Row | None], dict[str, Any]]) -> Answer:
    kind = kind_of(call)
    props = given.get("properties")
    read = kind.reads(call, item_path(call), props) if kind.reads and isinstance(props, dict) else None
    with call.store.transaction():
        path = item_path(call)
        parent = require_parent(call, path)
        service = require_service(call)
        require_writable(service)
        old = call.store.get(path)
        precondition(call, linked(call, kind, old) if old else None)
        draft, rest = _draft(call, path, parent, service, body_of(old))
        draft.read = read
        row = save(kind, draft, rest)
        patched = call.request.method == "PATCH"
        code = kind.patched if patched else kind.replaced if old else kind.created
        if kind.later and kind.later(draft):
            return operations.began_put(call, row, code, draft.notes.get("fails"))
        shown = linked(call, kind, row)
        mode = "get" if patched else "update" if old else "create"
        body = None if code == NO_CONTENT else view(call, kind, shown, mode)
        return Answer(code, body, etag(kind, shown))


def _draft(call: Call, path: str, parent: Row, service: Row, body: dict[str, Any]) -> tuple[Draft, dict[str, Any]]:
    kind = kind_of(call)
    props = body.get("properties")
    if not isinstance(props, dict):
        if props is not None or kind.required:
            raise invalid([("properties", "The properties must be a JSON object.")])
        props = {}
    old = call.store.get(path)
    name = call.request.segments[-1]
    if ";rev=" in name and ";rev=" not in path.rpartition("/")[2]:
        name = name.partition(";rev=")[0]
    arm_id = old.id if old else f"{parent.id}/{kind.type.rpartition('/')[2]}/{name}"
    scope = service
    if kind.type.startswith("workspaces/"):
        scope = call.store.get("/".join(path.split("/", SERVICE + 3)[: SERVICE + 3])) or service
    props = copy.deepcopy(props)
    draft = Draft(
        call, path, arm_id, props, old, service.path, scope.path, scope.id, private=dict(old.private) if old else {}
    )
    return draft, {key: value for key, value in body.items() if key not in OWN_KEYS}


def save(kind: Kind, draft: Draft, rest: dict[str, Any]) -> Row:
    """Check, complete and store a draft; an identical PUT keeps the ETag [recorded for links and subscriptions]."""
    store, old = draft.call.store, draft.old
    check(kind, draft)
    body = {**rest, **draft.extra, "properties": draft.props}
    resource_type = f"microsoft.apimanagement/service/{kind.type}".lower()
    row = Row(draft.path, draft.id, resource_type, old.etag if old else 0, body, draft.private, draft.target)
    if old is None or (old.body, old.target, old.private) != (row.body, row.target, row.private):
        row = store.put(row, keep_etag=old is not None and old.body == row.body)
    if kind.written:
        kind.written(draft, row)
    return row


def delete(call: Call) -> Answer:
    """DELETE of one resource: 200, 204 when it is absent [recorded]."""
    kind = kind_of(call)
    with call.store.transaction():
        path = item_path(call)
        require_writable(require_service(call))
        row = call.store.get(path)
        if row is None:
            if kind.outlives and call.version >= "2024":
                return Answer(200)
            require_parent(call, path)
            return Answer(204)
        precondition(call, linked(call, kind, row))
        later = kind.lro_delete and call.version > "2022-08-01"
        if not (later and operations.will_fail(call)):
            if kind.deleting:
                kind.deleting(call, row)
            call.store.delete(path)
            if kind.deleted:
                kind.deleted(call, row)
        return operations.began_delete(call, row.id) if later else Answer(200)


def listing(call: Call) -> Answer:
    """GET of a collection."""
    kind = kind_of(call)
    path = item_path(call)
    rows, total, more = _page(call, path)
    if not rows:
        require_parent(call, f"{path}/{LISTED}")
    items = [view(call, kind, linked(call, kind, row), "list") for row in rows]
    return Answer(200, {"value": items, "count": total, **more})


def _page(call: Call, path: str) -> tuple[list[Row], int, dict[str, str]]:
    query, store = call.request.query, call.store
    skip, top = number(query, "$skip") or 0, number(query, "$top")
    size = call.world.page_size if top is None else min(top, call.world.page_size)
    if "$filter" in query:
        test = odata.compiled(query["$filter"])
        absent = {"isCurrent": False} if kind_of(call).type.endswith("apis") else {}  # of a revision that is not
        kept = [r for r in store.page(path) if test({"name": r.name, **absent, **linked(call, kind_of(call), r).props})]
        rows, total = kept[skip : skip + size], len(kept)
    else:
        rows = store.page(path, skip, size)
        total = len(rows) if not skip and len(rows) < size else store.count(path)
    after = skip + len(rows)
    if after >= total or not rows or (top is not None and len(rows) >= top):
        return rows, total, {}
    keep = {k: v for k, v in query.items() if k not in ("api-version", "$skip", "$top")}
    rest = {} if top is None else {"$top": str(top - len(rows))}
    target = "/" + "/".join(call.request.segments)
    return rows, total, {"nextLink": operations.url(call, target, **keep, **rest, **{"$skip": str(after)})}


def number(query: Any, key: str) -> int | None:
    """Return the number in $top or $skip."""
    if key not in query:
        return None
    value = query[key]
    if not (value.isascii() and value.isdigit() and len(value) < 10):  # noqa: PLR2004
        raise invalid([(key, f"'{value}' is not a number of resources.")])
    return int(value)
