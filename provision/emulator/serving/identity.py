"""The endpoint at which a managed identity gets its token, as App Service has it and as virtual machines have it.

An app shows a secret header, a virtual machine `Metadata: true`, which no web page can send across sites. Sources:
learn.microsoft.com/azure/app-service/overview-managed-identity, "REST endpoint reference", and
learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token; refusals: [?].
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from types import MappingProxyType
from typing import Any

from provision.emulator.arm.groups import TENANT
from provision.emulator.world.wire import Answer, Request

PATH = ("msi", "token")
PATHS = (PATH, ("metadata", "identity", "oauth2", "token"))
VERSION, MACHINE_VERSION = "2019-08-01", "2018-02-01"
SECONDS = 24 * 60 * 60  # a managed identity's token is valid for a day [doc]
OBJECT = "00000000-0000-0000-0000-0000000000a3"
CLIENT = "00000000-0000-0000-0000-0000000000a4"
_LIFETIME = MappingProxyType({"expires_in": str(SECONDS), "ext_expires_in": str(SECONDS)})  # of a machine's [doc]


class Identity:
    """Hands out tokens to whoever knows `header`; `url` is plain http, as the real one is."""

    def __init__(self, base: str) -> None:
        self.header = secrets.token_hex(16)
        self.url = f"{base}/{'/'.join(PATH)}"
        self._key = secrets.token_bytes(32)

    async def answered(self, request: Request) -> Answer:
        """Answer one request; nothing but tokens is served here."""
        if request.segments not in PATHS:
            return _refusal(404, "Only /msi/token is served on this port.")
        if request.method != "GET":
            return _refusal(405, "Tokens are read with GET.")
        as_machine = (
            "x-identity-header" not in request.headers and request.headers.get("metadata", "").lower() == "true"
        )
        refusal = _wrong_for_machines(request) if as_machine else self._wrong_for_apps(request)
        if refusal:
            return refusal
        resource, client = request.query.get("resource"), request.query.get("client_id") or CLIENT
        if not resource:
            return _refusal(400, "The query parameter 'resource' is missing.")
        token = self._token(resource, client)
        return Answer(200, {**token, **_LIFETIME} if as_machine else token)

    def _wrong_for_apps(self, request: Request) -> Answer | None:
        given = request.headers.get("x-identity-header", "")
        if not hmac.compare_digest(given.encode(), self.header.encode()):
            return _refusal(401, "The header X-IDENTITY-HEADER does not carry the value of IDENTITY_HEADER.")
        if request.version != VERSION:
            return _refusal(400, f"The api-version must be {VERSION}.")
        return None

    def _token(self, resource: str, client: str) -> dict[str, Any]:
        now = int(time.time())  # clients hold it against their own clock, not against the emulator's
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{TENANT}/",
            "iat": now,
            "nbf": now,
            "exp": now + SECONDS,
            "appid": client,
            "idtyp": "app",
            "oid": OBJECT,
            "sub": OBJECT,
            "tid": TENANT,
            "ver": "1.0",
        }
        token = self._signed({"typ": "JWT", "alg": "HS256"}, claims)
        expires = str(claims["exp"])  # a string [doc]
        return {
            "access_token": token,
            "client_id": client,
            "expires_on": expires,
            "resource": resource,
            "token_type": "Bearer",
        }

    def _signed(self, *parts: dict[str, Any]) -> str:
        text = ".".join(_base64(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        return f"{text}.{_base64(hmac.digest(self._key, text.encode(), 'sha256'))}"


def _wrong_for_machines(request: Request) -> Answer | None:
    if request.version != MACHINE_VERSION:
        return _refusal(400, f"The api-version must be {MACHINE_VERSION}.")
    return None


def _base64(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def _refusal(status: int, message: str) -> Answer:
    return Answer(status, {"statusCode": status, "message": message})
