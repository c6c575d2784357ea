"""Certificates: what the gateway shows to backends."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import Secret, WriteOnly
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSEEN: Final = (WriteOnly("Azure never returns certificates and their passwords"), Secret())


def _check(properties: Properties) -> Iterator[Finding]:
    data, vault = properties.get("data"), properties.get("keyVault")
    if not data and not vault:
        fix = "add data: ${secret-file-base64:certificate.pfx}, or keyVault"
        yield Finding((), "data is missing", "a certificate has it, or a key vault", fix, ("data", "keyVault"))
    for name in ("data", "password"):
        if vault and properties.get(name):
            why = "with keyVault the certificate comes from there"
            yield Finding((name,), f"{name} has no effect", why, "remove one of the two", ("keyVault",))


CERTIFICATE = Kind(
    type="certificates",
    title="certificate",
    about="A client certificate: a PFX in base64, or one in a key vault.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/certificate/create-or-update",
    key="certificates",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"data": _UNSEEN, "password": _UNSEEN}),
    returned=frozenset({"subject", "thumbprint", "expirationDate", "keyVault.lastStatus"}),
    check=_check,
)
