"""Revisions beside what other clients do with them: released elsewhere, rolled back, deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Cloud, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEXT = "<policies><inbound><base /><set-header name='x-revision'><value>2</value></set-header></inbound></policies>"
FIRST = NEXT.replace("2", "1")
LIST = {"displayName": "List", "method": "GET", "urlTemplate": "/"}
SHOP: dict[str, Any] = {
    "displayName": "Shop",
    "path": "shop",
    "policy": FIRST,
    "operations": {"list": {**LIST, "policy": FIRST}, "get": {**LIST, "urlTemplate": "/{id}"}},
    "revisions": {"2": {"description": "next", "policy": NEXT, "operations": {"list": LIST}}},
}
RELEASED: dict[str, Any] = {**SHOP, "releases": {"first": {"revision": "2", "notes": "tried"}}}
SERVICE = {"name": "demoazureml", "existing": True}


def spec_of(folder: Path, api: dict[str, Any], **more: Any) -> str:
    file = folder / "spec.yaml"
    whole = {"spec": 1, "resourceGroup": {"name": "demoazureml"}, "service": SERVICE, "apis": {"shop": api}, **more}
    file.write_text(json.dumps(whole), "utf-8")
    return str(file)


@pytest.fixture
def shop() -> Iterator[Cloud]:
    """An instance to put it into."""
    with embedded() as cloud:
        group = {"location": "eastus"}
        publisher = {"publisherEmail": "us@example.com", "publisherName": "us"}
        cloud.arm.put(cloud.arm.group, group)
        cloud.arm.put("", {**group, "sku": {"name": "Developer", "capacity": 1}, "properties": publisher})
        yield cloud


def policy_of(cloud: Cloud, address: str) -> str:
    found: str = cloud.arm.get(f"{address}/policies/policy?format=rawxml")["properties"]["value"]
    return found


def release(cloud: Cloud, number: str) -> None:
    """What somebody does in the portal."""
    cloud.arm.put(f"apis/shop/releases/by-hand-{number}", {"properties": {"apiId": f"/apis/shop;rev={number}"}})


def test_all_at_once_and_the_release_loses_no_policy(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, RELEASED)
    shop.applied(file)
    shop.clean(file)
    assert shop.arm.get("apis/shop")["properties"]["apiRevision"] == "2"
    assert ">2<" in policy_of(shop, "apis/shop")
    assert ">1<" in policy_of(shop, "apis/shop;rev=1")
    assert ">1<" in policy_of(shop, "apis/shop;rev=1/operations/list")
    assert not shop.arm.exists("apis/shop/operations/get")
    assert shop.arm.exists("apis/shop;rev=1/operations/get")


def test_a_release_by_somebody_else_makes_the_listed_revision_the_api(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, SHOP)
    shop.applied(file)
    release(shop, "2")
    shop.clean(file)
    shop.arm.edit("apis/shop", lambda properties: properties.update(description="by hand"))
    drifted = shop("drift", file, "--output", "json").ended(2)
    assert drifted.changes == {"apis/shop": {"description": ("by hand", "next")}}
    shop.applied(file)
    shop.clean(file)


def test_a_rollback_by_somebody_else_is_drift_of_the_last_release(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, RELEASED)
    shop.applied(file)
    release(shop, "1")
    drifted = shop("drift", file, "--output", "json").ended(2)
    assert drifted.changes == {"apis/shop/releases/first": {"revision": ("1", "2")}, "apis/shop/releases/by-hand-1": {}}
    shop.applied(file)
    assert shop.arm.get("apis/shop")["properties"]["apiRevision"] == "2"
    shop.clean(file)


def test_other_notes_make_no_release(shop: Cloud, tmp_path: Path) -> None:
    releases = {"first": {"revision": "2", "notes": "tried"}, "second": {"revision": "1"}}
    listed = {**SHOP["revisions"], "1": {}}
    shop.applied(spec_of(tmp_path, {**SHOP, "revisions": listed, "releases": releases}))
    changed = {**releases, "first": {"revision": "2", "notes": "found wanting"}}
    file = spec_of(tmp_path, {**SHOP, "revisions": listed, "releases": changed})
    shop.applied(file)
    shop.clean(file)
    assert shop.arm.get("apis/shop")["properties"]["apiRevision"] == "1"


def test_what_somebody_changes_in_a_revision_is_found_and_repaired(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, SHOP)
    shop.applied(file)
    shop.arm.edit("apis/shop;rev=2", lambda properties: properties.update(serviceUrl="https://example.org"))
    shop.arm.edit("apis/shop;rev=2/operations/list", lambda properties: properties.update(description="by hand"))
    shop.arm.put("apis/shop;rev=2/operations/more", {"properties": {**LIST, "urlTemplate": "/more"}})
    shop.arm.delete("apis/shop;rev=2/policies/policy")
    drifted = shop("drift", file, "--output", "json").ended(2)
    assert drifted.actions == {
        "apis/shop;rev=2": "update",
        "apis/shop;rev=2/operations/list": "update",
        "apis/shop;rev=2/operations/more": "delete",
        "apis/shop;rev=2/policies/policy": "create",
    }
    shop.applied(file)
    shop.clean(file)


def test_one_that_is_not_listed_stays(shop: Cloud, tmp_path: Path) -> None:
    shop.applied(spec_of(tmp_path, SHOP))
    file = spec_of(tmp_path, {**SHOP, "revisions": {}}, exclusive=["apis"])
    ran = shop("plan", file, "--output", "json").ended(0)
    assert "apis/shop;rev=2" not in ran.actions
    assert ran.left_alone["apis/shop;rev=2"] == "a revision"


def test_deleting_a_revision_never_deletes_the_api(shop: Cloud, tmp_path: Path) -> None:
    shop.applied(spec_of(tmp_path, SHOP))
    plain = {key: value for key, value in SHOP.items() if key != "revisions"}
    file = spec_of(tmp_path, plain, absent={"apis": ["shop;rev=2"]})
    ran, sent = shop.watched("apply", file, "--yes", "--output", "json")
    assert ran.ended(0).actions == {"apis/shop;rev=2": "delete"}
    (deleted,) = [one for one in sent if one.method == "DELETE"]
    assert "deleteRevisions" not in deleted.query
    assert shop.arm.exists("apis/shop")
    assert not shop.arm.exists("apis/shop;rev=2")
    shop.clean(file)


def test_the_current_revision_is_not_deleted_as_an_absent_one(shop: Cloud, tmp_path: Path) -> None:
    shop.applied(spec_of(tmp_path, RELEASED))
    plain = {key: value for key, value in SHOP.items() if key not in ("revisions", "policy", "operations")}
    file = spec_of(tmp_path, plain, absent={"apis": ["shop;rev=2"]})
    ran = shop("plan", file, "--output", "json").ended(0)
    assert "apis/shop;rev=2" not in ran.actions
    assert ran.left_alone["apis/shop;rev=2"] == "the current revision: release another one first"


def test_a_replaced_revision_leaves_the_api(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, SHOP)
    shop.applied(file)
    etag = shop.arm("GET", "apis/shop").etag
    shop.applied(file, "--replace", "apis/shop;rev=2")
    shop.clean(file)
    assert shop.arm("GET", "apis/shop").etag == etag


def test_a_teardown_takes_the_revisions_with_their_api(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, SHOP)
    shop.applied(file)
    ran = shop("destroy", file, "--yes", "--output", "json").ended(0)
    assert ran.actions == {"apis/shop": "delete"}
    assert not shop.arm.exists("apis/shop;rev=2")


def test_a_saved_plan_makes_a_revision(shop: Cloud, tmp_path: Path) -> None:
    plain = {key: value for key, value in SHOP.items() if key != "revisions"}
    shop.applied(spec_of(tmp_path, plain))
    file, saved = spec_of(tmp_path, RELEASED), str(tmp_path / "plan.json")
    shop("plan", file, "--out", saved).ended(0)
    shop("apply", saved).ended(0)
    shop.clean(file)


def test_a_quick_look_compares_what_is_listed(shop: Cloud, tmp_path: Path) -> None:
    file = spec_of(tmp_path, RELEASED)
    shop.applied(file)
    shop("drift", file, "--quick").ended(0)


def test_nothing_in_an_api_is_written_after_its_release(shop: Cloud, tmp_path: Path) -> None:
    shop.applied(spec_of(tmp_path, SHOP))
    changed = {**RELEASED, "operations": {**RELEASED["operations"], "more": {**LIST, "urlTemplate": "/more"}}}
    _, sent = shop.watched("apply", spec_of(tmp_path, changed), "--yes")
    written = [one.path.partition("/apis/")[2] for one in sent if one.method == "PUT"]
    assert written == ["shop/operations/more", "shop/releases/first"]
