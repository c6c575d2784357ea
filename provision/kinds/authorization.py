"""Authorizations: connections to an authorization provider."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.authorization_provider import CLIENT
from provision.kinds.facts import Default, ReadOnly, Required
from provision.kinds.kind import Kind, Properties


def _to_wire(properties: Properties) -> Properties:
    return {"authorizationType": "OAuth2", **properties}


AUTHORIZATION = Kind(
    type="authorizationProviders/authorizations",
    title="authorization",
    about="A connection to the provider: one client's or one person's tokens.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/authorization/create-or-update",
    key="authorizations",
    facts=MappingProxyType(
        {
            "authorizationType": Default("OAuth2"),
            "oauth2grantType": Required(),
            "parameters": CLIENT,
            "error": ReadOnly(),
            "status": ReadOnly(),
        }
    ),
    traceless=True,
    to_wire=_to_wire,
)
