"""Who may call: scopes and states of subscriptions, names of keys, open and unpublished products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.gateway.conftest import Site


@pytest.fixture
def shop(site: Site) -> Site:
    """Two APIs that want a key; the first is in a product."""
    for name in ("shop", "other"):
        site.api(name, name, {"op": "GET /x"}, subscriptionRequired=True)
    product(site, "gold")
    return site


def product(site: Site, name: str, **props: Any) -> None:
    site.arm.put(f"products/{name}", {"properties": {"displayName": name, "state": "published", **props}})
    site.arm.put(f"products/{name}/apis/shop", {})


def status(site: Site, key: str = "", api: str = "shop", **more: Any) -> int:
    return site.call("GET", f"/{api}/x", key=key, **more).status


@pytest.mark.parametrize(
    ("scope", "shop_status", "other_status"),
    [("/products/gold", 200, 401), ("/apis/shop", 200, 401), ("/apis", 200, 200), ("/apis/other", 401, 200)],
)
def test_scopes(shop: Site, scope: str, shop_status: int, other_status: int) -> None:
    key = shop.subscription("s", scope)
    assert (status(shop, key), status(shop, key, "other")) == (shop_status, other_status)


def test_the_built_in_subscription_opens_everything(shop: Site) -> None:
    key = str(shop.arm("POST", "subscriptions/master/listSecrets", {}).body["primaryKey"])
    assert (status(shop, key), status(shop, key, "other")) == (200, 200)


def test_both_keys_until_they_are_made_anew(shop: Site) -> None:
    shop.subscription("s", "/products/gold")
    keys = shop.arm("POST", "subscriptions/s/listSecrets", {}).body
    assert [status(shop, keys[name]) for name in ("primaryKey", "secondaryKey")] == [200, 200]
    shop.arm("POST", "subscriptions/s/regeneratePrimaryKey", {})
    assert [status(shop, keys[name]) for name in ("primaryKey", "secondaryKey")] == [401, 200]


@pytest.mark.parametrize("state", ["suspended", "submitted", "rejected", "cancelled", "expired"])
def test_only_an_active_subscription_opens(shop: Site, state: str) -> None:
    key = shop.subscription("s", "/products/gold")
    assert status(shop, key) == 200
    shop.arm.patch("subscriptions/s", {"properties": {"state": state}})
    told = shop.call("GET", "/shop/x", key=key)
    assert (told.status, told.json["message"].startswith("Access denied due to invalid subscription key")) == (
        401,
        True,
    )


def test_names_of_header_and_query(shop: Site) -> None:
    key = shop.subscription("s", "/products/gold")
    assert shop.call("GET", f"/shop/x?subscription-key={key}").status == 200
    assert shop.call("GET", f"/shop/x?Subscription-Key={key}").status == 200
    names = {"header": "X-Key", "query": "k"}
    shop.arm.edit("apis/shop", lambda props: props.update(subscriptionKeyParameterNames=names))
    assert status(shop, key) == 401
    assert shop.call("GET", "/shop/x", headers={"x-key": key}).status == 200
    assert shop.call("GET", f"/shop/x?k={key}").status == 200
    assert 'name="X-Key"' in shop.call("GET", "/shop/x").headers["www-authenticate"]


def test_open_products_need_no_key_and_bring_their_policies(shop: Site) -> None:
    product(shop, "open", subscriptionRequired=False)
    shop.policy(
        "products/open", '<set-header name="X-Product" exists-action="override"><value>open</value></set-header>'
    )
    assert [status(shop), status(shop, "nonsense"), status(shop, api="other")] == [200, 200, 401]
    assert [one.headers.get("x-product") for one in shop.backend.asked] == ["open", "open"]
    key = shop.subscription("s", "/products/gold")
    assert status(shop, key) == 200
    assert "x-product" not in shop.backend.asked[-1].headers
    shop.arm.patch("products/open", {"properties": {"state": "notPublished"}})
    assert status(shop) == 401


def test_an_unpublished_product_opens_to_administrators_alone(shop: Site) -> None:
    key = shop.subscription("s", "/products/gold")
    mine = shop.subscription("a", "/products/gold", ownerId="/users/1")
    shop.arm.patch("products/gold", {"properties": {"state": "notPublished"}})
    assert (status(shop, key), status(shop, mine)) == (401, 200)


def test_an_api_that_needs_no_key_takes_a_good_one_and_refuses_a_wrong_one(shop: Site) -> None:
    shop.arm.edit("apis/shop", lambda props: props.update(subscriptionRequired=False))
    key = shop.subscription("s", "/products/gold")
    assert [status(shop), status(shop, key), status(shop, "wrong")] == [200, 200, 401]
