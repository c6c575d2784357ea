"""X509Certificate2, of a certificate that `cryptography` read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.times import DateTime, from_python

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


def _name(name: x509.Name) -> str:
    return ", ".join(name.rfc4514_string().split(",")) if name.rdns else ""


def _thumbprint(one: x509.Certificate) -> str:
    return one.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a thumbprint is SHA-1


def _serial(one: x509.Certificate) -> str:
    text = f"{one.serial_number:X}"
    return text if len(text) % 2 == 0 else f"0{text}"


def _simple_name(one: x509.Certificate) -> str:
    found = one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else _name(one.subject)


def _valid(rt: Runtime, one: x509.Certificate) -> bool:
    """Tell whether it is in its time. The chain is not looked at: there are no roots to trust here."""
    now = rt.context.timestamp
    return one.not_valid_before_utc <= now <= one.not_valid_after_utc


def _local(value: DateTime) -> DateTime:
    return DateTime(value.ticks, "Local")


CERTIFICATE = family(
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    {
        "string Thumbprint": _thumbprint,
        "string Subject": lambda one: _name(one.subject),
        "string Issuer": lambda one: _name(one.issuer),
        "X500DistinguishedName SubjectName": lambda one: one.subject,
        "X500DistinguishedName IssuerName": lambda one: one.issuer,
        "string SerialNumber": _serial,
        "string FriendlyName": lambda _: "",
        "DateTime NotBefore": lambda one: _local(from_python(one.not_valid_before_utc)),
        "DateTime NotAfter": lambda one: _local(from_python(one.not_valid_after_utc)),
        "int Version": lambda one: one.version.value + 1,
        "bool HasPrivateKey": lambda _: False,
        "byte[] RawData": lambda one: bytearray(one.public_bytes(Encoding.DER)),
        "byte[] GetRawCertData()": lambda one: bytearray(one.public_bytes(Encoding.DER)),
        "byte[] GetCertHash()": lambda one: bytearray(one.fingerprint(hashes.SHA1())),  # noqa: S303
        "string GetCertHashString()": _thumbprint,
        "string GetSerialNumberString()": _serial,
        "string GetExpirationDateString()": lambda one: str(_local(from_python(one.not_valid_after_utc))),
        "string GetEffectiveDateString()": lambda one: str(_local(from_python(one.not_valid_before_utc))),
        "string GetNameInfo(object nameType, bool forIssuer)": lambda one, _, __: _simple_name(one),
        "bool Verify()": _valid,
        "bool VerifyNoRevocation()": _valid,
    },
    classes=(x509.Certificate,),
)
NAME = family(
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName", {"string Name": _name}, classes=(x509.Name,)
)
FAMILIES = (CERTIFICATE, NAME)
