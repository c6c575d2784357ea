"""Which operation group and methods of the SDK serve a kind: by rule from the type's path, with a table of exceptions.

`apis/operations/policies` is `api_operation_policy`, and in a workspace `workspace_api_operation_policy`.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds import Kind, Where

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "resourceGroup": "resource_groups",
        "service": "api_management_service",
        "schemas": "global_schema",
        "openidConnectProviders": "open_id_connect_provider",
        "apis/resolvers": "graph_ql_api_resolver",
        "apis/resolvers/policies": "graph_ql_api_resolver_policy",
        "apis/tags": "tag",
        "apis/operations/tags": "tag",
        "products/tags": "tag",
        "tenant": "tenant_access",
        "templates": "email_template",
        "portalconfigs": "portal_config",
        "portalsettings": "portal_settings",
        "portalsettings/signin": "sign_in_settings",
        "portalsettings/signup": "sign_up_settings",
        "portalsettings/delegation": "delegation_settings",
        "authorizationProviders/authorizations": "authorization",
        "authorizationProviders/authorizations/accessPolicies": "authorization_access_policy",
    }
)
# The candidates, the first that a group has: long operations before plain ones.
_METHODS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "get": ("get",),
        "put": ("begin_create_or_update", "create_or_update", "create"),
        "update": ("begin_update", "update"),
        "delete": ("begin_delete", "delete"),
        "listValue": ("list_value",),
        "listSecrets": ("list_secrets",),
    }
)
_OF_GATEWAYS: Final = ("apis", "certificateAuthorities", "hostnameConfigurations")
_NAMED: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("resourceGroup", "put"): "create_or_update",
        ("privateEndpointConnections", "get"): "get_by_name",
        **{(f"gateways/{one}", "list"): "list_by_service" for one in _OF_GATEWAYS},
        **{(f"tags/{one}Links", "list"): "list_by_product" for one in ("api", "operation", "product")},
        ("apis/tags", "put"): "assign_to_api",
        ("apis/tags", "delete"): "detach_from_api",
        ("apis/operations/tags", "put"): "assign_to_operation",
        ("apis/operations/tags", "delete"): "detach_from_operation",
        ("products/tags", "put"): "assign_to_product",
        ("products/tags", "delete"): "detach_from_product",
    }
)
# The last name stands in the method's URL, and is no argument.
CONSTANT: Final = frozenset({"apis/wikis", "products/wikis", "portalsettings"})
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def group_name(kind_type: str, where: Where = Where.SERVICE) -> str:
    """The name of the operation group that serves a type."""
    found = _GROUPS.get(kind_type) or "_".join(_singular(part) for part in kind_type.split("/"))
    return f"workspace_{found}" if where is Where.WORKSPACE else found


def _singular(collection: str) -> str:
    word = _WORD.sub("_", collection).lower()
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def method_of(group: Any, kind_type: str, verb: str) -> Any:
    """What of a group does one thing: get, list, put, update or delete. Raises AttributeError where it can't."""
    named = _NAMED.get((kind_type, verb))
    candidates = (named,) if named else _listing(kind_type) if verb == "list" else _METHODS[verb]
    name = next((one for one in candidates if hasattr(group, one)), candidates[-1])
    return getattr(group, name)


def _listing(kind_type: str) -> tuple[str, ...]:
    """Lists are named after what the collection lies in, directly or not."""
    parents = kind_type.split("/")[:-1]
    after = _singular(parents[-1]) if parents else "service"
    return (f"list_by_{after}", "list_by_service", "list_by_workspace", "list")


def takes_etag(method: Any) -> bool:
    """Whether a method has a precondition."""
    return _takes(getattr(method, "__func__", method))


@cache
def _takes(function: Any) -> bool:
    return "if_match" in inspect.signature(function).parameters


@cache
def needs_etag(function: Any) -> bool:
    """Whether a function can't do without a precondition."""
    found = inspect.signature(function).parameters.get("if_match")
    return found is not None and found.default is inspect.Parameter.empty


@cache
def body_name(function: Any) -> str:
    """The parameter that takes the body; empty where there is none."""
    names = inspect.signature(function).parameters
    return next((one for one in names if one == "parameters" or one.endswith("_request")), "")


def arguments(kind: Kind, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names in a resource's path that its methods take."""
    return names[:-1] if kind.type in CONSTANT else names
