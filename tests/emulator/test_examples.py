"""What Microsoft's own request examples for 2024-05-01 send, and which statuses the official SDKs take."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from provision.emulator import Emulator

GATEWAY = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/Microsoft.ApiManagement/gateways/g"  # noqa: E501
OAUTH = {"authorizationServerId": "s", "scope": "read"}
OPENID = {"openidProviderId": "p", "bearerTokenSendingMethods": ["query"]}


@pytest.mark.parametrize("reference", ["/workspaces/w/loggers/l", "/loggers/l", "workspaces/w/loggers/l"])
def test_a_short_reference_may_name_the_workspace(apim: Any, reference: str) -> None:
    apim.put("/workspaces/w", displayName="W")
    apim.put("/workspaces/w/loggers/l", loggerType="azureMonitor")
    made = apim.put("/workspaces/w/diagnostics/azuremonitor", loggerId=reference)
    assert (made.status, made.props["loggerId"]) == (201, apim.path("/workspaces/w/loggers/l"))


def test_a_setting_of_the_portal_is_patched_without_a_body(apim: Any) -> None:
    patched = apim("PATCH", "/portalsettings/signin", {"properties": {"enabled": True}}, If_Match="*")
    assert (patched.status, patched.text) == (204, "")
    assert apim("GET", "/portalsettings/signin").props["enabled"] is True


def test_some_first_writes_are_200(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    assert apim.put("/portalconfigs/default", enableBasicAuth=True).status == 200
    assert apim("PUT", "/workspaces/w/notifications/BCC").status == 200


def test_the_api_of_a_gateway_has_a_head_with_200(apim: Any) -> None:
    apim.put("/gateways/g", description="G")
    assert apim("PUT", "/gateways/g/apis/echo-api").status == 201
    assert apim("HEAD", "/gateways/g/apis/echo-api").status == 200
    assert apim("HEAD", "/gateways/g/apis/none").status == 404


def test_the_api_of_a_workspace_is_deleted_at_once(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    apim.put("/workspaces/w/apis/a", displayName="A", path="a")
    assert [apim("DELETE", "/workspaces/w/apis/a").status for _ in range(2)] == [200, 204]


def test_a_gateway_outside_an_instance_lives_and_dies(apim: Any) -> None:
    assert apim("PUT", GATEWAY, {"location": "eastus", "properties": {"backend": {"a": 1}}}).status == 201
    patched = apim("PATCH", GATEWAY, {"properties": {"backend": {"b": 2}}})
    assert (patched.status, patched.props) == (200, {"backend": {"a": 1, "b": 2}})
    gone = apim("DELETE", GATEWAY)
    assert gone.status == 202
    assert [apim("GET", gone.headers["location"]).status for _ in range(2)] == [202, 204]
    assert (apim("GET", GATEWAY).status, apim("DELETE", GATEWAY).status) == (404, 204)
    assert apim("PATCH", GATEWAY, {}).status == 404


def test_a_portal_revision_is_always_201_and_a_change_of_it_202(apim: Any) -> None:
    assert [apim.put("/portalRevisions/r", description="D").status for _ in range(2)] == [201, 201]
    patched = apim("PATCH", "/portalRevisions/r", {"properties": {"description": "E"}}, If_Match="*")
    assert (patched.status, patched.text) == (202, "")
    polled = [apim("GET", patched.headers["location"]) for _ in range(2)]
    assert [one.status for one in polled] == [202, 200]
    assert polled[1].props["description"] == "E"


@pytest.mark.parametrize(
    ("given", "single", "many"),
    [
        ({"oAuth2": OAUTH}, ("oAuth2", OAUTH), ("oAuth2AuthenticationSettings", [OAUTH])),
        (
            {"oAuth2AuthenticationSettings": [OAUTH, {"authorizationServerId": "t"}]},
            ("oAuth2", OAUTH),
            ("oAuth2AuthenticationSettings", [OAUTH, {"authorizationServerId": "t"}]),
        ),
        ({"openid": OPENID}, ("openid", OPENID), ("openidAuthenticationSettings", [OPENID])),
        ({"openidAuthenticationSettings": [OPENID]}, ("openid", OPENID), ("openidAuthenticationSettings", [OPENID])),
    ],
)
def test_both_forms_of_authentication_come_back(apim: Any, given: Any, single: Any, many: Any) -> None:
    made = apim.put("/apis/a", displayName="A", path="a", authenticationSettings=given)
    for shown in (made.props, apim("GET", "/apis/a").props):
        settings = shown["authenticationSettings"]
        assert (settings[single[0]], settings[many[0]]) == (single[1], many[1])


def test_a_patch_may_change_the_form_of_authentication(apim: Any) -> None:
    apim.put("/apis/a", displayName="A", path="a", authenticationSettings={"oAuth2": OAUTH})
    other = [{"authorizationServerId": "t"}]
    change = {"properties": {"authenticationSettings": {"oAuth2AuthenticationSettings": other}}}
    assert apim("PATCH", "/apis/a", change, If_Match="*").status == 200
    settings = apim("GET", "/apis/a").props["authenticationSettings"]
    assert (settings["oAuth2"], settings["oAuth2AuthenticationSettings"]) == (other[0], other)


def test_null_in_a_map_of_strings_is_nothing(apim: Any) -> None:
    grants = {"authorizationCode": {"clientId": "c", "clientSecret": "s", "scopes": None}}
    oauth2 = {"grantTypes": grants}
    assert apim.put("/authorizationProviders/p", identityProvider="google", oauth2=oauth2).status == 200
    bad = {"grantTypes": {"authorizationCode": {"scopes": 3}}}
    assert apim.put("/authorizationProviders/p", identityProvider="google", oauth2=bad).status == 400


def test_swagger_link_is_a_format(apim: Any) -> None:
    document = json.dumps({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}})
    link = f"data:application/json,{document}"
    assert apim.put("/apis/a", path="a", format="swagger-link", value=link).status == 201


def test_a_secret_of_a_key_vault_says_when_it_was_read(azure: Emulator, apim: Any) -> None:
    vault = {"secretIdentifier": "https://v.vault.azure.net/secrets/s", "lastStatus": {"code": "Mine"}}
    for path, props in (("/namedValues/n", {"displayName": "n", "secret": True}), ("/certificates/c", {})):
        statuses = []
        for given in (vault, vault, {**vault, "identityClientId": "i"}):
            assert apim.put(path, **props, keyVault=given).status in (200, 201)
            statuses.append(apim("GET", path).props["keyVault"]["lastStatus"])
            azure.clock.advance(timedelta(seconds=5))
        assert statuses[0]["code"] == "Success"
        assert statuses[0] == statuses[1] != statuses[2]


def test_additional_locations_and_identities_are_filled_in(arm: Any, body: Any) -> None:
    arm.ready(sku="Premium", additionalLocations=[{"location": "westus2", "sku": {"name": "Premium", "capacity": 1}}])
    [shown] = arm("GET", "").props["additionalLocations"]
    assert (shown["location"], shown["disableGateway"], len(shown["publicIPAddresses"])) == ("West US 2", False, 1)
    assert shown["gatewayRegionalUrl"] == "https://demo-apim-westus2-01.regional.azure-api.net"
    identities = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/subscriptions/s/x": {}}}
    arm("PUT", "", {**body("Premium"), "identity": identities})
    arm("GET", "")
    shown = arm("GET", "").body["identity"]
    [assigned] = shown["userAssignedIdentities"].values()
    assert {"principalId", "tenantId"} <= shown.keys()
    assert (assigned.keys(), len(assigned["clientId"])) == ({"principalId", "clientId"}, 36)


def test_a_provider_of_the_directory_has_its_defaults(apim: Any) -> None:
    oauth2 = {"grantTypes": {"clientCredentials": {"clientId": "c", "tenantId": "t"}}}
    made = apim.put("/authorizationProviders/p", identityProvider="aad", oauth2=oauth2).props
    grant = made["oauth2"]["grantTypes"]["clientCredentials"]
    assert (grant["loginUri"], grant["tenantId"]) == ("https://login.windows.net", "t")


def test_a_graphql_schema_cannot_be_downloaded(apim: Any) -> None:
    apim.api("g", apiType="graphql")
    assert apim("GET", "/apis/g?export=true&format=graphql-link").status == 406
