"""The API Management instance itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.kinds.facts import (
    AnyOrder,
    Default,
    Fixed,
    Folded,
    Keyed,
    LeftOut,
    Limits,
    Optional,
    ReadOnly,
    Secret,
    WriteOnly,
)
from provision.kinds.kind import Finding, Kind, Properties, Shape
from provision.kinds.table import Property

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TIERS = (
    *("Developer", "Basic", "Standard", "Premium", "Consumption", "Isolated"),
    *("BasicV2", "StandardV2", "PremiumV2"),
)
_NOT_RETURNED = WriteOnly("Azure never returns certificates and their passwords")
_UNSEEN = (_NOT_RETURNED, Secret())


def _is_own(host: Mapping[str, Any]) -> bool:
    """Whether a host name's certificate is given as such: neither from a vault, nor Azure's own."""
    return host.get("certificateSource") in (None, "Custom") and not host.get("keyVaultId")


def _built_in(siblings: Mapping[str, Any]) -> list[Any]:
    """Of an instance's host names the one that Azure gives it."""
    return [one for one in siblings.get("hostnameConfigurations") or () if one.get("certificateSource") == "BuiltIn"]


def _switches(siblings: Mapping[str, Any]) -> dict[str, Any]:
    """Of an instance's protocols and ciphers those that are off: recorded, all of them, where nobody has set any."""
    return {name: value for name, value in (siblings.get("customProperties") or {}).items() if value == "False"}


def _by_tier(classic: str, v2: str) -> Default:
    return Default(lambda siblings: v2 if str((siblings.get("sku") or {}).get("name")).endswith("V2") else classic)


def _check(properties: Properties) -> Iterator[Finding]:
    """Requirements that depend on `existing`."""
    wanted = ("sku", "publisherName", "publisherEmail")
    if not properties.get("existing"):
        for name in wanted:
            if properties.get(name) is None:
                why = "Azure creates no instance without it"
                yield Finding((), f"{name} is missing", why, f"add {name}: ...", (name, "existing"))
        yield from _of_the_tier(properties)
        return
    for name in properties:
        if name not in ("name", "existing"):
            why = "an existing instance is used, never changed"
            yield Finding((name,), f"{name} has no effect", why, "remove it, or existing: true", ("existing",))


def _of_the_tier(properties: Properties) -> Iterator[Finding]:
    """Client certificates are switched in one tier alone: elsewhere false is refused, and true never shown.

    pulumi/pulumi-azure-native#10298; recorded: no other tier's answers have it.
    """
    tier = str((properties.get("sku") or {}).get("name"))
    if properties.get("enableClientCertificate") is not None and tier.lower() != "consumption":
        why = f"the tier {tier} asks for them at each of hostnameConfigurations"
        fix = "remove it, and write negotiateClientCertificate there"
        yield Finding(("enableClientCertificate",), "enableClientCertificate is of Consumption", why, fix, ("sku",))


def _to_wire(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name not in ("name", "existing")}


SERVICE_KIND = Kind(
    type="service",
    title="instance",
    about="The instance. What is omitted here is never touched in Azure.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-management-service/create-or-update",
    key="service",
    shape=Shape.ROOT,
    own=(
        Property(
            "name",
            "string",
            required=True,
            pattern=r"^[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$",
            shortest=1,
            longest=50,
        ),
        Property("existing", "boolean"),
    ),
    facts=MappingProxyType(
        {
            "location": (Optional(), Folded(), Fixed("an instance can't move: destroy it, or create another one")),
            "sku": Optional(),
            "publisherName": Optional(),
            "publisherEmail": Optional(),
            "zones": AnyOrder(),
            "**.subnetResourceId": Folded(),  # ids come back in another case
            "**.publicIpAddressId": Folded(),
            "hostnameConfigurations": (Keyed("hostName"), Default(_built_in)),
            "hostnameConfigurations[].hostName": Folded(),  # DNS ignores case
            "additionalLocations": Keyed("location"),
            "additionalLocations[].location": Folded(),
            "additionalLocations[].zones": AnyOrder(),
            "certificates[].encodedCertificate": _UNSEEN,
            "certificates[].certificatePassword": _UNSEEN,
            "hostnameConfigurations[].encodedCertificate": (_NOT_RETURNED, Secret(when=_is_own)),
            "hostnameConfigurations[].certificatePassword": (_NOT_RETURNED, Secret(when=_is_own)),
            # What a new instance has, recorded; a spec that omits it leaves it alone all the same.
            "notificationSenderEmail": Default("apimgmt-noreply@mail.windowsazure.com"),
            "customProperties": Default(_switches),
            "virtualNetworkType": Default("None"),
            "publicNetworkAccess": Default("Enabled"),
            "natGatewayState": _by_tier("Disabled", "Enabled"),
            "legacyPortalStatus": Default("Disabled"),
            "developerPortalStatus": _by_tier("Enabled", "Disabled"),
            "enableClientCertificate": Default(False),
            "**.disableGateway": Default(False),
            "**.negotiateClientCertificate": Default(False),
            "restore": LeftOut("--restore brings a deleted instance back", told=False),
            "identity.type": Folded(),
            "identity.userAssignedIdentities": Folded(),
            "identity.userAssignedIdentities[].clientId": ReadOnly(),
            "identity.userAssignedIdentities[].principalId": ReadOnly(),
            "certificates[].certificate": ReadOnly(),
            "hostnameConfigurations[].certificate": ReadOnly(),
            "hostnameConfigurations[].certificateStatus": LeftOut("it is Azure that knows", told=False),
            "etag": ReadOnly(),
            "privateEndpointConnections": LeftOut("each has a node of its own", told=False),
            "**.sku.name": Limits(words=_TIERS),
        }
    ),
    partial=True,
    # A PUT of what GET returned would lose the certificates of custom host names, which GET doesn't return.
    patched=True,
    to_wire=_to_wire,
    check=_check,
)
