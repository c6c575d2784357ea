"""Import of an API from an OpenAPI or Swagger document given inline. Sources: [rec] recorded, [doc], [?] inferred.

The document wins over the properties; operations that it lacks are removed [doc]. Nothing is fetched: of a link only
the fact of the import is kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from provision.emulator.store import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.rules.kind import Draft, Props

INLINE = ("openapi", "openapi+json", "swagger-json")
LINKS = ("openapi-link", "openapi+json-link", "swagger-link-json", "wadl-link-json", "wsdl-link", "odata-link")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LONGEST_ID = 76
OPERATION = "microsoft.apimanagement/service/apis/operations"
SCHEMA = "microsoft.apimanagement/service/apis/schemas"
COMPONENTS = "application/vnd.oai.openapi.components+json"


@dataclass(frozen=True, slots=True)
class Imported:
    """What a document says: properties of the API, its operations by id, its reusable schemas."""

    api: dict[str, Any]
    operations: dict[str, dict[str, Any]]
    components: dict[str, Any] | None


def take_document(draft: Draft) -> None:
    """Read `format` and `value` of an API's PUT into its properties and notes."""
    props = draft.props
    written, value = str(props["format"]), props["value"]
    if written == "graphql-link":
        props["type"] = "graphql"
        props.setdefault("serviceUrl", value)
    elif written in LINKS:
        draft.notes["import"] = True
        props.setdefault("displayName", draft.name)
    elif written in INLINE and isinstance(value, str):
        try:
            imported = read(value)
        except (ValueError, TypeError, AttributeError, KeyError, yaml.YAMLError) as error:
            draft.problem("value", f"The document cannot be read: {error}")
            return
        draft.notes["import"] = imported
        given = props.get("serviceUrl")
        props.update(imported.api)
        props["serviceUrl"] = given or imported.api.get("serviceUrl")
    else:
        draft.problem("format", f"The emulator cannot import '{written}'.")


def read(text: str) -> Imported:
    """Read an OpenAPI 3 or Swagger 2 document, JSON or YAML."""
    document = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    document = json.loads(json.dumps(document, default=str))  # YAML has dates, and numbers as keys
    if not isinstance(document, dict) or not ("openapi" in document or "swagger" in document):
        raise ValueError("it is neither OpenAPI nor Swagger")
    info = document["info"]
    api: dict[str, Any] = {
        "displayName": str(info["title"]),
        "description": info.get("description"),
        "serviceUrl": _service_url(document),
    }
    for key, name in (("license", "license"), ("contact", "contact"), ("termsOfService", "termsOfServiceUrl")):
        if info.get(key):
            api[name] = info[key]
    operations = dict(_operations(document))
    schemas = (document.get("components") or {}).get("schemas") or document.get("definitions")
    return Imported(api, operations, {"schemas": schemas} if schemas else None)


def _service_url(document: dict[str, Any]) -> str | None:
    servers = document.get("servers") or []
    if servers:
        return str(servers[0]["url"]).rstrip("/")
    if document.get("host"):
        scheme = (document.get("schemes") or ["https"])[0]
        return f"{scheme}://{document['host']}{document.get('basePath') or ''}".rstrip("/")
    return None


def operation_id(text: str) -> str:
    """Return an id as the service normalises it: lower case, runs of other characters to one hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_ID] or "operation"


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for template, item in document.get("paths", {}).items():
        shared = item.get("parameters") or []
        for method in METHODS:
            if method in item:
                found = item[method]
                name = found.get("operationId") or f"{method}-{template}"
                parameters = [*shared, *(found.get("parameters") or [])]
                yield (
                    operation_id(name),
                    _operation(template, method, found, [_resolved(document, p) for p in parameters]),
                )


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    found: Any = document
    for part in str(value["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _operation(template: str, method: str, found: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    def of(place: str) -> list[dict[str, Any]]:
        return [_parameter(p) for p in parameters if p.get("in") == place]

    responses = [
        {
            "statusCode": int(code),
            "description": answer.get("description"),
            "representations": [{"contentType": kind} for kind in answer.get("content") or {}],
            "headers": [],
        }
        for code, answer in (found.get("responses") or {}).items()
        if str(code).isdigit()
    ]
    bodies = (found.get("requestBody") or {}).get("content") or {}
    request = {"queryParameters": of("query"), "headers": of("header")}
    return {
        "displayName": found.get("summary") or found.get("operationId") or f"{method.upper()} - {template}",
        "method": method.upper(),
        "urlTemplate": template,
        "templateParameters": [{**p, "required": True} for p in of("path")],
        "description": found.get("description"),
        "request": {**request, "representations": [{"contentType": kind} for kind in bodies]},
        "responses": responses,
        "policies": None,
    }


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    kind = (given.get("schema") or {}).get("type") or given.get("type") or "string"
    shown: Props = {"name": str(given["name"]), "type": kind, "values": []}
    if given.get("description"):
        shown["description"] = given["description"]
    return {**shown, "required": bool(given.get("required"))}


def store_document(draft: Draft, api: Row, imported: Imported) -> None:
    """Make the operations of an API those of the document, and store its schemas [doc]."""
    store = draft.call.store
    for row in store.page(f"{api.path}/operations"):
        if row.name not in imported.operations:
            store.delete(row.path)
    for name, props in imported.operations.items():
        arm_id = f"{api.id}/operations/{name}"
        template = re.sub(r"\{[^{}]*\}", "{}", props["urlTemplate"])
        target = f"{api.path}#{props['method']} {template}".lower()
        old = store.get(arm_id.lower())
        if old is None or old.props != props:
            store.put(Row(arm_id.lower(), arm_id, OPERATION, 0, {"properties": props}, {}, target))
    for row in store.page(f"{api.path}/schemas"):
        if row.props.get("contentType") == COMPONENTS:
            store.delete(row.path)
    if imported.components:
        arm_id = f"{api.id}/schemas/{store.next('id'):024x}"
        props = {"contentType": COMPONENTS, "document": {"components": imported.components}}
        store.put(Row(arm_id.lower(), arm_id, SCHEMA, 0, {"properties": props}))
