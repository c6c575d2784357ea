"""Import of an API from an OpenAPI or Swagger document. Sources: [rec] recorded, [doc], an issue, [?] inferred.

The document wins over the properties, save for a `serviceUrl` in the same PUT and, since 2021, a `displayName`
[Azure/azure-api-management-devops-resource-kit#538; hashicorp/terraform-provider-azurerm#29503 saw the title win];
operations that it lacks are removed [doc].
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.openapi import fetching
from provision.emulator.openapi.document import described, parse
from provision.emulator.openapi.fetching import NoInternetError
from provision.emulator.openapi.operations import PLACEHOLDER, Reader
from provision.emulator.openapi.values import DocumentError
from provision.emulator.world.errors import ArmError
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft, Props
    from provision.emulator.world.wire import Call

OPERATION = "microsoft.apimanagement/service/apis/operations"
SCHEMA = "microsoft.apimanagement/service/apis/schemas"
COMPONENTS = "application/vnd.oai.openapi.components+json"
DEFINITIONS = "application/vnd.ms-azure-apim.swagger.definitions+json"
SINCE = "2021"
# The member that a document of the format has, and whether the value is a link to it.
FORMATS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "openapi": ("openapi", False),
        "openapi+json": ("openapi", False),
        "swagger-json": ("swagger", False),
        "openapi-link": ("openapi", True),
        "openapi+json-link": ("openapi", True),
        "swagger-link-json": ("swagger", True),
        "swagger-link": ("swagger", True),  # [the specification's examples]
    }
)
ELSEWHERE = frozenset({"wadl-xml", "wadl-link-json", "wsdl", "wsdl-link", "odata", "odata-link", "grpc", "grpc-link"})


@dataclass(frozen=True, slots=True)
class Imported:
    """What a document says: the API, its operations by id, its reusable schemas under the name of a resource, and the
    names of each operation's tags.
    """

    described: dict[str, Any]
    version: str
    operations: dict[str, dict[str, Any]]
    schema_id: str
    schemas: dict[str, Any]
    family: str
    tags: dict[str, list[str]]


def read_document(call: Call, path: str, props: Props) -> Imported | str | None:
    """Fetch and parse the document that the PUT of an API names; a text says what is wrong with it."""
    form = FORMATS.get(str(props.get("format") or "").lower())
    if form is None:
        return None
    try:
        return _read(call, path, props, *form)
    except NoInternetError as error:
        raise ArmError(501, "NotImplemented", str(error)) from None
    except DocumentError as error:
        return str(error)
    except RecursionError:
        return "The document is nested too deeply."


def take_document(draft: Draft) -> None:
    """Take what was read over into an API's properties and notes."""
    props, read = draft.props, draft.read
    written = str(props.get("format") or "").lower()
    if written == "graphql-link":
        props["type"] = "graphql"
        props.setdefault("serviceUrl", props.get("value"))
    elif isinstance(read, Imported):
        draft.notes["import"] = read
        wins = ("serviceUrl", "displayName") if draft.call.version >= SINCE else ("serviceUrl",)
        given = {key: props[key] for key in wins if props.get(key)}
        props.update({**copy.deepcopy(read.described), **given})
        # [?] In a version set the document's version is the API's where the PUT names none; elsewhere there is none.
        if props.get("apiVersionSetId") and not props.get("apiVersion") and read.version:
            props["apiVersion"] = read.version
    elif written in FORMATS:
        # The service names the target and begins so [Azure/azure-cli#29405].
        draft.problem("representation", f"Parsing error(s): {read}")
    elif written in ELSEWHERE:
        raise ArmError(501, "NotImplemented", f"The emulator cannot import '{written}'.")
    else:
        draft.problem("format", f"The emulator cannot import '{written}', only: {', '.join(sorted(FORMATS))}.")


def _read(call: Call, path: str, props: Props, family: str, is_link: bool) -> Imported:
    value = props.get("value")
    source = value.strip() if is_link and isinstance(value, str) else None
    exported = _own_export(call, source)
    text = exported or (fetching.linked(value) if is_link else fetching.inline(value))
    document = parse(text, family)
    reusable = (document.get("components") or {}).get("schemas") if family == "openapi" else document.get("definitions")
    known = _schema_resource(call, path, family)
    in_template = str(props.get("translateRequiredQueryParameters") or "template").lower() != "query"
    reader = Reader(document, known, in_template, dict(reusable or {}))
    operations = reader.operations()
    version = str(document["info"].get("version") or "")
    return Imported(described(document, source), version, operations, known, reader.schemas, family, reader.tags)


def _own_export(call: Call, source: str | None) -> str | None:
    """Return a document that this emulator exported itself, which it cannot fetch from itself."""
    own = f"{call.request.base}/"
    if source is None or not source.startswith(own):
        return None
    record = call.store.operation(source.removeprefix(f"{own}exports/")) or {}
    expires = record.get("expires")
    if "text" not in record or datetime.fromisoformat(expires or "") < call.world.clock.now():
        raise DocumentError("The link is not one to an exported document, or is no longer valid.")
    return str(record["text"])


def _schema_resource(call: Call, path: str, family: str) -> str:
    """Return the name of the resource that holds an API's reusable schemas, of 24 hex digits."""
    wanted = COMPONENTS if family == "openapi" else DEFINITIONS
    for row in call.store.page(f"{path}/schemas"):
        if row.props.get("contentType") == wanted:
            return row.name
    return f"{call.store.next('id'):024x}"


def store_document(draft: Draft, api: Row, imported: Imported) -> None:
    """Make the operations of an API those of the document, and store its schemas [doc]."""
    _store_schemas(draft, api, imported)
    store = draft.call.store
    policies: dict[str, list[Row]] = {}  # of operations that go, by method and template
    for row in store.page(f"{api.path}/operations"):
        if row.name not in imported.operations:
            policies[row.target or ""] = store.page(f"{row.path}/policies")
            store.delete(row.path)
    for name, props in imported.operations.items():
        arm_id = f"{api.id}/operations/{name}"
        path = arm_id.lower()
        target = f"{api.path}#{props['method']} {PLACEHOLDER.sub('{}', props['urlTemplate'])}".lower()
        old = store.get(path)
        if old is None or old.props != props or old.target != target:
            store.put(Row(path, arm_id, OPERATION, 0, {"properties": props}, {}, target))
        # A new operation takes over the policies of the one that had its method and template [doc].
        for policy in policies.get(target, []) if old is None else []:
            copied = f"{arm_id}/policies/{policy.name}"
            store.put(Row(copied.lower(), copied, policy.type, 0, policy.body, policy.private, policy.target))


def _store_schemas(draft: Draft, api: Row, imported: Imported) -> None:
    """Keep one resource for all reusable schemas; that of another kind of document goes."""
    store = draft.call.store
    arm_id = f"{api.id}/schemas/{imported.schema_id}"
    for row in store.page(f"{api.path}/schemas"):
        made = row.props.get("contentType") in (COMPONENTS, DEFINITIONS)
        if made and (row.path != arm_id.lower() or not imported.schemas):
            store.delete(row.path)
    if not imported.schemas:
        return
    is_openapi = imported.family == "openapi"
    props = {
        "contentType": COMPONENTS if is_openapi else DEFINITIONS,
        "document": {"components": {"schemas": imported.schemas}} if is_openapi else {"definitions": imported.schemas},
    }
    old = store.get(arm_id.lower())
    if old is None or old.props != props:
        store.put(Row(arm_id.lower(), arm_id, SCHEMA, 0, {"properties": props}))
