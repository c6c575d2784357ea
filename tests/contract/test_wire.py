"""What goes over the wire: reads only where nothing may change, conditions on writes, and no more than is needed."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import READS, WORKED, Cloud, here, writes

if TYPE_CHECKING:
    from pathlib import Path

    from provision.emulator import Exchange

API = "apis/azureml-demo"


def nothing(_: Cloud) -> None:
    """Not even the resource group is there."""


def clean(cloud: Cloud) -> None:
    cloud.applied(WORKED)


def drifted(cloud: Cloud) -> None:
    clean(cloud)
    cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
    cloud.arm.delete(f"{API}/operations/bes-start")
    cloud.arm.put(
        f"{API}/operations/more", {"properties": {"displayName": "More", "method": "GET", "urlTemplate": "/"}}
    )


def group_only(cloud: Cloud) -> None:
    cloud.arm.put(cloud.arm.group, {"location": "southcentralus"})


def soft_deleted(cloud: Cloud) -> None:
    clean(cloud)
    cloud.arm.delete("")


def in_transition(cloud: Cloud) -> None:
    clean(cloud)
    assert cloud.arm("PATCH", "", {"properties": {"publisherName": "other"}}).status == 200


def forbidden(cloud: Cloud) -> None:
    clean(cloud)
    cloud.fault("GET", "/operations/bes-start$", 403, "AuthorizationFailed", times=99)


def broken(cloud: Cloud) -> None:
    clean(cloud)
    cloud.fault("GET", "/service/demoazureml$", 500, "InternalServerError", times=99)


SITUATIONS = {
    make.__name__: (make, codes)
    for make, *codes in (
        (nothing, 0, 2),
        (group_only, 0, 2),
        (clean, 0, 0),
        (drifted, 0, 2),
        (in_transition, 0, 2),
        (soft_deleted, 4, 2),
        (forbidden, 1, 1),
        (broken, 1, 1),
    )
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_plan_and_drift_only_read(cloud: Cloud, tmp_path: Path, situation: str) -> None:
    make, (plan_code, drift_code) = SITUATIONS[situation]
    make(cloud)
    planned, sent = cloud.watched(
        "plan", WORKED, "--out", str(tmp_path / "plan.json"), "--report", f"json={tmp_path}/r"
    )
    planned.ended(plan_code)
    checked, more = cloud.watched("drift", WORKED)
    checked.ended(drift_code)
    assert writes(sent + more) == []
    assert len(sent) > 0
    assert len(more) > 0


def test_a_second_apply_only_reads(worked: Cloud) -> None:
    again, sent = worked.watched("apply", WORKED)
    again.ended(0)
    assert {one.method for one in sent} <= READS


def condition(exchange: Exchange) -> str:
    return {key.lower(): value for key, value in exchange.request_headers.items()}.get("if-match", "")


def below(exchange: Exchange) -> str:
    return exchange.path.partition("/service/demoazureml")[2].strip("/")


def test_updates_and_deletions_carry_the_etag_that_was_seen(worked: Cloud) -> None:
    arm, document = worked.arm, "<policies><inbound><base /></inbound></policies>"
    arm.edit(API, lambda properties: properties.update(displayName="other"))
    arm.edit(f"{API}/operations/bes-start", lambda properties: properties.update(description="other"))
    arm.edit("products/starter", lambda properties: properties.update(terms="other"))
    policies = ("products/starter/policies/policy", f"{API}/policies/policy")
    for policy in policies:
        arm.put(policy, {"properties": {"format": "rawxml", "value": document}})
    arm.put(f"{API}/operations/more", {"properties": {"displayName": "More", "method": "GET", "urlTemplate": "/"}})
    touched = (API, f"{API}/operations/bes-start", f"{API}/operations/more", "products/starter", *policies)
    seen = {address: arm("GET", address).etag for address in touched}
    assert all(seen.values())
    applied, sent = worked.watched("apply", WORKED, "--yes", "--max-update", "100")
    applied.ended(0)
    assert {below(one): condition(one) for one in sent if one.method not in READS} == seen


def test_what_is_created_carries_no_condition_on_something_that_is_not_there(cloud: Cloud) -> None:
    _, sent = cloud.watched("apply", WORKED, "--yes")
    created = [one for one in sent if one.method == "PUT" and one.status == 201]
    assert len(created) == 9
    assert {condition(one) for one in created} == {""}


def test_only_the_dummy_token_goes_to_this_machine(worked: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/never")
    _, sent = worked.watched("drift", WORKED)
    _, more = worked.watched("destroy", WORKED, "--yes", "--purge")
    said = {one.request_headers.get("authorization") for one in sent + more}
    assert said == {"Bearer provision-local"}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every attempt to connect, or to look a name up: each fails."""
    tried: list[Any] = []

    def refuse(*given: Any, **_: Any) -> None:
        tried.append(given)
        raise OSError("this test is offline")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("validate", WORKED), 0),
        (("schema",), 0),
        (("plan", "no-such-spec.yaml", "--subscription-id", "s"), 1),
        (("apply", "no-such-plan.json", "--subscription-id", "s"), 1),
        (("plan", WORKED), 64),
        (("plan", WORKED, "--cloud", "moon", "--subscription-id", "s"), 64),
        (("plan", WORKED, "--endpoint", "http://example.com", "--subscription-id", "s"), 64),
        (("plan", WORKED, "--endpoint", "https://example.com", "--subscription-id", "s"), 64),
        (("apply", WORKED, "--endpoint", "https://management.azure.com.evil.example", "--subscription-id", "s"), 64),
        (("plan", WORKED, "--endpoint", "http://management.azure.com", "--subscription-id", "s"), 64),
        (("drift", WORKED, "--endpoint", "https://management.azure.com@evil.example", "--subscription-id", "s"), 64),
        (("plan", WORKED, "--endpoint", "https://127.0.0.1.evil.example", "--subscription-id", "s"), 64),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_wrong_before_azure_is_asked_connects_nowhere(
    offline: list[Any], words: tuple[str, ...], code: int
) -> None:
    here(*words).ended(code)
    assert offline == []


@pytest.mark.parametrize("verb", ["plan", "apply", "drift", "destroy"])
def test_a_bad_spec_sends_nothing(cloud: Cloud, tmp_path: Path, verb: str) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(spec_of(Size()))
    bad.write_text(spec_of(Size()).replace("displayName", "dispalyName"))
    ran, sent = cloud.watched(verb, str(good), str(bad))
    ran.ended(1)
    assert "did you mean displayName" in ran.err
    if verb in ("apply", "destroy"):
        assert sent == []
        assert ran.out == ""
    else:
        assert writes(sent) == []
        assert "demoazureml" in ran.out, "the good one is looked at all the same"


@dataclass(frozen=True)
class Size:
    apis: int = 1
    operations: int = 1  # of each API
    products: int = 1

    @property
    def reads(self) -> int:
        """Group, instance and two lists; a GET of each resource and of each place of a policy; a list per parent."""
        fixed = 4
        products = self.products * 3  # itself, its policy, the list of its APIs
        apis = self.apis * 3  # itself, its policy, the list of its operations
        return fixed + products + apis + self.apis * self.operations * 2


def spec_of(size: Size) -> str:
    apis = {
        f"api-{number}": {
            "displayName": f"API {number}",
            "path": f"api-{number}",
            "operations": {
                f"get-{one}": {"displayName": f"Get {one}", "method": "GET", "urlTemplate": f"/{one}"}
                for one in range(size.operations)
            },
        }
        for number in range(size.apis)
    }
    products = {f"product-{number}": {"displayName": f"P {number}", "apis": [*apis]} for number in range(size.products)}
    service = {"name": "demoazureml", "sku": {"name": "Developer", "capacity": 1}}
    publisher = {"publisherName": "us", "publisherEmail": "us@example.com"}
    group = {"name": "demoazureml", "location": "eastus"}
    whole = {"spec": 1, "resourceGroup": group, "service": service | publisher, "products": products, "apis": apis}
    return json.dumps(whole)


@pytest.mark.parametrize("size", [Size(), Size(3, 4, 2), Size(apis=2, operations=120)], ids=str)
def test_reads_are_counted(cloud: Cloud, tmp_path: Path, size: Size) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec_of(size))
    cloud.applied(str(file))
    checked, sent = cloud.watched("drift", str(file))
    checked.ended(0)
    pages = sum(1 for one in sent if "skip" in one.query)
    assert pages == (size.apis if size.operations > 100 else 0)
    assert len(sent) - pages <= size.reads
    # One more look at the instance, for whether it stands still.
    again, sent = cloud.watched("apply", str(file))
    again.ended(0)
    assert len(sent) - pages <= size.reads + 1


def test_a_teardown_of_the_instance_reads_lists(cloud: Cloud, tmp_path: Path) -> None:
    """What goes with the instance needs no ETag and no body of its own."""
    size = Size(3, 40, 2)
    file = tmp_path / "spec.yaml"
    file.write_text(spec_of(size))
    cloud.applied(str(file))
    ran, sent = cloud.watched("destroy", str(file), "--yes", "--output", "json")
    ran.ended(0)
    assert [one.method for one in sent].count("DELETE") == 2
    reads = [one.path.partition("/service/")[2] for one in sent if one.method == "GET" and "/operations" in one.path]
    assert {path for path in reads if "/operations/" in path} == set()
    assert not [one.path for one in sent if "/policies/" in one.path]
    assert {*ran.outcomes} == {"service", "resourceGroup"}
    along = 3 * (1 + 40) + 2 * (1 + 3)
    assert f"{along} more with it" in ran.err


def test_a_teardown_inside_an_instance_that_stays_reads_what_it_deletes(worked: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    policy = "<policies><inbound><base /></inbound></policies>"
    product = {"displayName": "Gold", "policy": policy}
    service = {"name": "demoazureml", "existing": True}
    file.write_text(
        json.dumps(
            {"spec": 1, "resourceGroup": {"name": "demoazureml"}, "service": service, "products": {"gold": product}}
        )
    )
    worked.applied(str(file))
    etag = worked.arm("GET", "products/gold").etag
    ran, sent = worked.watched("destroy", str(file), "--yes")
    ran.ended(0)
    (deleted,) = [one for one in sent if one.method == "DELETE"]
    assert {key.lower(): value for key, value in deleted.request_headers.items()}["if-match"] == etag
    assert [one for one in sent if one.path.endswith("/products/gold/policies/policy")]


def test_nothing_is_read_twice(worked: Cloud) -> None:
    _, sent = worked.watched("drift", WORKED)
    asked = [f"{one.method} {one.path}?{one.query}" for one in sent]
    assert sorted(asked) == sorted(set(asked))


def test_a_new_instance_takes_one_write_for_each_resource(cloud: Cloud) -> None:
    applied, sent = cloud.watched("apply", WORKED, "--yes", "--output", "json")
    applied.ended(0)
    assert len(writes(sent)) == len(applied.actions) == 12
    assert len(sent) <= 12 + 4 + 4 + 3 + 16, "two looks before and after, and the polls of the new instance"


def test_policies_are_read_and_written_raw(worked: Cloud) -> None:
    """The default format comes back escaped. Source: the recorded answers."""
    _, sent = worked.watched("drift", WORKED)
    read = [one for one in sent if re.search(r"/policies/policy$", one.path)]
    assert len(read) == 7
    assert all("format=rawxml" in one.query for one in read)
    written = [one for one in worked.exchanges if one.method == "PUT" and one.path.endswith("/policies/policy")]
    assert [json.loads(one.body)["properties"]["format"] for one in written] == ["rawxml"]
