"""Management locks: what they bind, what they refuse, and how they are managed."""

from __future__ import annotations

from typing import Any

import pytest

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
INSTANCE = f"{GROUP}/providers/Microsoft.ApiManagement/service/demo-apim"
LOCKS = "/providers/Microsoft.Authorization/locks"
VERSION = "?api-version=2016-09-01"


def lock(arm: Any, scope: str, level: str = "CanNotDelete", name: str = "keep") -> Any:
    done = arm("PUT", f"{scope}{LOCKS}/{name}{VERSION}", {"properties": {"level": level, "notes": "ours"}})
    assert done.status in (200, 201), done
    return done


def refused(reply: Any, what: str, *scopes: str) -> None:
    assert (reply.status, reply.code) == (409, "ScopeLocked")
    assert f"cannot perform {what} operation" in reply.body["error"]["message"]
    assert f"are locked: '{','.join(scopes)}'." in reply.body["error"]["message"]


@pytest.mark.parametrize("scope", [SUBSCRIPTION, GROUP, INSTANCE, f"{INSTANCE}/apis/echo-api"])
def test_a_lock_is_managed_at_every_scope(apim: Any, scope: str) -> None:
    path = f"{scope}{LOCKS}/keep"
    assert apim("GET", path + VERSION).code == "LockNotFound"
    made = lock(apim, scope)
    shown = {"id": path, "name": "keep", "type": "Microsoft.Authorization/locks"}
    assert (made.status, made.body) == (201, {**shown, "properties": {"level": "CanNotDelete", "notes": "ours"}})
    assert apim("GET", path + VERSION).body == made.body
    assert lock(apim, scope, "readonly").props["level"] == "ReadOnly"
    assert apim("GET", f"{scope}{LOCKS}{VERSION}").names == ["keep"]
    assert [apim("DELETE", path + VERSION).status for _ in range(2)] == [200, 204]
    assert apim("GET", f"{scope}{LOCKS}{VERSION}").body == {"value": []}


@pytest.mark.parametrize("scope", [SUBSCRIPTION, GROUP, INSTANCE])
def test_cannot_delete_binds_what_is_below(apim: Any, scope: str) -> None:
    lock(apim, scope)
    for path in (INSTANCE, f"{INSTANCE}/apis/echo-api", GROUP, f"{INSTANCE}/apis/none"):
        refused(apim("DELETE", path), "delete", scope)
    assert apim.put("/groups/g", displayName="g").status == 201
    assert apim("PATCH", "/groups/g", {"properties": {"displayName": "h"}}).status == 200
    assert apim("POST", "/subscriptions/master/listSecrets").status == 200
    apim("DELETE", f"{scope}{LOCKS}/keep{VERSION}")
    assert apim("DELETE", "/groups/g").status == 200


@pytest.mark.parametrize("scope", [SUBSCRIPTION, GROUP, INSTANCE])
def test_read_only_refuses_every_write(apim: Any, scope: str, body: Any) -> None:
    lock(apim, scope, "ReadOnly")
    refused(apim.put("/groups/g", displayName="g"), "write", scope)
    refused(apim("PUT", INSTANCE, body()), "write", scope)
    refused(apim("PATCH", INSTANCE, {"tags": {"a": "b"}}), "write", scope)
    refused(apim("POST", "/subscriptions/master/listSecrets"), "write", scope)
    refused(apim("DELETE", "/apis/echo-api"), "delete", scope)
    assert [apim("GET", path).status for path in ("", "/apis/echo-api", GROUP)] == [200] * 3
    assert apim("HEAD", "/apis/echo-api").status == 200


def test_a_lock_binds_nothing_beside_its_scope(apim: Any) -> None:
    lock(apim, f"{INSTANCE}/apis/echo-api", "ReadOnly")
    apim.put("/apis/echo-api-2", path="two", displayName="Two")
    assert apim("DELETE", "/apis/echo-api-2").status == 202
    refused(apim("DELETE", "/apis/echo-api"), "delete", f"{INSTANCE}/apis/echo-api")
    refused(apim.put("/apis/echo-api/tags/none"), "write", f"{INSTANCE}/apis/echo-api")
    assert apim("PUT", f"{GROUP}-2", {"location": "eastus"}).status == 201
    assert apim("DELETE", f"{GROUP}-2").status == 202


def test_a_lock_on_an_api_binds_its_revisions(apim: Any) -> None:
    """`DELETE apis/X;rev=1` is how Terraform's azurerm deletes an API."""
    api = f"{INSTANCE}/apis/echo-api"
    lock(apim, api)
    for path in ("/apis/echo-api;rev=1", "/apis/echo-api;rev=1/operations/retrieve-resource"):
        refused(apim("DELETE", path), "delete", api)
    assert apim.put("/apis/echo-api-2", path="two", displayName="Two").status == 201
    assert apim("DELETE", "/apis/echo-api-2;rev=1").status == 202
    lock(apim, api, "ReadOnly")
    refused(apim.put("/apis/echo-api;rev=2", apiRevision="2", sourceApiId=api), "write", api)


def test_a_lock_inside_an_api_keeps_its_revisions(apim: Any) -> None:
    operation = f"{INSTANCE}/apis/echo-api/operations/retrieve-resource"
    lock(apim, operation)
    for path in ("/apis/echo-api;rev=1", "/apis/echo-api"):
        refused(apim("DELETE", path), "delete", operation)


def test_a_lock_on_a_revision_binds_that_one(apim: Any) -> None:
    api = f"{INSTANCE}/apis/echo-api"
    for number in ("2", "3"):
        apim.put(f"/apis/echo-api;rev={number}", apiRevision=number, sourceApiId=f"{api};rev=1")
    lock(apim, f"{api};rev=2")
    for path in ("/apis/echo-api;rev=2", "/apis/echo-api"):
        refused(apim("DELETE", path), "delete", f"{api};rev=2")
    assert apim("DELETE", "/apis/echo-api;rev=3").status in (200, 202)


def test_nothing_goes_while_something_in_it_is_locked(apim: Any) -> None:
    lock(apim, f"{INSTANCE}/apis/echo-api")
    for path in (INSTANCE, GROUP):
        refused(apim("DELETE", path), "delete", f"{INSTANCE}/apis/echo-api")
    lock(apim, INSTANCE)
    refused(apim("DELETE", GROUP), "delete", INSTANCE, f"{INSTANCE}/apis/echo-api")


def test_locks_are_no_resources(apim: Any) -> None:
    lock(apim, GROUP)
    assert apim("GET", f"{GROUP}/resources?api-version=2021-04-01").names == ["demo-apim"]


def test_lists_of_locks(apim: Any) -> None:
    for scope, name in ((SUBSCRIPTION, "s"), (GROUP, "g"), (INSTANCE, "i")):
        lock(apim, scope, name=name)
    assert sorted(apim("GET", f"{SUBSCRIPTION}{LOCKS}{VERSION}").names) == ["g", "i", "s"]
    assert sorted(apim("GET", f"{GROUP}{LOCKS}{VERSION}").names) == ["g", "i"]
    assert sorted(apim("GET", f"{GROUP}{LOCKS}{VERSION}&$filter=atScope()").names) == ["g", "s"]
    assert apim("GET", f"{GROUP}{LOCKS}{VERSION}&$filter=other").status == 501


@pytest.mark.parametrize("props", [None, {}, [], {"level": "Loose"}, {"level": 3}, {"level": ""}])
def test_a_lock_has_a_level(apim: Any, props: Any) -> None:
    assert apim("PUT", f"{GROUP}{LOCKS}/keep{VERSION}", {"properties": props}).code == "InvalidLockLevel"


def test_a_lock_needs_something_to_hold(apim: Any) -> None:
    level = {"properties": {"level": "ReadOnly"}}
    assert apim("PUT", f"{GROUP}x{LOCKS}/keep{VERSION}", level).code == "ResourceGroupNotFound"
    assert apim("PUT", f"{INSTANCE}x{LOCKS}/keep{VERSION}", level).code == "ResourceNotFound"
    assert apim("PUT", f"{GROUP}{LOCKS}/{'x' * 261}{VERSION}", level).code == "InvalidLock"


def test_a_lock_named_locks(apim: Any) -> None:
    assert lock(apim, GROUP, name="locks").body["name"] == "locks"
    assert apim("GET", f"{GROUP}{LOCKS}/locks{VERSION}").body["name"] == "locks"
    refused(apim("DELETE", GROUP), "delete", GROUP)
