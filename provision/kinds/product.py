"""Products, and what hangs on them: the APIs they open and the groups that see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from provision.kinds.kind import Finding, Kind, Properties, Sdk, Shape
from provision.kinds.model import VARIABLE, Default, Description, DisplayName, Flag, Integer, Model, named

if TYPE_CHECKING:
    from collections.abc import Iterator


class Product(Model):
    """A product: what callers subscribe to."""

    display_name: DisplayName
    description: Description | None = None
    terms: str | None = None
    subscription_required: Annotated[Flag | None, Default(True)] = None
    # Recorded as null and as false where nothing was sent: the same to a caller.
    approval_required: Annotated[Flag | None, Default(False)] = None
    subscriptions_limit: Integer | None = None
    state: Annotated[Annotated[Literal["notPublished", "published"], VARIABLE] | None, Default("notPublished")] = None


def _check(properties: Properties) -> Iterator[Finding]:
    """The service accepts approval and a limit only where a subscription is required."""
    if properties.get("subscriptionRequired") is not False:
        return
    for name in ("approvalRequired", "subscriptionsLimit"):
        if properties.get(name):
            why = "without subscriptions it means nothing"
            yield Finding((name,), f"{name} needs subscriptionRequired", why, "remove it", ("subscriptionRequired",))


PRODUCT = Kind(
    type="products",
    title="product",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product/create-or-update",
    key="products",
    shape=Shape.MAP,
    model=Product,
    name=named(r"^[^*#&+:<>?/%\\]+$", 256),
    read_only=frozenset({"groups"}),
    factory=frozenset({"starter", "unlimited"}),
    in_new_instances=frozenset({"products/starter", "products/unlimited"}),
    # Without deleteSubscriptions even the administrator's own subscription, which every product has, keeps it alive.
    # Those of users are counted in the plan, and guarded there.
    sdk=Sdk("product", list="list_by_service", on_delete={"delete_subscriptions": True}),
    has_subscribers=True,
    check=_check,
)
