"""Calls that the cases are evaluated in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from provision.emulator.gateway.expressions.context import (
    Api,
    Context,
    Deployment,
    Group,
    Headers,
    Identity,
    LastError,
    Operation,
    Product,
    Request,
    Response,
    Subscription,
    User,
    Workspace,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
BODY = {
    "id": 7,
    "name": "Ann",
    "tags": ["a", "b"],
    "price": 12.5,
    "when": "2024-01-02T03:04:05Z",
    "none": None,
    "deep": {"list": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]},
}


def jwt(payload: dict[str, Any]) -> str:
    """An unsigned token."""
    parts = [json.dumps(one).encode() for one in ({"alg": "RS256", "typ": "JWT"}, payload)]
    return ".".join([*(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts), "c2ln"])


TOKEN = jwt(
    {
        "sub": "ann",
        "iss": "https://login.example/",
        "aud": ["one", "two"],
        "exp": 1714982400,
        "roles": ["r", "w"],
        "scp": "read",
    }
)


def plain(**others: Any) -> Context:
    headers = Headers(
        [
            ("Content-Type", "application/json; charset=utf-8"),
            ("X-Many", "1"),
            ("X-Many", "2"),
            ("Authorization", f"Bearer {TOKEN}"),
            ("Cache-Control", "public, max-age=3600"),
        ]
    )
    request = Request(
        "POST",
        "https://shop.azure-api.net/orders/7?q=a%20b&q=c&empty=&Flag=true",
        "https://shop.azure-api.net:8443/orders/7?q=1",
        headers,
        json.dumps(BODY).encode(),
        "10.0.0.1",
        {"id": "7"},
    )
    return Context(
        request,
        Deployment("service-id", "shop", "West Europe"),
        NOW,
        UUID("01234567-89ab-cdef-0123-456789abcdef"),
        lambda: timedelta(milliseconds=250),
        variables={"text": "abc", "number": 5, "flag": True, "bytes": b"\x01\x02", "nothing": None},
        **others,
    )


@cache
def certificate() -> tuple[x509.Certificate, bytes]:
    """A client's certificate, and the same with its key as a PFX whose password is `pw`."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "client"), x509.NameAttribute(NameOID.COUNTRY_NAME, "NL")]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(255)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(b"pw")
    return made, pkcs12.serialize_key_and_certificates(b"client", key, made, None, sealed)


def outbound() -> Context:
    """After the backend answered with XML; whose subscription and product are known."""
    found = plain(
        api=Api(
            "orders",
            "Orders",
            "orders",
            "2",
            "v1",
            "https://backend.example/base",
            True,
            ("https",),
            "Key",
            "key",
            Workspace("w", "W"),
        ),
        operation=Operation("get", "Get order", "GET", "/{id}"),
        product=Product("gold", "Gold", subscriptions_limit=5, groups=(Group("devs", "Developers"),)),
        subscription=Subscription("s1", "Ann's", "k1", "k1", "k2", NOW, None, None),
        user=User(
            "ann",
            "ann@example.com",
            "Ann",
            "Lee",
            "note",
            NOW,
            (Group("devs", "Developers"),),
            (Identity("ann", "Basic"),),
        ),
    )
    headers = Headers([("Content-Type", "application/xml"), ("X-Powered-By", "magic")])
    found.response = Response(200, "OK", headers, b"<o xmlns='urn:o' n='1'><i>x</i><i>y</i></o>")
    found.request.certificate, pfx = certificate()
    found.variables["pfx"] = pfx
    found.variables["answer"] = Response(201, "Created", Headers([("Location", "/x")]), b'{"ok": true}')
    return found


def failed() -> Context:
    """In on-error."""
    return plain(
        last_error=LastError("validate-jwt", "TokenExpired", "JWT is expired.", "api", "inbound", "validate-jwt", "id")
    )


def bodiless() -> Context:
    found = plain()
    found.request.body = None
    found.request.method = "GET"
    return found


CONTEXTS: dict[str, Callable[[], Context]] = {
    "plain": plain,
    "outbound": outbound,
    "failed": failed,
    "bodiless": bodiless,
}
