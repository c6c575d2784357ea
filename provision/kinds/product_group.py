"""The link that lets a group of users see a product."""

from __future__ import annotations

from provision.kinds.kind import EVERYWHERE, Kind, Linked, Shape

PRODUCT_GROUP = Kind(
    type="products/groups",
    title="group of a product",
    about="The groups of users that see the product.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product-group/create-or-update",
    key="groups",
    shape=Shape.LINKS,
    counted=True,
    where=EVERYWHERE,
    # Every new product gets this link from Azure. Azure/apiops#645
    factory=frozenset({"administrators"}),
    in_new_instances=frozenset(
        f"products/{product}/groups/{group}"
        for product in ("starter", "unlimited")
        for group in ("administrators", "developers", "guests")
    ),
    leads_to="groups",
    linked=Linked("groupLinks", "groupId"),
)
