"""Read-only views of what is stored elsewhere, and the actions of gateways, users, fragments and connections."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.resources.actions import regenerate, subject
from provision.emulator.resources.items import LISTED, etag, view
from provision.emulator.resources.lookup import missing, require_parent, require_service, require_writable
from provision.emulator.rules import KINDS, mail
from provision.emulator.rules.products import key
from provision.emulator.world.errors import invalid, not_found
from provision.emulator.world.store import service_of
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.world.store import Row

PREFIX = "microsoft.apimanagement/service/"
TAGGED = MappingProxyType({"apis/tags": "api", "products/tags": "product", "apis/operations/tags": "operation"})


def _listed(items: list[Any]) -> Answer:
    return Answer(200, {"value": items, "count": len(items)})


def _issues(call: Call) -> list[Row]:
    return call.store.of_type(f"{PREFIX}apis/issues", require_service(call).path + "/")


def _at_instance(call: Call, row: Row) -> dict[str, Any]:
    shown = view(call, KINDS["apis/issues"], row, "get")
    service = require_service(call)
    kind = "Microsoft.ApiManagement/service/issues"
    return {**shown, "id": f"{service.id}/issues/{row.name}", "type": kind}


def issues(call: Call) -> Answer:
    """GET of the issues of all APIs."""
    return _listed([_at_instance(call, row) for row in _issues(call)])


def issue(call: Call) -> Answer:
    """GET of an issue, whatever API it is about."""
    name = call.path.rpartition("/")[2]
    row = next((row for row in _issues(call) if row.name.lower() == name), None)
    if row is None:
        raise not_found("Issue")
    return Answer(200, _at_instance(call, row), etag(KINDS["apis/issues"], row))


def user_subscription(call: Call) -> Answer:
    """GET of one subscription of a user."""
    user_path, _, name = call.path.rpartition("/subscriptions/")
    if not call.store.exists(user_path):
        raise missing(KINDS["users"], "")
    row = call.store.get(f"{service_of(call.path)}/subscriptions/{name}")
    if row is None or str(row.props.get("ownerId") or "").lower() != user_path:
        raise not_found("Subscription")
    kind = KINDS["subscriptions"]
    return Answer(200, view(call, kind, row, "get"), etag(kind, row))


def identities(call: Call) -> Answer:
    """GET of how a user may sign in."""
    return _listed(list(subject(call).props.get("identities") or []))


def tag_resources(call: Call) -> Answer:
    """GET of everything that has a tag, or of the APIs, the products, or the operations of one API."""
    root, _, last = call.path.rpartition("/")
    wanted = {"apisbytags": "api", "productsbytags": "product", "operationsbytags": "operation"}.get(last)
    require_parent(call, f"{root}/{LISTED}/{LISTED}")
    items = []
    for kind, name in TAGGED.items():
        if wanted in (None, name):
            rows = call.store.of_type(PREFIX + kind, root + "/")
            items += [item for row in rows if (item := _tagged(call, kind, name, row))]
    return _listed(items)


def _tagged(call: Call, kind: str, name: str, link: Row) -> dict[str, Any] | None:
    tag = call.store.get(link.target or "")
    row = call.store.get(link.path.rsplit("/", 2)[0])
    if tag is None or row is None:
        return None
    owner = KINDS[kind.rpartition("/")[0]]
    shown = view(call, owner, row, "list")["properties"]
    short = row.id[len(service_of(row.id)) :]
    named = {"id": short, "name": shown.pop("displayName", None), **shown}
    return {"tag": {"id": tag.id[len(service_of(tag.id)) :], "name": tag.props.get("displayName")}, name: named}


def references(call: Call) -> Answer:
    """POST listReferences of a fragment: the policies that include it."""
    row = subject(call)
    needle = f'fragment-id="{row.name.lower()}"'
    rows = call.store.subtree(service_of(row.path))
    return _listed([{"id": r.id} for r in rows if needle in str(r.private.get("raw", "")).lower()])


def _token(call: Call, row: Row) -> str:
    """Return a token of the service's form: who, until when, and a signature that nobody checks."""
    expiry = str((call.request.json().get("properties") or call.request.json()).get("expiry") or "")
    digits = "".join(c for c in expiry if c.isdigit())[:12]
    signature = hashlib.sha256(f"{row.path} {expiry}".encode()).hexdigest()
    return f"{row.name}&{digits}&{signature}"


def token(call: Call) -> Answer:
    """POST token of a user, generateToken of a gateway."""
    return Answer(200, {"value": _token(call, subject(call))})


def sso_url(call: Call) -> Answer:
    """POST generateSsoUrl of a user."""
    subject(call)
    service = require_service(call).name.lower()
    return Answer(200, {"value": f"https://{service}.portal.azure-api.net/signin-sso?token={key()}"})


def debug_credentials(call: Call) -> Answer:
    """POST listDebugCredentials of a gateway."""
    row = subject(call)
    return Answer(200, {"token": f"aid={row.name}&p={key()}"})


def invalidate_credentials(call: Call) -> Answer:
    """POST invalidateDebugCredentials of a gateway."""
    subject(call)
    return Answer(204)


def regenerate_gateway_key(call: Call) -> Answer:
    """POST regenerateKey of a gateway."""
    wanted = call.request.json().get("keyType")
    if wanted not in ("primary", "secondary"):
        raise invalid([("keyType", f"'{wanted}' is none of: primary, secondary.")])
    with call.store.transaction():
        require_writable(require_service(call))
        row = subject(call)
        old = row.private.get("keys") or {"primary": key(), "secondary": key()}
        private = {**row.private, "keys": {**old, wanted: key()}}
        call.store.put(replace(row, private=private), keep_etag=True)
    return Answer(204)


def regenerate_git_key(call: Call) -> Answer:
    """POST git/regeneratePrimaryKey or git/regenerateSecondaryKey of tenant access."""
    name = "primaryKey" if call.path.endswith("primarykey") else "secondaryKey"
    return regenerate(call, name, call.path.rsplit("/", 2)[0])


def login_links(call: Call) -> Answer:
    """POST getLoginLinks of a connection."""
    row = subject(call)
    base = "https://authorization-manager.consent.azure-apim.net/login"
    return Answer(200, {"loginLink": f"{base}/{row.name}?data={key()}"})


def accepted(call: Call) -> Answer:
    """POST reconnect of a backend: nothing is connected, so nothing happens."""
    subject(call)
    return Answer(202)


def password_mail(call: Call) -> Answer:
    """POST confirmations/password/send of a user: no mail is sent, the log says to whom it would have been."""
    path = call.path.rsplit("/", 3)[0]
    require_parent(call, f"{path}/{LISTED}/{LISTED}")
    user = call.store.get(path)
    if user is not None:
        mail.password_mail(call, user)
    return Answer(204)


def confirmed(call: Call) -> Answer:
    """POST confirmConsentCode of a connection, which is connected from then on [?]."""
    with call.store.transaction():
        row = subject(call)
        props = {**{k: v for k, v in row.props.items() if k != "error"}, "status": "Connected"}
        body = {**row.body, "properties": props}
        call.store.put(replace(row, body=body))
    return Answer(200)
