"""What a new instance holds, per tier.

Classic tiers [recorded lists, documentation]: Echo API, products Starter and Unlimited, three groups, the
administrator, the all-access subscription. Consumption: no products, no groups, no API. v2 tiers [?]: as classic,
without the Echo API's operations being evidence of anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.rules.apis import HEADER, QUERY
from provision.emulator.rules.links import assign
from provision.emulator.rules.policies import stored_policy
from provision.emulator.rules.portal import NOTIFICATIONS, put_factory
from provision.emulator.rules.products import key, own_subscription, subscription_props
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from provision.emulator.world.wire import Call

ECHO_URL = "http://echoapi.cloudapp.net/api"
# The service's own words for its built-in objects, as templates exported from instances show them in public.
BUILT_IN = "is a built-in group"
MANAGED = "Its membership is managed by the system."
ADMINISTRATORS = (
    f"Administrators {BUILT_IN} containing the admin email account provided at the time of service creation. {MANAGED}"
)
GROUPS = (
    ("administrators", "Administrators", ADMINISTRATORS),
    ("developers", "Developers", f"Developers {BUILT_IN}. {MANAGED} Signed-in users fall into this group."),
    (
        "guests",
        "Guests",
        f"Guests {BUILT_IN}. {MANAGED} Unauthenticated users visiting the developer portal fall into this group.",
    ),
)
ECHO = (
    ("create-resource", "Create resource", "POST", "/resource", 200),
    ("modify-resource", "Modify Resource", "PUT", "/resource", 200),
    ("remove-resource", "Remove resource", "DELETE", "/resource", 200),
    ("retrieve-header-only", "Retrieve header only", "HEAD", "/resource", 200),
    ("retrieve-resource", "Retrieve resource", "GET", "/resource", 200),
    ("retrieve-resource-cached", "Retrieve resource (cached)", "GET", "/resource-cached", 200),
)
STARTER = """<policies><inbound><base /><rate-limit calls="5" renewal-period="60" />
<quota calls="100" renewal-period="604800" /></inbound><backend><base /></backend><outbound><base /></outbound>
<on-error><base /></on-error></policies>"""
GLOBAL = """<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>"""


class _Filler:
    def __init__(self, call: Call, service: Row) -> None:
        self.call, self.service = call, service

    def put(
        self, rest: str, props: dict[str, Any], private: dict[str, Any] | None = None, target: str | None = None
    ) -> Row:
        arm_id = f"{self.service.id}/{rest}"
        kind = "/".join(rest.split("/")[::2])
        row = Row(
            arm_id.lower(),
            arm_id,
            f"microsoft.apimanagement/service/{kind}".lower(),
            0,
            {"properties": props} if props else {},
            private or {},
            target,
        )
        return self.call.store.put(row)

    def link(self, rest: str, target: str) -> None:
        assign(self.call.store, self.put(rest, {}, None, f"{self.service.path}/{target}".lower()))


def fill(call: Call, service: Row) -> None:
    """Put the factory objects into a new instance."""
    filler = _Filler(call, service)
    body = service.body
    _policy_row(filler, "policies/policy", GLOBAL)
    for name in ("signin", "signup", "delegation"):
        filler.put(f"portalsettings/{name}", _portal_setting(name))
    for name, title in NOTIFICATIONS:
        filler.put(f"notifications/{name}", {"title": title, "description": title})
    keys = {"primaryKey": key(), "secondaryKey": key()}
    filler.put("tenant/access", {"id": "access", "principalId": "integration", "enabled": False, **keys})
    filler.put("tenant/gitAccess", {"id": "gitAccess", "principalId": "git", "enabled": False, **keys})
    put_factory(call.store, service.id)
    user = _administrator(filler, body["properties"])
    filler.put(
        "subscriptions/master",
        {**subscription_props(call, f"{service.id}/", "Built-in all-access subscription"), "ownerId": user.id},
    )
    if body["sku"]["name"] == "Consumption":
        return
    for name, display, description in GROUPS:
        props = {
            "displayName": display,
            "description": description,
            "builtIn": True,
            "type": "system",
            "externalId": None,
        }
        filler.put(f"groups/{name}", props)
    for group in ("administrators", "developers"):
        filler.link(f"groups/{group}/users/1", "users/1")
    _echo(filler)
    _products(filler)


def _administrator(filler: _Filler, props: dict[str, Any]) -> Row:
    email = props["publisherEmail"]
    user = {
        "firstName": "Administrator",
        "lastName": "",
        "email": email,
        "state": "active",
        "registrationDate": filler.call.world.clock.stamp(),
        "note": None,
        "identities": [{"provider": "Azure", "id": email}],
    }
    return filler.put("users/1", user)


def _portal_setting(name: str) -> dict[str, Any]:
    if name == "delegation":
        return {"url": None, "subscriptions": {"enabled": False}, "userRegistration": {"enabled": False}}
    terms = {"enabled": False, "consentRequired": False, "text": None}
    return {"enabled": name == "signup", **({"termsOfService": terms} if name == "signup" else {})}


def _policy_row(filler: _Filler, rest: str, document: str) -> Row:
    value, raw = stored_policy(document)
    return filler.put(rest, {"value": value}, {"raw": raw})


def _echo(filler: _Filler) -> None:
    stamp = filler.call.world.clock.stamp()
    settings: dict[str, Any] = {
        "oAuth2": None,
        "openid": None,
        "oAuth2AuthenticationSettings": [],
        "openidAuthenticationSettings": [],
    }
    props = {
        "displayName": "Echo API",
        "apiRevision": "1",
        "description": None,
        "subscriptionRequired": True,
        "serviceUrl": ECHO_URL,
        "path": "echo",
        "protocols": ["https"],
        "authenticationSettings": settings,
        "subscriptionKeyParameterNames": {"header": HEADER, "query": QUERY},
        "isCurrent": True,
    }
    claim = f"{filler.service.path}#api http echo||"
    api = filler.put("apis/echo-api", props, {"created": stamp, "updated": stamp}, claim)
    empty: dict[str, list[Any]] = {"queryParameters": [], "headers": [], "representations": []}
    for name, display, method, template, code in ECHO:
        operation = {
            "displayName": display,
            "method": method,
            "urlTemplate": template,
            "templateParameters": [],
            "description": None,
            "request": empty,
            "responses": [{"statusCode": code, "representations": [], "headers": []}],
            "policies": None,
        }
        filler.put(f"apis/echo-api/operations/{name}", operation, None, f"{api.path}#{method} {template}".lower())


def _products(filler: _Filler) -> None:
    base = {"subscriptionRequired": True, "subscriptionsLimit": 1, "state": "published"}
    starter = {
        "displayName": "Starter",
        "description": "Subscribers will be able to run 5 calls/minute up to a maximum of 100 calls/week.",
        "terms": "",
        "approvalRequired": False,
        **base,
    }
    unlimited = {
        "displayName": "Unlimited",
        "description": "Subscribers have completely unlimited access to the API. Administrator approval is required.",
        "terms": None,
        "approvalRequired": True,
        **base,
    }
    for name, props in (("starter", starter), ("unlimited", unlimited)):
        product = filler.put(f"products/{name}", props)
        for group, _, _ in GROUPS:
            filler.link(f"products/{name}/groups/{group}", f"groups/{group}")
        filler.link(f"products/{name}/apis/echo-api", "apis/echo-api")
        own_subscription(filler.call, product, filler.service.id)
    _policy_row(filler, "products/starter/policies/policy", STARTER)
