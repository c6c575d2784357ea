"""Products, and what hangs on them: the APIs they open and the groups that see them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import Default
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator


def _check(properties: Properties) -> Iterator[Finding]:
    """The service accepts approval and a limit only where a subscription is required."""
    if properties.get("subscriptionRequired") is not False:
        return
    for name in ("approvalRequired", "subscriptionsLimit"):
        if properties.get(name):
            why = "without subscriptions it means nothing"
            yield Finding((name,), f"{name} needs subscriptionRequired", why, "remove it", ("subscriptionRequired",))


# Recorded.
_STARTER: Final = MappingProxyType(
    {
        "displayName": "Starter",
        "description": "Subscribers will be able to run 5 calls/minute up to a maximum of 100 calls/week.",
        "subscriptionsLimit": 1,
        "state": "published",
    }
)
_UNLIMITED: Final = MappingProxyType(
    {
        "displayName": "Unlimited",
        "description": "Subscribers have completely unlimited access to the API. Administrator approval is required.",
        "approvalRequired": True,
        "subscriptionsLimit": 1,
        "state": "published",
    }
)

PRODUCT = Kind(
    type="products",
    title="product",
    about="A product: what callers subscribe to.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product/create-or-update",
    key="products",
    where=EVERYWHERE,
    facts=MappingProxyType(
        {
            "subscriptionRequired": Default(True),
            # Recorded as null and as false where nothing was sent: the same to a caller.
            "approvalRequired": Default(False),
            "state": Default("notPublished"),
        }
    ),
    returned=frozenset({"groups"}),
    factory=frozenset({"starter", "unlimited"}),
    in_new_instances=frozenset({"products/starter", "products/unlimited"}),
    made=MappingProxyType({"products/starter": _STARTER, "products/unlimited": _UNLIMITED}),
    # Without deleteSubscriptions even the administrator's own subscription, which every product has, keeps it alive.
    # Those of users are counted in the plan, and guarded there.
    delete_options=MappingProxyType({"delete_subscriptions": True}),
    has_subscribers=True,
    check=_check,
)
