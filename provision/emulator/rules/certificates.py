"""What the service says of a certificate that it was given: thumbprint, subject, expiry.

A PFX is opened with its password, a CER as DER or PEM. Content that is none of these, as the placeholders of examples,
gets constants of the right shape [?: the service refuses it].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

UNKNOWN_EXPIRY = datetime(2035, 1, 1, tzinfo=UTC)
PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Facts:
    """What shows of a certificate; the thumbprint is that of SHA-1, in capitals."""

    subject: str
    thumbprint: str
    expiry: datetime


def facts(encoded: object, password: object = None, name: str = "unknown") -> Facts:
    """Return the facts of a certificate in base64; `name` is the subject of one that cannot be read."""
    text = encoded if isinstance(encoded, str) else ""
    found = _opened(text, password if isinstance(password, str) else "")
    if found is None:
        digest = hashlib.sha1(text.encode("utf-8", "replace")).hexdigest()  # noqa: S324  # the form of a thumbprint
        return Facts(f"CN={name}", digest.upper(), UNKNOWN_EXPIRY)
    thumbprint = found.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303  # what a thumbprint is
    return Facts(found.subject.rfc4514_string(), thumbprint, found.not_valid_after_utc)


def _opened(text: str, password: str) -> x509.Certificate | None:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        return x509.load_pem_x509_certificate(content) if content.startswith(PEM) else _binary(content, password)
    except Exception:  # noqa: BLE001  # the parser of PKCS#12 raises whatever its parts do
        return None


def _binary(content: bytes, password: str) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(content)
    except ValueError:
        return pkcs12.load_key_and_certificates(content, password.encode() or None)[1]
