"""The resource group."""

from __future__ import annotations

from typing import Annotated

from provision.kinds.kind import Kind, Sdk, Shape
from provision.kinds.model import Fixed, Folded, Model, named


class ResourceGroup(Model):
    """The group that the instance stands in. It is created where it is missing."""

    name: named(r"^[\w\-.()]*[\w\-()]$", 90)  # type: ignore[valid-type]
    location: Annotated[
        str | None,
        Folded(),
        Fixed("a resource group can't move: give the instance another location, or use another group"),
    ] = None
    tags: dict[str, str] | None = None


RESOURCE_GROUP = Kind(
    type="resourceGroup",
    title="resource group",
    authority="https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update",
    key="resourceGroup",
    shape=Shape.ROOT,
    model=ResourceGroup,
    top_level=frozenset({"location", "tags", "name", "managedBy"}),
    read_only=frozenset({"name", "provisioningState"}),
    partial=True,  # tags of a group are often set by others, policies of the organisation above all
    sdk=Sdk("resource_groups", delete="begin_delete", if_match=False),
)
