"""Certificate authorities of a self-hosted gateway."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Default
from provision.kinds.kind import Kind, Names

GATEWAY_CERTIFICATE_AUTHORITY = Kind(
    type="gateways/certificateAuthorities",
    title="certificate authority of a gateway",
    about="A certificate authority of the gateway: named by the certificate that it is, and trusted or not.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/gateway-certificate-authority/create-or-update",
    key="certificateAuthorities",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    leads_to="certificates",
    facts=MappingProxyType({"isTrusted": Default(False)}),  # a guess [?]: what .NET makes of a boolean that isn't sent
)
