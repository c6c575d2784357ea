"""The life of an instance and of its resource group."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
OTHER = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
PROVIDER = "/providers/Microsoft.ApiManagement"
SERVICE = f"{GROUP}{PROVIDER}/service/demo-apim"
GRAVE = f"{SUBSCRIPTION}{PROVIDER}/locations/eastus/deletedservices/demo-apim"


@pytest.fixture
def patient(state: Path | None) -> Iterator[Emulator]:
    with Emulator(state, lro_polls=2, retry_after=7) as azure:
        yield azure


def test_a_new_instance_is_polled_until_it_has_succeeded(patient: Emulator, client: Any, body: Any) -> None:
    arm = client(patient.url)
    arm("PUT", GROUP, {"location": "eastus"})
    made = arm("PUT", SERVICE, body())
    assert (made.status, made.props["provisioningState"], made.body["location"]) == (201, "Activating", "East US")
    assert (made.headers["retry-after"], "location" in made.headers) == ("7", True)
    url = made.headers["azure-asyncoperation"]
    polls = [arm("GET", url) for _ in range(4)]
    assert [poll.body["status"] for poll in polls] == ["InProgress", "InProgress", "Succeeded", "Succeeded"]
    assert [poll.headers.get("retry-after") for poll in polls] == ["7", "7", None, None]
    assert arm("GET", SERVICE).props["provisioningState"] == "Succeeded"
    assert arm("GET", made.headers["location"]).body["name"] == "demo-apim"


def test_a_client_that_lost_the_operation_sees_the_end_too(patient: Emulator, client: Any, body: Any) -> None:
    arm = client(patient.url)
    arm("PUT", GROUP, {"location": "eastus"})
    arm("PUT", SERVICE, body())
    states = [arm("GET", SERVICE).props["provisioningState"] for _ in range(3)]
    assert states == ["Activating", "Activating", "Succeeded"]


def test_no_polls_at_all_means_done_at_the_first(client: Any, body: Any) -> None:
    with Emulator(lro_polls=0) as azure:
        arm = client(azure.url)
        arm("PUT", GROUP, {"location": "eastus"})
        made = arm("PUT", SERVICE, body())
        assert arm("GET", made.headers["azure-asyncoperation"]).body == {"status": "Succeeded"}


def test_an_instance_in_transition_is_locked(patient: Emulator, client: Any, body: Any) -> None:
    arm = client(patient.url)
    arm("PUT", GROUP, {"location": "eastus"})
    arm("PUT", SERVICE, body())
    for method, path in (("PUT", SERVICE), ("DELETE", SERVICE), ("PUT", "/groups/g"), ("DELETE", "/groups/g")):
        refused = arm(method, path, None if method == "DELETE" else {**body(), "properties": {"displayName": "x"}})
        assert (refused.status, refused.code) == (409, "ServiceLocked"), (method, path)


def test_an_update_shows_the_old_values_until_it_is_done(apim: Any, body: Any) -> None:
    changed = apim("PUT", "", body(publisherName="Changed"))
    assert (changed.status, changed.props["provisioningState"]) == (200, "Updating")
    assert changed.props["publisherName"] == "Example"
    apim("GET", "")
    assert apim("GET", "").props["publisherName"] == "Changed"


def test_a_put_that_changes_nothing_starts_nothing(apim: Any, body: Any) -> None:
    before = apim("GET", "").headers["etag"]
    same = apim("PUT", "", body())
    assert (same.status, same.props["provisioningState"], same.headers["etag"]) == (200, "Succeeded", before)
    assert "azure-asyncoperation" not in same.headers


def test_properties_that_a_put_omits_go_back_to_their_defaults(apim: Any, body: Any) -> None:
    apim("PUT", "", body(virtualNetworkType="External", notificationSenderEmail="me@example.com"))
    apim("GET", ""), apim("GET", "")
    apim("PUT", "", body())
    apim("GET", "")
    props = apim("GET", "").props
    assert (props["virtualNetworkType"], props["notificationSenderEmail"]) == (
        "None",
        "apimgmt-noreply@mail.windowsazure.com",
    )


def test_a_patch_leaves_the_rest_alone(apim: Any) -> None:
    patched = apim("PATCH", "", {"properties": {"publisherName": "New"}, "tags": {"a": "b"}})
    assert patched.status == 200
    apim("GET", "")
    found = apim("GET", "")
    assert (found.props["publisherName"], found.props["publisherEmail"]) == ("New", "admin@example.com")
    assert found.body["tags"] == {"a": "b"}


def test_tags_of_a_classic_tier_need_no_operation(apim: Any, body: Any) -> None:
    tagged = apim("PUT", "", {**body(), "tags": {"a": "b"}})
    assert (tagged.status, tagged.props["provisioningState"], tagged.body["tags"]) == (200, "Succeeded", {"a": "b"})


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"properties": {"publisherName": "x"}}, "publisherEmail"),
        ({"properties": {"publisherEmail": "x@example.com"}}, "publisherName"),
        ({"sku": {"name": "Gigantic"}}, "sku"),
        ({"sku": None}, "sku"),
    ],
)
def test_what_an_instance_needs(arm: Any, body: Any, change: dict[str, Any], target: str) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    refused = arm("PUT", SERVICE, {**body(), **change})
    assert (refused.status, refused.code, refused.targets) == (400, "ValidationError", [target])


def test_client_certificates_can_be_off_in_consumption_only(arm: Any, body: Any) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    assert arm("PUT", SERVICE, body(enableClientCertificate=False)).status == 400
    assert arm("PUT", SERVICE, body("Consumption", enableClientCertificate=False)).status == 201


@pytest.mark.parametrize("name", ["1abc", "a_b", "a-", "x" * 51])
def test_what_an_instance_may_be_called(arm: Any, body: Any, name: str) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    assert arm("PUT", SERVICE.replace("demo-apim", name), body()).status == 400


def test_a_name_is_unique_in_all_subscriptions(apim: Any, body: Any) -> None:
    apim("PUT", f"{OTHER}/resourceGroups/demo", {"location": "eastus"})
    taken = apim("PUT", SERVICE.replace(SUBSCRIPTION, OTHER).replace("demo-apim", "DEMO-apim"), body())
    assert (taken.status, taken.code) == (409, "ServiceAlreadyExists")
    check = apim("POST", f"{OTHER}{PROVIDER}/checkNameAvailability", {"name": "demo-apim"})
    assert (check.body["nameAvailable"], check.body["reason"]) == (False, "AlreadyExists")
    free = apim("POST", f"{OTHER}{PROVIDER}/checkNameAvailability", {"name": "other"})
    assert (free.body["nameAvailable"], free.body["reason"]) == (True, "Valid")


def bury(arm: Any) -> None:
    deleted = arm("DELETE", SERVICE)
    assert (deleted.status, deleted.props["provisioningState"]) == (202, "Deleting")
    while arm("GET", SERVICE).status == 200:
        pass


def test_a_deleted_instance_is_kept_for_48_hours(azure: Emulator, apim: Any, body: Any) -> None:
    azure.clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    bury(apim)
    found = apim("GET", GRAVE)
    assert found.props["serviceId"].endswith("/service/demo-apim")
    assert found.props["scheduledPurgeDate"].startswith("2030-01-03T00:00:0")
    assert apim("GET", f"{SUBSCRIPTION}{PROVIDER}/deletedservices").names == ["demo-apim"]
    assert apim("GET", f"{OTHER}{PROVIDER}/deletedservices").names == []
    refused = apim("PUT", SERVICE, body())
    assert (refused.status, refused.code) == (409, "ServiceAlreadyExistsInSoftDeletedState")
    azure.clock.advance(timedelta(hours=48))
    assert apim("GET", GRAVE).status == 404
    assert apim("PUT", SERVICE, body()).status == 201


def test_restore_brings_everything_back_and_ignores_the_rest(apim: Any, body: Any) -> None:
    apim.api("pets", path="dogs")
    apim("PUT", "/products/starter/apis/pets")
    before = {
        path: apim("GET", path).body for path in ("/apis/pets", "/products/starter/apis", "/subscriptions/master")
    }
    bury(apim)
    restored = apim("PUT", SERVICE, {**body("Premium", publisherName="Ignored", restore=True), "location": "westus"})
    assert restored.status == 201
    apim("GET", ""), apim("GET", "")
    found = apim("GET", "")
    assert (found.props["publisherName"], found.body["sku"]["name"]) == ("Example", "Developer")
    assert {path: apim("GET", path).body for path in before} == before
    assert apim("GET", GRAVE).status == 404
    assert apim("PUT", "/apis/dogs2", {"properties": {"displayName": "x", "path": "dogs"}}).status == 400


def test_restore_into_another_group_rewrites_the_references(apim: Any, body: Any) -> None:
    apim.put("/subscriptions/s", displayName="S", scope="/products/starter")
    bury(apim)
    other = SERVICE.replace("/demo/", "/elsewhere/")
    apim("PUT", GROUP.replace("demo", "elsewhere"), {"location": "eastus"})
    apim("PUT", other, body(restore=True))
    found = apim("GET", f"{other}/subscriptions/s")
    assert found.props["scope"] == f"{other}/products/starter"


def test_a_restore_of_nothing_fails(arm: Any, body: Any) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    assert arm("PUT", SERVICE, body(restore=True)).status == 404


def test_purge_frees_the_name(apim: Any, body: Any) -> None:
    bury(apim)
    assert apim("DELETE", GRAVE.replace("eastus", "westus")).status == 204
    purged = apim("DELETE", GRAVE)
    assert purged.status == 202
    apim("GET", purged.headers["azure-asyncoperation"])
    assert apim("GET", purged.headers["azure-asyncoperation"]).body["status"] == "Succeeded"
    assert apim("PUT", SERVICE, body()).status == 201


@pytest.mark.parametrize(
    ("sku", "apis", "products", "groups"),
    [
        ("Developer", ["echo-api"], ["starter", "unlimited"], ["administrators", "developers", "guests"]),
        ("Consumption", [], [], None),
    ],
)
def test_what_a_new_instance_holds(
    arm: Any, sku: str, apis: list[str], products: list[str], groups: list[str] | None
) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    arm(
        "PUT",
        SERVICE,
        {
            "location": "eastus",
            "sku": {"name": sku, "capacity": 1},
            "properties": {"publisherEmail": "a@b", "publisherName": "c"},
        },
    )
    arm("GET", ""), arm("GET", "")
    assert (arm("GET", "/apis").names, arm("GET", "/products").names) == (apis, products)
    held = arm("GET", "/groups")
    assert (held.names if groups else held.code) == (groups or "MethodNotAllowedInPricingTier")
    assert arm("GET", "/users").names == ["1"]
    assert "master" in arm("GET", "/subscriptions").names
    assert arm("GET", "/policies/policy").status == 200


def test_the_starter_product_of_a_new_instance(apim: Any) -> None:
    starter = apim("GET", "/products/starter").props
    wanted = {"state": "published", "approvalRequired": False, "subscriptionsLimit": 1, "subscriptionRequired": True}
    assert {key: starter[key] for key in wanted} == wanted
    policy = apim("GET", "/products/starter/policies/policy").props["value"]
    assert '<rate-limit calls="5" renewal-period="60" />' in policy
    assert '<quota calls="100" renewal-period="604800" />' in policy
    assert apim("GET", "/products/starter/apis").names == ["echo-api"]
    assert apim("GET", "/products/starter/groups").names == ["administrators", "developers", "guests"]
    assert len(apim("GET", "/products/starter/subscriptions").names) == 1
    assert len(apim("GET", "/apis/echo-api/operations").names) == 6


def test_a_missing_instance_in_a_group_that_is_there(arm: Any) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    for path in (SERVICE, f"{SERVICE}/apis", f"{SERVICE}/apis/a"):
        assert (arm("GET", path).status, arm("GET", path).code) == (404, "ResourceNotFound")
    assert arm("DELETE", SERVICE).status == 204


def test_a_location_is_fixed(apim: Any, body: Any) -> None:
    assert apim("PUT", "", {**body(), "location": "westus"}).status == 409
    assert apim("PUT", GROUP, {"location": "westus"}).status == 409


def test_lists_of_instances(apim: Any) -> None:
    for path in (f"{SUBSCRIPTION}{PROVIDER}/service", f"{GROUP}{PROVIDER}/service"):
        assert apim("GET", path).names == ["demo-apim"]
    assert apim("GET", f"{OTHER}{PROVIDER}/service").names == []


def test_every_tier_writes_its_location_in_words(client: Any, body: Any) -> None:
    with Emulator(lro_polls=0) as azure:
        arm = client(azure.url)
        arm("PUT", GROUP, {"location": "eastus"})
        for number, (key, name) in enumerate(
            {
                "southcentralus": "South Central US",
                "westus2": "West US 2",
                "uksouth": "UK South",
                "northeurope": "North Europe",
            }.items()
        ):
            made = arm("PUT", SERVICE + str(number), {**body(), "location": key})
            assert made.body["location"] == name


@pytest.mark.parametrize("version", ["2021-08-01", "2022-08-01", "2024-05-01"])
@pytest.mark.parametrize("seconds", [0, 3])
def test_writes_without_the_service_s_retry_after_get_one_when_asked_for(
    client: Any, version: str, seconds: int
) -> None:
    with Emulator(retry_after=seconds) as azure:
        arm = client(azure.url)
        arm.ready()
        path = f"{SERVICE}/namedValues/n?api-version={version}"
        made = arm("PUT", path, {"properties": {"displayName": "n", "value": "v"}})
        assert made.headers.get("retry-after") == (str(seconds) if seconds else None)
