"""Resources as expressions see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions import context
from provision.emulator.gateway.keys import names_of
from provision.emulator.world.clock import instant

if TYPE_CHECKING:
    from datetime import datetime

    from provision.emulator.gateway.reading import Reading
    from provision.emulator.world.store import Row


def when(text: object) -> datetime | None:
    """Return an instant of a resource, if it is one."""
    try:
        return instant(text) if text else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def workspace(reading: Reading, path: str) -> context.Workspace | None:
    """Return the workspace that a path lies in."""
    holder, mark, rest = path.partition("/workspaces/")
    if not mark:
        return None
    row = reading.row(f"{holder}{mark}{rest.partition('/')[0]}")
    return context.Workspace(row.name, _text(row.props.get("displayName"))) if row else None


def api(reading: Reading, row: Row) -> context.Api:
    """Return `context.Api`."""
    props, names = row.props, names_of(row)
    return context.Api(
        id=row.name.partition(";rev=")[0],
        name=_text(props.get("displayName")),
        path=_text(props.get("path")),
        revision=_text(props.get("apiRevision") or "1"),
        version=_text(props.get("apiVersion")),
        service_url=_text(props.get("serviceUrl")),
        is_current_revision=";rev=" not in row.path,
        protocols=tuple(props.get("protocols") or ()),
        key_header=names.header,
        key_query=names.query,
        workspace=workspace(reading, row.path),
    )


def operation(row: Row) -> context.Operation:
    """Return `context.Operation`."""
    props = row.props
    return context.Operation(
        row.name, _text(props.get("displayName")), _text(props.get("method")), _text(props.get("urlTemplate"))
    )


def product(reading: Reading, row: Row) -> context.Product:
    """Return `context.Product` with its APIs and groups."""
    props = row.props
    published = _text(props.get("state")).lower() == "published"
    return context.Product(
        id=row.name,
        name=_text(props.get("displayName")),
        state="Published" if published else "NotPublished",
        subscription_required=bool(props.get("subscriptionRequired", True)),
        approval_required=bool(props.get("approvalRequired")),
        subscriptions_limit=props.get("subscriptionsLimit"),
        apis=tuple(api(reading, found) for found in _targets(reading, f"{row.path}/apis")),
        groups=tuple(_group(found) for found in _targets(reading, f"{row.path}/groups")),
        workspace=workspace(reading, row.path),
    )


def _targets(reading: Reading, collection: str) -> list[Row]:
    found = (reading.row(link.target) for link in reading.rows(collection) if link.target)
    return [row for row in found if row is not None]


def _group(row: Row) -> context.Group:
    return context.Group(row.name, _text(row.props.get("displayName")))


def subscription(row: Row, key: str) -> context.Subscription:
    """Return `context.Subscription`."""
    props = row.props
    primary, secondary = (_text(props.get(name) or row.private.get(name)) for name in ("primaryKey", "secondaryKey"))
    dates = (when(props.get(name)) for name in ("createdDate", "startDate", "endDate"))
    return context.Subscription(row.name, _text(props.get("displayName")), key, primary, secondary, *dates)


def user(reading: Reading, subscription: Row) -> context.User | None:
    """Return `context.User`: the owner of a subscription."""
    owner = _text(subscription.props.get("ownerId")).lower()
    row = reading.row(owner) if owner else None
    if row is None:
        return None
    props = row.props
    groups = [
        found
        for link in reading.links(row.path)
        if link.type.endswith("/groups/users") and (found := reading.row(link.path.rsplit("/", 2)[0]))
    ]
    return context.User(
        id=row.name,
        email=_text(props.get("email")),
        first_name=_text(props.get("firstName")),
        last_name=_text(props.get("lastName")),
        note=_text(props.get("note")),
        registration_date=when(props.get("registrationDate")),
        groups=tuple(_group(found) for found in groups),
        identities=tuple(
            context.Identity(_text(one.get("id")), _text(one.get("provider")))
            for one in props.get("identities") or []
            if isinstance(one, dict)
        ),
    )


def deployment(service: Row) -> context.Deployment:
    """Return `context.Deployment`."""
    return context.Deployment(service.id, service.name, _text(service.body.get("location")))
