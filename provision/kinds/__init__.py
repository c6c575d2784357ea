"""Every kind that provision manages, one file each, and the look-ups that the stages need."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Final

from provision.kinds.api import API
from provision.kinds.kind import Kind, Shape
from provision.kinds.operation import OPERATION
from provision.kinds.policy import API_POLICY, OPERATION_POLICY, PRODUCT_POLICY, SERVICE_POLICY
from provision.kinds.product import PRODUCT
from provision.kinds.product_api import PRODUCT_API
from provision.kinds.product_group import PRODUCT_GROUP
from provision.kinds.resource_group import RESOURCE_GROUP
from provision.kinds.service import SERVICE_KIND

KINDS: Final = (
    RESOURCE_GROUP,
    SERVICE_KIND,
    SERVICE_POLICY,
    PRODUCT,
    PRODUCT_POLICY,
    PRODUCT_API,
    PRODUCT_GROUP,
    API,
    API_POLICY,
    OPERATION,
    OPERATION_POLICY,
)
_BY_TYPE: Final = MappingProxyType({kind.type.lower(): kind for kind in KINDS})


def find(kind_type: str) -> Kind | None:
    """The kind of that type, or None where provision doesn't manage it."""
    return _BY_TYPE.get(kind_type.lower())


def kind_of(kind_type: str) -> Kind:
    """The kind of that type. Raises KeyError for a type that provision doesn't manage."""
    return _BY_TYPE[kind_type.lower()]


@cache
def children_of(kind: Kind) -> tuple[Kind, ...]:
    """The kinds that lie directly in one of this kind."""
    return tuple(child for child in KINDS if child.parent == kind.type)


__all__ = ["KINDS", "Kind", "Shape", "children_of", "find", "kind_of"]
