"""Subscriptions: the keys with which callers call."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import Default, Ref, Required, Secret, Unsure, WriteOnly
from provision.kinds.kind import EVERYWHERE, Kind, Names, Properties

if TYPE_CHECKING:
    from provision.resource import Resource

_KEY = (Secret(), WriteOnly("Azure returns keys only where they are asked for", kept=True))
_ALL: Final = re.compile(r"/?(?:subscriptions/.+/service/[^/]+/)?(?:workspaces/[^/]+/)?apis/?", re.IGNORECASE)
_REVISION: Final = re.compile(r";rev=[^/]*\Z")


def _made_by_azure(subscription: Resource) -> bool:
    """`master`, and the administrator's one of each product, named by 24 hexadecimal digits. Azure/apiops#707."""
    name, owner = subscription.address.name, str(subscription.body.get("ownerId") or "/users/1")
    return name == "master" or (re.fullmatch(r"[0-9a-f]{24}", name) is not None and owner.endswith("/users/1"))


def _normal(properties: Properties) -> Properties:
    """A subscription to one revision of an API is one to the API, and reads back as it was sent. [azurerm's tests]."""
    scope = properties.get("scope")
    if not isinstance(scope, str):
        return properties
    return {**properties, "scope": "apis" if _ALL.fullmatch(scope) else _REVISION.sub("", scope)}


def _to_wire(properties: Properties) -> Properties:
    """[?] Whether a PUT without `allowTracing` resets it isn't known, and so it is always sent."""
    result = {"allowTracing": False, **properties}
    return {**result, "scope": "/apis"} if _ALL.fullmatch(str(result.get("scope"))) else result


SUBSCRIPTION = Kind(
    type="subscriptions",
    title="subscription",
    about="A subscription: the keys to a product, to an API, or to all APIs.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/subscription/create-or-update",
    key="subscriptions",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$"),
    facts=MappingProxyType(
        {
            "displayName": Required(returned=False),  # recorded: a product's own subscription has none
            "scope": (Required(), Ref(("products", "apis"), words=("apis", "/apis"))),
            "ownerId": Ref(("users",)),
            "allowTracing": Default(False),  # recorded
            # `active` in recordings, which administrators made; `submitted` by others' account. Azure/apiops-cli
            "state": Unsure(),
            "primaryKey": _KEY,
            "secondaryKey": _KEY,
        }
    ),
    # A PATCH sets the expirationDate and the stateComment, and no PUT does.
    returned=frozenset(
        {"createdDate", "startDate", "endDate", "expirationDate", "notificationDate", "stateComment"},
    ),
    factory=frozenset({"master"}),
    made_by_azure=_made_by_azure,
    comes_along=True,
    undeletable=frozenset({"master"}),
    in_new_instances=frozenset({"subscriptions/master"}),
    holds_keys=True,
    reveal="listSecrets",
    normal=_normal,
    to_wire=_to_wire,
)
