"""The API Management instance itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

from provision.address import Address
from provision.kinds.kind import Finding, Kind, Properties, Sdk, Shape
from provision.kinds.model import (
    VARIABLE,
    AnyOrder,
    Fixed,
    Flag,
    Folded,
    Integer,
    Keyed,
    Model,
    Secret,
    Unverifiable,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.resource import Resource

Switch = Annotated[Literal["Enabled", "Disabled"], VARIABLE]
SkuName = Annotated[
    Literal[
        "Developer", "Basic", "Standard", "Premium", "Consumption", "Isolated", "BasicV2", "StandardV2", "PremiumV2"
    ],
    VARIABLE,
]
_UNSEEN = Unverifiable("Azure never returns certificates and their passwords")


class Sku(Model):
    """The tier and its number of units. Consumption has no units: capacity 0."""

    name: SkuName
    capacity: Integer


class Identity(Model):
    """The managed identities of the instance."""

    type: Annotated[Literal["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"], VARIABLE]
    user_assigned_identities: dict[str, dict[str, str]] | None = None


class VirtualNetwork(Model):
    """The subnet that the instance is joined to."""

    subnet_resource_id: Annotated[str, Folded()]  # ids come back in another case


class VersionConstraint(Model):
    """The oldest api-version that the instance's control plane accepts."""

    min_api_version: str | None = None


class ConfigurationApi(Model):
    """The configuration API of the v2 tiers."""

    legacy_api: Switch | None = None


class HostnameConfiguration(Model):
    """A host name of the gateway, the portals or the management endpoint, and its certificate."""

    type: Annotated[Literal["Proxy", "Portal", "Management", "Scm", "DeveloperPortal", "ConfigurationApi"], VARIABLE]
    host_name: Annotated[str, Folded()]  # DNS ignores case
    key_vault_id: str | None = None
    identity_client_id: str | None = None
    encoded_certificate: Annotated[str | None, _UNSEEN, Secret()] = None
    certificate_password: Annotated[str | None, _UNSEEN, Secret()] = None
    default_ssl_binding: Flag | None = None
    negotiate_client_certificate: Flag | None = None
    certificate_source: Annotated[Literal["Managed", "KeyVault", "Custom", "BuiltIn"], VARIABLE] | None = None


class Certificate(Model):
    """A CA certificate that the instance trusts."""

    encoded_certificate: Annotated[str | None, _UNSEEN, Secret()] = None
    certificate_password: Annotated[str | None, _UNSEEN, Secret()] = None
    store_name: Annotated[Literal["CertificateAuthority", "Root"], VARIABLE]


class Location(Model):
    """A further region of a Premium instance."""

    location: Annotated[str, Folded()]
    sku: Sku
    zones: Annotated[list[str] | None, AnyOrder()] = None
    public_ip_address_id: Annotated[str | None, Folded()] = None
    virtual_network_configuration: VirtualNetwork | None = None
    nat_gateway_state: Switch | None = None
    disable_gateway: Flag | None = None


class Service(Model):
    """The instance. What is omitted here is never touched in Azure."""

    name: named(r"^[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$", 50)  # type: ignore[valid-type]
    existing: Flag = False
    location: Annotated[str | None, Folded(), Fixed("an instance can't move: destroy it, or create another one")] = None
    sku: Sku | None = None
    publisher_name: str | None = None
    publisher_email: str | None = None
    notification_sender_email: str | None = None
    tags: dict[str, str] | None = None
    zones: Annotated[list[str] | None, AnyOrder()] = None
    identity: Identity | None = None
    custom_properties: dict[str, str] | None = None
    virtual_network_type: Annotated[Literal["None", "External", "Internal"], VARIABLE] | None = None
    virtual_network_configuration: VirtualNetwork | None = None
    public_network_access: Switch | None = None
    public_ip_address_id: Annotated[str | None, Folded()] = None
    nat_gateway_state: Switch | None = None
    disable_gateway: Flag | None = None
    enable_client_certificate: Flag | None = None
    api_version_constraint: VersionConstraint | None = None
    configuration_api: ConfigurationApi | None = None
    developer_portal_status: Switch | None = None
    legacy_portal_status: Switch | None = None
    hostname_configurations: Annotated[list[HostnameConfiguration] | None, Keyed("hostName")] = None
    certificates: list[Certificate] | None = None
    additional_locations: Annotated[list[Location] | None, Keyed("location")] = None


def _check(properties: Properties) -> Iterator[Finding]:
    """Requirements that depend on `existing`."""
    wanted = ("sku", "publisherName", "publisherEmail")
    if not properties.get("existing"):
        for name in wanted:
            if properties.get(name) is None:
                why = "Azure creates no instance without it"
                yield Finding((), f"{name} is missing", why, f"add {name}: ...", (name, "existing"))
        return
    for name in properties:
        if name not in ("name", "existing"):
            why = "an existing instance is used, never changed"
            yield Finding((name,), f"{name} has no effect", why, "remove it, or existing: true", ("existing",))


def _to_wire(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name not in ("name", "existing")}


SERVICE_KIND = Kind(
    type="service",
    title="instance",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-management-service/create-or-update",
    key="service",
    shape=Shape.ROOT,
    model=Service,
    top_level=frozenset({"location", "sku", "tags", "zones", "identity"}),
    partial=True,
    # PATCH: a PUT of what GET returned would lose the certificates of custom host names, which GET doesn't return.
    sdk=Sdk(
        "api_management_service",
        put="begin_create_or_update",
        update="begin_update",
        delete="begin_delete",
        if_match=False,
    ),
    to_wire=_to_wire,
    check=_check,
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A collection in the instance, how the SDK lists it, and which of its members Azure made by itself."""

    collection: str
    group: str
    method: str = "list_by_service"
    made_by_azure: Callable[[Resource], bool] = lambda _: False


def _named(*names: str) -> Callable[[Resource], bool]:
    return lambda one: one.address.name.lower() in names


def _built_in(group: Resource) -> bool:
    return bool(group.body.get("builtIn"))


def made_with_a_product(subscription: Resource) -> bool:
    """`master`, and the administrator's one of each product, named by 24 hexadecimal digits. Azure/apiops#707."""
    name, owner = subscription.address.name, str(subscription.body.get("ownerId") or "/users/1")
    return name == "master" or (re.fullmatch(r"[0-9a-f]{24}", name) is not None and owner.endswith("/users/1"))


def scope_of(subscription: Resource) -> Address | None:
    """What a subscription is to: a product, an API, or (None) all APIs."""
    scope = str(subscription.body.get("scope") or "")
    return Address.from_arm_id(scope) if scope.lower().startswith("/subscriptions/") else Address(scope.strip("/"))


# What an instance may hold. Taken down with it, and so listed before anything is deleted.
INSIDE: Final = (
    Inside("apis", "api", made_by_azure=_named("echo-api")),
    Inside("products", "product", made_by_azure=_named("starter", "unlimited")),
    Inside("subscriptions", "subscription", "list", made_with_a_product),
    Inside("users", "user", made_by_azure=_named("1")),
    Inside("groups", "group", made_by_azure=_built_in),
    Inside("namedValues", "named_value"),
    Inside("backends", "backend"),
    Inside("loggers", "logger"),
    Inside("diagnostics", "diagnostic"),
    Inside("tags", "tag"),
    Inside("apiVersionSets", "api_version_set"),
    Inside("policyFragments", "policy_fragment"),
    Inside("schemas", "global_schema"),
    Inside("certificates", "certificate"),
    Inside("caches", "cache"),
    Inside("gateways", "gateway"),
    Inside("identityProviders", "identity_provider"),
    Inside("openidConnectProviders", "open_id_connect_provider"),
    Inside("authorizationServers", "authorization_server"),
    Inside("authorizationProviders", "authorization_provider"),
    Inside("documentations", "documentation"),
    Inside("workspaces", "workspace"),
)
