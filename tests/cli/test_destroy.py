"""Teardown: what is declared goes, nothing else by surprise, and what stays is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_guards import stopped
from tests.conftest import WORKED, ZEROS, Cloud

if TYPE_CHECKING:
    from pathlib import Path

API = "apis/azureml-demo"
GRAVE = f"/subscriptions/{ZEROS}/providers/Microsoft.ApiManagement/locations/southcentralus/deletedservices/demoazureml"


def test_destroy_takes_everything_declared(worked: Cloud) -> None:
    ran = worked("destroy", WORKED, "--yes", "--output", "json").ended(0)
    assert ran.actions == {"service": "delete", "resourceGroup": "delete"}
    assert set(ran.outcomes.values()) == {"done"}
    assert not worked.arm.exists("")
    assert not worked.arm.exists(worked.arm.group)
    assert worked.arm.exists(GRAVE), "the name stays taken"


def test_a_second_destroy_has_nothing_to_do(worked: Cloud) -> None:
    worked("destroy", WORKED, "--yes").ended(0)
    assert "nothing to delete" in worked("destroy", WORKED, "--yes").ended(0).out
    assert "--yes" in worked("destroy", WORKED).ended(4).err


def test_destroy_of_what_never_was(cloud: Cloud) -> None:
    assert "nothing to delete" in cloud("destroy", WORKED, "--yes").ended(0).out
    assert "nothing to delete" in cloud("destroy", WORKED, "--purge", "--yes").ended(0).out


def test_purge_frees_the_name(worked: Cloud) -> None:
    worked("destroy", WORKED, "--yes", "--purge").ended(0)
    assert not worked.arm.exists(GRAVE)
    worked.applied(WORKED)


def test_purge_afterwards(worked: Cloud) -> None:
    worked("destroy", WORKED, "--yes").ended(0)
    stopped(worked, "destroy", WORKED, "--purge")
    ran = worked("destroy", WORKED, "--yes", "--purge", "--output", "json").ended(0)
    assert set(ran.actions.values()) == {"purge"}
    assert not worked.arm.exists(GRAVE)


FOREIGN = {
    "apis/theirs": {"displayName": "Theirs", "path": "theirs"},
    "products/theirs": {"displayName": "Theirs"},
    "users/jo": {"email": "jo@example.com", "firstName": "Jo", "lastName": "Do"},
    "groups/theirs": {"displayName": "Theirs"},
    "namedValues/theirs": {"displayName": "theirs", "value": "1"},
    "backends/theirs": {"url": "https://example.com", "protocol": "http"},
    "tags/theirs": {"displayName": "Theirs"},
    "apiVersionSets/theirs": {"displayName": "Theirs", "versioningScheme": "Segment"},
    "policyFragments/theirs": {"format": "rawxml", "value": "<fragment />"},
    "subscriptions/theirs": {"displayName": "Theirs", "scope": "/apis"},
}


@pytest.mark.parametrize("address", FOREIGN)
def test_what_is_not_declared_stops_it(worked: Cloud, address: str) -> None:
    worked.arm.put(address, {"properties": FOREIGN[address]})
    said = stopped(worked, "destroy", WORKED, "--yes").err
    assert address in said
    assert "--with-undeclared" in said
    consent = ("--delete-subscriptions",) if "subscriptions" in address else ()
    ran = worked("destroy", WORKED, "--yes", "--with-undeclared", *consent).ended(0)
    assert address in ran.err, "the last look shows what goes"
    assert not worked.arm.exists("")


def test_users_subscriptions_are_counted(worked: Cloud) -> None:
    worked.arm.put("users/jo", {"properties": FOREIGN["users/jo"]})
    for number in range(3):
        body = {"displayName": f"key {number}", "scope": "/products/starter", "ownerId": "/users/jo"}
        worked.arm.put(f"subscriptions/jo-{number}", {"properties": body})
    said = stopped(worked, "destroy", WORKED, "--yes", "--with-undeclared").err
    assert "3 subscriptions" in said
    assert "--delete-subscriptions" in said
    worked("destroy", WORKED, "--yes", "--with-undeclared", "--delete-subscriptions").ended(0)


def test_a_group_with_something_else_stays(worked: Cloud) -> None:
    store = f"{worked.arm.group}/providers/Microsoft.Storage/storageAccounts/theirs"
    assert worked.arm("PUT", store, {"location": "southcentralus"}).status == 201
    ran = worked("destroy", WORKED, "--yes").ended(0)
    assert "storageAccounts/theirs" in ran.out
    assert "resourceGroup" in ran.out
    assert worked.arm.exists(store)
    assert not worked.arm.exists("")
    again = worked("destroy", WORKED, "--yes").ended(0)
    assert "nothing to delete" in again.out


def test_an_existing_instance_is_only_cleared(worked: Cloud, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "spec: 1\nresourceGroup: {name: demoazureml}\nservice: {name: demoazureml, existing: true}\n"
        "apis: {mine: {displayName: Mine, path: mine}}\n",
        "utf-8",
    )
    worked("apply", str(spec), "--yes").ended(0)
    ran = worked("destroy", str(spec), "--yes", "--output", "json").ended(0)
    assert ran.actions == {"apis/mine": "delete"}
    worked.clean(WORKED)


def test_destroy_says_what_disappears(worked: Cloud) -> None:
    ran = worked("destroy", WORKED, "--yes").ended(0)
    for address in ("service", API, f"{API}/operations/bes-start", "products/starter"):
        assert address in ran.err


def test_a_teardown_that_failed_goes_on(worked: Cloud) -> None:
    worked.fault("DELETE", "/service/demoazureml$", 403, "AuthorizationFailed", times=1)
    ran = worked("destroy", WORKED, "--yes", "--output", "json").ended(1)
    assert ran.outcomes == {"service": "failed", "resourceGroup": "skipped"}
    worked("destroy", WORKED, "--yes").ended(0)
    assert not worked.arm.exists(worked.arm.group)
