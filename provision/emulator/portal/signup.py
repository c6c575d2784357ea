"""Signing up: subscriptions of the portal's one developer, made, shown with their keys, and cancelled.

The service lets developers have as many subscriptions of a product as its limit says, and has them wait where the
product wants approval [doc: api-management-howto-add-products]; administrators are bound by neither, ARM's own PUT not.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from provision.emulator.portal.inside import part
from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from provision.emulator.portal.inside import Inside

USER = "portal-developer"
PERSON = ("Local", "Developer", "developer@portal.localhost")
LIVE = frozenset({"active", "submitted", "suspended"})


def subscriptions(inside: Inside, root: str) -> list[dict[str, Any]]:
    """Return the developer's subscriptions, with keys."""
    owner = f"{root}/users/{USER}".lower()
    mine = (one for one in inside.every(f"{root}/subscriptions") if _owner(one) == owner)
    return [_shown(inside, one) for one in mine]


def _owner(found: dict[str, Any]) -> str:
    return str(found["properties"].get("ownerId") or "").lower()


def _shown(inside: Inside, found: dict[str, Any]) -> dict[str, Any]:
    props = found["properties"]
    keys = inside.ask("POST", f"{found['id']}/listSecrets", {}).body
    kind, _, name = str(props["scope"]).rstrip("/").rpartition("/")
    return {
        "id": found["name"],
        "displayName": props.get("displayName") or found["name"],
        "state": props["state"],
        "product": name if kind.lower().endswith("/products") else None,
        "created": props.get("createdDate"),
        "primaryKey": keys["primaryKey"],
        "secondaryKey": keys["secondaryKey"],
    }


def sign_up(inside: Inside, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Subscribe to `product`; returns the subscription. Raises ArmError where the product doesn't let one."""
    root = inside.service(name)
    product_id = wanted.get("product")
    if not isinstance(product_id, str) or not product_id:
        raise ArmError(400, "ValidationError", "Say which product.")
    product = inside.get(f"{root}/products/{part(product_id)}")
    props = product["properties"]
    if props["state"] != "published" or not props.get("subscriptionRequired", True):
        raise ArmError(400, "ValidationError", f"Nobody subscribes to '{props['displayName']}': it is open or not out.")
    _within_limit(inside, root, product)
    _need_user(inside, root)
    given = str(wanted.get("displayName") or "").strip()
    body = {
        "displayName": given or f"{PERSON[0]} {PERSON[1]}, {props['displayName']}",
        "scope": f"/products/{product['name']}",
        "ownerId": f"/users/{USER}",
        "state": "submitted" if props.get("approvalRequired") else "active",
    }
    made = inside.ask("PUT", f"{root}/subscriptions/{secrets.token_hex(12)}?notify=true", {"properties": body}).body
    return _shown(inside, made)


def _within_limit(inside: Inside, root: str, product: dict[str, Any]) -> None:
    limit = product["properties"].get("subscriptionsLimit")
    same = [one for one in subscriptions(inside, root) if (one["product"] or "").lower() == product["name"].lower()]
    live = [one for one in same if one["state"] in LIVE]
    if limit is not None and len(live) >= limit:
        title = product["properties"]["displayName"]
        message = f"Subscriptions to '{title}' are limited to {limit} for one developer: cancel one first."
        raise ArmError(400, "SubscriptionsLimitExceeded", message)


def _need_user(inside: Inside, root: str) -> None:
    try:
        inside.get(f"{root}/users/{USER}")
    except ArmError:
        first, last, mail = PERSON
        props = {"firstName": first, "lastName": last, "email": mail}
        inside.ask("PUT", f"{root}/users/{USER}", {"properties": props})


def cancel(inside: Inside, name: str, subscription: str) -> dict[str, Any]:
    """End one of the developer's subscriptions; it stays to be seen, as in the service."""
    root = inside.service(name)
    path = f"{root}/subscriptions/{part(subscription)}"
    if _owner(inside.get(path)) != f"{root}/users/{USER}".lower():
        raise ArmError(404, "ResourceNotFound", "Subscription not found.")
    return _shown(inside, inside.ask("PATCH", path, {"properties": {"state": "cancelled"}}).body)
