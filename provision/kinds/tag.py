"""Tags, and the links that put them on APIs, operations and products."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.kinds.facts import Required
from provision.kinds.kind import EVERYWHERE, Claim, Kind, Linked, Names, Properties, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator


def _claims(properties: Properties) -> Iterator[Claim]:
    """A second one of a name is refused as "Tag with the same name already exists". Azure/apiops#855."""
    yield Claim("displayName", (str(properties.get("displayName")).lower(),), ("displayName",))


TAG = Kind(
    type="tags",
    title="tag",
    about="A tag: a word by which APIs, operations and products are found.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/tag/create-or-update",
    key="tags",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"displayName": Required()}),
    claims=_claims,
)


def _link(of: str, title: str, method: str, linked: Linked) -> Kind:
    return Kind(
        type=f"{of}/tags",
        title=f"tag of {title}",
        about=f"The tags of the {title.partition(' ')[2]}.",
        authority=f"https://learn.microsoft.com/rest/api/apimanagement/tag/{method}",
        key="tags",
        shape=Shape.LINKS,
        where=EVERYWHERE,
        leads_to="tags",
        linked=linked,
    )


API_TAG = _link("apis", "an API", "assign-to-api", Linked("apiLinks", "apiId", turned=True))
OPERATION_TAG = _link(
    "apis/operations",
    "an operation",
    "assign-to-operation",
    Linked("operationLinks", "operationId", turned=True),
)
PRODUCT_TAG = _link("products", "a product", "assign-to-product", Linked("productLinks", "productId", turned=True))
