"""Identity providers: with whose accounts people sign in to the developer portal."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import AnyOrder, Named, Secret, Unsure, WriteOnly
from provision.kinds.kind import Kind, Names

IDENTITY_PROVIDER = Kind(
    type="identityProviders",
    title="identity provider",
    about="A directory or social network with whose accounts people sign in to the developer portal.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/identity-provider/create-or-update",
    key="identityProviders",
    names=Names(words=("facebook", "google", "microsoft", "twitter", "aad", "aadB2C")),
    facts=MappingProxyType(
        {
            "clientSecret": (Secret(), WriteOnly("Azure returns secrets only where they are asked for")),
            "allowedTenants": AnyOrder(),
            "type": Named(),
            "authority": Unsure(),
            "clientLibrary": Unsure(),
            "signinTenant": Unsure(),
        }
    ),
    reveal="listSecrets",
)
