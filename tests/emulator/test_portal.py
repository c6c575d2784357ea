"""What is stored in two places, reset instead of deleted, or made by an action."""

from __future__ import annotations

from typing import Any

import pytest


def named(apim: Any, path: str, key: str) -> list[str]:
    """The last segments of what the links of a collection point at."""
    return [item["properties"][key].rpartition("/")[2] for item in apim("GET", path).body["value"]]


@pytest.fixture
def filled(apim: Any) -> Any:
    apim.api()
    apim.put("/apis/pets/operations/o", displayName="O", method="GET", urlTemplate="/o")
    apim.put("/products/p", displayName="P")
    apim.put("/groups/g", displayName="G")
    apim.put("/tags/t", displayName="T")
    return apim


PAIRS = [
    ("/products/p/apiLinks", "apiId", "/apis/pets", "/products/p/apis/pets"),
    ("/products/p/groupLinks", "groupId", "/groups/g", "/products/p/groups/g"),
    ("/tags/t/apiLinks", "apiId", "/apis/pets", "/apis/pets/tags/t"),
    ("/tags/t/productLinks", "productId", "/products/p", "/products/p/tags/t"),
    ("/tags/t/operationLinks", "operationId", "/apis/pets/operations/o", "/apis/pets/operations/o/tags/t"),
]


@pytest.mark.parametrize(("collection", "key", "target", "plain"), PAIRS)
def test_a_link_by_id_is_the_link_by_name(filled: Any, collection: str, key: str, target: str, plain: str) -> None:
    name = target.rpartition("/")[2]
    assert filled.put(f"{collection}/mine", **{key: target}).status == 201
    assert filled("GET", f"{collection}/mine").props[key].endswith(f"/demo-apim{target}")
    assert filled("HEAD", plain).status < 300
    again = filled.put(f"{collection}/other", **{key: target})
    assert (again.status, "already exists" in again.body["error"]["message"]) == (409, True)
    assert filled("DELETE", f"{collection}/mine").status == 200
    assert filled("HEAD", plain).status == 404
    assert filled("PUT", plain).status == 201
    assert name in named(filled, collection, key)
    assert filled("DELETE", plain).status == 200
    assert name not in named(filled, collection, key)


@pytest.mark.parametrize(("collection", "key", "target", "plain"), PAIRS)
def test_a_link_goes_with_what_it_points_at(filled: Any, collection: str, key: str, target: str, plain: str) -> None:
    filled("PUT", plain)
    filled("DELETE", f"{target}?deleteSubscriptions=true")
    assert target.rpartition("/")[2] not in named(filled, collection, key)
    assert filled.put(f"{collection}/mine", **{key: target}).targets == [key]


def test_the_factorys_links_have_ids_too(apim: Any) -> None:
    assert named(apim, "/products/starter/apiLinks", "apiId") == ["echo-api"]
    assert sorted(named(apim, "/products/starter/groupLinks", "groupId")) == ["administrators", "developers", "guests"]


def test_links_in_a_workspace_are_named_only(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    apim.put("/workspaces/w/products/p", displayName="P")
    apim.put("/workspaces/w/apis/a", displayName="A", path="a")
    assert apim.put("/workspaces/w/products/p/apiLinks/l", apiId="/apis/a").status == 201
    assert apim.put("/workspaces/w/products/p/apiLinks/m", apiId="/apis/a").status == 409
    assert apim("GET", "/workspaces/w/products/p/apis").status == 501


def test_a_template_is_reset_and_not_deleted(apim: Any) -> None:
    path = "/templates/newDeveloperNotificationMessage"
    default = apim("GET", path).props
    assert (default["isDefault"], len(apim("GET", "/templates").names)) == (True, 14)
    assert apim.put(path, subject="Welcome").status == 200
    changed = apim("GET", path).props
    assert changed == {**default, "subject": "Welcome", "isDefault": False}
    assert apim("DELETE", path).status == 200
    assert apim("GET", path).props == default
    assert apim.put("/templates/unheardOf", subject="S").targets == ["id"]


def test_a_notification_names_its_recipients(apim: Any) -> None:
    path = "/notifications/BCC"
    assert apim("PUT", f"{path}/recipientEmails/a+b@example.com").status == 201
    assert apim("PUT", f"{path}/recipientUsers/1").body["properties"]["userId"].endswith("/users/1")
    recipients = apim("GET", path).props["recipients"]
    assert (recipients["emails"], len(recipients["users"])) == (["a+b@example.com"], 1)
    assert apim("PUT", f"{path}/recipientEmails/nobody").status == 400
    assert apim("PUT", f"{path}/recipientUsers/nobody").targets == ["uid"]
    assert apim("HEAD", f"{path}/recipientEmails/c@example.com").status == 404


def test_one_portal_revision_is_current(apim: Any) -> None:
    apim.put("/portalRevisions/one", isCurrent=True)
    apim.put("/portalRevisions/two", isCurrent=True, status="mine")
    found = [apim("GET", f"/portalRevisions/{name}").props for name in ("one", "two")]
    assert [(r["isCurrent"], r["status"]) for r in found] == [(False, "completed"), (True, "completed")]


def test_issues_of_all_apis(apim: Any) -> None:
    apim.api()
    apim.put("/apis/pets/issues/i", title="T", description="D", userId="/users/1")
    assert apim("GET", "/issues").names == ["i"]
    found = apim("GET", "/issues/i")
    assert found.body["id"].endswith("/demo-apim/issues/i")
    assert (found.props["state"], found.props["apiId"].rpartition("/")[2]) == ("proposed", "pets")
    assert apim("GET", "/issues/none").status == 404


def test_everything_with_a_tag(filled: Any) -> None:
    for path in ("/apis/pets/tags/t", "/products/p/tags/t", "/apis/pets/operations/o/tags/t"):
        filled("PUT", path)
    assert len(filled("GET", "/tagResources").body["value"]) == 3
    for path, key in (
        ("/apisByTags", "api"),
        ("/productsByTags", "product"),
        ("/apis/pets/operationsByTags", "operation"),
    ):
        (item,) = filled("GET", path).body["value"]
        assert (item["tag"]["name"], key in item) == ("T", True)
    assert filled("GET", "/apis/none/operationsByTags").status == 404


def test_keys_of_gateways_and_tenants_are_made_anew(apim: Any) -> None:
    apim.put("/gateways/g", description="G")
    old = apim("POST", "/gateways/g/listKeys").body
    assert apim("POST", "/gateways/g/regenerateKey", {"keyType": "primary"}).status == 204
    new = apim("POST", "/gateways/g/listKeys").body
    assert (new["primary"] != old["primary"], new["secondary"]) == (True, old["secondary"])
    assert apim("POST", "/gateways/g/regenerateKey", {"keyType": "third"}).targets == ["keyType"]
    for path, key in (("regeneratePrimaryKey", "primaryKey"), ("git/regenerateSecondaryKey", "secondaryKey")):
        before = apim("POST", "/tenant/access/listSecrets").body
        assert apim("POST", f"/tenant/access/{path}").status == 204
        after = apim("POST", "/tenant/access/listSecrets").body
        assert [name for name in before if before[name] != after[name]] == [key]


def test_tokens_and_views(apim: Any) -> None:
    body = {"properties": {"keyType": "primary", "expiry": "2030-01-02T03:04:05Z"}}
    assert apim("POST", "/users/1/token", body).body["value"].startswith("1&203001020304&")
    assert apim("POST", "/users/1/generateSsoUrl").body["value"].startswith("https://demo-apim.")
    assert apim("POST", "/users/1/confirmations/password/send").status == 204
    assert apim("POST", "/users/none/confirmations/password/send").status == 404
    assert apim("GET", "/users/1/identities").body["value"] == [{"provider": "Azure", "id": "admin@example.com"}]
    assert apim("GET", "/users/1/subscriptions/master").body["name"] == "master"
    assert apim("GET", "/users/1/subscriptions/none").status == 404
    assert [r["isMasterRegion"] for r in apim("GET", "/regions").body["value"]] == [True]
    assert apim("GET", "/settings/public").status == 200
    assert apim("GET", "/privateLinkResources").names == ["Gateway"]
    apim.put("/gateways/g", description="G")
    gateway = {"keyType": "primary", "expiry": "2030-01-02T03:04:05Z"}
    assert apim("POST", "/gateways/g/generateToken", gateway).body["value"].startswith("g&203001020304&")
    assert (
        "token" in apim("POST", "/gateways/g/listDebugCredentials", {"apiId": "/apis/a", "purposes": ["tracing"]}).body
    )
    assert apim("POST", "/gateways/g/invalidateDebugCredentials").status == 204


def test_the_references_to_a_fragment(apim: Any) -> None:
    apim.put("/policyFragments/f", value="<fragment><base /></fragment>")
    document = '<policies><inbound><include-fragment fragment-id="f" /></inbound></policies>'
    apim.put("/policies/policy", value=document)
    (found,) = apim("POST", "/policyFragments/f/listReferences").body["value"]
    assert found["id"].endswith("/demo-apim/policies/policy")


def test_a_connection_is_confirmed(apim: Any) -> None:
    apim.put("/authorizationProviders/a", identityProvider="google")
    path = "/authorizationProviders/a/authorizations/b"
    apim.put(path, authorizationType="OAuth2")
    assert apim("POST", f"{path}/getLoginLinks", {"postLoginRedirectUrl": "https://x"}).body["loginLink"]
    assert apim("POST", f"{path}/confirmConsentCode", {"consentCode": "c"}).status == 200
    assert apim("GET", path).props["status"] == "Connected"
