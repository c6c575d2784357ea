"""What the portal's page asks its server: what there is, signing up, and a call through the gateway."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision.emulator import instant
from provision.emulator.azureml.app import SERVICE, WORKSPACE
from provision.emulator.portal.app import STATIC
from tests.azureml.conftest import SENTENCE, VECTOR
from tests.conftest import PATIENCE, WORKED, Cloud, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RRS = f"/azureml-demo/workspaces/{WORKSPACE}/services/{SERVICE}/execute?api-version=2.0&details=true"
JSON = "application/json"


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def said(self) -> str:
        return str(self.body["error"]["message"])


@dataclass
class Page:
    """A client of the portal, as its page is one."""

    cloud: Cloud

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        sent = {"Content-Type": JSON} if body is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(urlsplit(self.cloud.emulator.portal_url).netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body).encode(), sent)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, told, answer.read().decode())

    def data(self, path: str = "") -> Any:
        found = self("GET", f"/data/services{path}")
        assert found.status == 200, found
        return found.body

    def sign_up(self, product: str) -> Answered:
        return self("POST", "/data/services/demoazureml/subscriptions", {"product": product})

    def attempt(self, **call: Any) -> Answered:
        return self("POST", "/data/services/demoazureml/try", {"method": "GET", "target": "/", "headers": [], **call})


@pytest.fixture
def page() -> Iterator[Page]:
    with embedded() as cloud:
        cloud.applied(WORKED)
        yield Page(cloud)


def test_an_empty_azure() -> None:
    with embedded() as cloud:
        page = Page(cloud)
        assert page.data() == []
        gone = page("GET", "/data/services/demoazureml")
        assert (gone.status, gone.said) == (404, "There is no instance 'demoazureml'.")


def test_what_there_is(page: Page) -> None:
    [one] = page.data()
    assert (one["name"], one["sku"], one["state"]) == ("demoazureml", "Developer", "Succeeded")
    found = page.data("/demoazureml")
    assert found["gatewayUrl"] == "https://demoazureml.azure-api.net"
    assert found["localUrl"] == f"{page.cloud.emulator.gateway_url}/demoazureml"
    assert {one["id"]: one["apis"] for one in found["products"]} == {
        "starter": ["azureml-demo"],
        "unlimited": ["echo-api"],
    }
    assert [one["displayName"] for one in found["apis"]] == ["AzureML Demo API", "Echo API"]
    assert found["subscriptions"] == []
    api = page.data("/demoazureml/apis/azureml-demo")
    assert [one["displayName"] for one in api["operations"]] == [
        "BES Delete",
        "BES Start",
        "BES Status",
        "BES Submit",
        "RRS Execute",
    ]
    operation = page.data("/demoazureml/apis/azureml-demo/operations/rrs-execute")
    assert [one["name"] for one in operation["templateParameters"]] == ["workspace", "service", "apiversion", "details"]


def test_products_that_are_not_published_and_revisions_that_are_not_current_are_not_shown(page: Page) -> None:
    arm = page.cloud.arm
    arm.put("products/starter", {"properties": {"displayName": "Starter", "state": "notPublished"}})
    api = {"displayName": "AzureML Demo API", "path": "azureml-demo", "protocols": ["https"]}
    arm.put("apis/azureml-demo;rev=2", {"properties": {**api, "sourceApiId": "/apis/azureml-demo"}})
    found = page.data("/demoazureml")
    assert [one["id"] for one in found["products"]] == ["unlimited"]
    assert [one["id"] for one in found["apis"]] == ["azureml-demo", "echo-api"]


def test_more_than_a_page_of_operations(page: Page) -> None:
    for number in range(101):
        props = {"displayName": f"Get {number:03}", "method": "GET", "urlTemplate": f"/things/{number}"}
        page.cloud.arm.put(f"apis/echo-api/operations/get-{number}", {"properties": props})
    names = [one["displayName"] for one in page.data("/demoazureml/apis/echo-api")["operations"]]
    assert [one for one in names if one.startswith("Get ")] == [f"Get {number:03}" for number in range(101)]


DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "Shop", "version": "1"},
    "components": {"schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}}},
    "paths": {
        "/pets": {
            "post": {
                "operationId": "add",
                "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                "responses": {"201": {"description": "Made"}},
            }
        }
    },
}


def test_schemas_come_with_the_operation_that_refers_to_them(page: Page) -> None:
    body = {"format": "openapi+json", "value": json.dumps(DOCUMENT), "path": "shop", "displayName": "Shop"}
    page.cloud.arm.put("apis/shop", {"properties": body})
    found = page.data("/demoazureml/apis/shop/operations/add")
    [content] = found["request"]["representations"]
    document = found["schemas"][content["schemaId"]]
    assert document["components"]["schemas"][content["typeName"]]["properties"] == {"name": {"type": "string"}}


def test_signing_up(page: Page) -> None:
    made = page.sign_up("starter")
    assert made.status == 200
    assert (made.body["state"], made.body["product"]) == ("active", "starter")
    assert page.data("/demoazureml")["subscriptions"] == [made.body]
    headers = [["Authorization", "Bearer demo"], ["Ocp-Apim-Subscription-Key", made.body["primaryKey"]]]
    done = page.attempt(method="POST", target=RRS, headers=headers, body=json.dumps(SENTENCE))
    assert done.body["status"] == 200
    assert json.loads(done.body["body"])["Results"]["output1"]["value"]["Values"] == [VECTOR]


def test_the_limit_of_a_product_binds_its_developers(page: Page) -> None:
    first = page.sign_up("starter").body
    again = page.sign_up("starter")
    assert (again.status, again.body["error"]["code"]) == (400, "SubscriptionsLimitExceeded")
    assert "limited to 1" in again.said
    ended = page("DELETE", f"/data/services/demoazureml/subscriptions/{first['id']}")
    assert (ended.status, ended.body["state"]) == (200, "cancelled")
    assert page.sign_up("starter").status == 200
    key = [["Ocp-Apim-Subscription-Key", first["primaryKey"]]]
    assert page.attempt(method="POST", target=RRS, headers=key, body="{}").body["status"] == 401


def test_where_a_product_wants_approval_one_waits(page: Page) -> None:
    assert page.sign_up("unlimited").body["state"] == "submitted"


@pytest.mark.parametrize("product", ["nowhere", "", None, 1])
def test_signing_up_for_what_there_is_not(page: Page, product: Any) -> None:
    assert page.sign_up(product).status in (400, 404)
    assert page.data("/demoazureml")["subscriptions"] == []


def test_an_open_product_takes_no_subscriptions(page: Page) -> None:
    props = {"displayName": "Open", "state": "published", "subscriptionRequired": False}
    page.cloud.arm.put("products/open", {"properties": props})
    assert page.sign_up("open").status == 400


def test_others_subscriptions_are_neither_shown_nor_cancelled(page: Page) -> None:
    page.cloud.arm.put("subscriptions/mine", {"properties": {"displayName": "Mine", "scope": "/products/starter"}})
    assert page.data("/demoazureml")["subscriptions"] == []
    assert page("DELETE", "/data/services/demoazureml/subscriptions/mine").status == 404
    assert page.cloud.arm.get("subscriptions/mine")["properties"]["state"] == "active"


def test_an_answer_that_is_no_success_is_an_answer(page: Page) -> None:
    done = page.attempt(method="POST", target=RRS, body="{}")
    assert (done.status, done.body["status"], done.body["reason"]) == (200, 401, "Unauthorized")
    assert "missing subscription key" in done.body["body"]
    assert "www-authenticate" in [name.lower() for name, _ in done.body["headers"]]


def test_a_trace_comes_with_what_each_policy_did(page: Page) -> None:
    key = [["Ocp-Apim-Subscription-Key", page.sign_up("starter").body["primaryKey"]]]
    done = page.attempt(method="POST", target=RRS, headers=key, body="{}", trace=True).body
    assert {"rate-limit", "quota", "forward-request"} <= {one["element"] for one in done["trace"]}
    assert "trace" not in page.attempt(method="POST", target=RRS, headers=key, body="{}").body


@pytest.mark.parametrize(
    "call",
    [
        {"method": "get it"},
        {"method": None},
        {"target": "http://example.com/"},
        {"target": "/a b"},
        {"target": "/ä"},
        {"target": "/a\r\nX: y"},
        {"headers": {"a": "b"}},
        {"headers": [["a"]]},
        {"headers": [["a", 1]]},
        {"headers": [["a", "b\r\nX: y"]]},
        {"headers": [["a b", "c"]]},
        {"headers": [["", "c"]]},
        {"body": {"a": 1}},
    ],
)
def test_a_call_that_is_none(page: Page, call: dict[str, Any]) -> None:
    done = page.attempt(**call)
    assert (done.status, done.body["error"]["code"]) == (400, "ValidationError")


def test_what_the_relay_says_itself_is_not_taken_from_the_page(page: Page) -> None:
    headers = [["Host", "example.com"], ["content-length", "5"], ["Transfer-Encoding", "chunked"]]
    assert page.attempt(target="/azureml-demo/none", headers=headers).body["status"] == 404


def test_usage_has_a_bar_for_every_interval(page: Page) -> None:
    clock = page.cloud.emulator.clock
    clock.freeze(instant("2001-02-03T12:20:00Z"))
    key = [["Ocp-Apim-Subscription-Key", page.sign_up("starter").body["primaryKey"]]]
    for headers in (key, key, []):
        page.attempt(method="POST", target=RRS, headers=headers, body="{}")
    found = page.data("/demoazureml/usage?span=day")
    assert [bar["start"][11:16] for bar in found["bars"]] == [f"{(hour + 13) % 24:02}:00" for hour in range(24)]
    last = found["bars"][-1]
    assert (last["start"], last["callCountBlocked"]) == (
        "2001-02-03T12:00:00Z",
        3,
    )  # by the service, and by the gateway
    assert sum(bar["callCountBlocked"] for bar in found["bars"]) == 3
    assert [(one["name"], one["callCountTotal"]) for one in found["byApi"]] == [("AzureML Demo API", 3)]
    assert {one["name"]: one["callCountTotal"] for one in found["byUser"]} == {"Local Developer": 2, "Anonymous": 1}
    lengths = {span: len(page.data(f"/demoazureml/usage?span={span}")["bars"]) for span in ("hours", "week", "month")}
    assert lengths == {"hours": 24, "week": 28, "month": 30}
    clock.advance(timedelta(days=2))
    assert page.data("/demoazureml/usage?span=day")["byApi"] == []
    assert page.data("/demoazureml/usage?span=week")["bars"][-9]["callCountBlocked"] == 3
    assert page("GET", "/data/services/demoazureml/usage?span=year").status == 400


def test_the_page_and_its_files(page: Page) -> None:
    names = sorted(path.name for path in STATIC.iterdir())
    for name in ("", *names):
        found = page("GET", f"/{name}")
        assert found.status == 200
        assert "default-src 'none'" in found.headers["content-security-policy"]
        assert found.headers["x-content-type-options"] == "nosniff"
    assert page("GET", "/").headers["content-type"] == "text/html; charset=utf-8"
    assert page("GET", "/main.js").headers["content-type"] == "text/javascript; charset=utf-8"
    for path in ("/nothing", "/../app.py", "/%2e%2e/app.py", "/static/main.js", "/data", "/data/nothing"):
        assert page("GET", path).status == 404
    assert page("POST", "/", {}).status == 404
    assert page("POST", "/data/services", {}).status == 404


def test_no_file_names_another_place(page: Page) -> None:
    """Nothing is fetched from elsewhere: the namespace of SVG is the one URL that there is."""
    for path in STATIC.iterdir():
        assert page("GET", f"/{path.name}").text.replace("http://www.w3.org/2000/svg", "").count("://") == 0, path


def test_pages_of_other_sites_are_not_answered(page: Page) -> None:
    for headers in ({"Origin": "https://example.com"}, {"Sec_Fetch_Site": "cross-site"}, {"Host": "example.com"}):
        assert page("POST", "/data/services/demoazureml/subscriptions", {"product": "starter"}, **headers).status == 403
    form = page("POST", "/data/services/demoazureml/subscriptions", {"product": "starter"}, Content_Type="text/plain")
    assert form.status == 415
    assert page.data("/demoazureml")["subscriptions"] == []


def test_it_is_told(page: Page) -> None:
    emulator = page.cloud.emulator
    assert emulator.environment["PORTAL"] == emulator.portal_url
    assert page.cloud.arm("GET", "/_emulator").body["PORTAL"] == emulator.portal_url


def test_who_would_be_mailed_for_signing_up_stands_in_the_log(tmp_path: Path) -> None:
    with embedded(log=tmp_path / "log") as cloud:
        cloud.applied(WORKED)
        Page(cloud).sign_up("starter")
    mails = [
        line.split(" mail to ")[1] for line in (tmp_path / "log").read_text("utf-8").splitlines() if line[0] == "#"
    ]
    assert [mail.partition(" (")[0] for mail in mails] == [
        "developer@portal.localhost: New subscription activated",
        "admin@example.com: New subscriptions",
    ]
