"""The emulator as the one who issues tokens: keys, an OpenID configuration, and tokens for managed identities.

It stands in for `login.microsoftonline.com`, of which it has the documented paths and forms of tokens; what a tenant's
directory would know, it takes on trust.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.clock import Clock

LOGIN = "login.microsoftonline.com"
TENANT = "00000000-0000-0000-0000-000000000000"
LIFETIME = timedelta(hours=1)
KEY = "emulator"


class Identity:
    """One issuer of tokens, whose key lives as long as it does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(
        self,
        audience: str,
        client: str,
        tenant: str = TENANT,
        *,
        first_version: bool = False,
        claims: Mapping[str, Any] = MappingProxyType({}),
    ) -> str:
        """Return a signed token for an application; `claims` are added to the usual ones, or take their places."""
        now = self._clock.now()
        issuer = f"https://sts.windows.net/{tenant}/" if first_version else f"https://{LOGIN}/{tenant}/v2.0"
        usual = {
            "aud": audience,
            "iss": issuer,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "tid": tenant,
            "oid": client,
            "sub": client,
            "appid" if first_version else "azp": client,
            "ver": "1.0" if first_version else "2.0",
        }
        return jwt.encode({**usual, **claims}, self._key, algorithm="RS256", headers={"kid": KEY})

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request for `/{tenant}/…`: status and JSON."""
        tenant, _, rest = path.strip("/").partition("/")
        if method == "GET" and rest.endswith(".well-known/openid-configuration"):
            return 200, _configuration(tenant, first_version=not rest.startswith("v2.0/"))
        if method == "GET" and rest in ("discovery/v2.0/keys", "discovery/keys"):
            return 200, {"keys": [self._public()]}
        if method == "POST" and rest in ("oauth2/v2.0/token", "oauth2/token"):
            return self._granted(tenant, body, first_version=rest == "oauth2/token")
        return 404, {"error": "not_found", "error_description": f"There is no {method} /{path}."}

    def _granted(self, tenant: str, body: bytes, *, first_version: bool) -> tuple[int, dict[str, Any]]:
        given = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        audience = given.get("resource") or given.get("scope", "").removesuffix("/.default")
        client = given.get("client_id", "")
        if given.get("grant_type") != "client_credentials" or not audience or not client:
            message = "grant_type=client_credentials, client_id and scope (or resource) are needed."
            return 400, {"error": "invalid_request", "error_description": message}
        claims = _claims(given.get("claims", "{}"))
        if claims is None:
            return 400, {"error": "invalid_request", "error_description": "claims must be a JSON object."}
        token = self.token(audience, client, tenant, first_version=first_version, claims=claims)
        return 200, {"token_type": "Bearer", "expires_in": int(LIFETIME.total_seconds()), "access_token": token}

    def _public(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY, "n": _word(numbers.n), "e": _word(numbers.e)}


def _claims(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _word(number: int) -> str:
    length = (number.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(number.to_bytes(length, "big")).rstrip(b"=").decode()


def _configuration(tenant: str, *, first_version: bool) -> dict[str, Any]:
    base = f"https://{LOGIN}/{tenant}"
    issuer = f"https://sts.windows.net/{tenant}/" if first_version else f"{base}/v2.0"
    return {
        "issuer": issuer,
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "token_endpoint": f"{base}/oauth2/token" if first_version else f"{base}/oauth2/v2.0/token",
        "id_token_signing_alg_values_supported": ["RS256"],
    }
