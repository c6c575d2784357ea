"""Who may call: subscription keys, their scopes and states, open products.

Sources: [doc] Microsoft's "How API Management handles requests with or without subscription keys", [#] answers of the
service quoted in issues, [?] inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import GatewayError

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.world.store import Row

HEADER, QUERY = "Ocp-Apim-Subscription-Key", "subscription-key"
MISSING = (
    "Access denied due to missing subscription key. "
    "Make sure to include subscription key when making requests to an API."
)
INVALID = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."


@dataclass(frozen=True, slots=True)
class Admitted:
    """With which subscription and in which product's name a call is made; `key` is what was sent."""

    subscription: Row | None = None
    product: Row | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names an API takes its key."""

    header: str
    query: str


def names_of(api: Row) -> Names:
    """Return the names that an API gives, or the usual ones."""
    given = api.props.get("subscriptionKeyParameterNames") or {}
    return Names(given.get("header") or HEADER, given.get("query") or QUERY)


def sent_key(names: Names, headers: Headers, query: dict[str, str]) -> str:
    """Return the key of a request: the header's before the query's."""
    return headers.get(names.header) or query.get(names.query.lower()) or ""


def admit(reading: Reading, service: Row, api: Row, key: str) -> Admitted | None:
    """Return in whose name a call of an API is made; None is a denial."""
    products = _products(reading, api)
    subscription = _subscriptions(reading, service).get(key) if key else None
    if subscription is not None and _active(subscription):
        fitting = _scoped(reading, subscription, api, products)
        if fitting is not None:
            return Admitted(subscription, fitting.product, key)
    # A key that doesn't fit is left out of account where an open product has the API [doc].
    for product in products:
        if not product.props.get("subscriptionRequired", True) and _published(product):
            return Admitted(product=product)
    if not key and not api.props.get("subscriptionRequired", True):
        return Admitted()
    return None


def denial(names: Names, key: str, realm: str) -> GatewayError:
    """Return what is said to whom isn't let in."""
    reason, message = ("SubscriptionKeyInvalid", INVALID) if key else ("SubscriptionKeyNotFound", MISSING)
    challenge = f'AzureApiManagementKey realm="{realm}",name="{names.header}",type="header"'
    return GatewayError(401, "authorization", reason, message, headers={"WWW-Authenticate": challenge})


def _subscriptions(reading: Reading, service: Row) -> dict[str, Row]:
    return reading.once(("keys", service.path), lambda: _by_key(reading, service))


def _by_key(reading: Reading, service: Row) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for kind in ("subscriptions", "workspaces/subscriptions"):
        for row in reading.of_type(kind, f"{service.path}/"):
            for name in ("primaryKey", "secondaryKey"):
                key = row.props.get(name) or row.private.get(name)
                if isinstance(key, str) and key:
                    found[key] = row
    return found


def _active(subscription: Row) -> bool:
    """Tell whether a subscription is active; its expiration date is "for audit purposes only" [doc]."""
    return str(subscription.props.get("state") or "active").lower() == "active"


def _products(reading: Reading, api: Row) -> list[Row]:
    """Return the products that an API is in, by both forms of links."""
    return reading.once(("products", api.path), lambda: _read_products(reading, api))


def _read_products(reading: Reading, api: Row) -> list[Row]:
    found: dict[str, Row] = {}
    for link in reading.links(api.path.partition(";rev=")[0]):
        holder = link.path.rsplit("/", 2)[0]
        if holder.rsplit("/", 2)[1:2] == ["products"] and link.type.endswith(("/products/apis", "/products/apilinks")):
            product = reading.row(holder)
            if product is not None:
                found[product.path] = product
    return list(found.values())


def _published(product: Row) -> bool:
    return str(product.props.get("state") or "notPublished").lower() == "published"


def _scoped(reading: Reading, subscription: Row, api: Row, products: list[Row]) -> Admitted | None:
    """Return the product that a subscription opens an API in, if it opens it."""
    scope = (subscription.target or str(subscription.props.get("scope") or "").lower()).rstrip("/")
    base = api.path.partition(";rev=")[0]
    if scope == base or base.startswith(f"{scope}/"):  # an API, all APIs (`.../apis`) or the whole instance
        return Admitted(subscription)
    for product in products:
        if product.path == scope and (_published(product) or _administrators(reading, subscription)):
            return Admitted(subscription, product)
    return None


def _administrators(reading: Reading, subscription: Row) -> bool:
    """Tell whether an administrator owns a subscription: it alone opens a product before that is published [?]."""
    owner = str(subscription.props.get("ownerId") or "").lower()
    service = owner.partition("/users/")[0]
    if not owner or not service:
        return False
    return reading.row(f"{service}/groups/administrators/users/{owner.rpartition('/')[2]}") is not None
