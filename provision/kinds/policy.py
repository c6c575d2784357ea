"""Policies: one document each on the instance or a workspace, a product, an API, an operation and a resolver."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.facts import Document, LeftOut, Required
from provision.kinds.kind import EVERYWHERE, IN_SERVICE, Kind, Properties, Shape
from provision.kinds.operation import ECHO

# Microsoft's documentation of the global scope; of Starter, what its description says. [?]
_MADE: Final = MappingProxyType(
    {
        "": "<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>",
        "products/starter": (
            '<policies><inbound><base /><rate-limit calls="5" renewal-period="60" />'
            '<quota calls="100" renewal-period="604800" /></inbound><backend><base /></backend>'
            "<outbound><base /></outbound><on-error><base /></on-error></policies>"
        ),
    }
)


def _to_wire(properties: Properties) -> Properties:
    return {**properties, "format": "rawxml"}


def _policy(parent: str, page: str, scope: str, *made: str, root: str = "policies") -> Kind:
    return Kind(
        type=f"{parent}/policies".lstrip("/"),
        title=f"policy of {parent or 'the instance'}",
        about="A policy document: a file, seen from this one, or the XML itself.",
        authority=f"https://learn.microsoft.com/rest/api/apimanagement/{page}/create-or-update",
        key="policy",
        shape=Shape.POLICY,
        only="policy",
        applies_to=scope,
        where=EVERYWHERE if root == "policies" else IN_SERVICE,
        facts=MappingProxyType(
            {
                "value": (Document(root), Required()),
                "format": LeftOut("rawxml is what the portal's editor shows", told=False),
            }
        ),
        belongs=bool(parent),
        per_revision=parent == "apis",
        always_there=not parent,  # recorded: the first PUT of an instance's policy is answered 200
        in_new_instances=frozenset(f"{one}/policies/policy".lstrip("/") for one in made),
        made=MappingProxyType(
            {f"{one}/policies/policy".lstrip("/"): {"value": _MADE[one]} for one in made if one in _MADE}
        ),
        # The default format comes back escaped. Either way it is compared in a canonical form.
        read_options=MappingProxyType({"format": "rawxml"}),
        to_wire=_to_wire,
    )


SERVICE_POLICY = _policy("", "policy", "global", "")
PRODUCT_POLICY = _policy("products", "product-policy", "product", "products/starter")
API_POLICY = _policy("apis", "api-policy", "API")
# Three operations of the Echo API have one in templates exported from instances; not in recordings. [?]
OPERATION_POLICY = _policy(
    "apis/operations",
    "api-operation-policy",
    "operation",
    *(f"apis/echo-api/operations/{name}" for name in ECHO),
)
# learn.microsoft.com/azure/api-management/set-graphql-resolver-policy and its neighbours
RESOLVER_POLICY = _policy(
    "apis/resolvers",
    "graph-ql-api-resolver-policy",
    "",
    root="http-data-source|sql-data-source|cosmosdb-data-source",
)
