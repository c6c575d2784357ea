"""Products, links, subscriptions, groups, users, named values, loggers, backends."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_new_product_gets_the_administrators_and_a_subscription(apim: Any) -> None:
    made = apim.put("/products/p", displayName="P")
    assert (made.props["state"], made.props["subscriptionRequired"]) == ("notPublished", True)
    assert [group["name"] for group in made.props["groups"]] == ["Administrators"]
    assert apim("GET", "/products/p/groups").names == ["administrators"]
    (name,) = apim("GET", "/products/p/subscriptions").names
    assert len(name) == 24
    assert int(name, 16)
    assert apim.put("/products/p", displayName="Q").props["groups"] == []


def test_a_product_with_subscriptions_is_not_deleted_by_accident(apim: Any) -> None:
    apim.put("/products/p", displayName="P")
    apim.put("/subscriptions/s", displayName="S", scope="/products/p")
    assert apim("DELETE", "/products/p").status == 400
    assert apim("DELETE", "/products/p?deleteSubscriptions=true").status == 200
    assert apim("GET", "/subscriptions/s").status == 404


def test_an_open_product_has_no_subscription_to_delete(apim: Any) -> None:
    made = apim.put("/products/p", displayName="P", subscriptionRequired=False)
    assert made.props["approvalRequired"] is None
    assert apim("DELETE", "/products/p").status == 200


def test_a_link_is_put_twice_looked_at_by_head_and_never_by_get(apim: Any) -> None:
    api = apim.api()
    url = "/products/starter/apis/pets"
    assert apim("HEAD", url).status == 404
    first, second = apim("PUT", url), apim("PUT", url)
    assert [first.status, second.status] == [201, 200]
    assert first.headers["etag"] == second.headers["etag"] == api.headers["etag"]
    assert first.body["type"] == "Microsoft.ApiManagement/service/products/apis"
    assert (first.props["displayName"], first.props["protocols"]) == ("pets", None)
    assert [apim("HEAD", url).status, apim("GET", url).status] == [204, 405]
    assert apim("GET", "/products/starter/apis").names == ["echo-api", "pets"]
    assert [apim("DELETE", url).status for _ in range(2)] == [200, 204]


@pytest.mark.parametrize(("url", "target"), [("apis/none", "aid"), ("groups/none", "gid")])
def test_a_link_to_nothing_is_refused(apim: Any, url: str, target: str) -> None:
    refused = apim("PUT", f"/products/starter/{url}")
    assert (refused.status, refused.code, refused.targets) == (400, "ValidationError", [target])


def test_the_keys_of_a_subscription_show_in_a_put_and_in_list_secrets_only(apim: Any) -> None:
    made = apim.put("/subscriptions/s", displayName="S", scope="/apis")
    keys = {key: made.props[key] for key in ("primaryKey", "secondaryKey")}
    assert all(len(key) == 32 for key in keys.values())
    assert (made.props["state"], made.props["scope"][-5:]) == ("active", "/apis")
    assert not keys.keys() & apim("GET", "/subscriptions/s").props.keys()
    assert not any(keys.keys() & item["properties"].keys() for item in apim("GET", "/subscriptions").body["value"])
    assert apim("POST", "/subscriptions/s/listSecrets").body == keys
    again = apim.put("/subscriptions/s", displayName="S", scope="/apis")
    assert (again.status, again.headers["etag"]) == (200, made.headers["etag"])
    assert apim("POST", "/subscriptions/s/regeneratePrimaryKey").status == 204
    fresh = apim("POST", "/subscriptions/s/listSecrets").body
    assert fresh["primaryKey"] != keys["primaryKey"]
    assert fresh["secondaryKey"] == keys["secondaryKey"]


@pytest.mark.parametrize(
    ("props", "targets"),
    [
        ({"displayName": "S"}, ["scope"]),
        ({"displayName": "S", "scope": "/products/none"}, ["scope"]),
        ({"displayName": "S", "scope": "/apis", "state": "dreaming"}, ["state"]),
        ({"displayName": "S", "scope": "/apis", "ownerId": "/users/none"}, ["ownerId"]),
        ({"displayName": "S" * 101, "scope": "/apis"}, ["displayName"]),
    ],
)
def test_what_a_subscription_needs(apim: Any, props: dict[str, Any], targets: list[str]) -> None:
    assert apim("PUT", "/subscriptions/s", {"properties": props}).targets == targets


def test_built_in_groups_stay_as_they_are(apim: Any) -> None:
    assert apim.put("/groups/guests", displayName="Friends").status == 405
    assert apim("DELETE", "/groups/guests").status == 400
    made = apim.put("/groups/g", displayName="G", builtIn=True)
    assert (made.props["builtIn"], made.props["type"], made.props["externalId"]) == (False, "custom", None)


def test_a_users_password_never_comes_back(apim: Any) -> None:
    made = apim.put("/users/u", email="u@example.com", firstName="U", lastName="V", password="hush")
    assert (made.status, made.props["state"]) == (201, "active")
    assert [group["name"] for group in made.props["groups"]] == ["Developers"]
    assert made.props["identities"] == [{"provider": "Basic", "id": "u@example.com"}]
    found = apim("GET", "/users/u").props
    assert not {"password", "groups"} & found.keys()
    assert apim("GET", "/users/u/groups").names == ["developers"]
    assert apim("GET", "/groups/developers/users").names == ["1", "u"]
    assert apim("DELETE", "/users/u").status == 202
    assert apim("GET", "/groups/developers/users").names == ["1"]


def test_a_secret_named_value_is_shown_by_list_value_only(apim: Any) -> None:
    made = apim.put("/namedValues/n", displayName="n", value="hush", secret=True)
    assert (made.status, made.props) == (201, {"ProvisioningState": "InProgress"})
    states = [apim("GET", made.headers["azure-asyncoperation"]).body["status"] for _ in range(2)]
    assert states == ["InProgress", "Succeeded"]
    assert "value" not in apim("GET", "/namedValues/n").props
    assert "value" not in apim("GET", "/namedValues").body["value"][0]["properties"]
    assert apim("POST", "/namedValues/n/listValue").body == {"value": "hush"}
    apim("PATCH", "/namedValues/n", {"properties": {"tags": ["t"]}})
    assert apim("POST", "/namedValues/n/listValue").body == {"value": "hush"}
    apim.put("/namedValues/plain", displayName="plain", value="v")
    assert apim("GET", "/namedValues/plain").props["value"] == "v"


@pytest.mark.parametrize(
    ("props", "targets"),
    [
        ({"displayName": "has space", "value": "v"}, ["displayName"]),
        ({"displayName": "n"}, ["value"]),
        ({"displayName": "Taken", "value": "v"}, ["displayName"]),
    ],
)
def test_what_a_named_value_needs(apim: Any, props: dict[str, Any], targets: list[str]) -> None:
    apim.put("/namedValues/first", displayName="taken", value="v")
    assert apim("PUT", "/namedValues/n", {"properties": props}).targets == targets


def test_a_loggers_credentials_become_a_secret_named_value(apim: Any) -> None:
    made = apim.put("/loggers/l", loggerType="applicationInsights", credentials={"instrumentationKey": "hush"})
    reference = made.props["credentials"]["instrumentationKey"]
    assert reference.startswith("{{Logger-Credentials--")
    (value,) = apim("GET", "/namedValues").body["value"]
    assert "{{" + value["properties"]["displayName"] + "}}" == reference
    assert apim("POST", f"/namedValues/{value['name']}/listValue").body == {"value": "hush"}
    again = apim.put("/loggers/l", loggerType="applicationInsights", credentials={"instrumentationKey": "hush"})
    assert again.headers["etag"] == made.headers["etag"]


def test_a_logger_in_use_stays(apim: Any) -> None:
    apim.put("/loggers/l", loggerType="azureMonitor")
    made = apim.put(
        "/diagnostics/azuremonitor", loggerId="/loggers/l", sampling={"samplingType": "fixed", "percentage": 50}
    )
    assert (made.status, made.props["loggerId"].endswith("/service/demo-apim/loggers/l")) == (201, True)
    assert apim("DELETE", "/loggers/l").status == 400
    apim("DELETE", "/diagnostics/azuremonitor")
    assert apim("DELETE", "/loggers/l").status == 200
    assert apim.put("/diagnostics/azuremonitor", loggerId="/loggers/l").targets == ["loggerId"]


def test_a_pool_has_no_address(apim: Any) -> None:
    assert apim.put("/backends/b", description="x").targets == ["url", "protocol"]
    assert apim.put("/backends/b", type="Pool", pool={"services": []}, url="https://a").targets == ["url"]
    assert apim.put("/backends/b", type="Pool", pool={"services": []}).status == 201
