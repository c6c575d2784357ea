"""The route table: every request that is served. Anything else is answered with 501, never with 404."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision.emulator.arm import directory, groups, locks, quotas, reports
from provision.emulator.instance import graveyard, maintenance, places, services
from provision.emulator.openapi import exports
from provision.emulator.resources import actions, items, views
from provision.emulator.rules import ALL_KINDS, KINDS
from provision.emulator.world import operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from provision.emulator.rules.kind import Kind
    from provision.emulator.world.wire import Answer, Call

    Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A URL template and its handler per method; `kind` is set for resources inside an instance."""

    template: str
    handlers: Mapping[str, Handler]
    kind: Kind | None = None


SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
PROVIDER = f"{SUBSCRIPTION}/providers/Microsoft.ApiManagement"
SERVICES = f"{GROUP}/providers/Microsoft.ApiManagement/service"
INSTANCE = f"{SERVICES}/{{service}}"
REGION = f"{PROVIDER}/locations/{{location}}"
TENANT_RESULT = f"{INSTANCE}/tenant/operationResults/{{operation}}"


class Resource(Protocol):
    """A module that answers everything that can be asked of one resource."""

    def get(self, call: Call) -> Answer:
        """GET."""

    def head(self, call: Call) -> Answer:
        """HEAD."""

    def put(self, call: Call) -> Answer:
        """PUT."""

    def patch(self, call: Call) -> Answer:
        """PATCH."""

    def delete(self, call: Call) -> Answer:
        """DELETE."""


def _verbs(of: Resource) -> Mapping[str, Handler]:
    handlers = {"GET": of.get, "HEAD": of.head, "PUT": of.put, "PATCH": of.patch, "DELETE": of.delete}
    return MappingProxyType(handlers)


FIXED: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/metadata/endpoints", groups.endpoints),
    ("GET", "/exports/{export}", exports.download),
    ("GET", "/subscriptions", groups.subscriptions),
    ("GET", SUBSCRIPTION, groups.subscription),
    ("GET", f"{SUBSCRIPTION}/locations", directory.locations),
    ("GET", f"{SUBSCRIPTION}/providers", directory.providers),
    ("GET", PROVIDER, directory.provider),
    ("GET", f"{SUBSCRIPTION}/resources", groups.resources),
    ("GET", f"{SUBSCRIPTION}/operationresults/{{operation}}", groups.deletion),
    ("GET", f"{SUBSCRIPTION}/resourceGroups", groups.listing),
    *((verb, GROUP, handler) for verb, handler in _verbs(groups).items()),
    ("GET", f"{GROUP}/resources", groups.resources),
    ("GET", "/providers/Microsoft.ApiManagement/operations", places.provider_operations),
    ("GET", f"{PROVIDER}/skus", places.provider_skus),
    ("POST", f"{PROVIDER}/checkNameAvailability", services.name_available),
    ("GET", f"{PROVIDER}/service", services.list_subscription),
    ("GET", f"{PROVIDER}/deletedservices", graveyard.listing),
    ("GET", f"{REGION}/deletedservices/{{service}}", graveyard.get),
    ("DELETE", f"{REGION}/deletedservices/{{service}}", graveyard.purge),
    ("GET", f"{REGION}/operationsStatuses/{{operation}}", services.operation),
    ("GET", f"{REGION}/operationStatuses/{{operation}}", services.operation),  # as the specification spells it
    ("GET", f"{REGION}/operationResults/{{operation}}", services.operation),
    ("GET", SERVICES, services.list_group),
    *((verb, INSTANCE, handler) for verb, handler in _verbs(services).items()),
    ("POST", f"{INSTANCE}/backup", maintenance.backup),
    ("POST", f"{INSTANCE}/restore", maintenance.restore),
    ("POST", f"{INSTANCE}/applynetworkconfigurationupdates", maintenance.refresh_network),
    ("POST", f"{INSTANCE}/migrateToStv2", maintenance.refresh_network),
    ("GET", f"{INSTANCE}/operationresults/{{operation}}", services.operation),
    ("GET", TENANT_RESULT, operations.tenant_result),
    ("GET", f"{INSTANCE}/skus", places.skus),
    ("GET", f"{INSTANCE}/regions", places.regions),
    ("GET", f"{INSTANCE}/networkstatus", places.network_statuses),
    ("GET", f"{INSTANCE}/locations/{{location}}/networkstatus", places.network_status),
    ("GET", f"{INSTANCE}/outboundNetworkDependenciesEndpoints", places.dependencies),
    ("GET", f"{INSTANCE}/allPolicies", actions.all_policies),
    ("POST", f"{INSTANCE}/getssotoken", actions.sso_token),
    ("GET", f"{INSTANCE}/issues", views.issues),
    ("GET", f"{INSTANCE}/issues/{{issue}}", views.issue),
    ("GET", f"{INSTANCE}/users/{{user}}/subscriptions/{{subscription}}", views.user_subscription),
    ("GET", f"{INSTANCE}/tagResources", views.tag_resources),
    ("GET", f"{INSTANCE}/apisByTags", views.tag_resources),
    ("GET", f"{INSTANCE}/productsByTags", views.tag_resources),
    ("GET", f"{INSTANCE}/quotas/{{key}}", quotas.listing),
    ("PATCH", f"{INSTANCE}/quotas/{{key}}", quotas.update),
    ("GET", f"{INSTANCE}/quotas/{{key}}/periods/{{period}}", quotas.period),
    ("PATCH", f"{INSTANCE}/quotas/{{key}}/periods/{{period}}", quotas.update_period),
    *(("GET", f"{INSTANCE}/reports/{name}", handler) for name, handler in reports.HANDLERS.items()),
)

# Actions and views of resources inside an instance: method, type, last segment.
ACTIONS: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", "subscriptions", "listSecrets", actions.subscription_secrets),
    ("POST", "subscriptions", "regeneratePrimaryKey", actions.regenerate_primary),
    ("POST", "subscriptions", "regenerateSecondaryKey", actions.regenerate_secondary),
    ("POST", "namedValues", "listValue", actions.named_value),
    ("POST", "namedValues", "refreshSecret", actions.refresh_secret),
    ("POST", "certificates", "refreshSecret", actions.refresh_secret),
    ("POST", "gateways", "listKeys", actions.gateway_keys),
    ("POST", "gateways", "regenerateKey", views.regenerate_gateway_key),
    ("POST", "gateways", "generateToken", views.token),
    ("POST", "gateways", "listDebugCredentials", views.debug_credentials),
    ("POST", "gateways", "invalidateDebugCredentials", views.invalidate_credentials),
    ("POST", "identityProviders", "listSecrets", actions.client_secret),
    ("POST", "authorizationServers", "listSecrets", actions.client_secret),
    ("POST", "openidConnectProviders", "listSecrets", actions.client_secret),
    ("POST", "tenant", "listSecrets", actions.tenant_secrets),
    ("POST", "tenant", "regeneratePrimaryKey", actions.regenerate_primary),
    ("POST", "tenant", "regenerateSecondaryKey", actions.regenerate_secondary),
    ("POST", "tenant", "git/regeneratePrimaryKey", views.regenerate_git_key),
    ("POST", "tenant", "git/regenerateSecondaryKey", views.regenerate_git_key),
    ("POST", "users", "token", views.token),
    ("POST", "users", "generateSsoUrl", views.sso_url),
    ("POST", "users", "confirmations/password/send", views.password_mail),
    ("POST", "policyFragments", "listReferences", views.references),
    ("POST", "backends", "reconnect", views.accepted),
    ("POST", "authorizationProviders/authorizations", "getLoginLinks", views.login_links),
    ("POST", "authorizationProviders/authorizations", "confirmConsentCode", views.confirmed),
    ("POST", "portalsettings", "listSecrets", actions.delegation_secret),
    ("GET", "apis", "revisions", actions.revisions),
    ("GET", "apis", "operationsByTags", views.tag_resources),
    ("GET", "users", "identities", views.identities),
    ("GET", "apis", "products", actions.product_apis),
    ("GET", "products", "subscriptions", actions.product_subscriptions),
    ("GET", "users", "subscriptions", actions.product_subscriptions),
    ("GET", "users", "groups", actions.user_groups),
)

FOREIGN = Route(
    f"{GROUP}/providers/{{namespace}}/{{type}}/{{name}}",
    {
        "GET": groups.foreign_get,
        "PUT": groups.foreign_put,
        "PATCH": groups.foreign_patch,
        "DELETE": groups.foreign_delete,
    },
)
LOCKS = Route("{scope}/providers/Microsoft.Authorization/locks", {"GET": locks.listing})
LOCK = Route(f"{LOCKS.template}/{{lock}}", {"GET": locks.get, "PUT": locks.put, "DELETE": locks.delete})
ITEM = _verbs(items)


def _template(kind: Kind) -> str:
    parts = kind.type.split("/")
    return INSTANCE + "".join(f"/{part}/{{{part}}}" for part in parts)


def _of_kind(kind: Kind) -> Iterable[Route]:
    template = _template(kind)
    handlers = {method: handler for method, handler in ITEM.items() if method in kind.verbs}
    if "GET" not in kind.verbs:
        handlers["GET"] = items.no_get
    yield Route(template, handlers, kind)
    if "LIST" in kind.verbs:
        yield Route(template.rpartition("/")[0], {"GET": items.listing}, kind)


def _all_routes() -> Iterable[Route]:
    for method, template, handler in FIXED:
        yield Route(template, {method: handler})
    for kind in ALL_KINDS:
        yield from _of_kind(kind)
    for method, resource_type, last, handler in ACTIONS:
        for name in (resource_type, f"workspaces/{resource_type}"):
            owner = KINDS.get(name.lower())
            if owner is not None:
                yield Route(f"{_template(owner)}/{last}", {method: handler}, owner)


def _key(template: str) -> str:
    """Return what identifies a template: "*" for each parameter, the rest in lower case."""
    return "/".join("*" if part.startswith("{") else part.lower() for part in template.split("/")[1:])


def _table() -> Mapping[str, Route]:
    table: dict[str, Route] = {}
    for route in _all_routes():
        key = _key(route.template)
        known = table.get(key)
        merged = {**known.handlers, **route.handlers} if known else route.handlers
        table[key] = Route(route.template, merged, (known.kind if known else None) or route.kind)
    return table


ROUTES: Mapping[str, Route] = MappingProxyType(_table())
NAMESPACE = "microsoft.apimanagement"


def _regular(key: str) -> bool:
    """Tell whether names stand at odd places, as they do except in a few paths."""
    parts = key.split("/")
    return all((part == "*") == bool(at % 2) or part == NAMESPACE for at, part in enumerate(parts))


# Templates in which names do not alternate with literals, tried one by one; the foreign ones last.
IRREGULAR = tuple(
    (_key(route.template).split("/"), route)
    for route in (*(route for key, route in ROUTES.items() if not _regular(key)), FOREIGN)
)


def find(segments: tuple[str, ...]) -> Route | None:
    """Return the route of a request path."""
    lower = [segment.lower() for segment in segments]
    if locks.concerns(lower):
        return LOCKS if lower[-1] == locks.TAIL[-1] and not locks.concerns(lower[:-1]) else LOCK
    # Names stand at odd places: .../service/N/apis/A; the only literal there is the namespace.
    starred = [
        part if not place % 2 or (part == NAMESPACE and lower[place - 1] == "providers") else "*"
        for place, part in enumerate(lower)
    ]
    route = ROUTES.get("/".join(starred))
    return route or next((odd for parts, odd in IRREGULAR if _fits(parts, lower)), None)


def _fits(parts: list[str], lower: list[str]) -> bool:
    return len(parts) == len(lower) and all(want in ("*", have) for want, have in zip(parts, lower, strict=True))
