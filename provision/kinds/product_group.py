"""The link that lets a group of users see a product."""

from __future__ import annotations

from provision.kinds.kind import Kind, Sdk, Shape

PRODUCT_GROUP = Kind(
    type="products/groups",
    title="group of a product",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product-group/create-or-update",
    key="groups",
    shape=Shape.LINKS,
    # Every new product gets this link from Azure. Azure/apiops#645
    factory=frozenset({"administrators"}),
    in_new_instances=frozenset(
        f"products/{product}/groups/{group}"
        for product in ("starter", "unlimited")
        for group in ("administrators", "developers", "guests")
    ),
    sdk=Sdk("product_group", list="list_by_product", if_match=False),
    leads_to="groups",
)
