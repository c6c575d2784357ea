"""Authorization servers: who gives out the tokens with which APIs are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.kinds.facts import AnyOrder, Default, Keyed, Secret, Unsure, WriteOnly
from provision.kinds.kind import Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET = (Secret(), WriteOnly("Azure returns secrets only where they are asked for"))


def _check(properties: Properties) -> Iterator[Finding]:
    """Documented: "GET must be always present"."""
    methods = properties.get("authorizationMethods")
    if methods and "GET" not in methods:
        why = "the authorization endpoint is opened in a browser"
        yield Finding(("authorizationMethods",), "authorizationMethods needs GET", why, "add GET")


AUTHORIZATION_SERVER = Kind(
    type="authorizationServers",
    title="authorization server",
    about="An OAuth 2.0 server that gives out the tokens with which APIs are called.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/authorization-server/create-or-update",
    key="authorizationServers",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType(
        {
            # "True by default if no value is provided", "False by default": their descriptions.
            "useInTestConsole": Default(True),
            "useInApiDocumentation": Default(False),
            "clientSecret": _SECRET,
            "resourceOwnerPassword": _SECRET,
            "grantTypes": AnyOrder(),
            "authorizationMethods": (AnyOrder(), Unsure()),
            "clientAuthenticationMethod": (AnyOrder(), Unsure()),
            "bearerTokenSendingMethods": (AnyOrder(), Unsure()),
            "tokenBodyParameters": Keyed("name"),
            "supportState": Default(False),
        }
    ),
    reveal="listSecrets",
    check=_check,
)
