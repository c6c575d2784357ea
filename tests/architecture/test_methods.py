"""The methods of the SDK that serve a kind are those that the SDK has for its path, and take what is passed."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.apimanagement import operations

from provision.azure.methods import arguments, body_name, group_name, method_of
from provision.kinds import KINDS, Kind, Shape, Where
from tests import sdk

SERVED = sdk.groups()
# Of settings that have a type for each name, another group serves each.
OF_RESOURCES = [kind for kind in KINDS if kind.type != "resourceGroup" and not kind.beside and not kind.apart]
EACH = [
    pytest.param(kind, where, role, id=f"{role} {where.value} {kind.type}")
    for kind in OF_RESOURCES
    for where in sorted(kind.where, key=str)
    for role in ("get", "list", "put", "delete", "update")
    # Links of workspaces are served under an id of their own, and are not read one by one.
    if not (kind.is_link and (role == "get" or where is Where.WORKSPACE))
    and not ((kind.is_single or kind.shape is Shape.ROOT) and role == "list")
    and not (role == "update" and not kind.patched)
    and not (role == "delete" and role not in SERVED[kind.type])  # settings, which are always there
]


def group_of(name: str) -> Any:
    classes = {one.lower(): one for one in dir(operations)}
    return getattr(operations, classes[f"{name.replace('_', '')}operations"])


@pytest.mark.parametrize(("kind", "where", "role"), EACH)
def test_a_kind_is_served_by_the_methods_of_its_path(kind: Kind, where: Where, role: str) -> None:
    path = f"workspaces/{kind.type}" if where is Where.WORKSPACE else kind.type
    served = SERVED[path].get(role)
    if served is None:
        pytest.fail(f"the SDK has no {role} for {path}")
    name = group_name(kind.type, where)
    method = method_of(group_of(name), kind.type, role)
    assert (name, method.__name__) == (served.group, served.name)
    names = tuple("n" for _ in path.split("/")) if kind.type != "service" else ()
    if role != "list":
        passed = arguments(kind, names)
        needed = [one for one in served.parameters[2:] if one not in (body_name(method), "if_match")]
        assert len(passed) == len(needed), needed
