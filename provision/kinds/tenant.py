"""The instance's own doors: direct access to its management, and to its Git repository."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.facts import Secret, WriteOnly
from provision.kinds.kind import Kind, Names

_DOORS: Final = ("access", "gitAccess")
_ALWAYS: Final = frozenset(name.lower() for name in _DOORS)
_PRINCIPALS: Final = MappingProxyType({"access": "integration", "gitAccess": "git"})  # the REST reference's examples
_KEY = (Secret(), WriteOnly("Azure returns keys only where they are asked for", kept=True))

TENANT = Kind(
    type="tenant",
    title="access setting",
    about="Whether the management API of the instance (access) or its Git repository (gitAccess) is open.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/tenant-access/create",
    key="tenant",
    names=Names(words=_DOORS),
    facts=MappingProxyType({"primaryKey": _KEY, "secondaryKey": _KEY}),
    returned=frozenset({"id"}),
    reveal="listSecrets",
    partial=True,  # its keys and its principal are the service's, unless the spec says more
    always_there=True,
    factory=_ALWAYS,
    undeletable=_ALWAYS,
    in_new_instances=frozenset(f"tenant/{name}" for name in _DOORS),
    made=MappingProxyType(
        {f"tenant/{name}": {"enabled": False, "principalId": principal} for name, principal in _PRINCIPALS.items()}
    ),
)
