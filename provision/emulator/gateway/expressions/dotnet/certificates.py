"""X509Certificate2: of what the gateway hands over, or read from the bytes of a PFX, DER or PEM."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12
from cryptography.x509.oid import NameOID

from provision.emulator.gateway.expressions.dotnet.keys import RSA, failed
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.times import DateTime, from_python
from provision.emulator.gateway.expressions.values import Net, TypeRef

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

MAX_BYTES = 100_000
MAX_ROUNDS = 1_000_000
OPENING = 20_000  # steps
SALTED = re.compile(rb"\x04([\x04-\x40])")


@dataclass(frozen=True, slots=True, eq=False)
class Certificate(Net):
    """A certificate, and its private key where that is at hand."""

    cert: x509.Certificate
    key: Any = None

    @property
    def type(self) -> TypeRef:
        """X509Certificate2."""
        return TypeRef("X509Certificate2")


def certificate_of(value: Any) -> Certificate | None:
    """Return what the context keeps (a certificate of `cryptography`, or one with its key) as expressions see it."""
    if value is None or isinstance(value, Certificate):
        return value
    if isinstance(value, PKCS12KeyAndCertificates):
        return None if value.cert is None else Certificate(value.cert.certificate, value.key)
    return Certificate(value)


def _rounds(data: bytes) -> int:
    """How often the outermost passwords are hashed: an integer behind a salt. What is encrypted isn't looked into."""
    most = 0
    for found in SALTED.finditer(data):
        at = found.end() + found[1][0]
        if data[at : at + 1] == b"\x02" and at + 2 < len(data) and data[at + 1] <= 8:  # noqa: PLR2004 - a number of 64 bits
            most = max(most, int.from_bytes(data[at + 2 : at + 2 + data[at + 1]], "big"))
    return most


def _open(rt: Runtime, data: bytearray, password: str | None = None, _: Any = None) -> Certificate:
    raw = bytes(data)
    rt.step(OPENING)
    if len(raw) > MAX_BYTES or _rounds(raw) > MAX_ROUNDS:
        raise Refused("The certificate takes too long to be opened")
    try:
        if raw.lstrip().startswith(b"-----BEGIN"):
            return Certificate(x509.load_pem_x509_certificate(raw))
        found = _pfx(raw, password)
        return found or Certificate(x509.load_der_x509_certificate(raw))
    except ValueError:
        raise failed("Cannot find the requested object.") from None


def _pfx(raw: bytes, password: str | None) -> Certificate | None:
    try:
        return certificate_of(load_pkcs12(raw, password.encode() if password else None))
    except ValueError:
        return None


def _name(name: x509.Name) -> str:
    return ", ".join(name.rfc4514_string().split(",")) if name.rdns else ""


def _thumbprint(one: Certificate) -> str:
    return one.cert.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a thumbprint is SHA-1


def _serial(one: Certificate) -> str:
    text = f"{one.cert.serial_number:X}"
    return text if len(text) % 2 == 0 else f"0{text}"


def _simple_name(one: Certificate) -> str:
    found = one.cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else _name(one.cert.subject)


def _valid(rt: Runtime, one: Certificate) -> bool:
    """Tell whether it is in its time. The chain is not looked at: there are no roots to trust here."""
    return one.cert.not_valid_before_utc <= rt.context.timestamp <= one.cert.not_valid_after_utc


def _not_before(one: Certificate) -> DateTime:
    return DateTime(from_python(one.cert.not_valid_before_utc).ticks, "Local")


def _not_after(one: Certificate) -> DateTime:
    return DateTime(from_python(one.cert.not_valid_after_utc).ticks, "Local")


def _private(one: Certificate) -> RSA | None:
    return RSA(one.key) if isinstance(one.key, rsa.RSAPrivateKey) else None


def _public(one: Certificate) -> RSA | None:
    key = one.cert.public_key()
    return RSA(public=key) if isinstance(key, rsa.RSAPublicKey) else None


def _der(one: Certificate) -> bytearray:
    return bytearray(one.cert.public_bytes(Encoding.DER))


CERTIFICATE = family(
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    {
        "new(byte[] rawData)": _open,
        "new(byte[] rawData, string password)": _open,
        "string Thumbprint": _thumbprint,
        "string Subject": lambda one: _name(one.cert.subject),
        "string Issuer": lambda one: _name(one.cert.issuer),
        "X500DistinguishedName SubjectName": lambda one: one.cert.subject,
        "X500DistinguishedName IssuerName": lambda one: one.cert.issuer,
        "string SerialNumber": _serial,
        "string FriendlyName": lambda _: "",
        "DateTime NotBefore": _not_before,
        "DateTime NotAfter": _not_after,
        "int Version": lambda one: one.cert.version.value + 1,
        "bool HasPrivateKey": lambda one: one.key is not None,
        "RSA GetRSAPrivateKey()": _private,
        "RSA GetRSAPublicKey()": _public,
        "RSA PrivateKey": _private,
        "byte[] RawData": _der,
        "byte[] GetRawCertData()": _der,
        "byte[] GetCertHash()": lambda one: bytearray(one.cert.fingerprint(hashes.SHA1())),  # noqa: S303
        "string GetCertHashString()": _thumbprint,
        "string GetSerialNumberString()": _serial,
        "string GetExpirationDateString()": lambda one: str(_not_after(one)),
        "string GetEffectiveDateString()": lambda one: str(_not_before(one)),
        "string GetNameInfo(object nameType, bool forIssuer)": lambda one, _, __: _simple_name(one),
        "bool Verify()": _valid,
        "bool VerifyNoRevocation()": _valid,
    },
    classes=(Certificate,),
    bases=("X509Certificate",),
)
NAME = family(
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName", {"string Name": _name}, classes=(x509.Name,)
)
FAMILIES = (CERTIFICATE, NAME, family("System.Security.Cryptography.X509Certificates.X509Certificate", {}))
