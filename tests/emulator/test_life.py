"""How long an instance takes, what is done to it as a whole, and what its tier lacks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
PROVIDER = "/providers/Microsoft.ApiManagement"
SERVICE = f"{GROUP}{PROVIDER}/service/demo-apim"
GRAVE = f"{SUBSCRIPTION}{PROVIDER}/locations/eastus/deletedservices/demo-apim"
BACKUP = {"storageAccount": "store", "accessKey": "k", "containerName": "backups", "backupName": "monday"}


@pytest.fixture
def slow() -> Iterator[Emulator]:
    """Half an hour to create an instance, a minute for everything else."""
    with Emulator(create_polls=0, create_seconds=1800, lro_polls=0, lro_seconds=60) as azure:
        azure.clock.freeze(instant("2030-01-01T00:00:00Z"))
        yield azure


def test_half_an_hour_passes_in_a_moment(slow: Emulator, client: Any, body: Any) -> None:
    arm = client(slow.url)
    arm("PUT", GROUP, {"location": "eastus"})
    url = arm("PUT", SERVICE, body()).headers["azure-asyncoperation"]
    for _ in range(20):
        assert arm("GET", url).body["status"] == "InProgress"
    slow.clock.advance(timedelta(seconds=1799))
    assert arm("GET", SERVICE).props["provisioningState"] == "Activating"
    assert arm.put("/groups/g", displayName="g").code == "ServiceLocked"
    slow.clock.advance(timedelta(seconds=1))
    assert arm("GET", url).body["status"] == "Succeeded"
    assert arm("GET", SERVICE).props["provisioningState"] == "Succeeded"


def test_other_operations_have_a_time_of_their_own(slow: Emulator, client: Any, body: Any) -> None:
    arm = client(slow.url)
    arm("PUT", GROUP, {"location": "eastus"})
    arm("PUT", SERVICE, body())
    slow.clock.advance(timedelta(hours=1))
    arm("GET", SERVICE)
    for path in ("/apis/echo-api", SERVICE, GROUP):
        gone = arm("DELETE", path)
        url = gone.headers["location"]
        assert [arm("GET", url).status for _ in range(3)] == [202] * 3, path
        slow.clock.advance(timedelta(seconds=60))
        assert arm("GET", url).status in (200, 204), path


def test_creating_may_take_more_polls_than_the_rest(client: Any, body: Any) -> None:
    with Emulator(create_polls=3, lro_polls=0) as azure:
        arm = client(azure.url)
        arm("PUT", GROUP, {"location": "eastus"})
        arm("PUT", SERVICE, body())
        states = [arm("GET", "").props["provisioningState"] for _ in range(4)]
        assert states == ["Activating"] * 3 + ["Succeeded"]
        arm("PATCH", "", {"properties": {"publisherName": "New"}})
        assert arm("GET", "").props["publisherName"] == "New"


@pytest.mark.parametrize(
    ("version", "operation", "result", "retry"),
    [
        ("2021-08-01", None, "/service/demo-apim/operationresults/", None),
        ("2022-08-01", "/service/demo-apim/operationresults/", "/service/demo-apim/operationresults/", "0"),
        ("2024-05-01", "/locations/eastus/operationsStatuses/", "/locations/eastus/operationResults/", "0"),
    ],
)
def test_every_version_hands_out_its_own_urls(
    arm: Any, body: Any, version: str, operation: str | None, result: str, retry: str | None
) -> None:
    arm.version = version
    arm("PUT", GROUP, {"location": "eastus"})
    made = arm("PUT", SERVICE, body())
    found = made.headers.get("azure-asyncoperation")
    assert (operation in found) if operation else (found is None)
    assert result in made.headers["location"]
    assert made.headers.get("retry-after") == retry
    first, second = arm("GET", made.headers["location"]), arm("GET", made.headers["location"])
    if version == "2022-08-01":
        assert (first.body, second.body) == ({"status": "InProgress"}, {"status": "Succeeded"})
    else:
        assert (first.status, second.status, second.body["name"]) == (202, 200, "demo-apim")


@pytest.mark.parametrize(("version", "status"), [("2019-01-01", 202), ("2021-08-01", 202), ("2022-08-01", 200)])
def test_an_update_answers_by_version(apim: Any, version: str, status: int) -> None:
    apim.version = version
    assert apim("PATCH", "", {"properties": {"publisherName": "New"}}).status == status


def test_a_group_takes_its_instances_along(apim: Any) -> None:
    gone = apim("DELETE", GROUP)
    assert gone.status == 202
    assert "/operationresults/" in gone.headers["location"]
    assert apim("GET", gone.headers["location"]).status == 202
    assert apim("PUT", GROUP, {"location": "eastus"}).code == "ResourceGroupBeingDeleted"
    assert apim("GET", gone.headers["location"]).status == 200
    assert (apim("GET", GROUP).code, apim("GET", "").code) == ("ResourceGroupNotFound", "ResourceGroupNotFound")
    assert apim("GET", GRAVE).status == 200


def test_a_name_is_taken_until_its_purge_has_ended(apim: Any, body: Any) -> None:
    apim("DELETE", SERVICE)
    while apim("GET", SERVICE).status == 200:
        pass
    purged = apim("DELETE", GRAVE)
    check = f"{SUBSCRIPTION}{PROVIDER}/checkNameAvailability"
    assert apim("POST", check, {"name": "demo-apim"}).body["nameAvailable"] is False
    assert apim("DELETE", GRAVE).headers["location"] == purged.headers["location"]
    assert apim("PUT", SERVICE, body(restore=True)).code == "ServiceLocked"
    assert apim("GET", purged.headers["location"]).status == 202
    assert apim("GET", purged.headers["location"]).status == 200
    assert apim("POST", check, {"name": "demo-apim"}).body["nameAvailable"] is True
    assert (apim("GET", GRAVE).status, apim("DELETE", GRAVE).status) == (404, 204)


@pytest.mark.parametrize("name", ["", "1a", "a_b", None, 3])
def test_a_name_that_cannot_be(arm: Any, name: Any) -> None:
    checked = arm("POST", f"{SUBSCRIPTION}{PROVIDER}/checkNameAvailability", {"name": name})
    assert (checked.status, checked.body["nameAvailable"], checked.body["reason"]) == (200, False, "Invalid")


def finished(arm: Any, path: str, body: Any) -> Any:
    begun = arm("POST", path, body)
    assert begun.status == 202, begun
    assert arm("PUT", "/groups/g", {"properties": {"displayName": "g"}}).code == "ServiceLocked"
    assert arm("GET", begun.headers["location"]).status == 202
    return arm("GET", begun.headers["location"])


def test_a_backup_brings_back_what_was_there(apim: Any) -> None:
    apim.api("pets", path="dogs")
    apim("PUT", "/products/starter/apis/pets")
    paths = ("/apis/pets", "/products/starter/apis", "/products", "/policies/policy", "/subscriptions/master")
    before = {path: apim("GET", path).body for path in paths}
    assert finished(apim, "/backup", BACKUP).body["name"] == "demo-apim"
    apim("DELETE", "/apis/pets")
    apim.put("/groups/late", displayName="late")
    assert finished(apim, "/restore", BACKUP).status == 200
    assert {path: apim("GET", path).body for path in paths} == before
    assert apim("GET", "/groups/late").status == 404
    taken = apim.put("/apis/other", displayName="o", path="dogs")
    assert (taken.status, taken.code) == (400, "ValidationError")
    assert apim("DELETE", "/apis/pets").status == 202
    assert apim("GET", "/products/starter/apis").names == ["echo-api"]


def test_a_backup_outlives_its_instance_and_goes_into_another(apim: Any, body: Any) -> None:
    apim.put("/subscriptions/s", displayName="S", scope="/products/starter")
    finished(apim, "/backup", BACKUP)
    other = SERVICE.replace("demo-apim", "other-apim")
    apim.ready(other)
    begun = apim("POST", f"{other}/restore", BACKUP)
    apim("GET", begun.headers["location"]), apim("GET", begun.headers["location"])
    found = apim("GET", f"{other}/subscriptions/s")
    assert (found.body["id"], found.props["scope"]) == (f"{other}/subscriptions/s", f"{other}/products/starter")
    assert apim("GET", "/subscriptions/s").props["scope"] == f"{SERVICE}/products/starter"
    assert apim("PUT", SERVICE, body()).status == 200


def test_what_a_restore_needs(apim: Any) -> None:
    assert apim("POST", "/restore", BACKUP).code == "BackupNotFound"
    refused = apim("POST", "/backup", {"storageAccount": "s", "containerName": 3})
    assert (refused.code, refused.targets) == ("ValidationError", ["containerName", "backupName"])
    finished(apim, "/backup", BACKUP)
    premium = SERVICE.replace("demo-apim", "big-apim")
    apim.ready(premium, sku="Premium")
    assert apim("POST", f"{premium}/restore", BACKUP).status == 400
    assert apim("POST", f"{SERVICE}/nothing", BACKUP).status == 501


@pytest.mark.parametrize("action", ["applynetworkconfigurationupdates", "migrateToStv2"])
def test_operations_on_the_network_take_a_while(apim: Any, action: str) -> None:
    assert finished(apim, f"/{action}", {}).body["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("tier", ["Consumption", "BasicV2"])
def test_tiers_without_backup(arm: Any, tier: str) -> None:
    arm.ready(sku=tier)
    assert arm("POST", "/backup", BACKUP).code == "MethodNotAllowedInPricingTier"


@pytest.mark.parametrize(
    ("tier", "refused", "served"),
    [
        (
            "Consumption",
            [
                "/groups",
                "/groups/g",
                "/products/p/groups",
                "/users/1/groups",
                "/gateways",
                "/workspaces",
                "/workspaces/w",
                "/tenant/access",
                "/portalsettings/signin",
                "/identityProviders",
                "/portalRevisions",
            ],
            ["/apis", "/products", "/subscriptions", "/namedValues", "/backends", "/policies", "/users", "/loggers"],
        ),
        ("BasicV2", ["/portalsettings", "/gateways"], ["/groups", "/tenant/access", "/identityProviders"]),
        ("Standard", ["/gateways"], ["/portalsettings", "/groups"]),
        ("Developer", [], ["/gateways", "/portalsettings", "/groups", "/tenant/access"]),
    ],
)
def test_what_a_tier_lacks(arm: Any, tier: str, refused: list[str], served: list[str]) -> None:
    arm.ready(sku=tier)
    for path in refused:
        answer = arm("GET", path)
        assert (answer.status, answer.code) == (400, "MethodNotAllowedInPricingTier"), path
        assert tier in answer.body["error"]["message"]
        assert answer.body["error"]["details"] is None
    assert {path: arm("GET", path).status for path in served} == dict.fromkeys(served, 200)


def test_a_write_of_what_the_tier_lacks(arm: Any) -> None:
    arm.ready(sku="Consumption")
    assert arm.put("/groups/g", displayName="g").code == "MethodNotAllowedInPricingTier"
    assert arm("POST", "/tenant/access/listSecrets").code == "MethodNotAllowedInPricingTier"
    assert arm.put("/products/p", displayName="p").status == 201


def test_regions_and_their_network(arm: Any) -> None:
    more = [{"location": "westus2", "sku": {"name": "Premium", "capacity": 1}}]
    arm.ready(sku="Premium", additionalLocations=more)
    found = arm("GET", "/regions").body
    assert [(one["name"], one["isMasterRegion"]) for one in found["value"]] == [("East US", True), ("West US 2", False)]
    every = arm("GET", "/networkstatus").body
    assert [one["location"] for one in every] == ["East US", "West US 2"]
    assert every[0]["networkStatus"]["connectivityStatus"][0]["status"] == "success"
    for name in ("eastus", "West%20US%202"):
        one = arm("GET", f"/locations/{name}/networkstatus").body
        assert {status["resourceType"] for status in one["connectivityStatus"]} > {"BlobStorage", "SQLDatabase"}
    assert arm("GET", "/locations/northeurope/networkstatus").status == 404


def test_what_an_instance_depends_on(apim: Any) -> None:
    found = apim("GET", "/outboundNetworkDependenciesEndpoints").body
    assert {one["category"] for one in found["value"]} >= {"Azure Storage", "Azure SQL"}
    assert found["value"][0]["endpoints"][0]["endpointDetails"] == [{"port": 443, "region": "East US"}]


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        ("Developer", ["Developer", "Basic", "Standard", "Premium"]),
        ("StandardV2", ["BasicV2", "StandardV2", "PremiumV2"]),
        ("Consumption", ["Consumption"]),
    ],
)
def test_tiers_that_an_instance_may_change_to(arm: Any, tier: str, names: list[str]) -> None:
    arm.ready(sku=tier)
    found = arm("GET", "/skus").body
    assert [one["sku"]["name"] for one in found["value"]] == names
    assert found["value"][0]["capacity"].keys() == {"minimum", "maximum", "default", "scaleType"}


def test_lists_of_the_provider(arm: Any) -> None:
    operations = arm("GET", f"{arm.url}{PROVIDER}/operations").body["value"]
    assert "Microsoft.ApiManagement/service/write" in [one["name"] for one in operations]
    assert "Consumption" in [one["name"] for one in arm("GET", f"{SUBSCRIPTION}{PROVIDER}/skus").body["value"]]


def test_all_policies_are_listed_whatever_their_scope(apim: Any) -> None:
    found = apim("GET", "/allPolicies").body["value"]
    owners = {one["properties"]["referencePolicyId"].removeprefix(SERVICE) for one in found}
    assert owners == {"/policies/policy", "/products/starter/policies/policy"}
