"""The link that puts a user into a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.kinds.group import BUILT_IN
from provision.kinds.kind import EVERYWHERE, Kind, Shape

if TYPE_CHECKING:
    from provision.resource import Resource


def _put_there_by_azure(member: Resource) -> bool:
    """The administrator, and whoever is in a built-in group: the service says itself who belongs there."""
    group = member.address.parent
    return member.address.name == "1" or (group is not None and group.name.lower() in BUILT_IN)


GROUP_USER = Kind(
    type="groups/users",
    title="user of a group",
    about="The users in the group.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/group-user/create",
    key="users",
    shape=Shape.LINKS,
    where=EVERYWHERE,
    made_by_azure=_put_there_by_azure,
    factory=frozenset({"1"}),
    in_new_instances=frozenset({"groups/administrators/users/1", "groups/developers/users/1"}),
    leads_to="users",
)
