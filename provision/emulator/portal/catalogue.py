"""What the portal shows: instances, products, APIs, operations with their schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.portal.inside import part
from provision.emulator.portal.signup import subscriptions
from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.portal.inside import Inside

PUBLISHED = "published"


def services(inside: Inside) -> list[dict[str, Any]]:
    """Return every instance, with what tells them apart."""
    found = (inside.get(one) for one in inside.services())
    return [
        {
            "name": one["name"],
            "publisher": one["properties"].get("publisherName"),
            "location": one["location"],
            "sku": one["sku"]["name"],
            "state": one["properties"]["provisioningState"],
        }
        for one in found
    ]


def service(inside: Inside, name: str) -> dict[str, Any]:
    """Return what an instance offers: published products, APIs, and whose APIs are whose."""
    root = inside.service(name)
    shown = inside.get(root)
    products = [_product(inside, one) for one in inside.every(f"{root}/products")]
    return {
        "name": shown["name"],
        "publisher": shown["properties"].get("publisherName"),
        "gatewayUrl": shown["properties"].get("gatewayUrl"),
        "products": [one for one in products if one["state"] == PUBLISHED],
        "apis": [_api(one) for one in inside.every(f"{root}/apis") if ";rev=" not in one["name"]],
        "versionSets": {one["id"].lower(): one["properties"] for one in inside.every(f"{root}/apiVersionSets")},
        "subscriptions": subscriptions(inside, root),
    }


def _product(inside: Inside, found: dict[str, Any]) -> dict[str, Any]:
    apis = [one["name"] for one in inside.every(f"{found['id']}/apis")]
    return {"id": found["name"], **found["properties"], "apis": apis}


def _api(found: dict[str, Any]) -> dict[str, Any]:
    return {"id": found["name"], **found["properties"]}


def api(inside: Inside, name: str, api_name: str) -> dict[str, Any]:
    """Return an API with its operations, as a list has them."""
    path = f"{inside.service(name)}/apis/{part(api_name)}"
    found = inside.get(path)
    operations = [{"id": one["name"], **one["properties"]} for one in inside.every(f"{path}/operations")]
    return {**_api(found), "operations": operations}


def operation(inside: Inside, name: str, api_name: str, operation_name: str) -> dict[str, Any]:
    """Return an operation whole; `schemas` has the documents that its contents refer to, by their id."""
    path = f"{inside.service(name)}/apis/{part(api_name)}"
    found = inside.get(f"{path}/operations/{part(operation_name)}")
    schemas = {one: _schema(inside, path, one) for one in sorted(set(_schema_ids(found["properties"])))}
    return {"id": found["name"], **found["properties"], "schemas": schemas}


def _schema_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("schemaId"), str):
            yield value["schemaId"]
        for one in value.values():
            yield from _schema_ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _schema_ids(one)


def _schema(inside: Inside, path: str, name: str) -> Any:
    try:
        return inside.get(f"{path}/schemas/{part(name)}")["properties"].get("document")
    except ArmError:  # a reference may outlive its schema
        return None
