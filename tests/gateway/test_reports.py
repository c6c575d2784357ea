"""Who called what: the gateway counts, and the reports tell it, to Microsoft's own client too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.apimanagement.models import QuotaCounterValueUpdateContract

from provision.emulator import Emulator, instant
from provision.emulator.world.store import Store
from provision.emulator.world.usage import Caller, Usage, one_call, outcome
from tests.conftest import ZEROS, Arm, embedded
from tests.emulator.test_sdk import NoCredential, options
from tests.gateway.conftest import Caller as Client
from tests.gateway.conftest import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway.conftest import Backend

NOON = "2001-02-03T12:00:00Z"
EVER = "timestamp ge datetime'2001-01-01T00:00:00' and timestamp le datetime'2001-12-31T00:00:00'"


@pytest.fixture
def counted(site: Site) -> Site:
    """An API with two operations in a product, two subscribers, and the clock at noon."""
    site.clock.freeze(instant(NOON))
    site.api("shop", "shop", {"list": "GET /things", "get": "GET /things/{id}"}, subscriptionRequired=True)
    site.arm.put("products/gold", {"properties": {"displayName": "Gold", "state": "published"}})
    site.arm.put("products/gold/apis/shop", {})
    ann = {"firstName": "Ann", "lastName": "Lee", "email": "ann@example.com"}
    site.arm.put("users/ann", {"properties": ann})
    return site


def report(site: Site, name: str, query: str = "", filtered: str = EVER) -> list[dict[str, Any]]:
    found = site.arm.get(f"reports/{name}?$filter={quote(filtered)}{query}")
    assert found["count"] >= len(found["value"])
    return list(found["value"])


def totals(records: list[dict[str, Any]]) -> dict[str, int]:
    return {one["name"]: one["callCountTotal"] for one in records if one["callCountTotal"]}


def key_of(site: Site, name: str, **props: Any) -> str:
    return site.subscription(name, "/products/gold", **props)


def test_each_view_of_the_same_calls(counted: Site) -> None:
    ann, nobody = key_of(counted, "ann-gold", ownerId="/users/ann"), key_of(counted, "other")
    for target, key, times in (("/shop/things", ann, 3), ("/shop/things/1", ann, 2), ("/shop/things", nobody, 1)):
        for _ in range(times):
            assert counted.call("GET", target, key=key).status == 200
    assert counted.call("GET", "/shop/things").status == 401
    assert counted.call("GET", "/nowhere").status == 404
    assert totals(report(counted, "byApi")) == {"shop": 7}
    assert totals(report(counted, "byOperation")) == {"list": 5, "get": 2}
    assert totals(report(counted, "byProduct")) == {"Gold": 6}
    assert totals(report(counted, "bySubscription")) == {"ann-gold": 5, "other": 1}
    assert totals(report(counted, "byUser")) == {"Ann Lee": 5, "Anonymous": 2}
    [api] = [one for one in report(counted, "byApi") if one["name"] == "shop"]
    assert (api["apiId"], api["callCountSuccess"], api["callCountBlocked"]) == ("/apis/shop", 6, 1)
    assert 0 < api["serviceTimeMin"] <= api["serviceTimeAvg"] <= api["serviceTimeMax"] <= api["apiTimeMax"]
    assert api["bandwidth"] > 0
    [mine] = [one for one in report(counted, "bySubscription") if one["name"] == "ann-gold"]
    assert (mine["subscriptionId"], mine["productId"]) == ("/subscriptions/ann-gold", "/products/gold")
    assert mine["userId"] == "/users/ann"
    [listing] = [one for one in report(counted, "byOperation") if one["name"] == "list"]
    assert listing["operationId"] == "/apis/shop/operations/list"


def test_microsoft_s_client_reads_them(counted: Site) -> None:
    counted.call("GET", "/shop/things", key=key_of(counted, "mine"))
    place = ("demoazureml", "demoazureml")
    with ApiManagementClient(NoCredential(), ZEROS, **options(counted.cloud.emulator.url)) as apim:
        found = {one.name: one for one in apim.reports.list_by_api(*place, filter=EVER)}
        assert (found["shop"].api_id, found["shop"].call_count_success, found["shop"].call_count_total) == (
            "/apis/shop",
            1,
            1,
        )
        [quarter] = apim.reports.list_by_time(*place, filter=EVER, interval=timedelta(minutes=30))
        assert (quarter.timestamp, quarter.call_count_total) == (instant(NOON), 1)
        for listed in ("operation", "product", "user", "subscription"):
            assert list(getattr(apim.reports, f"list_by_{listed}")(*place, filter=EVER))


def test_what_nobody_called_is_listed_with_zeros(counted: Site) -> None:
    found = {one["name"]: one for one in report(counted, "byOperation")}
    assert {"list", "get"} <= set(found)
    assert all(one["callCountTotal"] == one["apiTimeMin"] == 0 for one in found.values())
    assert report(counted, "byTime", "&interval=PT15M") == []


def test_what_is_gone_is_still_counted(counted: Site) -> None:
    key = key_of(counted, "brief")
    counted.call("GET", "/shop/things", key=key)
    counted.arm.delete("subscriptions/brief")
    assert totals(report(counted, "bySubscription")) == {"brief": 1}


def test_by_time(counted: Site) -> None:
    key = key_of(counted, "mine")
    for minutes in (0, 14, 1, 60):
        counted.clock.advance(timedelta(minutes=minutes))
        counted.call("GET", "/shop/things", key=key)

    def of(interval: str) -> dict[str, int]:
        found = report(counted, "byTime", f"&interval={interval}")
        assert all(one["interval"] == interval for one in found)
        return {one["timestamp"]: one["callCountTotal"] for one in found}

    assert of("PT15M") == {NOON: 2, "2001-02-03T12:15:00Z": 1, "2001-02-03T13:15:00Z": 1}
    assert of("PT1H") == {NOON: 3, "2001-02-03T13:00:00Z": 1}
    assert of("P1D") == {"2001-02-03T00:00:00Z": 4}
    later = "timestamp ge datetime'2001-02-03T13:00:00'"
    assert sum(one["callCountTotal"] for one in report(counted, "byTime", "&interval=PT1H", later)) == 1


def test_filters_and_pages(counted: Site) -> None:
    key = key_of(counted, "mine")
    for target in ("/shop/things", "/shop/things", "/shop/things/1"):
        counted.call("GET", target, key=key)
    one = f"{EVER} and operationId eq '/apis/shop/operations/get'"
    assert totals(report(counted, "byApi", filtered=one)) == {"shop": 1}
    assert [each["name"] for each in report(counted, "byOperation", filtered=one)] == ["get"]
    assert totals(report(counted, "byUser", filtered=f"{EVER} and apiId eq '/apis/elsewhere'")) == {}
    most = report(counted, "byOperation", f"&$orderby={quote('callCountTotal desc')}&$top=1")
    assert [each["name"] for each in most] == ["list"]
    rest = report(counted, "byOperation", f"&$orderby={quote('callCountTotal desc')}&$skip=1&$top=1")
    assert [each["name"] for each in rest] == ["get"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("byApi", ""),
        ("byApi", "$filter=nonsense"),
        ("byApi", "$filter=" + quote("timestamp ge datetime'yesterday'")),
        ("byApi", "$filter=" + quote("callCountTotal ge '5'")),
        ("byApi", f"$filter={quote(EVER)}&$top=-1"),
        ("byTime", f"$filter={quote(EVER)}"),
        ("byTime", f"$filter={quote(EVER)}&interval=PT10M"),
        ("byTime", f"$filter={quote(EVER)}&interval=PT0S"),
        ("byTime", f"$filter={quote(EVER)}&interval=often"),
    ],
)
def test_what_is_no_report(counted: Site, path: str, query: str) -> None:
    assert counted.arm("GET", f"reports/{path}?{query}").status == 400


def test_cache_hits(counted: Site) -> None:
    lookup = '<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" />'
    store = '<cache-store duration="60" />'
    document = (
        f"<policies><inbound><base/>{lookup}</inbound><backend><base/></backend>"
        f"<outbound><base/>{store}</outbound><on-error><base/></on-error></policies>"
    )
    counted.policy("apis/shop", document)
    key = key_of(counted, "mine")
    for _ in range(3):
        counted.call("GET", "/shop/things", key=key)
    [api] = [one for one in report(counted, "byApi") if one["name"] == "shop"]
    assert (api["cacheHitCount"], api["cacheMissCount"], api["callCountTotal"]) == (2, 1, 3)


def test_counts_outlive_the_process(backend: Backend, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    with embedded(state=state) as cloud:
        site = Site(cloud, backend)
        site.instance()
        site.api("shop", "shop", {"list": "GET /things"})
        site.call("GET", "/shop/things")
    with Emulator(state) as azure:
        url = f"{azure.gateway_url}/demoazureml"
        Client(url)("GET", "/shop/things")
        now = "timestamp ge datetime'2001-01-01T00:00:00'"
        found = Arm(azure.url).get(f"reports/byApi?$filter={quote(now)}")["value"]
        assert totals(found) == {"shop": 2}


BY_KEY = '<quota-by-key calls="2" renewal-period="129600" counter-key="@(context.Request.IpAddress + "/x")" />'


def test_quota_counters_are_shown_and_set_back(counted: Site) -> None:
    counted.policy("apis/shop", BY_KEY)
    key, place = "127.0.0.1/x", ("demoazureml", "demoazureml")
    with ApiManagementClient(NoCredential(), ZEROS, **options(counted.cloud.emulator.url)) as apim:
        assert apim.quota_by_counter_keys.list_by_service(*place, key).value == []
        subscriber = key_of(counted, "mine")
        statuses = [counted.call("GET", "/shop/things", key=subscriber).status for _ in range(3)]
        assert statuses == [200, 200, 403]
        listed: Any = apim.quota_by_counter_keys.list_by_service(*place, key)
        [found] = listed.value
        assert (found.counter_key, found.period_key, found.value.calls_count) == (key, "0_P1DT12H", 2)
        assert found.period_end_time - found.period_start_time == timedelta(hours=36)
        assert found.period_start_time <= instant(NOON) < found.period_end_time
        one: Any = apim.quota_by_period_keys.get(*place, key, found.period_key)
        assert one.value.calls_count == 2
        apim.quota_by_period_keys.update(*place, key, found.period_key, QuotaCounterValueUpdateContract(calls_count=1))
        assert counted.call("GET", "/shop/things", key=subscriber).status == 200
        assert counted.call("GET", "/shop/things", key=subscriber).status == 403
        apim.quota_by_counter_keys.update(*place, key, QuotaCounterValueUpdateContract(calls_count=0, kb_transferred=0))
        assert counted.call("GET", "/shop/things", key=subscriber).status == 200
        with pytest.raises(ResourceNotFoundError):
            apim.quota_by_period_keys.get(*place, key, "0_P9D")
        counted.clock.advance(timedelta(days=2))
        assert apim.quota_by_counter_keys.list_by_service(*place, key).value == []


@pytest.mark.parametrize("value", [-1, "2", True, [1]])
def test_a_count_is_a_number(counted: Site, value: Any) -> None:
    counted.policy("apis/shop", BY_KEY)
    counted.call("GET", "/shop/things", key=key_of(counted, "mine"))
    done = counted.arm("PATCH", "quotas/127.0.0.1%2Fx", {"properties": {"callsCount": value}})
    assert done.status == 400


@pytest.fixture
def usage() -> Iterator[Usage]:
    store = Store(None)
    yield Usage(store)
    store.close()


def test_sums_are_the_same_written_once_or_often(usage: Usage) -> None:
    caller, when = Caller("/s", "/apis/a"), datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    calls = [(200, 10, 0.5, 0.25, None), (404, 1, 0.1, None, True), (500, 5, 2.0, 1.0, False)]
    for status, size, seconds, served, hit in calls:
        usage.add(caller, when, one_call(status, size, seconds, served, hit))
        usage.flush()
    [(_, start, often)] = usage.calls("/s")
    for status, size, seconds, served, hit in calls:
        usage.add(Caller("/t", "/apis/a"), when, one_call(status, size, seconds, served, hit))
    [(_, _, once)] = usage.calls("/t")
    assert often == once
    assert start == int(datetime(2001, 2, 3, 4, 0, tzinfo=UTC).timestamp())
    assert (often.success, often.other, often.failed, often.bandwidth) == (1, 1, 1, 16)
    assert (often.least, often.most, often.served, often.served_least) == (100.0, 2000.0, 2, 250.0)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "success"),
        (301, "success"),
        (304, "success"),
        (307, "success"),
        (302, "other"),
        (404, "other"),
        (400, "failed"),
        (500, "failed"),
        (503, "failed"),
        (401, "blocked"),
        (403, "blocked"),
        (429, "blocked"),
    ],
)
def test_what_a_status_counts_as(status: int, said: str) -> None:
    assert outcome(status) == said
