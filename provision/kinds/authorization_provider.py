"""Authorization providers, of the credential manager: where tokens for backends come from."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.facts import Entries, LeftOut, Required, Secret, WriteOnly
from provision.kinds.kind import Kind, Properties

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNSEEN: Final = (Secret(), WriteOnly("Azure never returns the secrets of clients"))
# Recorded: a `clientSecret` isn't in the answer.
CLIENT: Final = Entries(MappingProxyType({"clientSecret": _UNSEEN}))
# What Azure fills in for the provider of its own directory, in Microsoft's examples.
_OF_DIRECTORY: Final = MappingProxyType({"loginUri": "https://login.windows.net", "tenantId": "common"})


def _members(grant: Any, *, directory: bool) -> Any:
    """`ResourceUri` was recorded to come back as `resourceUri`."""
    if not isinstance(grant, dict):
        return grant
    named = {name[:1].lower() + name[1:]: value for name, value in grant.items()}
    return {name: value for name, value in named.items() if not directory or _OF_DIRECTORY.get(name) != value}


def _normal(properties: Properties) -> Properties:
    grants: Mapping[str, Any] | None = (properties.get("oauth2") or {}).get("grantTypes")
    if not grants:
        return properties
    directory = str(properties.get("identityProvider")).lower() == "aad"
    named = {name: _members(grant, directory=directory) for name, grant in grants.items()}
    return {**properties, "oauth2": {**properties["oauth2"], "grantTypes": named}}


# recorded: no ETag in any answer, and each PUT is answered 200
AUTHORIZATION_PROVIDER = Kind(
    type="authorizationProviders",
    title="authorization provider",
    about="An OAuth 2.0 provider with whose tokens policies call backends.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/authorization-provider/create-or-update",
    key="authorizationProviders",
    facts=MappingProxyType(
        {
            "identityProvider": Required(),
            "oauth2.redirectUrl": LeftOut("the service says where it is called back", told=False),
            "oauth2.grantTypes.authorizationCode": CLIENT,
            "oauth2.grantTypes.clientCredentials": CLIENT,
        }
    ),
    traceless=True,
    normal=_normal,
)
