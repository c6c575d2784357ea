"""The link that puts an API into a product."""

from __future__ import annotations

from provision.kinds.kind import EVERYWHERE, Kind, Linked, Shape

PRODUCT_API = Kind(
    type="products/apis",
    title="API of a product",
    about="The APIs that the product opens.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product-api/create-or-update",
    key="apis",
    shape=Shape.LINKS,
    counted=True,
    where=EVERYWHERE,
    in_new_instances=frozenset({"products/starter/apis/echo-api", "products/unlimited/apis/echo-api"}),
    leads_to="apis",
    linked=Linked("apiLinks", "apiId"),
)
