"""Settings of the developer portal: signing in, signing up, and handing both over to a site of one's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.facts import Default, Secret, WriteOnly
from provision.kinds.kind import Kind, Names

_OFF: Final = MappingProxyType({"enabled": False})
# Of a new instance; a guess [?]: no recording has one.
_MADE: Final = MappingProxyType(
    {
        "signin": _OFF,
        "signup": MappingProxyType({"enabled": True, "termsOfService": {"enabled": False, "consentRequired": False}}),
        "delegation": MappingProxyType({"subscriptions": _OFF, "userRegistration": _OFF}),
    }
)
_ALWAYS: Final = frozenset(_MADE)

PORTAL_SETTING = Kind(
    type="portalsettings",
    title="portal setting",
    about="A setting of the developer portal. What is omitted stays as it is.",
    authority="https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service/portalsettings-signin",
    key="portalsettings",
    names=Names(words=tuple(_MADE)),
    apart=True,
    facts=MappingProxyType(
        {
            "validationKey": (Secret(), WriteOnly("Azure returns it only where it is asked for")),
            # As in a new instance.
            "termsOfService.enabled": Default(False),
            "termsOfService.consentRequired": Default(False),
            "subscriptions.enabled": Default(False),
            "userRegistration.enabled": Default(False),
        }
    ),
    partial=True,
    patched=True,  # a PUT of what GET shows would lose the key
    always_there=True,
    factory=_ALWAYS,
    undeletable=_ALWAYS,
    in_new_instances=frozenset(f"portalsettings/{name}" for name in _MADE),
    made=MappingProxyType({f"portalsettings/{name}": body for name, body in _MADE.items()}),
)
