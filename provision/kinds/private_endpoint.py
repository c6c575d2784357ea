"""Connections of private endpoints: made by who wants one, approved or rejected by the instance's owner."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import ReadOnly, Required
from provision.kinds.kind import Kind

PRIVATE_ENDPOINT = Kind(
    type="privateEndpointConnections",
    title="private endpoint connection",
    about="The approval of a private endpoint, which is made on the other side. What is omitted stays as it is.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/private-endpoint-connection/create-or-update",
    key="privateEndpointConnections",
    facts=MappingProxyType(
        {
            "id": ReadOnly(),
            "privateLinkServiceConnectionState": Required(),
            "privateLinkServiceConnectionState.status": Required(),
        }
    ),
    returned=frozenset({"privateEndpoint", "groupIds", "provisioningState"}),
    partial=True,
    traceless=True,  # the specification has no ETag for it
    made_elsewhere="who wants it makes the endpoint, and then it can be approved here",
)
