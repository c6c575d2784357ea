"""Policies: one document each on the instance, a product, an API and an operation."""

from __future__ import annotations

from types import MappingProxyType

from provision import policyxml
from provision.kinds.kind import Kind, Properties, Sdk, Shape
from provision.kinds.model import Model
from provision.kinds.operation import ECHO


class Policy(Model):
    """A policy document. `value` is the text, in the raw format that the portal's editor shows."""

    value: str


def _to_wire(properties: Properties) -> Properties:
    return {**properties, "format": "rawxml"}


def _normal(properties: Properties) -> Properties:
    return {"value": policyxml.canonical(properties.get("value") or "")}


def _policy(parent: str, group: str, listing: str, *made: str) -> Kind:
    return Kind(
        type=f"{parent}/policies".lstrip("/"),
        title=f"policy of {parent or 'the instance'}",
        authority=f"https://learn.microsoft.com/rest/api/apimanagement/{group.replace('_', '-')}/create-or-update",
        key="policy",
        shape=Shape.SINGLE,
        model=Policy,
        belongs=bool(parent),
        always_there=not parent,  # recorded: the first PUT of an instance's policy is answered 200
        in_new_instances=frozenset(f"{one}/policies/policy".lstrip("/") for one in made),
        read_only=frozenset({"format"}),
        # rawxml: the default format comes back escaped. Either way it is compared in a canonical form.
        sdk=Sdk(group, list=listing, read=MappingProxyType({"format": "rawxml"})),
        to_wire=_to_wire,
        normal=_normal,
    )


SERVICE_POLICY = _policy("", "policy", "list_by_service", "")
PRODUCT_POLICY = _policy("products", "product_policy", "list_by_product", "products/starter")
API_POLICY = _policy("apis", "api_policy", "list_by_api")
# Three operations of the Echo API have one in templates exported from instances; not in recordings. [?]
OPERATION_POLICY = _policy(
    "apis/operations",
    "api_operation_policy",
    "list_by_operation",
    *(f"apis/echo-api/operations/{name}" for name in ECHO),
)
