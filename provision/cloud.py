"""Which Azure: the clouds by name, and what may be sent to an endpoint of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from provision.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cloud:
    """An ARM endpoint. `token` tells whether the user's real token goes there; elsewhere a fixed dummy does."""

    name: str
    endpoint: str
    authority: str = ""
    token: bool = True


# learn.microsoft.com/azure/developer/python/sdk/authentication/multi-cloud
CLOUDS: Final = MappingProxyType(
    {
        "azure": Cloud("azure", "https://management.azure.com", "login.microsoftonline.com"),
        "usgov": Cloud("usgov", "https://management.usgovcloudapi.net", "login.microsoftonline.us"),
        "china": Cloud("china", "https://management.chinacloudapi.cn", "login.chinacloudapi.cn"),
    }
)
ZEROS: Final = "00000000-0000-0000-0000-000000000000"  # the subscription of the embedded Azure


def cloud_at(endpoint: str, cloud: Cloud) -> Cloud:
    """An ARM at a URL of its own. Raises UsageError where a token would have to leave the cloud."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--endpoint {endpoint}: this is no http or https URL")
    if _is_loopback(parts.hostname):
        return Cloud(cloud.name, endpoint.rstrip("/"), token=False)
    if parts.scheme == "https" and parts.hostname == urlsplit(cloud.endpoint).hostname:
        return Cloud(cloud.name, endpoint.rstrip("/"), cloud.authority)
    raise UsageError(
        f"--endpoint {endpoint}: your token goes to {cloud.endpoint} only (--cloud {cloud.name}), and never over plain "
        "http; other endpoints must be on this machine"
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
