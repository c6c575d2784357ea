"""Guid, IPAddress."""

from __future__ import annotations

import ipaddress
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Thrown, bad_format, null_argument
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue, Net, Ref

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Guid(Net):
    """A Guid."""

    value: uuid.UUID

    def operate(self, _: str, __: Any) -> Any:
        """It has no operators but equality."""
        return NotImplemented

    @property
    def text(self) -> str:
        """What it sorts by."""
        return str(self.value)

    def formatted(self, pattern: str) -> str:
        """Write it by a format."""
        text = str(self.value)
        forms = {"D": text, "N": self.value.hex, "B": f"{{{text}}}", "P": f"({text})"}
        if pattern.upper() not in forms:
            raise bad_format('Format string can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".')
        return forms[pattern.upper()]

    def __str__(self) -> str:
        return str(self.value)


GUID_FORM = re.compile(r"\s*(?:[0-9a-f]{32}|[{(]?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[)}]?)\s*", re.IGNORECASE)


def parse_guid(text: str | None) -> Guid:
    """Read a Guid; raises what .NET throws."""
    if text is None:
        raise null_argument("input")
    if not GUID_FORM.fullmatch(text[:100]):
        raise bad_format("Unrecognized Guid format.")
    return Guid(uuid.UUID(text.strip().strip("{}()")))


def _try_guid(text: str | None, result: Ref) -> bool:
    try:
        found = parse_guid(text)
    except Thrown:
        result.store(NO_GUID)
        return False
    result.store(found)
    return True


def _new_guid(rt: Runtime) -> Guid:
    rt.step()
    return Guid(uuid.uuid4())


NO_GUID = Guid(uuid.UUID(int=0))


GUID = family(
    "System.Guid",
    {
        "new()": lambda: NO_GUID,
        "new(string g)": parse_guid,
        "new(byte[] b)": lambda data: Guid(uuid.UUID(bytes_le=bytes(data))),
        "string ToString(string format)": lambda guid, pattern: guid.formatted(pattern or "D"),
        "byte[] ToByteArray()": lambda guid: bytearray(guid.value.bytes_le),
        "static Guid Empty": lambda: NO_GUID,
        "static Guid NewGuid()": _new_guid,
        "static Guid Parse(string input)": parse_guid,
        "static bool TryParse(string input, out Guid result)": _try_guid,
    },
    classes=(Guid,),
    bases=("ValueType",),
    value=True,
    zero=NO_GUID,
)


@dataclass(frozen=True, slots=True)
class IPAddress(Net):
    """An address of the Internet Protocol."""

    value: ipaddress.IPv4Address | ipaddress.IPv6Address

    def __str__(self) -> str:
        return str(self.value)


def _parse_ip(text: str | None) -> IPAddress:
    try:
        return IPAddress(ipaddress.ip_address((text or "").strip("[]")))
    except ValueError:
        raise bad_format("An invalid IP address was specified.") from None


def _try_ip(text: str | None, result: Ref) -> bool:
    try:
        found: IPAddress | None = _parse_ip(text)
    except Thrown:
        found = None
    result.store(found)
    return found is not None


FAMILY = enumeration("System.Net.Sockets.AddressFamily", numbers={"InterNetwork": 2, "InterNetworkV6": 23})


def _family(address: IPAddress) -> EnumValue:
    four = isinstance(address.value, ipaddress.IPv4Address)
    return EnumValue("AddressFamily", "InterNetwork", 2) if four else EnumValue("AddressFamily", "InterNetworkV6", 23)


IP = family(
    "System.Net.IPAddress",
    {
        "AddressFamily AddressFamily": _family,
        "byte[] GetAddressBytes()": lambda address: bytearray(address.value.packed),
        "static bool IsLoopback(IPAddress address)": lambda address: address.value.is_loopback,
        "static IPAddress Parse(string ipString)": _parse_ip,
        "static bool TryParse(string ipString, out IPAddress address)": _try_ip,
    },
    classes=(IPAddress,),
)
FAMILIES = (GUID, IP, FAMILY)
