"""The address of a resource inside one instance, written as ARM writes it.

`resourceGroup`, `service`, `apis/echo`, `apis/echo/operations/get`, `products/starter/apis/echo`,
`apis/echo/policies/policy`, `workspaces/team/apis/echo`: kinds and names take turns, as in an ARM id below
`…/service/{name}/`. What lies in a workspace is of the same kind as what lies in the instance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import total_ordering
from typing import Final

_PROVIDER = "providers/Microsoft.ApiManagement/service"
_WORKSPACES = "workspaces/"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one spec's instance stands in Azure."""

    subscription: str
    resource_group: str
    service: str

    @property
    def group_id(self) -> str:
        """The resource group's ARM id."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"

    @property
    def service_id(self) -> str:
        """The instance's ARM id."""
        return f"{self.group_id}/{_PROVIDER}/{self.service}"


@total_ordering
@dataclass(frozen=True, slots=True)
class Address:
    """Kind and names of one resource. Two addresses that differ in case only are one, as they are to ARM."""

    text: str = field(compare=False)
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.text.lower())

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: Address) -> bool:
        return self.key < other.key

    @property
    def in_workspace(self) -> bool:
        """Whether this lies in a workspace."""
        return self.key.startswith(_WORKSPACES) and self.key.count("/") > 1

    @property
    def scope(self) -> Address:
        """Where short names in this are looked for: the workspace that it lies in, or the instance."""
        return Address("/".join(self.text.split("/")[:2])) if self.in_workspace else SERVICE

    @property
    def kind(self) -> str:
        """The type below the instance or the workspace, such as `apis/operations`."""
        return "/".join(self.text.split("/")[2 if self.in_workspace else 0 :: 2])

    @property
    def names(self) -> tuple[str, ...]:
        """The names from the outermost in."""
        return tuple(self.text.split("/")[1::2])

    @property
    def name(self) -> str:
        """The resource's own name; empty for `service` and `resourceGroup`, of which there is one."""
        return self.text.rpartition("/")[2] if "/" in self.text else ""

    @property
    def parent(self) -> Address | None:
        """What this lies in: an API for an operation, the instance for an API, nothing for the resource group."""
        segments = self.text.split("/")
        if len(segments) > 2:  # noqa: PLR2004 - a kind and a name
            return Address("/".join(segments[:-2]))
        return None if self == GROUP else GROUP if self == SERVICE else SERVICE

    @property
    def ancestors(self) -> tuple[Address, ...]:
        """All that this lies in, from the innermost out."""
        parent = self.parent
        return (parent, *parent.ancestors) if parent else ()

    def child(self, collection: str, name: str) -> Address:
        """The address of `name` in one of this resource's collections."""
        return Address(f"{collection}/{name}" if self == SERVICE else f"{self.text}/{collection}/{name}")

    def within(self, other: Address) -> bool:
        """Whether this is `other` or lies below it."""
        if self.key == other.key or self.key.startswith(other.key + "/"):
            return True
        return other == GROUP or (other == SERVICE and self != GROUP)

    def arm_id(self, scope: Scope) -> str:
        """The full ARM id."""
        if self == GROUP:
            return scope.group_id
        return scope.service_id if self in (SERVICE, DELETED) else f"{scope.service_id}/{self.text}"

    @classmethod
    def from_arm_id(cls, arm_id: str) -> Address | None:
        """The address inside its instance; None for an id that isn't one of API Management or a resource group."""
        low = arm_id.lower()
        marker = f"/{_PROVIDER}/".lower()
        if marker in low:
            below = arm_id[low.index(marker) + len(marker) :].strip("/").split("/")[1:]
            return cls("/".join(below)) if len(below) % 2 == 0 and below else SERVICE
        return GROUP if low.strip("/").count("/") == 3 and "/resourcegroups/" in low else None  # noqa: PLR2004


GROUP: Final = Address("resourceGroup")
SERVICE: Final = Address("service")
DELETED: Final = Address("deletedService")  # the instance in its 48 hours after deletion
