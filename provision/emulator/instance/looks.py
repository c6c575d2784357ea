"""What an instance looks like: defaults per tier, and the read-only noise of its answers.

Sources: recorded traffic of Developer (classic) and BasicV2 instances, api-versions 2019-01-01 to 2024-05-01;
[azurerm] Terraform's provider and its acceptance tests, [ex] the examples of the official specification.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from provision.emulator.rules.certificates import facts

if TYPE_CHECKING:
    from provision.emulator.world.store import Row

SKUS = ("Developer", "Basic", "Standard", "Premium", "Consumption", "Isolated", "BasicV2", "StandardV2", "PremiumV2")
V2 = frozenset({"basicv2", "standardv2", "premiumv2"})
NOTIFICATIONS = "apimgmt-noreply@mail.windowsazure.com"
GATEWAY = "Microsoft.WindowsAzure.ApiManagement.Gateway."
SWITCHES = (
    "Security.Protocols.Tls10",
    "Security.Protocols.Tls11",
    "Security.Protocols.Ssl30",
    "Security.Ciphers.TripleDes168",
    "Security.Backend.Protocols.Tls10",
    "Security.Backend.Protocols.Tls11",
    "Security.Backend.Protocols.Ssl30",
    "Protocols.Server.Http2",
)
V2_LACKS = frozenset({"Security.Protocols.Ssl30", "Security.Ciphers.TripleDes168"})
WORDS = ("australia", "brazil", "canada", "central", "east", "europe", "france", "germany", "india", "japan", "korea")
MORE_WORDS = ("north", "norway", "poland", "qatar", "south", "sweden", "switzerland", "uae", "uk", "us", "west", "asia")
SPECIAL = MappingProxyType({"us": "US", "uk": "UK", "uae": "UAE"})
WORD = re.compile(
    "|".join(
        sorted((*WORDS, *MORE_WORDS, "[0-9]+", "africa", "spain", "italy", "israel", "mexico"), key=len, reverse=True)
    )
)


def location_name(given: str) -> str:
    """Return a location as the service writes it: "eastus" is "East US"."""
    plain = location_key(given)
    words = WORD.findall(plain)
    if "".join(words) != plain:
        return given
    return " ".join(SPECIAL.get(w, w.capitalize()) for w in words)


def location_key(given: str) -> str:
    """Return a location as it stands in paths."""
    return given.replace(" ", "").lower()


def is_v2(sku: str) -> bool:
    """Tell whether a tier is one of the v2 tiers."""
    return sku.lower() in V2


def switches(sku: str, *, changed: bool) -> dict[str, str]:
    """Return the custom properties that nobody has set; a v2 tier shows all after its first change [recorded]."""
    return {GATEWAY + name: "False" for name in SWITCHES if changed or not (is_v2(sku) and name in V2_LACKS)}


def defaults(name: str, sku: str, *, changed: bool) -> dict[str, Any]:
    """Return the settable properties where a PUT is silent."""
    return {
        "notificationSenderEmail": NOTIFICATIONS,
        "hostnameConfigurations": host_names(name, []),
        "additionalLocations": None,
        "virtualNetworkConfiguration": None,
        "customProperties": switches(sku, changed=changed),
        "virtualNetworkType": "None",
        "certificates": None,
        "disableGateway": False,
        "natGatewayState": "Enabled" if is_v2(sku) else "Disabled",
        "apiVersionConstraint": {"minApiVersion": None},
        "publicIpAddressId": None,
        "publicNetworkAccess": "Enabled",
        "configurationApi": None,
        "legacyPortalStatus": "Disabled",
        "developerPortalStatus": "Disabled" if is_v2(sku) else "Enabled",
    }


def host_names(name: str, given: list[Any]) -> list[dict[str, Any]]:
    """Return host names with everything that the service adds, the built-in one among them; secrets are not kept."""
    host = f"{name.lower()}.azure-api.net"
    built_in = {"type": "Proxy", "hostName": host, "defaultSslBinding": True, "certificateSource": "BuiltIn"}
    entries = [entry for entry in given if isinstance(entry, dict)]
    if not any(entry.get("hostName") == host for entry in entries):
        entries.insert(0, built_in)
    empty = (
        "encodedCertificate",
        "keyVaultId",
        "certificatePassword",
        "certificate",
        "identityClientId",
        "certificateStatus",
    )
    shown = []
    for entry in entries:
        base = built_in if entry.get("hostName") == host else {"certificateSource": None}
        filled = {**dict.fromkeys(empty), "negotiateClientCertificate": False, **base, **_opened(entry)}
        shown.append({**filled, "certificatePassword": None, "encodedCertificate": None})
    return shown


def certificates(given: list[Any]) -> list[dict[str, Any]]:
    """Return an instance's certificates as they come back: what they say, without their content [azurerm, ex]."""
    hidden = ("encodedCertificate", "certificatePassword")
    entries = [_opened(entry) for entry in given if isinstance(entry, dict)]
    return [{key: value for key, value in entry.items() if key not in hidden} for entry in entries]


def _opened(entry: dict[str, Any]) -> dict[str, Any]:
    encoded = entry.get("encodedCertificate")
    if not encoded:
        return entry
    found = facts(encoded, entry.get("certificatePassword"))
    shown = {"expiry": found.expiry.isoformat(), "thumbprint": found.thumbprint, "subject": found.subject}
    return {**entry, "certificate": shown}


def show(row: Row, version: str) -> dict[str, Any]:
    """Return the answer for an instance."""
    sku = str(row.body["sku"]["name"])
    transition = row.private.get("transition") or {}
    stored = {key: value for key, value in row.props.items() if key != "restore"}
    ready = bool(row.private.get("ready"))
    props = {
        **stored,
        **_states(transition, version, sku, failed=bool(row.private.get("failed"))),
        **_addresses(row.name, row.body["location"], sku, ready=ready),
    }
    props["additionalLocations"] = _regions(row, props.get("additionalLocations"), ready=ready)
    props["createdAtUtc"] = row.private.get("created")
    if not ready and not is_v2(sku):
        props["customProperties"] = None  # [recorded: the switches of a classic tier appear when it is activated]
    props.update({"privateIPAddresses": None, "privateEndpointConnections": None})
    props["platformVersion"] = "undetermined" if is_v2(sku) or not ready else "stv2"
    body = {key: value for key, value in row.body.items() if key != "properties"}
    shown = {
        "id": row.id,
        "name": row.name,
        "type": "Microsoft.ApiManagement/service",
        "etag": row.tag,
        "zones": None,
        **body,
    }
    if version < "2021":
        props = {key: value for key, value in props.items() if key not in _LATER}
    return {**shown, "identity": _identity(body.get("identity")), "properties": props}


_LATER = frozenset(
    {
        "natGatewayState",
        "outboundPublicIPAddresses",
        "publicIpAddressId",
        "configurationApi",
        "legacyPortalStatus",
        "developerPortalStatus",
        "dataApiUrl",
    }
)


def _states(transition: dict[str, Any], version: str, sku: str, *, failed: bool) -> dict[str, str]:
    what = transition.get("what")
    if not what:
        return {"provisioningState": "Failed" if failed else "Succeeded", "targetProvisioningState": ""}
    if what == "create":
        if is_v2(sku):
            return {"provisioningState": "Created", "targetProvisioningState": ""}
        state = "Created" if version < "2022" else "Activating"
        return {"provisioningState": state, "targetProvisioningState": "Activating"}
    target = "Deleting" if what == "delete" else "Updating"
    return {"provisioningState": "Succeeded" if version < "2022" else target, "targetProvisioningState": target}


def _addresses(name: str, location: str, sku: str, *, ready: bool) -> dict[str, Any]:
    host = name.lower()
    shown: dict[str, Any] = dict.fromkeys(
        ("gatewayRegionalUrl", "portalUrl", "developerPortalUrl", "dataApiUrl", "managementApiUrl", "scmUrl")
    )
    shown.update(
        {"gatewayUrl": f"https://{host}.azure-api.net", "publicIPAddresses": None, "outboundPublicIPAddresses": None}
    )
    if is_v2(sku):
        shown["managementApiUrl"] = f"https://{host}.management.azure-api.net"
    elif ready:
        region = location_key(location)
        shown["gatewayRegionalUrl"] = f"https://{host}-{region}-01.regional.azure-api.net"
        shown["publicIPAddresses"] = shown["outboundPublicIPAddresses"] = ["203.0.113.10"]  # RFC 5737: no real address
        for key, part in (
            ("portalUrl", "portal"),
            ("developerPortalUrl", "developer"),
            ("managementApiUrl", "management"),
            ("scmUrl", "scm"),
        ):
            shown[key] = f"https://{host}.{part}.azure-api.net"
    return shown


def _regions(row: Row, given: Any, *, ready: bool) -> Any:
    """Return the additional locations with what the service adds to each [ex]."""
    if not isinstance(given, list) or not given:
        return given
    host = row.name.lower()
    return [
        {
            "publicIpAddressId": None,
            "zones": None,
            "privateIPAddresses": None,
            "disableGateway": False,
            "publicIPAddresses": ["203.0.113.11"] if ready else None,  # RFC 5737
            "gatewayRegionalUrl": f"https://{host}-{location_key(str(one['location']))}-01.regional.azure-api.net",
            **one,
            "location": location_name(str(one["location"])),
        }
        for one in given
        if isinstance(one, dict) and one.get("location")
    ]


def _identity(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    assigned = given.get("userAssignedIdentities")
    if isinstance(assigned, dict):
        given = {**given, "userAssignedIdentities": {key: _assigned(key) for key in assigned}}
    if "SystemAssigned" not in str(given.get("type")):
        return given
    return {
        "principalId": "00000000-0000-0000-0000-0000000000a1",
        "tenantId": "00000000-0000-0000-0000-0000000000a2",
        **given,
    }


def _assigned(arm_id: str) -> dict[str, str]:
    """Return what shows of a user-assigned identity [ex], the same for the same one."""
    return {key: str(uuid5(NAMESPACE_URL, f"{key} {arm_id.lower()}")) for key in ("principalId", "clientId")}
