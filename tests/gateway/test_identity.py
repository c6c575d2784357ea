"""Tokens of the emulator's own issuer: for callers, for managed identities, and held to by validate-jwt."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.gateway.conftest import Caller

if TYPE_CHECKING:
    from tests.gateway.conftest import Site

TENANT = "11111111-2222-3333-4444-555555555555"
CONFIGURATION = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"


def token(site: Site, client: str, scope: str, tenant: str = TENANT, **claims: Any) -> str:
    """A token as a client gets one."""
    asked = {"grant_type": "client_credentials", "client_id": client, "scope": f"{scope}/.default"}
    form = urlencode(asked | {"claims": json.dumps(claims)})
    issuer = Caller(f"{site.cloud.emulator.gateway_url}/_emulator/login/{tenant}")
    told = issuer("POST", "/oauth2/v2.0/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert told.status == 200, told
    return str(told.json["access_token"])


def status(site: Site, bearer: str) -> int:
    return site.call("GET", "/shop/x", headers={"Authorization": f"Bearer {bearer}"} if bearer else {}).status


def test_validate_jwt_by_an_openid_configuration(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    document = (
        f'<validate-jwt header-name="Authorization" require-scheme="Bearer"><openid-config url="{CONFIGURATION}" />'
        "<audiences><audience>api://shop</audience></audiences></validate-jwt>"
    )
    site.policy("apis/shop", document)
    good = token(site, "me", "api://shop")
    assert status(site, good) == 200
    assert status(site, token(site, "me", "api://other")) == 401
    assert status(site, token(site, "me", "api://shop", tenant="another-tenant")) == 401
    head, payload, signature = good.split(".")
    assert status(site, f"{head}.{payload[:-2]}AA.{signature}") == 401
    assert status(site, f"{head}.{payload}.{signature[:-4]}AAAA") == 401
    assert status(site, "") == 401
    site.clock.advance(timedelta(hours=2))
    assert status(site, good) == 401


def test_a_token_says_what_it_is_asked_to_say(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    document = (
        f'<validate-jwt header-name="Authorization"><openid-config url="{CONFIGURATION}" /><required-claims>'
        '<claim name="scp" match="all" separator=" "><value>user_impersonation</value></claim></required-claims>'
        "</validate-jwt>"
    )
    site.policy("apis/shop", document)
    assert status(site, token(site, "me", "api://shop", scp="read user_impersonation")) == 200
    assert status(site, token(site, "me", "api://shop", scp="read")) == 401
    assert status(site, token(site, "me", "api://shop")) == 401


def test_validate_azure_ad_token(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    document = (
        f'<validate-azure-ad-token tenant-id="{TENANT}" output-token-variable-name="jwt"><client-application-ids>'
        "<application-id>app-1</application-id></client-application-ids><audiences><audience>api://shop</audience>"
        '</audiences></validate-azure-ad-token><set-header name="X-Client" exists-action="override">'
        '<value>@(((Jwt)context.Variables["jwt"]).Claims["azp"][0])</value></set-header>'
    )
    site.policy("apis/shop", document)
    assert status(site, token(site, "app-1", "api://shop")) == 200
    assert site.backend.asked[-1].headers["x-client"] == "app-1"
    assert status(site, token(site, "app-2", "api://shop")) == 401
    assert status(site, token(site, "app-1", "api://shop", tenant="other")) == 401
    assert status(site, "") == 401


def test_a_managed_identity_shows_a_token_that_holds(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    site.policy("apis/shop", '<authentication-managed-identity resource="https://vault.azure.net" />')
    told = site.call("GET", "/shop/x")
    scheme, _, bearer = told.json["headers"]["authorization"].partition(" ")
    assert scheme == "Bearer"
    site.api("vault", "vault", {"op": "GET /x"})
    configuration = CONFIGURATION.replace(TENANT, "00000000-0000-0000-0000-000000000000").replace("/v2.0/", "/")
    document = (
        f'<validate-jwt header-name="Authorization"><openid-config url="{configuration}" />'
        "<audiences><audience>https://vault.azure.net</audience></audiences></validate-jwt>"
    )
    site.policy("apis/vault", document)
    assert site.call("GET", "/vault/x", headers={"Authorization": f"Bearer {bearer}"}).status == 200


def test_an_openid_configuration_that_is_not_there(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    configuration = f'<openid-config url="{site.backend.url}/none" />'
    document = f'<validate-jwt header-name="Authorization">{configuration}</validate-jwt>'
    site.policy("apis/shop", document)
    site.backend.answer = lambda _: (404, {}, b"")
    told = site.call("GET", "/shop/x", headers={"Authorization": "Bearer a.b.c"})
    assert (told.status, "OpenIdConfigurationNotFound" in told.text) == (500, True)


def test_a_trace_tells_what_each_element_changed(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    site.policy("apis/shop", '<set-header name="X-A" exists-action="override"><value>1</value></set-header>')
    assert "ocp-apim-trace-location" not in site.call("GET", "/shop/x").headers
    told = site.call("GET", "/shop/x", headers={"Ocp-Apim-Trace": "true"})
    gateway = site.cloud.emulator.gateway_url
    location = told.headers["ocp-apim-trace-location"]
    assert location.startswith(f"{gateway}/_emulator/traces/")
    entries = Caller(gateway)("GET", location.removeprefix(gateway)).json["trace"]
    shown = [(one["element"], one["section"], one["scope"]) for one in entries]
    assert shown == [("set-header", "inbound", "api"), ("forward-request", "backend", "global")]
    assert entries[0]["changed"] == {"request.headers.X-A": "1"}
    assert json.dumps(entries)
