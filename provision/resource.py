"""A resource as data, the same for what a spec wants and for what Azure has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from provision.address import Address
    from provision.errors import Mark

Json = Mapping[str, Any]
_TRANSITIONS: Final = frozenset({"created", "activating", "updating", "deleting", "creating", "accepted"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `body` holds its properties, flat as a spec has them; links have none. `etag` as Azure gave it."""

    address: Address
    body: Json
    etag: str = ""
    mark: Mark | None = None
    revealed: frozenset[str] = frozenset()  # properties of the body that Azure was asked for on their own


def in_transition(found: Resource | None) -> str:
    """The provisioningState of what is on its way to another one; empty where it stands still, or isn't there."""
    state = str(found.body.get("provisioningState") or "") if found else ""
    return state if state.lower() in _TRANSITIONS else ""


Snapshot = Mapping["Address", Resource]


@dataclass(frozen=True, slots=True, order=True)
class LeftAlone:
    """Something that exists or may exist in Azure, and that provision does not manage; `reason` says why.

    `count`: how many a collection holds; 0 for a single thing, and for a collection that was not looked into.
    """

    address: Address
    reason: str
    count: int = 0
