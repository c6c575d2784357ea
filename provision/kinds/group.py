"""Groups of users."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import Default
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.resource import Resource

# Their PUT passes as long as it changes nothing; what does is MethodNotAllowed, "System entity cannot be modified".
# Azure/azure-api-management-devops-resource-kit#776
BUILT_IN: Final = frozenset({"administrators", "developers", "guests"})


def _built_in(group: Resource) -> bool:
    return bool(group.body.get("builtIn")) or group.address.name.lower() in BUILT_IN


def _check(properties: Properties) -> Iterator[Finding]:
    if properties.get("type") == "external" and not properties.get("externalId"):
        fix = "externalId: aad://TENANT/groups/OBJECT-ID"
        yield Finding(("type",), "an external group needs externalId", "it is a group of a directory", fix)


GROUP: Final = Kind(
    type="groups",
    title="group",
    about="A group of users: who sees a product.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/group/create-or-update",
    key="groups",
    where=EVERYWHERE,
    facts=MappingProxyType({"type": Default("custom")}),  # recorded
    returned=frozenset({"builtIn"}),
    factory=BUILT_IN,
    made_by_azure=_built_in,
    undeletable=BUILT_IN,
    in_new_instances=frozenset(f"groups/{name}" for name in BUILT_IN),
    check=_check,
)
