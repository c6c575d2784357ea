"""A self-signed certificate for loopback, in temporary files."""

from __future__ import annotations

import contextlib
import ipaddress
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable


class Certificate:
    """A certificate for localhost, 127.0.0.1, ::1 and `names`, with its key; `bundle` is what a client trusts."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="emulator-")
        self.bundle = Path(self._folder.name) / "certificate.pem"
        self.key = Path(self._folder.name) / "key.pem"
        private = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        alternatives = [_alternative(one) for one in dict.fromkeys(("localhost", "127.0.0.1", "::1", *names))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
            .sign(private, hashes.SHA256())
        )
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        self.key.touch(mode=0o600)
        self.key.write_bytes(
            private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        )

    def remove(self) -> None:
        """Remove the files."""
        with contextlib.suppress(OSError):
            self._folder.cleanup()


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
