"""Which instance a request is for: by its host name, or by the first segment of its path where that is the server's."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway.planning import Head

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.writing import Scope
    from provision.emulator.world.store import Row


@dataclass(frozen=True, slots=True)
class Address:
    """An instance and how it is named: `shown` to policies, `reachable` for callers; `path` is what is left."""

    service: Row
    shown: str
    reachable: str
    path: str


def find(reading: Reading, scope: Scope, host: str, names: frozenset[str]) -> Address | None:
    """Return the instance that a request is for; `names` are the server's beside those of loopback."""
    raw = scope["raw_path"].decode("latin-1")
    name = host.partition(":")[0].lower() if not host.startswith("[") else host
    instances = reading.instances()
    base = f"{scope['scheme']}://{host}"
    if (service := instances.get(name)) is not None:
        return Address(service, f"https://{name}", base, raw)
    if name not in names and not _loopback(name):
        return None
    first, slash, rest = raw.lstrip("/").partition("/")
    service = instances.get(first.lower())
    if service is None:
        return None
    return Address(service, f"https://{service.name.lower()}.azure-api.net", f"{base}/{first}", slash + rest or "/")


def head(scope: Scope, address: Address, headers: Headers) -> Head:
    """Return what of a request decides about it."""
    query = scope["query_string"].decode("latin-1")
    return Head(scope["method"].upper(), address.path, query, headers, address.shown)


def _loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]").partition("]")[0]).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
