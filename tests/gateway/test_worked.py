"""The worked example, provisioned and called."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conftest import WORKED, embedded
from tests.gateway.conftest import Backend, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

RRS = "/azureml-demo/workspaces/w/services/s/execute?api-version=2.0&details=true"


@pytest.fixture
def example(backend: Backend) -> Iterator[Site]:
    with embedded() as cloud:
        cloud.applied(WORKED)
        site = Site(cloud, backend)
        site.arm.edit("apis/azureml-demo", lambda props: props.update(serviceUrl=backend.url))
        yield site


def test_a_call_with_a_key_reaches_the_backend(example: Site) -> None:
    key = example.subscription("me", "/products/starter")
    told = example.call("POST", RRS, b'{"Inputs": {}}', {"Authorization": "Bearer k"}, key)
    assert told.status == 200, told
    [asked] = example.backend.asked
    assert (asked.method, asked.target) == ("POST", "/workspaces/w/services/s/execute?api-version=2.0&details=true")
    assert asked.body == b'{"Inputs": {}}'
    assert asked.headers["authorization"] == "Bearer k"


def test_without_a_key_there_is_no_way_in(example: Site) -> None:
    told = example.call("POST", RRS, b"{}")
    assert told.status == 401
    assert told.json == {
        "statusCode": 401,
        "message": "Access denied due to missing subscription key. "
        "Make sure to include subscription key when making requests to an API.",
    }
    assert told.headers["www-authenticate"].startswith('AzureApiManagementKey realm="https://demoazureml.azure-api.net')
    told = example.call("POST", RRS, b"{}", key="nobody's")
    assert (told.status, told.json["message"].split(".")[0]) == (401, "Access denied due to invalid subscription key")
    assert example.backend.asked == []


def test_what_no_operation_serves_is_not_found(example: Site) -> None:
    for method, target in (
        ("GET", RRS),
        ("POST", "/azureml-demo/none"),
        ("GET", "/none"),
        ("POST", RRS.split("?", maxsplit=1)[0]),
    ):
        told = example.call(method, target, key="any")
        assert (told.status, told.json) == (404, {"statusCode": 404, "message": "Resource not found"})


def test_five_calls_a_minute_and_a_hundred_a_week(example: Site) -> None:
    example.clock.freeze(example.clock.now())
    key = example.subscription("me", "/products/starter")
    statuses = [example.call("POST", RRS, b"{}", key=key).status for _ in range(5)]
    sixth = example.call("POST", RRS, b"{}", key=key)
    assert (statuses, sixth.status) == ([200] * 5, 429)
    assert sixth.json == {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds."}
    assert sixth.headers["retry-after"] == "60"
    for _ in range(19):
        example.clock.advance(timedelta(seconds=60))
        assert [example.call("POST", RRS, b"{}", key=key).status for _ in range(5)] == [200] * 5
    example.clock.advance(timedelta(seconds=60))
    told = example.call("POST", RRS, b"{}", key=key)
    assert told.status == 403
    assert told.json["message"] == "Out of call volume quota. Quota will be replenished in 6.23:40:00."
    example.clock.advance(timedelta(days=7))
    assert example.call("POST", RRS, b"{}", key=key).status == 200
    assert len(example.backend.asked) == 101


def test_the_gateway_is_told(example: Site) -> None:
    emulator = example.cloud.emulator
    told = example.arm("GET", "/_emulator").body
    assert (told["ENDPOINT"], told["GATEWAY"]) == (emulator.url, emulator.gateway_url)
