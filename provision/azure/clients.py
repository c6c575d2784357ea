"""The SDK's operation groups: how they are made, and which of their groups and paths serve a kind."""

from __future__ import annotations

import logging
from functools import cached_property
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from azure.core.pipeline import policies
from azure.mgmt import apimanagement
from azure.mgmt.apimanagement import operations
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMAutoResourceProviderRegistrationPolicy, ARMChallengeAuthenticationPolicy

from provision.address import GROUP
from provision.azure.answers import Border
from provision.azure.methods import arguments, group_name, method_of
from provision.azure.pipeline import DummyToken, ReadOnly, Retry
from provision.azure.tokens import login
from provision.azure.transport import Wire
from provision.kinds import WORKSPACES, Where, find, where_is

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from azure.mgmt.resource.resources import ResourceManagementClient

    from provision.address import Address, Scope
    from provision.azure.traffic import Traffic
    from provision.cloud import Cloud

API_VERSION: Final = "2024-05-01"
_CLASSES: Final[Mapping[str, str]] = MappingProxyType({name.lower(): name for name in operations.__all__})


class Connection:
    """The way to one subscription in one cloud, for all instances of a run: one credential, one pool of connections.

    `read_only` makes sure that nothing but GET and HEAD goes that way; where it `asks` for secrets, their POSTs too.
    `local`: nothing has to be waited for there.
    """

    def __init__(
        self, cloud: Cloud, subscription: str, traffic: Traffic, *, read_only: bool = False, asks: bool = False
    ) -> None:
        logging.getLogger("azure").setLevel(logging.ERROR)
        self.traffic = traffic
        self.local = not cloud.token
        self._cloud = cloud
        self._subscription = subscription
        self._read_only = read_only
        self._asks = asks
        self._credential = login(cloud)
        self._wire = Wire(traffic.watch)
        pipeline: Any = ARMPipelineClient(base_url=cloud.endpoint, policies=self._policies(), transport=self._wire)
        self.api = Groups(pipeline, subscription)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """What reads and writes resource groups. No instance that is only used needs it."""
        from azure.mgmt.resource.resources import ResourceManagementClient  # noqa: PLC0415

        return ResourceManagementClient(
            self._credential, self._subscription, self._cloud.endpoint, policies=self._policies(), transport=self._wire
        )

    def _policies(self) -> list[Any]:
        """The SDK's own, in its order, without those for logs and traces, which nobody could switch on; and ours."""
        scope = f"{self._cloud.endpoint}/.default"
        token = DummyToken() if self.local else ARMChallengeAuthenticationPolicy(self._credential, scope)
        backoff = 0.0 if self.local else 0.8
        return [
            Border(self._cloud.endpoint),
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(sdk_moniker=f"mgmt-apimanagement/{apimanagement.__version__}"),
            policies.ProxyPolicy(),
            policies.ContentDecodePolicy(),
            ARMAutoResourceProviderRegistrationPolicy(),
            policies.RedirectPolicy(),
            Retry(self.traffic.pace, retry_total=6, retry_backoff_factor=backoff),
            self.traffic.pace,
            *([ReadOnly(asks=self._asks)] if self._read_only else []),
            token,
            policies.CustomHookPolicy(),
            policies.SensitiveHeaderCleanupPolicy(),
        ]

    def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        self._wire.close()
        self.traffic.close()


class Groups:
    """azure-mgmt-apimanagement's operation groups, by the names that they have at its ApiManagementClient.

    That client makes all 136, and a model of everything that is read; provision reads wire JSON.
    """

    def __init__(self, pipeline: Any, subscription: str) -> None:
        self._client = pipeline
        self._config = SimpleNamespace(subscription_id=subscription, api_version=API_VERSION, polling_interval=30)

    def __getattr__(self, name: str) -> Any:
        """Make a group when it is first asked for. Raises AttributeError where the SDK has none of that name."""
        group = getattr(operations, _CLASSES.get(f"{name.replace('_', '')}operations", name))
        # No serializer: bodies are bytes.
        made = group(client=self._client, config=self._config, serializer=None, deserializer=_Unread())
        setattr(self, name, made)
        return made


class _Unread:
    """In the place of the SDK's deserializer: no models, which drop what they don't know."""

    def __call__(self, target: str, data: Any, _: str | None = None) -> Any:
        """A header as it is; of a body, what the SDK itself looks at."""
        return data if target == "str" else _Answer(data)

    def failsafe_deserialize(self, *_: Any) -> None:
        """Nothing: errors are read from the answer."""


class _Answer:
    """What the SDK looks at in a list: items, which a hook has seen, and where the next page is."""

    value = ()

    def __init__(self, response: Any) -> None:
        self._response = response

    def __iter__(self) -> Iterator[Any]:
        """Nothing: some lists the SDK takes for one answer, which a hook has seen too."""
        return iter(())

    @property
    def next_link(self) -> str | None:
        """The address of the next page."""
        link: str | None = self._response.http_response.json().get("nextLink")
        return link


class Clients:
    """What serves one instance, and the paths of what is in it."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self.scope = scope
        self.traffic = connection.traffic
        self.local = connection.local
        self.api = connection.api

    @property
    def resources(self) -> ResourceManagementClient:
        """What serves the instance's resource group."""
        return self._connection.resources

    def method(self, address: Address, verb: str) -> Any:
        """What of the SDK gets, puts, updates or deletes a resource."""
        client = self.resources if address == GROUP else self.api
        kind = find(address.kind)
        served = f"{address.kind}/{address.name.lower()}" if kind and kind.apart else address.kind
        return method_of(getattr(client, group_name(served, where_is(address))), address.kind, verb)

    def listing(self, kind_type: str, parent: Address) -> Any:
        """What of the SDK lists a collection of a resource."""
        where = Where.WORKSPACE if parent.in_workspace or parent.kind == WORKSPACES else Where.SERVICE
        return method_of(getattr(self.api, group_name(kind_type, where)), kind_type, "list")

    def path(self, address: Address) -> tuple[str, ...]:
        """The names in the path of a resource, in the order in which the SDK takes them."""
        if address == GROUP:
            return (self.scope.resource_group,)
        kind = find(address.kind)
        names = arguments(kind, address.names) if kind else address.names
        return (self.scope.resource_group, self.scope.service, *names)
