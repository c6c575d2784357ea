"""Client certificates that backends get to see: those of the instance, opened for TLS."""

from __future__ import annotations

import base64
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12
from jwt.algorithms import RSAAlgorithm

from provision.emulator.gateway.failing import internal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.world.store import Row

    Known = Callable[[Callable[[Reading], Any]], Awaitable[Any]]

SOURCE = "authentication-certificate"


class Certificates:
    """The certificates of one gateway's instances; `known` asks the configuration."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}

    async def client(self, subject: Subject, names: Sequence[str], verify: bool) -> ssl.SSLContext:
        """Return what TLS needs to show the first of these: ids, thumbprints, or base64 of a PFX after `data:`.

        Raises GatewayError where it isn't there or can't be opened.
        """
        name = names[0]
        data, password = name.removeprefix("data:"), ""
        if data == name:
            row: Row | None = await self._known(lambda reading: _row(reading, subject, name))
            if row is None:
                raise internal(SOURCE, "CertificateNotFound", f"The certificate '{name}' is not there.")
            data, password = str(row.private.get("data") or ""), str(row.private.get("password") or "")
        key = (f"{data}:{password}", verify)
        if key not in self._contexts:
            self._contexts[key] = _context(data, password, verify=verify)
        return self._contexts[key]

    async def public(self, subject: Subject, name: str, identity: str) -> dict[str, Any]:
        """Return the public key of a certificate as a JWK. Raises GatewayError where there is none, or none of RSA."""
        row: Row | None = await self._known(lambda reading: _row(reading, subject, name))
        if row is None:
            raise internal("validate-jwt", "CertificateNotFound", f"The certificate '{name}' is not there.")
        opened = _opened(str(row.private.get("data") or ""), str(row.private.get("password") or ""))
        key = opened.cert.certificate.public_key() if opened.cert else None
        if not isinstance(key, rsa.RSAPublicKey):
            raise internal("validate-jwt", "CertificateInvalid", f"The certificate '{name}' has no key of RSA.")
        found: dict[str, Any] = RSAAlgorithm.to_jwk(key, as_dict=True)
        return {**found, "kid": identity} if identity else found


def _row(reading: Reading, subject: Subject, name: str) -> Row | None:
    wanted = name.rpartition("/")[2].lower()
    for row in reading.rows(f"{subject.service.path}/certificates"):
        if wanted in (row.name.lower(), str(row.props.get("thumbprint")).lower()):
            return row
    return None


def _opened(data: str, password: str) -> PKCS12KeyAndCertificates:
    try:
        return load_pkcs12(base64.b64decode(data), password.encode() or None)
    except ValueError as error:
        raise internal(SOURCE, "CertificateInvalid", f"The certificate can't be opened: {error}.") from None


def _context(data: str, password: str, *, verify: bool) -> ssl.SSLContext:
    """Return a context with a certificate; Python takes one only from a file, which is gone at once."""
    opened = _opened(data, password)
    if opened.key is None or opened.cert is None:
        raise internal(SOURCE, "CertificateInvalid", "The certificate has no key.")
    pem = opened.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem += opened.cert.certificate.public_bytes(Encoding.PEM)
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with tempfile.TemporaryDirectory(prefix="provision-gateway-") as folder:
        path = Path(folder) / "client.pem"
        path.touch(0o600)
        path.write_bytes(pem)
        context.load_cert_chain(path)
    return context
