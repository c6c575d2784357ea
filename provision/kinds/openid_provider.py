"""OpenID Connect providers: who gives out the tokens with which APIs are called."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Default, Required, Secret, WriteOnly
from provision.kinds.kind import Kind

OPENID_PROVIDER = Kind(
    type="openidConnectProviders",
    title="OpenID Connect provider",
    about="An OpenID Connect provider that gives out the tokens with which APIs are called.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/open-id-connect-provider/create-or-update",
    key="openidConnectProviders",
    facts=MappingProxyType(
        {
            # "True by default if no value is provided", "False by default": their descriptions.
            "useInTestConsole": Default(True),
            "useInApiDocumentation": Default(False),
            "displayName": Required(),
            "metadataEndpoint": Required(),
            "clientId": Required(),
            "clientSecret": (Secret(), WriteOnly("Azure returns secrets only where they are asked for")),
        }
    ),
    reveal="listSecrets",
)
