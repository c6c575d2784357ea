"""The link that puts an API into a product."""

from __future__ import annotations

from provision.kinds.kind import Kind, Sdk, Shape

PRODUCT_API = Kind(
    type="products/apis",
    title="API of a product",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product-api/create-or-update",
    key="apis",
    shape=Shape.LINKS,
    in_new_instances=frozenset({"products/starter/apis/echo-api", "products/unlimited/apis/echo-api"}),
    sdk=Sdk("product_api", list="list_by_product", if_match=False),
    leads_to="apis",
)
