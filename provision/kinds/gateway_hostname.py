"""Host names of a self-hosted gateway."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Default, Folded, Ref, Required, Unsure
from provision.kinds.kind import Kind, Names

GATEWAY_HOSTNAME = Kind(
    type="gateways/hostnameConfigurations",
    title="host name of a gateway",
    about="A host name that the gateway answers to, with the certificate that it shows there.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/gateway-hostname-configuration/create-or-update",
    key="hostnameConfigurations",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType(
        {
            # Both are required by Terraform's azurerm, of whose resources the service knows none without them.
            "hostname": (Required(), Folded()),  # DNS ignores case
            "certificateId": (Required(), Ref(("certificates",))),
            # azurerm sends false where a user says nothing, and for HTTP/2 true: of a silent PUT nothing is recorded.
            "negotiateClientCertificate": Default(False),
            "tls10Enabled": Default(False),
            "tls11Enabled": Default(False),
            "http2Enabled": Unsure(),
        }
    ),
)
