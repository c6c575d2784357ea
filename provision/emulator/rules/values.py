"""Named values, backends, loggers and other things that policies and APIs use."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.certificates import facts
from provision.emulator.rules.kind import Kind
from provision.emulator.rules.policies import refuse_used
from provision.emulator.rules.tags import TAKEN
from provision.emulator.world.errors import invalid
from provision.emulator.world.store import Row, service_of

if TYPE_CHECKING:
    from typing import Any

    from provision.emulator.world.draft import Draft, View
    from provision.emulator.world.wire import Call

NAMED_VALUE = re.compile(r"^[A-Za-z0-9\-._]+$")
REFERENCE = re.compile(r"^\{\{.+\}\}$")
LONGEST_VALUE = 4096
CLEAR = frozenset({"name"})  # of an event hub, read back as it was sent [terraform-provider-azurerm]


def fill_named_value(draft: Draft) -> None:
    """Check a named value."""
    props = draft.props
    if not NAMED_VALUE.match(props["displayName"]):
        draft.problem("displayName", "Only letters, digits, '-', '.' and '_' are allowed.")
    value = props.get("value")
    if value is None and draft.old and draft.call.request.method == "PATCH":
        props["value"] = value = draft.before.get("value")
    if props.get("keyVault") is None and not isinstance(value, str):
        draft.problem("value", "'value' must not be empty.")
    elif isinstance(value, str) and len(value) > LONGEST_VALUE:
        draft.problem("value", f"'value' must not be longer than {LONGEST_VALUE} characters.")
    if props.get("keyVault") is not None:
        props["secret"] = True
        _looked_up(draft)


def _looked_up(draft: Draft) -> None:
    """Say that a secret was read from its key vault, when it was named or named anew [ex]."""
    vault, before = draft.props["keyVault"], draft.before.get("keyVault") or {}
    status = before.get("lastStatus")
    if status is None or {**vault, "lastStatus": status} != before:
        status = {"code": "Success", "timeStampUtc": draft.call.world.clock.stamp()}
    vault["lastStatus"] = status


def show_named_value(view: View) -> None:
    """Hide a secret's value [rec]; the state of provisioning appears from 2022 on [rec]."""
    if view.props.get("secret"):
        view.props.pop("value", None)
    if view.version >= "2022":
        view.props["provisioningState"] = "Succeeded"


def deleting_named_value(call: Call, row: Row) -> None:
    """Keep a named value that a policy refers to [?]."""
    refuse_used(call, row, "{{" + str(row.props.get("displayName")) + "}}")


def deleting_backend(call: Call, row: Row) -> None:
    """Keep a backend that a policy refers to [?]."""
    refuse_used(call, row, f'backend-id="{row.name}"')


def deleting_logger(call: Call, row: Row) -> None:
    """Keep a logger that a diagnostic writes to [?]."""
    for kind in ("diagnostics", "apis/diagnostics"):
        for found in call.store.of_type(f"microsoft.apimanagement/service/{kind}", service_of(row.path)):
            if str(found.props.get("loggerId")).lower() == row.path:
                raise invalid([("id", f"The logger is used by '{found.id}'.")])


def fill_backend(draft: Draft) -> None:
    """Check a backend; a pool has no address of its own [Azure/azure-rest-api-specs#35713]."""
    props = draft.props
    pool = str(props.get("type") or "Single").lower() == "pool"
    for key in ("url", "protocol"):
        if pool and props.get(key):
            draft.problem(key, f"'{key}' must not be given for a pool.")
        elif not pool and not props.get(key):
            draft.problem(key, f"'{key}' must not be empty.")
    props.setdefault("description", None)


def fill_logger(draft: Draft) -> None:
    """Move a logger's credentials into secret named values and leave references [rec]; an event hub's name stays."""
    given: dict[str, Any] = draft.props.get("credentials") or {}
    known = draft.private.setdefault("credentials", {})
    shown = {}
    for key, value in given.items():
        if not isinstance(value, str) or REFERENCE.match(value) or key in CLEAR:
            shown[key] = value
            continue
        if known.get(key, {}).get("value") != value:
            known[key] = {
                "value": value,
                "name": f"{int(draft.call.world.clock.now().timestamp()):08x}{draft.call.store.next('id'):016x}",
            }
        shown[key] = f"{{{{Logger-Credentials--{known[key]['name']}}}}}"
    if given:
        draft.props["credentials"] = shown


def logger_written(draft: Draft, _: Row) -> None:
    """Store the named values that hold a logger's credentials [?: that they are listed like any other]."""
    store = draft.call.store
    for known in draft.private.get("credentials", {}).values():
        arm_id = f"{draft.scope_id}/namedValues/{known['name']}"
        props = {
            "displayName": f"Logger-Credentials--{known['name']}",
            "value": known["value"],
            "tags": None,
            "secret": True,
        }
        if not store.exists(arm_id.lower()):
            target = f"{draft.scope}/namedvalues#{props['displayName']}".lower()
            store.put(
                Row(
                    arm_id.lower(),
                    arm_id,
                    "microsoft.apimanagement/service/namedvalues",
                    0,
                    {"properties": props},
                    {},
                    target,
                )
            )


def fill_cache(draft: Draft) -> None:
    """Leave a reference in place of a connection string [doc: the examples of GET]."""
    value = draft.props["connectionString"]
    if REFERENCE.match(value):
        return
    if draft.private.get("connection") != value:
        draft.private["connection"] = value
        draft.private["reference"] = f"{{{{{draft.call.store.next('id'):024x}}}}}"
    draft.props["connectionString"] = draft.private["reference"]


def fill_regional(draft: Draft) -> None:
    """Add the instance's location, which authorization providers and what is in them show [rec]."""
    service = draft.call.store.get(draft.service)
    draft.extra["location"] = service.body.get("location") if service else None


def fill_provider(draft: Draft) -> None:
    """Complete an authorization provider [rec]."""
    props = draft.props
    oauth = props.get("oauth2") or {}
    service = draft.service.rpartition("/")[2]
    grants = oauth.get("grantTypes")
    cleaned = {}
    for grant, members in (grants if isinstance(grants, dict) else {}).items():
        if not isinstance(members, dict):
            draft.problem("oauth2", "Every grant type must be an object.")
            return
        named = {key[:1].lower() + key[1:]: value for key, value in members.items()}
        draft.private.setdefault("secrets", {})[grant] = named.pop("clientSecret", None)
        defaults = DIRECTORY if str(props.get("identityProvider")).lower() == "aad" else {}
        cleaned[grant] = {"scopes": None, **defaults, **named}
    url = f"https://authorization-manager.consent.azure-apim.net/redirect/apim/{service}"
    props["oauth2"] = {"redirectUrl": url, **oauth, "grantTypes": cleaned}
    fill_regional(draft)


def fill_certificate(draft: Draft) -> None:
    """Keep a certificate's content and password to the service [doc]."""
    for key in ("data", "password"):
        value = draft.props.pop(key, None)
        if value is not None:
            draft.private[key] = value
    if draft.private.get("data") is None and draft.props.get("keyVault") is None:
        draft.problem("data", "'data' must not be empty.")
    vault = draft.props.get("keyVault")
    if vault:
        _looked_up(draft)
    content = vault.get("secretIdentifier") if vault else draft.private.get("data")
    found = facts(content, draft.private.get("password"), draft.name)
    draft.props.setdefault("subject", found.subject)
    draft.props.setdefault("thumbprint", found.thumbprint)
    draft.props.setdefault("expirationDate", f"{found.expiry:%Y-%m-%dT%H:%M:%SZ}")


DIRECTORY = MappingProxyType({"loginUri": "https://login.windows.net", "tenantId": "common"})  # [ex]
NO_PATCH = frozenset({"GET", "HEAD", "PUT", "DELETE", "LIST"})

VALUE_KINDS = (
    Kind(
        "namedValues",
        "NamedValue",
        required=("displayName",),
        defaults={"tags": None, "secret": False},
        claims="displayName",
        shown=("value",),  # unless `secret`
        fill=fill_named_value,
        show=show_named_value,
        deleting=deleting_named_value,
        later=lambda _: True,
    ),
    Kind(
        "backends",
        "Backend",
        choices={"protocol": ("http", "soap"), "type": ("Single", "Pool")},
        defaults={"title": None},
        shown=("credentials.authorization.parameter", "proxy.password"),  # [doc: the examples of GET]
        fill=fill_backend,
        deleting=deleting_backend,
    ),
    Kind(
        "loggers",
        "Logger",
        required=("loggerType",),
        choices={"loggerType": ("azureEventHub", "applicationInsights", "azureMonitor")},
        defaults={"description": None, "isBuffered": True, "maxMessageSizeInBytes": None},
        fill=fill_logger,
        written=logger_written,
        deleting=deleting_logger,
    ),
    Kind(
        "authorizationProviders",
        "Provider",
        verbs=NO_PATCH,
        required=("identityProvider",),
        fill=fill_provider,
        etag=False,
        created=200,
    ),
    Kind(
        "authorizationProviders/authorizations",
        "Connection",
        verbs=NO_PATCH,
        defaults={
            "status": "Error",
            "error": {"code": "Unauthenticated", "message": "The connection has not been authenticated."},
        },
        fill=fill_regional,
        etag=False,
        created=200,
        outlives=True,  # [recorded: connections go some time after their provider]
    ),
    Kind(
        "authorizationProviders/authorizations/accessPolicies",
        "Access policy",
        verbs=NO_PATCH,
        defaults={"appIds": None},
        fill=fill_regional,
        etag=False,
        created=200,
        tail="/",  # [recorded]
    ),
    Kind("caches", "Cache", shown=("connectionString",), fill=fill_cache),
    Kind("certificates", "Certificate", fill=fill_certificate),
    Kind("tags", "Tag", required=("displayName",), claims="displayName", claimed=TAKEN),
)
