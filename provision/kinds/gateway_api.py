"""The link that lets a self-hosted gateway serve an API."""

from __future__ import annotations

from provision.kinds.kind import Kind, Shape

GATEWAY_API = Kind(
    type="gateways/apis",
    title="API of a gateway",
    about="The APIs that the gateway serves.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/gateway-api/create-or-update",
    key="apis",
    shape=Shape.LINKS,
    leads_to="apis",
)
