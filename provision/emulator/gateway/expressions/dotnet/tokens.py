"""What the gateway adds to strings and bytes: AsJwt, AsBasic, Encrypt, Decrypt."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetDict, ReadOnly, identity
from provision.emulator.gateway.expressions.context import Jwt
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.times import EPOCH_TICKS, IS_UTC, SECOND, DateTime
from provision.emulator.gateway.expressions.values import STRING, Net, Ref, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

PARTS = 3
MAX_SECONDS = 253_402_300_799  # the end of 9999


def read_jwt(text: str | None) -> Jwt | None:
    """Return the token in a text, with or without its `Bearer`; None where it is none. Nothing is verified."""
    if text is None:
        return None
    bare = text.strip()
    bare = bare[7:].strip() if bare[:7].lower() == "bearer " else bare
    parts = bare.split(".")
    if len(parts) != PARTS:
        return None
    header, payload = _object(parts[0]), _object(parts[1])
    return None if header is None or payload is None else Jwt(header, payload, bare)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _try_jwt(text: str | None, result: Ref) -> bool:
    found = read_jwt(text)
    result.store(found)
    return found is not None


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [one if isinstance(one, str) else json.dumps(one, separators=(",", ":")) for one in items if one is not None]


def _claim(name: str) -> Callable[[Jwt], str | None]:
    def read(token: Jwt) -> str | None:
        found = _texts(token.payload.get(name))
        return ",".join(found) if found else None

    return read


def _time(name: str) -> Callable[[Jwt], DateTime | None]:
    def read(token: Jwt) -> DateTime | None:
        found = token.payload.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= MAX_SECONDS:
            return None
        return DateTime(EPOCH_TICKS + int(found) * SECOND, IS_UTC)

    return read


class Claims(NetDict):
    """Claims by their names, each an array of strings."""

    __slots__ = ()


def _claims(rt: Runtime, token: Jwt) -> Claims:
    made = Claims(STRING, TypeRef("[]", (STRING,)), identity)
    for name, value in token.payload.items():
        rt.step()
        made.set(name, ReadOnlyArray(STRING, _texts(value)))
    return made


class ReadOnlyArray(ReadOnly):
    """A string[] that nobody changes."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """T[]."""
        return TypeRef("[]", (self.element,))


def _joined(claims: Claims, name: str, default: str | None = None) -> str | None:
    return ",".join(claims.get(name).items) if claims.has(name) else default


JWT = family(
    "Jwt",
    {
        "string Algorithm": lambda token: token.header.get("alg"),
        "IEnumerable Audiences": lambda token: ReadOnly(STRING, _texts(token.payload.get("aud"))),
        "IReadOnlyDictionary Claims": _claims,
        "DateTime? ExpirationTime": _time("exp"),
        "string Id": _claim("jti"),
        "string Issuer": _claim("iss"),
        "DateTime? IssuedAt": _time("iat"),
        "DateTime? NotBefore": _time("nbf"),
        "string Subject": _claim("sub"),
        "string Type": lambda token: token.header.get("typ"),
        "string ToString()": lambda token: token.raw,
    },
    classes=(Jwt,),
)
CLAIMS = family(
    "Claims",
    {"string GetValueOrDefault(string claimName, string defaultValue=)": _joined},
    classes=(Claims,),
    bases=("Dictionary",),
)


@dataclass(frozen=True, slots=True)
class BasicAuthCredentials(Net):
    """Name and password of HTTP's basic authentication."""

    user: str
    password: str


def read_basic(text: str | None) -> BasicAuthCredentials | None:
    """Return the credentials in the value of an Authorization header; None where there are none."""
    scheme, _, encoded = (text or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        found = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return None
    user, colon, password = found.partition(":")
    return BasicAuthCredentials(user, password) if colon else None


def _try_basic(text: str | None, result: Ref) -> bool:
    found = read_basic(text)
    result.store(found)
    return found is not None


BASIC = family(
    "BasicAuthCredentials",
    {"string UserId": lambda one: one.user, "string Password": lambda one: one.password},
    classes=(BasicAuthCredentials,),
)
# What strings have from the gateway; they inherit it beside their own.
STRINGS = family(
    "StringExtensions",
    {
        "Jwt AsJwt()": read_jwt,
        "bool TryParseJwt(out Jwt result)": _try_jwt,
        "BasicAuthCredentials AsBasic()": read_basic,
        "bool TryParseBasic(out BasicAuthCredentials result)": _try_basic,
    },
)
FAMILIES = (JWT, CLAIMS, BASIC, STRINGS)
