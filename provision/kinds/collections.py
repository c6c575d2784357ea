"""What an instance may hold, kind by kind and beyond: listed before a teardown, and looked into for what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from provision.address import Address
from provision.kinds import Shape, children_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _built_in(group: Resource) -> bool:
    return bool(group.body.get("builtIn"))


def _made_with_a_product(subscription: Resource) -> bool:
    """`master`, and the administrator's one of each product, named by 24 hexadecimal digits. Azure/apiops#707."""
    name, owner = subscription.address.name, str(subscription.body.get("ownerId") or "/users/1")
    return name == "master" or (re.fullmatch(r"[0-9a-f]{24}", name) is not None and owner.endswith("/users/1"))


SUBSCRIPTIONS: Final = Collection("subscriptions", "subscription", frozenset({"master"}), _made_with_a_product)

# Beside the kinds that provision manages.
_OTHERS: Final = (
    SUBSCRIPTIONS,
    Collection("users", "user", factory=frozenset({"1"})),
    Collection(
        "groups",
        "group",
        factory=frozenset({"administrators", "developers", "guests"}),
        made_by_azure=_built_in,
    ),
    Collection("backends", "backend"),
    Collection("loggers", "logger"),
    Collection("diagnostics", "diagnostic"),
    Collection("policyFragments", "policy fragment"),
    Collection("schemas", "schema"),
    Collection("certificates", "certificate"),
    Collection("caches", "cache"),
    Collection("gateways", "gateway"),
    Collection("identityProviders", "identity provider"),
    Collection("openidConnectProviders", "OpenID Connect provider"),
    Collection("authorizationServers", "authorization server"),
    Collection("authorizationProviders", "authorization provider"),
    Collection("documentations", "documentation"),
)


@cache
def collections() -> tuple[Collection, ...]:
    """All of them. What provision manages speaks for itself."""
    kinds = (kind for kind in children_of(kind_of("service")) if kind.shape is Shape.MAP)
    managed = tuple(Collection(one.type, one.title, one.factory, one.made_by_azure, one.handle) for one in kinds)
    known = {one.name for one in managed}
    return (*managed, *(one for one in _OTHERS if one.name not in known))


def collection_of(name: str) -> Collection | None:
    """The collection of that name, in any case."""
    return next((one for one in collections() if one.name.lower() == name.lower()), None)


def subscribed(subscription: Resource) -> Address | None:
    """What a subscription is to: a product, an API, or (None) all APIs."""
    scope = str(subscription.body.get("scope") or "")
    return Address.from_arm_id(scope) if scope.lower().startswith("/subscriptions/") else Address(scope.strip("/"))
