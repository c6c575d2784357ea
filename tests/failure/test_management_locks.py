"""A management lock is an error at once: it is named, nothing is tried again, and nothing is half done."""

from __future__ import annotations

import pytest

from tests.conftest import WORKED, Cloud, writes
from tests.failure.conftest import API, OPERATIONS, reconciled

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demoazureml"
INSTANCE = f"{GROUP}/providers/Microsoft.ApiManagement/service/demoazureml"


def locked(cloud: Cloud, scope: str, level: str) -> None:
    path = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    assert cloud.arm("PUT", path, {"properties": {"level": level}}).status == 201


@pytest.mark.parametrize("scope", [GROUP, INSTANCE], ids=["group", "instance"])
def test_a_write_under_a_read_only_lock(worked: Cloud, scope: str) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    locked(worked, scope, "ReadOnly")
    ran, sent = worked.watched("apply", WORKED, "--yes", "--output", "json")
    reconciled(ran)
    assert ran.outcomes == {API: "failed"}
    assert writes(sent) == [f"PUT {INSTANCE}/{API}"], "tried once"
    (change,) = ran.document["resource_changes"]
    assert "ScopeLocked" in change["reason"]
    assert f"'{scope}'" in change["reason"]
    assert "az lock delete" in change["reason"]


@pytest.mark.parametrize("scope", [GROUP, INSTANCE], ids=["group", "instance"])
def test_a_delete_under_a_lock(worked: Cloud, scope: str) -> None:
    locked(worked, scope, "CanNotDelete")
    ran, sent = worked.watched("destroy", WORKED, "--yes", "--output", "json")
    reconciled(ran)
    assert ran.outcomes == {"service": "failed", "resourceGroup": "skipped"}
    assert writes(sent) == [f"DELETE {INSTANCE}"], "tried once"
    assert worked.arm.exists(API)


def test_what_a_lock_allows_is_done(worked: Cloud) -> None:
    """CanNotDelete lets changes through; what is too many stays, and is named."""
    worked.arm.put(
        f"{API}/operations/sixth", {"properties": {"displayName": "6", "method": "GET", "urlTemplate": "/6"}}
    )
    worked.arm.edit(OPERATIONS[0], lambda properties: properties.update(displayName="other"))
    locked(worked, INSTANCE, "CanNotDelete")
    ran = worked("apply", WORKED, "--yes", "--output", "json")
    reconciled(ran)
    assert ran.outcomes == {OPERATIONS[0]: "done", f"{API}/operations/sixth": "failed"}
