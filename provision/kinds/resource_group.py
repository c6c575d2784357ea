"""The resource group."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Fixed, Folded, Optional, ReadOnly
from provision.kinds.kind import Kind, Shape
from provision.kinds.table import Property

RESOURCE_GROUP = Kind(
    type="resourceGroup",
    title="resource group",
    about="The group that the instance stands in. It is created where it is missing.",
    authority="https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update",
    key="resourceGroup",
    shape=Shape.ROOT,
    own=(Property("name", "string", required=True, pattern=r"^[\w\-.()]*[\w\-()]$", shortest=1, longest=90),),
    facts=MappingProxyType(
        {
            "location": (
                Optional(),
                Folded(),
                Fixed("a resource group can't move: give the instance another location, or use another group"),
            ),
            "managedBy": ReadOnly(),
        }
    ),
    partial=True,  # tags of a group are often set by others, policies of the organisation above all
)
