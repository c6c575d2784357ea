"""Wikis: the pages of documentation that an API or a product shows."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Ref
from provision.kinds.kind import Kind, Shape


def _wiki(parent: str, page: str) -> Kind:
    return Kind(
        type=f"{parent}/wikis",
        title=f"wiki of {parent}",
        about="The pages of documentation that the developer portal shows there, in their order.",
        authority=f"https://learn.microsoft.com/rest/api/apimanagement/{page}/create-or-update",
        key="wiki",
        shape=Shape.ONE,
        only="default",
        # The specification's examples have the bare identifier.
        facts=MappingProxyType({"documents[].documentationId": Ref(("documentations",), bare=True)}),
    )


API_WIKI = _wiki("apis", "api-wiki")
PRODUCT_WIKI = _wiki("products", "product-wiki")
