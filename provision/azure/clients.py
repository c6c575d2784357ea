"""The clients of the SDK: how they are made, and which of their groups and paths serve a kind."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from azure.identity import DefaultAzureCredential
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from provision.address import GROUP
from provision.azure.answers import Border
from provision.azure.pipeline import DummyToken, ReadOnly, Retry
from provision.azure.transport import Wire

if TYPE_CHECKING:
    from provision.address import Address, Scope
    from provision.azure.traffic import Traffic
    from provision.cloud import Cloud
    from provision.kinds import Kind


class Clients:
    """The clients of one instance in one cloud. `local`: nothing has to be waited for there."""

    def __init__(self, cloud: Cloud, scope: Scope, traffic: Traffic, *, read_only: bool) -> None:
        logging.getLogger("azure").setLevel(logging.ERROR)
        self.scope = scope
        self.traffic = traffic
        self.local = not cloud.token
        options: dict[str, Any] = {
            "base_url": cloud.endpoint,
            "credential_scopes": [f"{cloud.endpoint}/.default"],
            "per_call_policies": [Border()],
            "retry_policy": Retry(traffic.pace, retry_total=6, retry_backoff_factor=0.0 if self.local else 0.8),
            "per_retry_policies": [traffic.pace, ReadOnly()] if read_only else [traffic.pace],
            "connection_timeout": 20,
        }
        if self.local:
            options["authentication_policy"] = DummyToken()
        credential: Any = DefaultAzureCredential(authority=cloud.authority) if cloud.token else object()
        self.api: Any = ApiManagementClient(credential, scope.subscription, transport=Wire(traffic.watch), **options)
        self.resources: Any = ResourceManagementClient(
            credential, scope.subscription, transport=Wire(traffic.watch), **options
        )

    def close(self) -> None:
        """Close the connections."""
        self.api.close()
        self.resources.close()

    def group(self, kind: Kind) -> Any:
        """The operation group that serves a kind."""
        return getattr(self.resources if kind.type == "resourceGroup" else self.api, kind.sdk.group)

    def path(self, address: Address) -> tuple[str, ...]:
        """The names in the path of a resource, in the order in which the SDK takes them."""
        if address == GROUP:
            return (self.scope.resource_group,)
        return (self.scope.resource_group, self.scope.service, *address.names)
