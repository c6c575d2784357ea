"""The link that puts an API into a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.address import SERVICE
from provision.kinds.kind import Kind, Sdk, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.address import Address


def _refers(address: Address, _: Mapping[str, Any]) -> Iterator[Address]:
    yield SERVICE.child("apis", address.name)


PRODUCT_API = Kind(
    type="products/apis",
    title="API of a product",
    authority="https://learn.microsoft.com/rest/api/apimanagement/product-api/create-or-update",
    key="apis",
    shape=Shape.LINKS,
    in_new_instances=frozenset({"products/starter/apis/echo-api", "products/unlimited/apis/echo-api"}),
    sdk=Sdk("product_api", list="list_by_product", if_match=False),
    refers=_refers,
)
