"""The API Management instance itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

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
    from collections.abc import Iterator


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
