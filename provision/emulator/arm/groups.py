"""Subscriptions, resource groups, what is in them, and foreign resources."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provision.emulator.instance import lifecycle
from provision.emulator.instance.looks import location_key
from provision.emulator.resources import odata
from provision.emulator.resources.items import merge
from provision.emulator.resources.lookup import require_group
from provision.emulator.world import operations
from provision.emulator.world.errors import ArmError, group_not_found, resource_not_found
from provision.emulator.world.store import Row
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GROUP = "microsoft.resources/resourcegroups"
# What the lists of ARM can be filtered by [learn.microsoft.com/rest/api/resources/resources/list], without `plan`.
FILTERABLE = frozenset(
    {"resourcetype", "name", "location", "resourcegroup", "subscriptionid", "tagname", "tagvalue", "id"}
)
GATEWAY = "microsoft.apimanagement/gateways"
NAME = re.compile(r"^[-\w._()]{0,89}[-\w_()]$")
TENANT = "00000000-0000-0000-0000-0000000000a2"
ZEROS = "00000000-0000-0000-0000-000000000000"


def _shown(row: Row) -> dict[str, Any]:
    state = "Deleting" if row.private.get("transition") else "Succeeded"
    shown: Mapping[str, Any] = {
        "id": row.id,
        "name": row.name,
        "type": "Microsoft.Resources/resourceGroups",
        **row.body,
    }
    return {**shown, "properties": {"provisioningState": state}}


def put(call: Call) -> Answer:
    """PUT of a resource group."""
    body = call.request.json()
    segments = call.request.segments
    name, location = segments[3], body.get("location")
    if not NAME.match(name):
        raise ArmError(400, "InvalidResourceGroup", f"The resource group name '{name}' is not valid.")
    if not isinstance(location, str) or not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    with call.store.transaction():
        old = call.store.get(call.path)
        _require_staying(old)
        if old and location_key(old.body["location"]) != location_key(location):
            message = f"The resource group '{name}' already exists in location '{old.body['location']}'."
            raise ArmError(409, "InvalidResourceGroupLocation", message)
        arm_id = old.id if old else f"/subscriptions/{segments[1]}/resourceGroups/{name}"
        kept: dict[str, Any] = {"location": location_key(location)}
        kept.update({key: body[key] for key in ("tags", "managedBy") if body.get(key) is not None})
        row = call.store.put(Row(call.path, arm_id, GROUP, 0, kept))
    return Answer(200 if old else 201, _shown(row))


def patch(call: Call) -> Answer:
    """PATCH of a resource group."""
    change = {key: value for key, value in call.request.json().items() if key in ("tags", "managedBy")}
    with call.store.transaction():
        row = require_group(call)
        _require_staying(row)
        tags = change.get("tags", row.body.get("tags"))  # tags are replaced, not merged
        body = {**merge(row.body, change), **({"tags": tags} if tags is not None else {})}
        row = call.store.put(replace(row, body=body))
    return Answer(200, _shown(row))


def _require_staying(row: Row | None) -> None:
    if row is not None and row.private.get("transition"):
        message = f"The resource group '{row.name}' is being deleted."
        raise ArmError(409, "ResourceGroupBeingDeleted", message)


def get(call: Call) -> Answer:
    """GET of a resource group; counts as a poll of its deletion."""
    row = require_group(call)
    if row.private.get("transition"):
        moved, _ = _advance(call, row.path, None)
        if moved is None:
            raise group_not_found(row.name)
        row = moved
    return Answer(200, _shown(row))


def head(call: Call) -> Answer:
    """HEAD of a resource group: 204 or 404."""
    get(call)
    return Answer(204)


def delete(call: Call) -> Answer:
    """DELETE of a resource group, with everything in it when the operation ends."""
    with call.store.transaction():
        row = require_group(call)
        name = (row.private.get("transition") or {}).get("operation")
        if not name:
            name = operations.start(call, group=row.path)
            transition = {"operation": name, **operations.lasting(call)}
            call.store.put(replace(row, private={"transition": transition}))
    url = operations.url(call, f"/subscriptions/{row.id.split('/')[2]}/operationresults/{name}")
    return Answer(202, None, {"Location": url, **operations.retry_after(call)})


def deletion(call: Call) -> Answer:
    """GET /subscriptions/S/operationresults/ID: 202 until the deletion of a group has ended."""
    name = call.request.segments[-1]
    record = call.store.operation(name)
    if record is None or "group" not in record:
        raise ArmError(404, "OperationNotFound", f"The operation '{name}' does not exist.")
    _, ended = _advance(call, record["group"], name)
    if ended and operations.failed(record):
        raise operations.error(record)
    if ended:
        return Answer(200)
    return Answer(202, None, {"Location": operations.own_url(call), **operations.retry_after(call)})


def _advance(call: Call, path: str, operation: str | None) -> tuple[Row | None, bool]:
    store = call.store
    with store.transaction():
        row = store.get(path)
        transition = row.private.get("transition") if row else None
        if row is None or not transition or (operation and transition["operation"] != operation):
            return row, True
        if operations.goes_on(call, transition):
            return store.put(row, keep_etag=True), False
        if operations.failed(transition):
            return store.put(replace(row, private={})), True
        for service in store.of_type(lifecycle.SERVICE, path + "/"):
            private = {key: value for key, value in service.private.items() if key != "transition"}
            lifecycle.soft_delete(call, replace(service, private=private))
        store.delete(path)
        return None, True


def listing(call: Call) -> Answer:
    """GET of all resource groups of a subscription."""
    rows = call.store.page(f"/subscriptions/{call.request.segments[1]}/resourcegroups".lower())
    return Answer(200, {"value": _filtered(call, [_shown(row) for row in rows])})


def resources(call: Call) -> Answer:
    """GET of the top-level resources in a group or in a subscription."""
    segments = call.request.segments
    below = f"/subscriptions/{segments[1]}/resourcegroups/".lower()
    if len(segments) > 3:  # noqa: PLR2004
        below = require_group(call).path + "/"
    found = []
    for row in call.store.tops(below):
        keys = ("location", "tags", "sku", "kind", "identity", "zones")
        shown = {key: row.body[key] for key in keys if row.body.get(key) is not None}
        if "location" in shown:
            shown["location"] = location_key(str(shown["location"]))
        found.append({"id": row.id, "name": row.name, "type": row.type_name, **shown})
    return Answer(200, {"value": _filtered(call, found)})


def _filtered(call: Call, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what fits `$filter`, whose names are ARM's own; of a tag, name and value are compared together."""
    if not call.request.query.get("$filter"):
        return found
    test = odata.compiled(call.request.query["$filter"], FILTERABLE)
    return [item for item in found if any(map(test, _as_compared(item)))]


def _as_compared(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    segments = item["id"].split("/")
    kept = {**item, "resourceType": item["type"], "resourceGroup": segments[4], "subscriptionId": segments[2]}
    tags = kept.pop("tags", None)
    for name, value in (tags if isinstance(tags, dict) and tags else {None: None}).items():
        yield {**kept, "tagName": name, "tagValue": value}


def _foreign(call: Call) -> tuple[str, str]:
    segments = call.request.segments
    return f"{segments[5]}/{segments[6]}", segments[7]


def _foreign_row(call: Call) -> Row:
    group = require_group(call)
    row = call.store.get(call.path)
    if row is None:
        raise resource_not_found(*_foreign(call), group.name)
    return row


def _foreign_shown(row: Row) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "type": row.type_name, **row.body}


def foreign_get(call: Call) -> Answer:
    """GET of a resource of another provider; a poll of its deletion too."""
    if "asyncid" in call.request.query or "azure-asyncid" in call.request.query:
        answer, _ = operations.polled_resource(call)
        if answer is not None:
            return answer
    return Answer(200, _foreign_shown(_foreign_row(call)))


def foreign_patch(call: Call) -> Answer:
    """PATCH of a resource of another provider: merged."""
    change = call.request.json()
    with call.store.transaction():
        row = _foreign_row(call)
        row = call.store.put(replace(row, body=merge(row.body, _own(change))))
    return Answer(200, _foreign_shown(row))


def _own(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("id", "name", "type")}


def foreign_put(call: Call) -> Answer:
    """PUT of a resource of another provider: stored as it is."""
    body = _own(call.request.json())
    with call.store.transaction():
        group = require_group(call)
        _require_staying(group)
        old = call.store.get(call.path)
        resource_type, name = _foreign(call)
        arm_id = old.id if old else f"{group.id}/providers/{resource_type}/{name}"
        row = call.store.put(Row(call.path, arm_id, resource_type.lower(), 0, body))
    return Answer(200 if old else 201, _foreign_shown(row))


def foreign_delete(call: Call) -> Answer:
    """DELETE of a resource of another provider; of a gateway outside an instance it goes on after the answer [sdk]."""
    with call.store.transaction():
        require_group(call)
        row = call.store.get(call.path)
        if row is None:
            return Answer(204)
        call.store.delete(call.path)
        return operations.began_delete(call, row.id) if row.type == GATEWAY else Answer(200)


def _subscription(name: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{name}",
        "subscriptionId": name,
        "displayName": "Emulated subscription",
        "state": "Enabled",
        "tenantId": TENANT,
        "authorizationSource": "RoleBased",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "Emulator",
            "spendingLimit": "Off",
        },
    }


def subscriptions(_: Call) -> Answer:
    """GET of the subscriptions: one is named, every other is accepted too."""
    return Answer(200, {"value": [_subscription(ZEROS)], "count": {"type": "Total", "value": 1}})


def subscription(call: Call) -> Answer:
    """GET of any subscription."""
    return Answer(200, _subscription(call.request.segments[1]))


def endpoints(call: Call) -> Answer:
    """GET /metadata/endpoints: this server as a cloud of its own, in the form the az CLI reads."""
    base = call.request.base
    cloud = {
        "name": "Emulator",
        "portal": base,
        "authentication": {"loginEndpoint": base, "audiences": [base], "tenant": "common", "identityProvider": "AAD"},
        "media": base,
        "graphAudience": base,
        "graph": base,
        "resourceManager": base,
        "gallery": base,
        "batch": base,
        "sqlManagement": base,
        "microsoftGraphResourceId": base,  # Terraform's azurerm asks for a token for it before anything else
        "suffixes": {"azureFrontDoorEndpointSuffix": "", "keyVaultDns": "vault.localhost", "storage": "localhost"},
    }
    old_names = {"galleryEndpoint": base, "graphEndpoint": base, "portalEndpoint": base}
    as_list = "2019" <= call.version < "2022"
    return Answer(200, [cloud] if as_list else {**cloud, **old_names})
