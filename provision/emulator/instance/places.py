"""Where an instance is and what it may become: regions, network status, dependencies, tiers; the provider's own lists.

The forms are those of the official specification's examples; nothing is measured [?: names and contents].
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.instance.looks import location_key, location_name
from provision.emulator.resources.lookup import require_service
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.store import Row

TYPE = "Microsoft.ApiManagement/service"
# Tier: smallest, largest and usual capacity, and how it scales [documentation: the tiers' limits].
CAPACITIES: Mapping[str, tuple[int, int, int, str]] = MappingProxyType(
    {
        "Developer": (1, 1, 1, "none"),
        "Basic": (1, 2, 1, "manual"),
        "Standard": (1, 4, 1, "automatic"),
        "Premium": (1, 12, 1, "automatic"),
        "Consumption": (0, 0, 0, "automatic"),
        "Isolated": (1, 12, 1, "automatic"),
        "BasicV2": (1, 10, 1, "automatic"),
        "StandardV2": (1, 10, 1, "automatic"),
        "PremiumV2": (1, 30, 1, "automatic"),
    }
)
CLASSIC = ("Developer", "Basic", "Standard", "Premium")
V2 = ("BasicV2", "StandardV2", "PremiumV2")
OPERATIONS = (("read", "Read"), ("write", "Create or Update"), ("delete", "Delete"))


def _regions(row: Row) -> list[str]:
    more = row.props.get("additionalLocations") or []
    named = [str(one["location"]) for one in more if isinstance(one, dict) and one.get("location")]
    return [str(row.body["location"]), *(location_name(name) for name in named)]


def regions(call: Call) -> Answer:
    """GET …/regions: the instance's own region, and the additional ones."""
    names = _regions(require_service(call))
    items = [{"name": name, "isMasterRegion": not place, "isDeleted": False} for place, name in enumerate(names)]
    return Answer(200, {"value": items, "count": len(items)})


def _status(call: Call, row: Row) -> dict[str, Any]:
    stamp = call.world.clock.stamp()
    host = row.name.lower()
    checked = (
        (f"apimst{host}.blob.core.windows.net", "BlobStorage", False),
        (f"apimst{host}.table.core.windows.net", "TableStorage", False),
        (f"{host}.database.windows.net", "SQLDatabase", False),
        ("prod.warmpath.msftcloudes.com", "Monitoring", True),
    )
    common = {"status": "success", "error": "", "lastUpdated": stamp, "lastStatusChange": row.private.get("created")}
    found = [{"name": name, **common, "resourceType": kind, "isOptional": may} for name, kind, may in checked]
    return {"dnsServers": [], "connectivityStatus": found}


def network_statuses(call: Call) -> Answer:
    """GET …/networkstatus: of every region; a bare array, as the specification has it."""
    row = require_service(call)
    return Answer(200, [{"location": name, "networkStatus": _status(call, row)} for name in _regions(row)])


def network_status(call: Call) -> Answer:
    """GET …/locations/L/networkstatus: of one region."""
    row = require_service(call)
    asked = call.request.segments[-2]
    if location_key(asked) not in {location_key(name) for name in _regions(row)}:
        raise ArmError(404, "ResourceNotFound", f"The service '{row.name}' has no region '{asked}'.")
    return Answer(200, _status(call, row))


def dependencies(call: Call) -> Answer:
    """GET …/outboundNetworkDependenciesEndpoints."""
    row = require_service(call)
    region, host = row.body["location"], row.name.lower()
    needed = (
        ("Azure Storage", f"apimst{host}.blob.core.windows.net", 443),
        ("Azure Storage", f"apimst{host}.table.core.windows.net", 443),
        ("Azure SQL", f"{host}.database.windows.net", 1433),
        ("Azure Active Directory", "login.microsoftonline.com", 443),
    )
    grouped: dict[str, list[dict[str, Any]]] = {}
    for category, domain, port in needed:
        end = {"domainName": domain, "endpointDetails": [{"port": port, "region": region}]}
        grouped.setdefault(category, []).append(end)
    items = [{"category": category, "endpoints": ends} for category, ends in grouped.items()]
    return Answer(200, {"value": items, "nextLink": None})


def skus(call: Call) -> Answer:
    """GET …/skus: the tiers that an instance may change to, within classic or v2 [documentation]."""
    own = str(require_service(call).body["sku"]["name"])
    names = V2 if own in V2 else CLASSIC if own in CLASSIC else (own,)
    items = [{"resourceType": TYPE, "sku": {"name": name}, "capacity": _capacity(name)} for name in names]
    return Answer(200, {"value": items, "count": len(items)})


def _capacity(name: str) -> dict[str, Any]:
    least, most, usual, scale = CAPACITIES[name]
    return {"minimum": least, "maximum": most, "default": usual, "scaleType": scale}


def provider_skus(_: Call) -> Answer:
    """GET of the provider's tiers, whatever the subscription."""
    items = [
        {"resourceType": "service", "name": name, "locations": [], "capacity": _capacity(name), "restrictions": []}
        for name in CAPACITIES
    ]
    return Answer(200, {"value": items})


def provider_operations(_: Call) -> Answer:
    """GET of the provider's operations: a few of them."""
    provider, resource = "Microsoft API Management", "API Management service"
    items = [
        {
            "name": f"{TYPE}/{verb}",
            "display": {"provider": provider, "resource": resource, "operation": f"{words} {resource}"},
            "origin": "system",
        }
        for verb, words in OPERATIONS
    ]
    return Answer(200, {"value": items})
