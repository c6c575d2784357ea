"""POST actions and read-only views inside an instance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provision.emulator.resources.items import etag, kind_of, number, view
from provision.emulator.resources.lookup import SERVICE, missing, require_parent, require_service, require_writable
from provision.emulator.rules.products import key
from provision.emulator.rules.revisions import plain_path
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.world.store import Row


def subject(call: Call, path: str = "") -> Row:
    """Return the resource that an action belongs to."""
    path = plain_path(call.store, path or call.path.rpartition("/")[0])
    row = call.store.get(path)
    if row is None:
        require_parent(call, path)
        raise missing(kind_of(call), path.rpartition("/")[2])
    return row


def _secrets(call: Call, names: tuple[str, ...], **more: Any) -> Answer:
    row = subject(call)
    shown = {name: row.props.get(name, row.private.get(name)) for name in names}
    return Answer(200, {**more, **shown}, etag(kind_of(call), row))


def subscription_secrets(call: Call) -> Answer:
    """POST listSecrets of a subscription."""
    return _secrets(call, ("primaryKey", "secondaryKey"))


def client_secret(call: Call) -> Answer:
    """POST listSecrets of an identity provider or authorization server."""
    return _secrets(call, ("clientSecret", "resourceOwnerUsername", "resourceOwnerPassword"))


def named_value(call: Call) -> Answer:
    """POST listValue of a named value."""
    return _secrets(call, ("value",))


def tenant_secrets(call: Call) -> Answer:
    """POST listSecrets of tenant access."""
    return _secrets(call, ("principalId", "primaryKey", "secondaryKey", "enabled"), id=call.request.segments[-2])


def delegation_secret(call: Call) -> Answer:
    """POST listSecrets of the delegation settings."""
    return _secrets(call, ("validationKey",))


def gateway_keys(call: Call) -> Answer:
    """POST listKeys of a self-hosted gateway; the keys are made at the first look."""
    with call.store.transaction():
        row = subject(call)
        keys = row.private.get("keys")
        if keys is None:
            keys = {"primary": key(), "secondary": key()}
            call.store.put(replace(row, private={**row.private, "keys": keys}), keep_etag=True)
    return Answer(200, keys, etag(kind_of(call), row))


def regenerate(call: Call, name: str, path: str = "") -> Answer:
    """Give a resource a new key."""
    with call.store.transaction():
        require_writable(require_service(call))
        row = subject(call, path)
        body = {**row.body, "properties": {**row.props, name: key()}}
        call.store.put(replace(row, body=body))
    return Answer(204)


def regenerate_primary(call: Call) -> Answer:
    """POST regeneratePrimaryKey."""
    return regenerate(call, "primaryKey")


def regenerate_secondary(call: Call) -> Answer:
    """POST regenerateSecondaryKey."""
    return regenerate(call, "secondaryKey")


def refresh_secret(call: Call) -> Answer:
    """POST refreshSecret of a named value or certificate from a key vault: nothing changes."""
    row = subject(call)
    return Answer(200, view(call, kind_of(call), row, "get"), etag(kind_of(call), row))


def revisions(call: Call) -> Answer:
    """GET of an API's revisions [recorded]."""
    path = call.path.rpartition("/")[0].partition(";rev=")[0]
    current = call.store.get(path)
    if current is None:
        require_parent(call, f"{path}/x/x")
        raise missing(None, "Api")
    depth = path.count("/")
    others = [r for r in call.store.of_type(current.type, path + ";rev=") if r.path.count("/") == depth]
    rows = sorted([current, *others], key=lambda r: (len(r.props["apiRevision"]), r.props["apiRevision"]))
    skip, top = number(call.request.query, "$skip") or 0, number(call.request.query, "$top")
    page = rows[skip:] if top is None else rows[skip : skip + top]
    return Answer(200, {"value": [_revision(r, current) for r in page], "count": len(rows), "nextLink": None})


def _revision(row: Row, current: Row) -> dict[str, Any]:
    number = row.props["apiRevision"]
    name = f"/apis/{current.name};rev={number}"
    own = "" if row.path == current.path else f";rev={number}"
    return {
        "id": f"{name}/revisions/{current.name};rev={number}",
        "apiId": name,
        "apiRevision": number,
        "createdDateTime": row.private.get("created"),
        "updatedDateTime": row.private.get("updated"),
        "description": row.props.get("apiRevisionDescription"),
        "privateUrl": f"/{row.props['path']}{own}",
        "isOnline": True,
        "isCurrent": row.path == current.path,
    }


def product_apis(call: Call) -> Answer:
    """GET of the products that an API is in."""
    api = subject(call)
    rows = []
    for link in call.store.pointing_at(api.path):
        product = call.store.get(link.path.rsplit("/", 2)[0])
        if link.type.endswith("/products/apis") and product:
            rows.append({"id": product.id, "type": product.type_name, "name": product.name, **product.body})
    return Answer(200, {"value": rows, "count": len(rows)})


def product_subscriptions(call: Call) -> Answer:
    """GET of the subscriptions of a product or a user."""
    owner = subject(call)
    rows = [r for r in call.store.pointing_at(owner.path) if r.type.endswith("/subscriptions")]
    if "/users/" in owner.path:
        held = call.store.page("/".join(owner.path.split("/")[: SERVICE + 1]) + "/subscriptions")
        rows = [r for r in held if str(r.props.get("ownerId", "")).lower() == owner.path]
    secret = ("primaryKey", "secondaryKey")
    shown = [{**r.body, "properties": {k: v for k, v in r.props.items() if k not in secret}} for r in rows]
    items = [{"id": r.id, "type": r.type_name, "name": r.name, **s} for r, s in zip(rows, shown, strict=True)]
    return Answer(200, {"value": items, "count": len(items)})


def user_groups(call: Call) -> Answer:
    """GET of the groups that a user is in."""
    user = subject(call)
    groups = [
        call.store.get(r.path.rsplit("/", 2)[0])
        for r in call.store.pointing_at(user.path)
        if r.type.endswith("groups/users")
    ]
    items = [{"id": r.id, "type": r.type_name, "name": r.name, **r.body} for r in groups if r]
    return Answer(200, {"value": items, "count": len(items)})


def all_policies(call: Call) -> Answer:
    """GET of the policies of an instance, whatever their scope [?: the form of their ids]."""
    service = require_service(call)
    rows = [r for r in call.store.subtree(service.path) if r.type.endswith("/policies")]
    items = [
        {
            "id": f"{service.id}/allPolicies/{number}",
            "name": str(number),
            "type": "Microsoft.ApiManagement/service/allPolicies",
            "properties": {"referencePolicyId": row.id, "complianceState": "Compliant"},
        }
        for number, row in enumerate(rows)
    ]
    return Answer(200, {"value": items, "count": len(items)})


def sso_token(call: Call) -> Answer:
    """POST getssotoken: a URL of the portal."""
    row = require_service(call)
    return Answer(200, {"redirectUri": f"https://{row.name.lower()}.portal.azure-api.net/signin-sso?token=emulated"})
