"""APIs and what belongs to them.

Sources: [rec] recorded traffic, [doc] Microsoft's documentation, [tfp] Terraform's azurerm provider and its acceptance
tests, which run against the real service, [ex] the examples of the official specification, [?] inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.openapi.imports import Imported, read_document, store_document, take_document
from provision.emulator.rules.kind import Kind
from provision.emulator.rules.revisions import copy_parts, inline_version_set, store_version_set
from provision.emulator.rules.tags import store_tags
from provision.emulator.rules.validate import FORBIDDEN_IN_NAMES
from provision.emulator.world.errors import ArmError
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from provision.emulator.world.draft import Draft, Props, View
    from provision.emulator.world.wire import Call

LONGEST_REVISION = 100
FORMS = (("oAuth2", "oAuth2AuthenticationSettings"), ("openid", "openidAuthenticationSettings"))
HEADER, QUERY = "Ocp-Apim-Subscription-Key", "subscription-key"
WRITE_ONLY = ("format", "value", "sourceApiId", "wsdlSelector", "translateRequiredQueryParameters")
NEWER = "2023"  # from here on the shapes of 2023-05-01-preview and 2024-05-01 [rec]


def fill_api(draft: Draft) -> None:
    """Complete an API."""
    props, name = draft.props, draft.name
    base, _, revision = name.partition(";rev=")
    current = draft.call.store.get(f"{draft.scope}/apis/{base}".lower())
    # The first revision may have any number, or a word, for its name [tfp].
    _, mark, asked = draft.call.request.segments[-1].partition(";rev=")
    if mark and not (asked and len(asked) <= LONGEST_REVISION and FORBIDDEN_IN_NAMES.isdisjoint(asked)):
        draft.problem("id", f"'{asked}' is no name of a revision.")
        return
    source = _source(draft)
    if props.get("format") is not None:
        take_document(draft)
    if not draft.problems:
        _complete(draft, source)
    if draft.problems:
        return
    # `apiType` is written, `type` is read; of http nothing is said [rec].
    api_type = props.pop("apiType", None) or props.get("type") or draft.before.get("type")
    props.pop("type", None)
    if str(api_type or "http").lower() != "http":
        props["type"] = api_type
    props["path"] = props["path"].strip("/")
    # A revision is named in the id; "apiRevision" in a body is ignored [rec: "v1" came back as "1"].
    props["apiRevision"] = revision or str(draft.before.get("apiRevision") or asked or "1")
    props.pop("isCurrent", None)
    if not revision or current is None:
        props["isCurrent"] = True
    _defaults(draft)
    _version_set(draft)
    _claim_path(draft, base)
    _stamp(draft)


def _complete(draft: Draft, source: dict[str, Any]) -> None:
    props = draft.props
    for key in WRITE_ONLY:
        props.pop(key, None)
    for key, value in source.items():
        props.setdefault(key, value)
    for key in ("displayName", "path"):
        if props.get(key) is None:
            draft.problem(key, f"'{key}' must not be empty.")


def _stamp(draft: Draft) -> None:
    stamp = draft.call.world.clock.stamp()
    draft.private = {**draft.private, "created": draft.private.get("created", stamp)}
    if draft.old is None or draft.old.props != draft.props:
        draft.private["updated"] = stamp


def _source(draft: Draft) -> dict[str, Any]:
    """Return what a new revision or version takes over from `sourceApiId` [rec]; without one, nothing [?]."""
    reference = draft.props.get("sourceApiId")
    if not reference or draft.old is not None:
        return {}
    _, path = draft.resolve(reference)
    source = draft.call.store.get(path) or draft.call.store.get(path.partition(";rev=")[0])
    if source is None:
        draft.problem("sourceApiId", "The source API does not exist.")
        return {}
    draft.notes["copy"] = source.path
    left = ("apiRevision", "isCurrent", "apiRevisionDescription", "apiVersion", "apiVersionSetId")
    return {key: value for key, value in source.props.items() if key not in left}


def _defaults(draft: Draft) -> None:
    props = draft.props
    for key, value in {"description": None, "serviceUrl": None, "subscriptionRequired": True}.items():
        if props.get(key) is None:
            props[key] = value
    if not props.get("protocols"):
        props["protocols"] = ["wss"] if props.get("type") == "websocket" else ["https"]
    props["authenticationSettings"] = _authentication(draft, props.get("authenticationSettings") or {})
    keys = props.get("subscriptionKeyParameterNames") or {}
    props["subscriptionKeyParameterNames"] = {"header": HEADER, "query": QUERY, **{k: v for k, v in keys.items() if v}}


def _authentication(draft: Draft, given: Props) -> Props:
    """Complete how an API's callers are known: each form as it was sent, in `show_api` beside its other form."""
    singles, many = [key for key, _ in FORMS if given.get(key)], FORMS[0][1]
    if given.get(many) and singles:
        before = draft.before.get("authenticationSettings") or {}
        stays = [key for key in (many, *singles) if given[key] == before.get(key)]
        if draft.call.request.method == "PATCH" and stays in ([many], singles):
            given = {key: value for key, value in given.items() if key not in stays}
        else:  # so it is with what a GET shows [Azure/arm-template-whatif#440, Azure/apiops#597, #292 for the target]
            message = "Cannot use OAuth2AuthenticationSettings in combination with OAuth2 nor openid."
            draft.problem("AuthenticationSettings", message)
    empty: Props = {"oAuth2": None, "openid": None, **{many: [] for _, many in FORMS}}
    return {**empty, **{key: value for key, value in given.items() if value is not None}}


def _mirrored(settings: Props) -> Props:
    """Return both forms of each way, the single one being the first of the list [ex]."""
    shown = dict(settings)
    for one, many in FORMS:
        first = next(iter(settings.get(many) or ()), None)
        shown[one] = settings.get(one) or first
        shown[many] = settings.get(many) or ([settings[one]] if settings.get(one) else [])
    return shown


def _version_set(draft: Draft) -> None:
    inline_version_set(draft)
    reference = draft.props.get("apiVersionSetId")
    if not reference:
        draft.props.pop("apiVersionSetId", None)
        if draft.props.get("apiVersion"):  # [pulumi/pulumi-azure-native#1661]
            draft.problem("ApiVersion", "Can't set VersionName when ApiVersionSetId is not set.")
        return
    full, path = draft.resolve(reference)
    row = draft.call.store.get(path)
    if row is None and "version set" not in draft.notes:
        draft.problem("apiVersionSetId", "The version set does not exist.")
    draft.props["apiVersionSetId"] = row.id if row else full


def _claim_path(draft: Draft, base: str) -> None:
    """Refuse a second API on one path, version set and version; revisions share theirs."""
    if base != draft.name and not draft.props.get("isCurrent"):
        draft.target = None
        return
    version = (draft.props.get("apiVersionSetId") or "", draft.props.get("apiVersion") or "")
    # WebSocket APIs have an address space of their own [?].
    space = "wss" if draft.props.get("type") == "websocket" else "http"
    key = f"{draft.service}#api {space} {draft.props['path']}|{version[0]}|{version[1]}"
    draft.claim("path", key, "Another API has this path, version set and version.")


def show_api(view: View) -> None:
    """Shape an API for the api-version and for PUT, GET or list."""
    props, version = view.props, view.version
    if props.get("serviceUrl") is None:
        props["backendId"] = props.get("backendId")
    props["authenticationSettings"] = _mirrored(props["authenticationSettings"])
    if version < "2022" and view.mode == "list":
        props["authenticationSettings"] = props["subscriptionKeyParameterNames"] = None
    elif version < "2022" or (version < NEWER and view.mode in ("create", "update")):
        settings = props["authenticationSettings"]
        props["authenticationSettings"] = {key: settings.get(key) for key in ("oAuth2", "openid")}
    if view.mode == "list":
        props.pop("apiRevisionDescription", None)
        props.pop("apiVersionDescription", None)
    if version >= NEWER:
        for key in ("mcpProperties", "a2aProperties", "agent", "jsonRpcProperties"):
            props.setdefault(key, None)
        props.setdefault("isAgent", False)
        props["subscriptionKeyParameterNames"] = {"bearer": None, **props["subscriptionKeyParameterNames"]}
        props["authenticationSettings"] = {**props["authenticationSettings"], "returnProtectedResourceMetadata": False}
        full = "/".join(part for part in (props["path"], props.get("apiVersion")) if part)
        props["effectivePath"] = full if view.mode in ("create", "update") else None
    wanted = view.call.request.query.get("expandapiversionset", "").lower() == "true"  # of a list [doc]
    if (wanted or view.mode in ("create", "update")) and props.get("apiVersionSetId"):
        row = view.call.store.get(props["apiVersionSetId"].lower())
        if row:
            shown = {
                key: row.props.get(key)
                for key in ("description", "versioningScheme", "versionQueryName", "versionHeaderName")
            }
            props["apiVersionSet"] = {"id": row.id, "name": row.props.get("displayName"), **shown}


def api_written(draft: Draft, row: Row) -> None:
    """Copy what a new revision or version takes over from its source."""
    store_version_set(draft)
    if "copy" in draft.notes:
        copy_parts(draft.call, draft.notes["copy"], row)
    if draft.old is None and row.props.get("type") == "websocket":
        _handshake(draft, row)
    imported = draft.notes.get("import")
    if isinstance(imported, Imported):
        store_document(draft, row, imported)
        store_tags(draft, row, imported.tags)


def _handshake(draft: Draft, api: Row) -> None:
    """Give a websocket API its only operation [doc: websocket-api]; what it looks like is [?]."""
    path = f"{api.path}/operations/onhandshake"
    if draft.call.store.exists(path):
        return
    props: Props = {"displayName": "onHandshake", "method": "GET", "urlTemplate": "/*", "templateParameters": []}
    props |= {
        "request": {"queryParameters": [], "headers": [], "representations": []},
        "responses": [],
        "policies": None,
    }
    kind = f"{api.type}/operations"
    draft.call.store.put(Row(path, f"{api.id}/operations/onHandshake", kind, 0, {"properties": props}))


def deleting_api(call: Call, row: Row) -> None:
    """Delete the revisions with the current one, and a version set with its last API [rec, doc]."""
    store = call.store
    if ";rev=" not in row.path:
        revisions = [r for r in store.of_type(row.type, row.path + ";rev=") if r.path.count("/") == row.path.count("/")]
        if revisions and call.request.query.get("deleterevisions", "").lower() != "true":
            # The current of several revisions goes with its API alone [Azure/apiops#184, Azure/apiops-cli#260]; the
            # only one, by its number too, is the API [tfp].
            raise ArmError(400, "ValidationError", "Cannot delete the current revision of an API.")
        for revision in revisions:
            store.delete(revision.path)
    version_set = str(row.props.get("apiVersionSetId") or "").lower()
    if version_set:
        others = [r for r in store.of_type(row.type) if r.props.get("apiVersionSetId", "").lower() == version_set]
        # An empty version set is removed with its last API [rec: DELETE of it answered 204 afterwards].
        if all(r.path == row.path for r in others):
            store.delete(version_set)


def later_import(draft: Draft) -> bool:
    """Tell whether a PUT imports a document, which goes on after the answer [rec]."""
    return "import" in draft.notes


API_KINDS = (
    Kind(
        "apis",
        "Api",
        choices={
            "protocols": ("http", "https", "ws", "wss"),
            "apiType": ("http", "soap", "websocket", "graphql", "odata", "grpc"),
        },
        optional=("path",),  # a new revision takes it over from its source; "" is one that one API may have [tfp]
        reads=read_document,
        fill=fill_api,
        show=show_api,
        written=api_written,
        deleting=deleting_api,
        later=later_import,
        lro_delete=True,
    ),
)
