"""Who is let in: the rule of a listener about the hosts that requests name and the web pages that they come from.

A server on loopback is reachable from every web page in the user's browser: by requests across sites, and, with a name
that an attacker resolves to 127.0.0.1, as if it were the page's own site. The first carry an Origin or a
Sec-Fetch-Site, the second a Host that is not the server's.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL = "localhost"
SHOWN = 200  # characters of what a stranger sent


@dataclass(frozen=True, slots=True)
class Admission:
    """The rule of one listener: loopback and these names; None lets everything in, as a gateway must."""

    names: frozenset[str] | None = frozenset()

    def refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> ArmError | None:
        """Return why a request with these headers is refused, if it is."""
        if self.names is None:
            return None
        for key, value in headers:
            text = value.decode("latin-1").strip()
            if key == b"host" and not self.knows(_host(text)):
                message = f"This server does not answer for the host '{text[:SHOWN]}': start it with --allow-host NAME."
                return ArmError(403, "HostNotAllowed", message)
            if key == b"origin" and not self.knows(_host(_authority(text))):
                message = f"This server does not answer web pages of other sites, such as '{text[:SHOWN]}'."
                return ArmError(403, "OriginNotAllowed", message)
            if key == b"sec-fetch-site" and text.lower() == "cross-site":
                return ArmError(403, "OriginNotAllowed", "This server does not answer web pages of other sites.")
        return None

    def knows(self, host: str) -> bool:
        """Tell whether a host, without its port, is one of ours."""
        name = normal(host)
        return is_loopback(name) or (name != "" and name in (self.names or ()))


@lru_cache(maxsize=256)
def normal(name: str) -> str:
    """Return a host name or address in the one form that is compared."""
    plain = name.lower().removesuffix(".")
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        return plain


@lru_cache(maxsize=256)
def is_loopback(name: str) -> bool:
    """Tell whether a name in normal form always means the machine itself; `*.localhost` does (RFC 6761)."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == LOCAL or name.endswith(f".{LOCAL}")


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _host(authority: str) -> str:
    """Return the host of `host:port` or `[address]:port`; nothing where it is malformed."""
    if authority.startswith("["):
        host, closed, port = authority[1:].partition("]")
        port = port or ":0"
        return host if closed and port[0] == ":" and port[1:].isdigit() else ""
    host, colon, port = authority.partition(":")
    return host if not colon or port.isdigit() else ""
