"""What a subscription knows beside its groups: its locations, and the provider that is served.

Source: learn.microsoft.com/rest/api/resources/subscriptions/list-locations and providers/get. Fewer regions than
there are; resource types only those that are served.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.arm.versions import PUBLISHED
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "Microsoft.ApiManagement"
REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "East US": "US",
        "East US 2": "US",
        "Central US": "US",
        "North Central US": "US",
        "South Central US": "US",
        "West US": "US",
        "West US 2": "US",
        "West US 3": "US",
        "Canada Central": "Canada",
        "Brazil South": "South America",
        "North Europe": "Europe",
        "West Europe": "Europe",
        "France Central": "Europe",
        "Germany West Central": "Europe",
        "Sweden Central": "Europe",
        "Switzerland North": "Europe",
        "UK South": "UK",
        "UAE North": "UAE",
        "South Africa North": "Africa",
        "Central India": "Asia Pacific",
        "Japan East": "Asia Pacific",
        "Korea Central": "Asia Pacific",
        "Southeast Asia": "Asia Pacific",
        "Australia East": "Asia Pacific",
    }
)


def _region(subscription: str, name: str, geography: str) -> dict[str, Any]:
    key = name.replace(" ", "").lower()
    return {
        "id": f"/subscriptions/{subscription}/locations/{key}",
        "name": key,
        "type": "Region",
        "displayName": name,
        "regionalDisplayName": f"({geography}) {name}",
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": geography},
    }


def locations(call: Call) -> Answer:
    """GET of the locations of a subscription."""
    subscription = call.request.segments[1]
    return Answer(200, {"value": [_region(subscription, name, where) for name, where in REGIONS.items()]})


def provider(call: Call) -> Answer:
    """GET of the one resource provider that is served, as registered."""
    return Answer(200, _provider(call.request.segments[1]))


def providers(call: Call) -> Answer:
    """GET of all resource providers."""
    return Answer(200, {"value": [_provider(call.request.segments[1])]})


def _provider(subscription: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription}/providers/{NAMESPACE}",
        "namespace": NAMESPACE,
        "resourceTypes": [
            {"resourceType": name, "locations": list(REGIONS), "apiVersions": list(reversed(PUBLISHED))}
            for name in ("service", "deletedServices", "locations/deletedServices")
        ],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }
