"""Instances: create, read, update, delete, list; operations on them; soft-deleted ones."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provision.emulator.instance import factory, lifecycle
from provision.emulator.instance.lifecycle import SERVICE
from provision.emulator.instance.looks import (
    SKUS,
    certificates,
    defaults,
    host_names,
    location_key,
    location_name,
    show,
    switches,
)
from provision.emulator.resources.items import merge, precondition
from provision.emulator.resources.lookup import require_group, require_service, require_writable
from provision.emulator.world import operations
from provision.emulator.world.errors import ArmError, invalid, resource_not_found
from provision.emulator.world.store import Row
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = re.compile(r"^[a-zA-Z](?:[a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$")
CLIENT_CERTIFICATE = "enableClientCertificate"


def get(call: Call) -> Answer:
    """GET of an instance; counts as a poll of its transition."""
    row = require_service(call)
    if row.private.get("transition"):
        moved, _ = lifecycle.advance(call, row.path)
        if moved is None:
            raise resource_not_found("Microsoft.ApiManagement/service", row.name, call.request.segments[3])
        row = moved
    return _shown(call, row, 200)


def head(call: Call) -> Answer:
    """HEAD of an instance."""
    answer = get(call)
    return Answer(answer.status, None, answer.headers)


def _shown(call: Call, row: Row, code: int, headers: dict[str, str] | None = None) -> Answer:
    return Answer(code, show(row, call.version), {"ETag": f'"{row.tag}"', **(headers or {})})


def put(call: Call) -> Answer:
    """PUT of an instance: creates, updates or restores it."""
    body = call.request.json()
    with call.store.transaction():
        group = require_group(call)
        old = call.store.get(call.path)
        if old is not None:
            require_writable(old)
        precondition(call, old)
        name = call.request.segments[7]
        props = body.get("properties")
        if isinstance(props, dict) and props.get("restore") is True and old is None:
            return _restore(call, group, name)
        new = _body(call, body, old, old.name if old else name)
        if old is not None:
            return _update(call, old, new)
        _require_free(call, name)
        return _create(
            call, Row(call.path, f"{group.id}/providers/Microsoft.ApiManagement/service/{name}", SERVICE, 0, new)
        )


def _require_free(call: Call, name: str) -> None:
    if lifecycle.dead(call, name):
        message = f"The name '{name}' belongs to a soft-deleted service. Restore it, purge it, or use another name."
        raise ArmError(409, "ServiceAlreadyExistsInSoftDeletedState", message)
    if lifecycle.living(call.store, name):
        raise ArmError(409, "ServiceAlreadyExists", f"A service with the name '{name}' already exists.")
    call.store.delete(lifecycle.grave(name))


def _create(call: Call, row: Row) -> Answer:
    stamp = call.world.clock.stamp()
    row, operation = lifecycle.begin(call, replace(row, private={"created": stamp}), "create")
    factory.fill(call, row)
    return _shown(call, row, 201, lifecycle.started(call, row, operation))


def _restore(call: Call, group: Row, name: str) -> Answer:
    """Bring it back and ignore every other property [doc]."""
    found = lifecycle.dead(call, name)
    if found is None:
        raise ArmError(404, "ServiceNotFound", f"There is no soft-deleted service '{name}' to restore.")
    require_writable(found)
    row = lifecycle.restore(call.store, found, f"{group.id}/providers/Microsoft.ApiManagement/service/{name}")
    row, operation = lifecycle.begin(call, row, "create")
    return _shown(call, row, 201, lifecycle.started(call, row, operation))


def _update(call: Call, old: Row, new: dict[str, Any]) -> Answer:
    """Change an instance: in transition the old values still show [recorded], tags change at once."""
    if location_key(new["location"]) != location_key(old.body["location"]):
        message = f"The resource '{old.name}' already exists in location '{location_key(old.body['location'])}'."
        raise ArmError(409, "InvalidResourceLocation", message)
    failed = bool(old.private.get("failed"))
    if new == old.body and not failed:
        return _shown(call, old, 200)
    v2 = str(new["sku"]["name"]).lower().endswith("v2")
    tagged = {**old.body, "tags": new["tags"]}
    if tagged == new and not v2 and not failed:
        return _shown(
            call, call.store.put(replace(old, body=new)), 200
        )  # [recorded: a classic tier's tags need no operation]
    if v2 and not old.private.get("changed"):
        new["properties"]["customProperties"] = {
            **switches("BasicV2", changed=True),
            **new["properties"]["customProperties"],
        }
    changing = replace(old, body=tagged, private={**old.private, "changed": True})
    row, operation = lifecycle.begin(call, changing, "update", new)
    return _shown(call, row, 202 if call.version < "2022" else 200, lifecycle.started(call, row, operation))


def patch(call: Call) -> Answer:
    """PATCH of an instance."""
    change = call.request.json()
    with call.store.transaction():
        old = require_service(call)
        require_writable(old)
        precondition(call, old)
        props = change.get("properties")
        if isinstance(props, dict) and props.get("apiVersionConstraint") == {}:
            change = {**change, "properties": {**props, "apiVersionConstraint": None}}  # it resets [azurerm]
        body = merge(old.body, {key: value for key, value in change.items() if key != "location"})
        return _update(call, old, _body(call, body, old, old.name))


def _body(call: Call, body: dict[str, Any], old: Row | None, name: str) -> dict[str, Any]:
    _validate(body, name)
    sku = body["sku"]
    given = {key: value for key, value in body["properties"].items() if value is not None and key != "restore"}
    if sku["name"].lower() != "consumption":
        given.pop(CLIENT_CERTIFICATE, None)  # [recorded: not shown on other tiers]
    base = defaults(name, sku["name"], changed=bool(old and old.private.get("changed")))
    if given.get("apiVersionConstraint") == {}:
        del given["apiVersionConstraint"]
    if "hostnameConfigurations" in given:
        given["hostnameConfigurations"] = host_names(name, given["hostnameConfigurations"])
    if "certificates" in given:
        given["certificates"] = certificates(given["certificates"])
    if str(given.get("publicNetworkAccess")).lower() == "true":
        given["publicNetworkAccess"] = "Enabled"  # [recorded: "True" came back so]
    props = {**base, **{key: value for key, value in given.items() if key not in READ_ONLY}}
    stamp = call.world.clock.stamp()
    return {
        "location": location_name(body["location"]) if old is None or body.get("location") else old.body["location"],
        "sku": {"name": next(s for s in SKUS if s.lower() == sku["name"].lower()), "capacity": sku.get("capacity", 1)},
        "identity": body.get("identity", old.body["identity"] if old else None),  # [recorded: it stays when omitted]
        "zones": body.get("zones"),
        "tags": body.get("tags") or {},
        "systemData": old.body["systemData"] if old else _system_data(stamp),
        "properties": props,
    }


def _system_data(stamp: str) -> dict[str, str]:
    who = {"createdBy": "emulator", "createdByType": "User", "lastModifiedBy": "emulator", "lastModifiedByType": "User"}
    return {**who, "createdAt": stamp, "lastModifiedAt": stamp}


READ_ONLY = frozenset(
    {
        "provisioningState",
        "targetProvisioningState",
        "createdAtUtc",
        "gatewayUrl",
        "gatewayRegionalUrl",
        "portalUrl",
        "developerPortalUrl",
        "dataApiUrl",
        "managementApiUrl",
        "scmUrl",
        "publicIPAddresses",
        "privateIPAddresses",
        "outboundPublicIPAddresses",
        "platformVersion",
        "privateEndpointConnections",
    }
)


def _validate(body: dict[str, Any], name: str) -> None:
    props, sku, location = body.get("properties"), body.get("sku"), body.get("location")
    if not isinstance(location, str) or not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    if not NAME.match(name):
        raise invalid(
            [
                (
                    "name",
                    "The name must have 1-50 letters, digits and hyphens, begin with a letter, end without a hyphen.",
                )
            ]
        )
    problems = []
    props = props if isinstance(props, dict) else {}
    for key, longest in (("publisherEmail", 100), ("publisherName", 100)):
        value = props.get(key)
        if not isinstance(value, str) or not value or len(value) > longest:
            problems.append((key, f"'{key}' must be a string of 1 to {longest} characters."))
    sku_name = sku.get("name") if isinstance(sku, dict) else None
    if not isinstance(sku_name, str) or sku_name.lower() not in {s.lower() for s in SKUS}:
        problems.append(("sku", f"The name of the sku must be one of: {', '.join(SKUS)}."))
    elif props.get(CLIENT_CERTIFICATE) is False and sku_name.lower() != "consumption":
        problems.append(
            (CLIENT_CERTIFICATE, "It may be false in the Consumption tier only.")
        )  # [pulumi-azure-native#10298]
    lists = [props.get(key) or [] for key in ("hostnameConfigurations", "certificates")]
    if not all(isinstance(one, list) for one in lists) or not isinstance(body.get("tags") or {}, dict):
        problems.append(("properties", "A value has the wrong type."))
    if problems:
        raise invalid(problems)


def delete(call: Call) -> Answer:
    """DELETE of an instance: it is soft-deleted when the operation ends."""
    with call.store.transaction():
        require_group(call)
        row = call.store.get(call.path)
        if row is None:
            return Answer(204)
        require_writable(row)
        precondition(call, row)
        row, operation = lifecycle.begin(call, row, "delete")
        answer = _shown(call, row, 202, lifecycle.started(call, row, operation))
        answer.headers.pop("ETag")
        return answer


def _rows(call: Call, rows: Iterable[Row]) -> Answer:
    shown = [show(row, call.version) for row in sorted(rows, key=lambda r: r.name.lower())]
    return Answer(200, {"value": shown})


def list_subscription(call: Call) -> Answer:
    """GET of all instances of a subscription."""
    return _rows(call, call.store.of_type(SERVICE, f"/subscriptions/{call.request.segments[1]}/".lower()))


def list_group(call: Call) -> Answer:
    """GET of all instances of a resource group."""
    group = require_group(call)
    return _rows(call, call.store.of_type(SERVICE, group.path + "/"))


def name_available(call: Call) -> Answer:
    """POST checkNameAvailability."""
    name = call.request.json().get("name")
    if not isinstance(name, str) or not NAME.match(name):
        return Answer(200, {"nameAvailable": False, "reason": "Invalid", "message": "The name is not valid."})
    if lifecycle.living(call.store, name) or lifecycle.dead(call, name):
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": f"'{name}' is taken."})
    return Answer(200, {"nameAvailable": True, "reason": "Valid", "message": ""})


def operation(call: Call) -> Answer:
    """Poll the operation of an instance at any of its URLs."""
    name = call.request.segments[-1]
    record = call.store.operation(name)
    if record is None or "service" not in record:
        raise ArmError(404, "OperationNotFound", f"The operation '{name}' does not exist.")
    row, ended = lifecycle.advance(call, record["service"], name)
    own = operations.own_url(call)
    as_status = "asyncresponse" in call.request.query or call.request.segments[-2].lower() == "operationsstatuses"
    if as_status:
        headers = {} if ended else {"Azure-AsyncOperation": own, "Location": own, **operations.retry_after(call)}
        return Answer(200, operations.status(record, ended=ended), headers)
    if not ended:
        return Answer(202, None, {"Location": own, **operations.retry_after(call)})
    if operations.failed(record):
        raise operations.error(record)
    if row is None:  # deleted, or purged, which ends with 200 [azurerm]
        return Answer(200 if call.version < "2023" or record.get("what") == "purge" else 204)
    return Answer(200, show(row, call.version))
