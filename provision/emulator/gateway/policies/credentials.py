"""How the gateway shows a backend who it is.

Sources: [doc] Microsoft's reference of each element, [?] inferred.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.values import Value

CERTIFICATE = frozenset({"thumbprint", "certificate-id", "body", "password"})
IDENTITY = frozenset({"resource", "client-id", "output-token-variable-name", "ignore-error"})
SYSTEM = "system-assigned"  # [?] what the token calls an identity that has no id of its own here
BEFORE = ("inbound", "backend")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A client certificate: by id or thumbprint, or its own content."""

    named: Value
    own: bool

    async def name(self, transit: Transit) -> str:
        """Return what `Certificates` finds it by."""
        found = await self.named.get(transit)
        if self.own:
            content = base64.b64encode(bytes(found)).decode() if isinstance(found, (bytes, bytearray)) else str(found)
            return f"data:{content}"
        return str(found)


def certificate_of(node: Node) -> Certificate:
    """Return the certificate that an `authentication-certificate` names."""
    node.known(CERTIFICATE, ())
    if node.has("password"):
        raise node.refuse("a certificate with a password of its own is left out")
    for name in ("certificate-id", "thumbprint", "body"):
        if node.has(name):
            return Certificate(node.value(name), name == "body")
    raise node.refuse("none of 'certificate-id', 'thumbprint' and 'body' is given")


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """A managed identity, for which the emulator issues a token."""

    resource: Value
    client: Value

    async def token(self, transit: Transit) -> str:
        """Return a token."""
        resource, client = await self.resource.text(transit), await self.client.text(transit)
        return transit.tools.identity.token(resource, client or SYSTEM, first_version=True)


def identity_of(node: Node) -> ManagedIdentity:
    """Return the identity that an `authentication-managed-identity` names."""
    node.known(IDENTITY, ())
    return ManagedIdentity(node.value("resource"), node.value("client-id", ""))


def authentication_basic(node: Node) -> Act:
    """`authentication-basic`: user and password."""
    user, password = node.value("username"), node.value("password")

    async def act(transit: Transit) -> None:
        both = f"{await user.text(transit)}:{await password.text(transit)}".encode()
        transit.context.request.headers.set("Authorization", f"Basic {base64.b64encode(both).decode()}")

    return act


def authentication_certificate(node: Node) -> Act:
    """`authentication-certificate`: the backend gets to see a certificate."""
    certificate = certificate_of(node)

    async def act(transit: Transit) -> None:
        transit.certificates[:] = [await certificate.name(transit)]

    return act


def authentication_managed_identity(node: Node) -> Act:
    """`authentication-managed-identity`: a token in `Authorization`, or in a variable."""
    identity, variable = identity_of(node), node.optional("output-token-variable-name")

    async def act(transit: Transit) -> None:
        token = await identity.token(transit)
        if variable is not None:
            transit.context.variables[await variable.text(transit)] = token
        else:
            transit.context.request.headers.set("Authorization", f"Bearer {token}")

    return act


POLICIES = (
    Policy("authentication-basic", authentication_basic, frozenset({"username", "password"}), sections=("inbound",)),
    Policy("authentication-certificate", authentication_certificate, CERTIFICATE, sections=BEFORE),
    Policy("authentication-managed-identity", authentication_managed_identity, IDENTITY, sections=BEFORE),
)
