"""`specs/everything.yaml` lives its whole life: made, clean, changed property by property, exported, gone."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from provision import spec
from provision.address import SERVICE
from provision.desired import desired
from provision.kinds import KINDS, kind_of
from provision.kinds.kind import Shape
from provision.kinds.table import properties_of
from provision.kinds.walk import visit
from tests.conftest import ROOT, Arm, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provision.kinds.table import Property
    from provision.resource import Resource
    from tests.conftest import Cloud

EVERYTHING = ROOT / "specs" / "everything.yaml"
# A single backend has a URL, ranges end after they begin, a client id is a GUID, a provider's name is its type, and
# what is a secret stays one.
REFUSED = [
    "backends/orders type",
    "backends/orders-1 circuitBreaker.rules.0.failureCondition.statusCodeRanges.0.max",
    "identityProviders/aad clientId",
    "identityProviders/aad type",
    "namedValues/backend-key secret",
]


@pytest.fixture(scope="module")
def everything() -> Iterator[Cloud]:
    with embedded() as cloud:
        cloud("apply", str(EVERYTHING), "--yes").ended(0)
        yield cloud


@pytest.fixture(scope="module")
def arm(everything: Cloud) -> Arm:
    return Arm(everything.emulator.url, group="everything", service="everything-apim")


def clean(cloud: Cloud) -> bool:
    return not cloud("drift", str(EVERYTHING), "--output", "json").ended(0).document["resource_changes"]


def other(prop: Property, value: Any) -> Any:
    """Another value that the property may have; None where that isn't known."""
    if prop.fixed or prop.ref or prop.document or prop.names or prop.pattern:
        return None
    if prop.words:
        return next((one for one in prop.words if str(one).lower() != str(value).lower()), None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int) and prop.type == "integer":
        return value + 1
    return f"{value} too" if isinstance(value, str) and prop.type == "string" else None


def changes(item: Resource) -> list[tuple[tuple[str | int, ...], Any]]:
    """What can be changed of a resource: where, and to what."""
    kind = kind_of(item.address.kind)
    found = []
    for place in visit(properties_of(kind), item.body):
        prop = place.prop
        if prop is None or prop.many or prop.nested or not prop.written or prop.unseen(place.siblings):
            continue
        keys = {one for step, one in enumerate(place.loc) if step == len(place.loc) - 1}
        value = other(prop, place.value)
        if value is not None and "name" not in keys and not prop.is_secret(place.siblings):
            found.append((place.loc, value))
    return found


def put_at(body: Any, loc: tuple[str | int, ...], value: Any) -> None:
    for step in loc[:-1]:
        body = body[step]
    body[loc[-1]] = value


def test_every_kind_is_in_it() -> None:
    found = {node.kind.type for node in spec.load(EVERYTHING).nodes()}
    assert {kind.type for kind in KINDS if not kind.made_elsewhere} - found == set()


def test_it_is_clean_once_it_is_there(everything: Cloud) -> None:
    assert clean(everything)


def test_each_property_that_somebody_changes_is_found_named_and_repaired(everything: Cloud, arm: Arm) -> None:
    """In rounds: in each, one property of every resource."""
    wanted = {
        item.address: changes(item)
        for item in desired(spec.load(EVERYTHING)).snapshot.values()
        # Revisions have a test of their own: the current one is told under the API's name.
        if item.address != SERVICE
        and ";rev=" not in item.address.key
        and kind_of(item.address.kind).shape is not Shape.ROOT
    }
    refused, kept = set[str](), set[str]()
    tried = 0
    for turn in range(max(map(len, wanted.values()))):
        expected = set()
        for address, several in wanted.items():
            if turn >= len(several):
                continue
            loc, value = several[turn]
            body = arm.get(str(address))
            properties = copy.deepcopy(body["properties"])
            if loc[0] not in properties:
                continue  # a key of the spec alone, such as the revision of a release
            # Shown beside the lists, and refused in one PUT with them. Azure/arm-template-whatif#440
            for mirrored in ("oAuth2", "openid"):
                (properties.get("authenticationSettings") or {}).pop(mirrored, None)
            put_at(properties, loc, value)
            answer = arm("PUT", str(address), {"properties": properties}, If_Match="*")
            arm.settle()
            tried += 1
            if answer.status < 300 and arm.get(str(address))["properties"] == body["properties"]:
                kept.add(f"{address} {'.'.join(map(str, loc))}")  # the service goes on as before
            elif answer.status < 300:
                expected.add((str(address), str(loc[0])))
            else:
                refused.add(f"{address} {'.'.join(map(str, loc))}")
        document = everything("drift", str(EVERYTHING), "--output", "json").ended(2).document
        found = {
            (item["address"], change["path"].split(".")[0].split("[")[0])
            for item in document["resource_changes"]
            for change in item["changes"]
        }
        assert found == expected
        everything("apply", str(EVERYTHING), "--yes", "--max-update", "100").ended(0)
        assert clean(everything)
    assert tried > 100
    assert sorted(refused) == REFUSED
    assert kept == {"namedValues/from-vault secret"}


def test_its_export_plans_empty(everything: Cloud, tmp_path: Path) -> None:
    out = tmp_path / "exported.yaml"
    where = ("--resource-group", "everything", "--service", "everything-apim")
    everything("export", *where, "--out", str(out)).ended(0)
    again = tmp_path / "again" / "exported.yaml"
    again.parent.mkdir()
    everything("export", *where, "--out", str(again)).ended(0)
    assert out.read_text("utf-8") == again.read_text("utf-8")


def test_it_goes_with_all_that_is_in_it() -> None:
    with embedded() as cloud:
        cloud("apply", str(EVERYTHING), "--yes").ended(0)
        cloud("destroy", str(EVERYTHING), "--yes", "--delete-subscriptions", "--purge").ended(0)
        assert cloud("plan", str(EVERYTHING), "--output", "json").ended(0).document["summary"]["create"] > 0
