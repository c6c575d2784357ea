"""Self-hosted gateways."""

from __future__ import annotations

from provision.kinds.kind import Kind, Names

GATEWAY = Kind(
    type="gateways",
    title="gateway",
    about="A self-hosted gateway: where it runs, and which APIs it serves.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/gateway/create-or-update",
    key="gateways",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
)
