"""The configuration of the developer portal."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.facts import AnyOrder, Secret, WriteOnly
from provision.kinds.kind import Kind, Names

_ALWAYS: Final = frozenset({"default"})

PORTAL_CONFIG = Kind(
    type="portalconfigs",
    title="portal configuration",
    about="The configuration of the developer portal, which has one. What is omitted stays as it is.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/portal-config/create-or-update",
    key="portalconfigs",
    names=Names(words=("default",)),
    facts=MappingProxyType(
        {
            "delegation.validationKey": (Secret(), WriteOnly("Azure doesn't return it")),
            "cors.allowedOrigins": AnyOrder(),
            "csp.allowedSources": AnyOrder(),
            "csp.reportUri": AnyOrder(),
        }
    ),
    partial=True,
    patched=True,  # a PUT of what GET shows would lose the key
    always_there=True,
    factory=_ALWAYS,
    undeletable=_ALWAYS,
    in_new_instances=frozenset({"portalconfigs/default"}),
)
