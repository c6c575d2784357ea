"""Tokens in themselves: signatures, keys, OpenID configurations, times, audiences, issuers."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from jwt.exceptions import PyJWTError

from provision.emulator.gateway.expressions.context import Jwt
from provision.emulator.gateway.failing import internal
from provision.emulator.gateway.forwarding import Outgoing
from provision.emulator.gateway.policies.requests import ask

if TYPE_CHECKING:
    from datetime import datetime

    from provision.emulator.gateway.transit import Transit

SYMMETRIC = ("HS256", "HS384", "HS512")
ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SECONDS = 10.0
KEPT_SECONDS = 3600.0  # [doc] an OpenID configuration is fetched anew once an hour
OK = 200


class TokenError(Exception):
    """A token doesn't hold: the reason and the message of `context.LastError`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an OpenID configuration says."""

    issuer: str
    keys: list[dict[str, Any]]


class Keys:
    """The keys by which a token may be signed: secrets of base64, and sets of JWKs."""

    def __init__(self) -> None:
        self._secrets: list[tuple[str, bytes]] = []
        self._public: list[dict[str, Any]] = []

    def add_secret(self, name: str, value: Any) -> None:
        """Add a secret: base64, or bytes."""
        self._secrets.append((name, _secret(value)))

    def add(self, keys: list[dict[str, Any]]) -> None:
        """Add a set of JWKs."""
        self._public += keys

    def verified(self, token: str, *, signed: bool) -> Jwt:
        """Return a token whose signature holds. Raises TokenError."""
        try:
            header = jwt.get_unverified_header(token)
            payload = json.loads(_decoded(token.split(".")[1]))
        except (PyJWTError, ValueError, IndexError) as error:
            raise TokenError("JwtInvalid", f"The token is malformed: {error}") from None
        if not isinstance(payload, dict):
            raise TokenError("JwtInvalid", "The token is malformed: its payload is no JSON object")
        if signed or self._secrets or self._public:
            self._check(token, header)
        return Jwt(header, payload, token)

    def _check(self, token: str, header: dict[str, Any]) -> None:
        algorithm, name = str(header.get("alg")), header.get("kid")
        candidates: list[Any] = []
        if algorithm in SYMMETRIC:
            candidates = [key for identity, key in self._secrets if not (name and identity) or identity == name]
        elif algorithm in ASYMMETRIC:
            candidates = [key for key in self._public if not name or key.get("kid") in (name, None)]
        if not candidates:
            message = f"Signature validation failed: no key with the id '{name}' for {algorithm}. Access denied."
            raise TokenError("TokenSignatureKeyNotFound", message)
        for key in candidates:
            try:
                usable = key if isinstance(key, bytes) else jwt.PyJWK(key, algorithm).key
                jwt.PyJWS().decode(token, usable, algorithms=[algorithm])
            except PyJWTError:
                continue
            return
        raise TokenError("TokenSignatureInvalid", "Signature validation failed. Access denied.")


def _secret(value: Any) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error:
        return str(value).encode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a payload must say, at an instant and within so many seconds of it."""

    now: datetime
    skew: float
    audiences: list[str]
    issuers: list[str]
    expires: bool

    def check(self, payload: dict[str, Any]) -> None:
        """Raises TokenError where it doesn't."""
        now, until, since = self.now.timestamp(), payload.get("exp"), payload.get("nbf")
        if until is None and self.expires:
            raise TokenError("JwtInvalid", "The token has no expiration time. Access denied.")
        if isinstance(until, (int, float)) and now >= until + self.skew:
            raise TokenError("TokenExpired", "The token is expired. Access denied.")
        if isinstance(since, (int, float)) and now < since - self.skew:
            raise TokenError("JwtInvalid", "The token is not yet valid. Access denied.")
        audience = payload.get("aud")
        named = [str(one) for one in (audience if isinstance(audience, list) else [audience])]
        if self.audiences and not set(named) & set(self.audiences):
            raise TokenError("TokenAudienceNotAllowed", "The audience of the token is not allowed. Access denied.")
        if self.issuers and payload.get("iss") not in self.issuers:
            raise TokenError("TokenIssuerNotAllowed", "The issuer of the token is not allowed. Access denied.")


async def openid(transit: Transit, url: str) -> Configuration:
    """Return an OpenID configuration with its keys, fetched now or within the last hour. Raises GatewayError."""
    key = ("openid", url)
    found: Configuration | None = transit.tools.cache.get(key)
    if found is None:
        document = await _fetched(transit, url)
        keys = await _fetched(transit, str(document.get("jwks_uri")))
        listed = [one for one in keys.get("keys") or [] if isinstance(one, dict)]
        found = Configuration(str(document.get("issuer")), listed)
        transit.tools.cache.put(key, found, KEPT_SECONDS)
    return found


async def _fetched(transit: Transit, url: str) -> dict[str, Any]:
    response = await ask(transit, Outgoing("GET", url, [], None, SECONDS, source="validate-jwt"))
    try:
        found = json.loads(response.body or b"") if response.status_code == OK else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"'{url}' gave no OpenID configuration: status {response.status_code}."
        raise internal("validate-jwt", "OpenIdConfigurationNotFound", message)
    return found


def query_value(url: str, name: str) -> str:
    """Return the first value of a parameter of a URL, its name in lower case."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return next((value for key, value in pairs if key.lower() == name), "")


def claim_text(value: Any) -> str:
    """Return a claim's value as it is compared."""
    return value if isinstance(value, str) else json.dumps(value)
