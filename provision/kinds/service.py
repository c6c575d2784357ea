"""The API Management instance itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.kinds.facts import AnyOrder, Fixed, Folded, Keyed, Limits, Optional, ReadOnly, Secret, WriteOnly
from provision.kinds.kind import Finding, Kind, Properties, Shape
from provision.kinds.table import Property

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIERS = (
    *("Developer", "Basic", "Standard", "Premium", "Consumption", "Isolated"),
    *("BasicV2", "StandardV2", "PremiumV2"),
)
_UNSEEN = (WriteOnly("Azure never returns certificates and their passwords"), Secret())


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
            "hostnameConfigurations": Keyed("hostName"),
            "hostnameConfigurations[].hostName": Folded(),  # DNS ignores case
            "additionalLocations": Keyed("location"),
            "additionalLocations[].location": Folded(),
            "additionalLocations[].zones": AnyOrder(),
            "**.encodedCertificate": _UNSEEN,
            "**.certificatePassword": _UNSEEN,
            "restore": ReadOnly(),
            "certificates[].certificate": ReadOnly(),
            "hostnameConfigurations[].certificate": ReadOnly(),
            "hostnameConfigurations[].certificateStatus": ReadOnly(),
            "etag": ReadOnly(),
            "privateEndpointConnections": ReadOnly(),
            "**.sku.name": Limits(words=_TIERS),
        }
    ),
    partial=True,
    # A PUT of what GET returned would lose the certificates of custom host names, which GET doesn't return.
    patched=True,
    to_wire=_to_wire,
    check=_check,
)
