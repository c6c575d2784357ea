"""What an instance may hold, kind by kind: listed before a teardown, and looked into for what is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from provision.kinds import KINDS, Shape, children_of, kind_of
from provision.kinds.references import refers

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.address import Address
    from provision.resource import Resource


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection in the instance, and which of its members Azure made by itself."""

    name: str
    title: str
    factory: frozenset[str] = frozenset()  # names that Azure makes by itself
    made_by_azure: Callable[[Resource], bool] | None = None  # where names alone don't tell
    handle: str = ""  # the property that policies name its members by, where that isn't the id

    def is_azures(self, one: Resource) -> bool:
        """Whether Azure made it."""
        return self.made_by_azure(one) if self.made_by_azure else one.address.name.lower() in self.factory

    def referred(self, one: Resource) -> Address:
        """The address that references to it have."""
        scope = one.address.scope
        return scope.child(self.name, str(one.body.get(self.handle) or one.address.name))


@cache
def collections() -> tuple[Collection, ...]:
    """All of them that can be deleted from."""
    kinds = (kind for kind in children_of(kind_of("service")) if kind.shape is Shape.MAP and kind.removable)
    return tuple(Collection(one.type, one.title, one.factory, one.made_by_azure, one.handle) for one in kinds)


def collection_of(name: str) -> Collection | None:
    """The collection of that name, in any case."""
    return next((one for one in collections() if one.name.lower() == name.lower()), None)


@cache
def keys() -> Collection:
    """The collection of the keys with which users call."""
    kind = next(one for one in KINDS if one.holds_keys)
    return next(one for one in collections() if one.name == kind.type)


def dies_with(key: Resource) -> frozenset[Address]:
    """What takes a user's key along: what it is to, and its owner."""
    return frozenset(refers(kind_of(key.address.kind), key.address, key.body))
