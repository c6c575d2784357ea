"""The table of facts is that of the installed SDK, and says what its models say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import facts, sdk

TABLE: dict[str, Any] = json.loads(facts.TABLE.read_text("utf-8"))


def test_the_table_is_not_stale() -> None:
    assert facts.TABLE.read_text("utf-8") == facts.text(), "make facts writes it anew: its diff is what the SDK brings"


@pytest.mark.parametrize(
    ("kind", "name", "schema"),
    [
        ("apis", "path", {"type": "string", "maxLength": 400}),
        ("apis", "isOnline", {"type": "boolean", "readOnly": True}),
        ("apis/operations", "templateParameters", {"type": "array"}),
        ("apis/schemas", "document", {"type": "object"}),
        ("backends", "type", {"type": "string", "enum": ["Single", "Pool"]}),
        ("backends", "properties", {"type": "object"}),
        ("loggers", "credentials", {"type": "object", "additionalProperties": {"type": "string"}}),
        ("namedValues", "tags", {"type": "array", "items": {"type": "string"}, "minItems": 0, "maxItems": 32}),
        ("subscriptions", "state", {"type": "string"}),
        ("service", "identity", {"type": "object", "required": ["type"]}),
        ("apis/releases", "createdDateTime", {"type": "string", "format": "date-time", "readOnly": True}),
        ("resourceGroup", "location", {"type": "string"}),
        ("workspaces/backends", "resourceId", {"minLength": 1, "maxLength": 2000}),
    ],
)
def test_a_property_has_the_facts_of_its_model(kind: str, name: str, schema: dict[str, Any]) -> None:
    assert TABLE[kind]["properties"][name].items() >= schema.items()


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("apis", ["path"]),
        ("apis/operations", ["displayName", "method", "urlTemplate"]),
        ("groups", ["displayName"]),
        ("users", ["email", "firstName", "lastName"]),
        ("service", ["location", "publisherEmail", "publisherName", "sku"]),
        ("resourceGroup", ["location"]),
    ],
)
def test_what_a_flattened_wrapper_requires_is_found_in_its_own_model(kind: str, names: list[str]) -> None:
    assert TABLE[kind]["required"] == names


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("apis", []),
        ("service", ["etag", "identity", "location", "sku", "systemData", "tags", "zones"]),
        ("privateEndpointConnections", ["id"]),
        ("resourceGroup", ["location", "managedBy", "systemData", "tags"]),
    ],
)
def test_what_stands_beside_the_wrapper_is_named(kind: str, names: list[str]) -> None:
    assert TABLE[kind]["outside"] == names


def test_a_resource_s_own_address_is_no_property() -> None:
    assert "id" not in TABLE["policies"]["properties"]


def test_links_have_no_body() -> None:
    links = {kind for kind, facts_of in TABLE.items() if facts_of.get("body") is False}
    assert {"products/apis", "groups/users", "apis/tags", "notifications/recipientEmails"} <= links
    assert not links & {"gateways/apis", "products/apiLinks"}


def test_a_name_without_siblings_is_no_part_of_the_type() -> None:
    assert {"apis/wikis", "portalsettings/signin", "portalsettings/delegation"} <= TABLE.keys()
    assert "portalsettings" not in TABLE


def test_every_type_can_be_read() -> None:
    assert all({"get", "head", "list"} & served.keys() for served in sdk.groups().values())


@pytest.mark.parametrize(
    ("kind", "role", "method", "parameters"),
    [
        ("apis", "get", "api.get", "api_id"),  # and not `api_export.get`, of the same URL
        ("apis", "put", "api.begin_create_or_update", "api_id parameters"),
        ("apis/wikis", "list", "api_wikis.list", "api_id"),
        ("apis/tags", "delete", "tag.detach_from_api", "api_id tag_id"),
        ("tenant", "put", "tenant_access.create", "access_name if_match parameters"),
        ("namedValues", "listValue", "named_value.list_value", "named_value_id"),
        ("portalsettings/signin", "get", "sign_in_settings.get", ""),
        (
            "notifications/recipientEmails",
            "head",
            "notification_recipient_email.check_entity_exists",
            "notification_name email",
        ),
    ],
)
def test_the_methods_that_serve_a_type_are_found(kind: str, role: str, method: str, parameters: str) -> None:
    found = sdk.groups()[kind][role]
    assert (f"{found.group}.{found.name}", list(found.parameters[2:])) == (method, parameters.split())
