"""Finding a resource, and saying precisely what is missing when it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.rules import KINDS
from provision.emulator.rules.revisions import plain_path
from provision.emulator.world.errors import ArmError, group_not_found, not_found, resource_not_found
from provision.emulator.world.store import Row, service_of

if TYPE_CHECKING:
    from provision.emulator.rules.kind import Kind
    from provision.emulator.world.wire import Call

SERVICE = 8  # segments of subscriptions/S/resourceGroups/G/providers/Microsoft.ApiManagement/service/N


def require_group(call: Call) -> Row:
    """Return the resource group of the request or raise ARM's 404."""
    segments = call.request.segments
    row = call.store.get("/" + "/".join(segments[:4]).lower())
    if row is None:
        raise group_not_found(segments[3])
    return row


def require_service(call: Call) -> Row:
    """Return the instance of the request or raise ARM's 404."""
    row = call.store.get(service_of(call.path))
    if row is None:
        require_group(call)
        segments = call.request.segments
        raise resource_not_found("Microsoft.ApiManagement/service", segments[7], segments[3])
    return row


def require_parent(call: Call, path: str) -> Row:
    """Return the resource directly above `path`; raises the 404 of the first one that is missing."""
    row = require_service(call)
    parts = path.split("/")
    for end in range(SERVICE + 3, len(parts) - 1, 2):
        found = call.store.get("/".join(parts[:end]))
        if found is None:
            kind = KINDS.get("/".join(parts[SERVICE + 1 : end : 2]))
            raise missing(kind, parts[end - 1])
        row = found
    return row


def missing(kind: Kind | None, name: str) -> ArmError:
    """Return the 404 of something inside an instance."""
    if kind is not None and kind.type.startswith("authorizationProviders"):
        # Served by another component of the service, with its own envelope [recorded].
        code, message = "AuthorizationGatewayNotFoundException", f"{kind.noun} '{name}' does not exist."
        return ArmError(404, code, message, nulls=("subCode", "details", "innerError"))
    return not_found(kind.noun if kind else "Resource")


def require_writable(service: Row) -> None:
    """Refuse writes while the instance is in transition."""
    if service.private.get("transition"):
        message = f"The service '{service.name}' is being changed. Wait for the running operation and try again."
        raise ArmError(409, "ServiceLocked", message)


def item_path(call: Call) -> str:
    """Return the path of the request's resource; `api;rev=N` of the current (or first) revision is the API."""
    return plain_path(call.store, call.path)


def linked(call: Call, kind: Kind, row: Row) -> Row:
    """Return the row whose content is shown: for a link, its target's under the link's own id and type."""
    if kind.link is None or row.target is None:
        return row
    target = call.store.get(row.target)
    return Row(row.path, row.id, row.type, target.etag, target.body, target.private) if target else row
