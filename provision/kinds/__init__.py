"""Every kind that provision manages, one file each, and the look-ups that the stages need."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Final

from provision.address import Address
from provision.kinds.access_policy import ACCESS_POLICY
from provision.kinds.api import API
from provision.kinds.authorization import AUTHORIZATION
from provision.kinds.authorization_provider import AUTHORIZATION_PROVIDER
from provision.kinds.authorization_server import AUTHORIZATION_SERVER
from provision.kinds.backend import BACKEND
from provision.kinds.certificate import CERTIFICATE
from provision.kinds.diagnostic import API_DIAGNOSTIC, DIAGNOSTIC
from provision.kinds.documentation import DOCUMENTATION
from provision.kinds.external_cache import CACHE
from provision.kinds.gateway import GATEWAY
from provision.kinds.gateway_api import GATEWAY_API
from provision.kinds.gateway_certificate_authority import GATEWAY_CERTIFICATE_AUTHORITY
from provision.kinds.gateway_hostname import GATEWAY_HOSTNAME
from provision.kinds.global_schema import GLOBAL_SCHEMA
from provision.kinds.group import GROUP
from provision.kinds.group_user import GROUP_USER
from provision.kinds.identity_provider import IDENTITY_PROVIDER
from provision.kinds.kind import Kind, Shape, Where
from provision.kinds.logger import LOGGER
from provision.kinds.named_value import NAMED_VALUE
from provision.kinds.notification import NOTIFICATION, RECIPIENT_EMAIL, RECIPIENT_USER
from provision.kinds.openid_provider import OPENID_PROVIDER
from provision.kinds.operation import OPERATION
from provision.kinds.policy import API_POLICY, OPERATION_POLICY, PRODUCT_POLICY, RESOLVER_POLICY, SERVICE_POLICY
from provision.kinds.policy_fragment import POLICY_FRAGMENT
from provision.kinds.policy_restriction import POLICY_RESTRICTION
from provision.kinds.portal_config import PORTAL_CONFIG
from provision.kinds.portal_setting import PORTAL_SETTING
from provision.kinds.private_endpoint import PRIVATE_ENDPOINT
from provision.kinds.product import PRODUCT
from provision.kinds.product_api import PRODUCT_API
from provision.kinds.product_group import PRODUCT_GROUP
from provision.kinds.release import RELEASE
from provision.kinds.resolver import RESOLVER
from provision.kinds.resource_group import RESOURCE_GROUP
from provision.kinds.revision import REVISION
from provision.kinds.schema import SCHEMA
from provision.kinds.service import SERVICE_KIND
from provision.kinds.subscription import SUBSCRIPTION
from provision.kinds.tag import API_TAG, OPERATION_TAG, PRODUCT_TAG, TAG
from provision.kinds.tag_description import TAG_DESCRIPTION
from provision.kinds.template import TEMPLATE
from provision.kinds.tenant import TENANT
from provision.kinds.user import USER
from provision.kinds.version_set import VERSION_SET
from provision.kinds.wiki import API_WIKI, PRODUCT_WIKI
from provision.kinds.workspace import WORKSPACE

KINDS: Final = (
    RESOURCE_GROUP,
    SERVICE_KIND,
    SERVICE_POLICY,
    POLICY_RESTRICTION,
    NAMED_VALUE,
    POLICY_FRAGMENT,
    BACKEND,
    CERTIFICATE,
    LOGGER,
    DIAGNOSTIC,
    CACHE,
    TAG,
    VERSION_SET,
    PRODUCT,
    PRODUCT_POLICY,
    PRODUCT_API,
    PRODUCT_GROUP,
    PRODUCT_TAG,
    API,
    API_POLICY,
    API_DIAGNOSTIC,
    REVISION,
    RELEASE,
    API_TAG,
    SCHEMA,
    RESOLVER,
    RESOLVER_POLICY,
    TAG_DESCRIPTION,
    OPERATION,
    OPERATION_POLICY,
    WORKSPACE,
    OPERATION_TAG,
    GROUP,
    GROUP_USER,
    USER,
    SUBSCRIPTION,
    IDENTITY_PROVIDER,
    AUTHORIZATION_SERVER,
    OPENID_PROVIDER,
    AUTHORIZATION_PROVIDER,
    AUTHORIZATION,
    ACCESS_POLICY,
    TENANT,
    GATEWAY,
    GATEWAY_API,
    GATEWAY_HOSTNAME,
    GATEWAY_CERTIFICATE_AUTHORITY,
    GLOBAL_SCHEMA,
    DOCUMENTATION,
    API_WIKI,
    PRODUCT_WIKI,
    NOTIFICATION,
    RECIPIENT_EMAIL,
    RECIPIENT_USER,
    TEMPLATE,
    PORTAL_SETTING,
    PORTAL_CONFIG,
    PRIVATE_ENDPOINT,
)
_BY_TYPE: Final = MappingProxyType({kind.type.lower(): kind for kind in KINDS})
WORKSPACES: Final = "workspaces"


def find(kind_type: str) -> Kind | None:
    """The kind of that type, or None where provision doesn't manage it."""
    return _BY_TYPE.get(kind_type.lower())


def kind_of(kind_type: str) -> Kind:
    """The kind of that type. Raises KeyError for a type that provision doesn't manage."""
    return _BY_TYPE[kind_type.lower()]


@cache
def children_of(kind: Kind, where: Where = Where.SERVICE) -> tuple[Kind, ...]:
    """The kinds that lie directly in one of this kind; `where` that one lives."""
    if kind.beside:
        return tuple(child for child in KINDS if child.parent == kind.parent and child.per_revision)
    if kind.type == WORKSPACES:
        return tuple(child for child in KINDS if child.parent == "service" and Where.WORKSPACE in child.where)
    return tuple(child for child in KINDS if child.parent == kind.type and where in child.where)


def children_at(address: Address) -> tuple[Kind, ...]:
    """The kinds that lie directly in one resource."""
    found = (one for one in children_of(kind_of(address.kind), where_is(address)) if not one.beside)
    return tuple(one for one in found if one.per_revision or not current_of(address))


def current_of(address: Address) -> Address | None:
    """What a revision is one of, under whose address the current one is; None for what is no revision."""
    kind = find(address.kind)
    if kind is None or not kind.revision or kind.revision not in address.name:
        return None
    return Address(address.text[: address.text.rindex(kind.revision)])


def where_is(address: Address) -> Where:
    """Whether a resource lives in a workspace."""
    return Where.WORKSPACE if address.in_workspace else Where.SERVICE


__all__ = [
    "KINDS",
    "Kind",
    "Shape",
    "Where",
    "children_at",
    "children_of",
    "current_of",
    "find",
    "kind_of",
    "where_is",
]
