"""Answers that Azure would never give: an error that names the exchange, never a traceback, and never "absent"."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import WORKED, Cloud, here, writes
from tests.failure.conftest import API, OPERATIONS, POLICY, STARTER, converges
from tests.failure.meddler import Answer, Cut, meddling

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "/service/demoazureml"
GROUP = "/resourcegroups/demoazureml"
OPERATION = OPERATIONS[0]


def edited(change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    """The same answer with another body; `change` edits it, or returns a new one."""

    def edit(answer: Answer) -> Answer:
        body = json.loads(answer.body)
        new = change(body)
        return answer.changed(body=json.dumps(body if new is None else new).encode())

    return edit


def put(*steps: Any, value: Any) -> Callable[[Answer], Answer]:
    """The same answer with another value somewhere in it."""

    def change(body: Any) -> None:
        for step in steps[:-1]:
            body = body[step]
        body[steps[-1]] = value

    return edited(change)


def without(*steps: Any) -> Callable[[Answer], Answer]:
    """The same answer without something."""

    def change(body: Any) -> None:
        for step in steps[:-1]:
            body = body[step]
        del body[steps[-1]]

    return edited(change)


def instead(status: int, body: bytes | Any, kind: str = "application/json") -> Callable[[Answer], Answer]:
    """Another answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda answer: answer.changed(status=status, body=data, headers={**answer.headers, "content-type": kind})


def no_etag(answer: Answer) -> Answer:
    return answer.changed(headers={name: value for name, value in answer.headers.items() if name != "etag"})


ODD: dict[str, tuple[str, Callable[[Answer], Answer]]] = {
    "error is a text": (f"{SERVICE}/{API}", instead(403, {"error": "forbidden"})),
    "error is a list": (f"{SERVICE}/{API}", instead(403, {"error": ["forbidden"]})),
    "the error's details are texts": (SERVICE, instead(400, {"error": {"code": "X", "details": ["a", None, 3]}})),
    "the error's details are a number": (SERVICE, instead(400, {"error": {"code": "X", "details": 3}})),
    "the error's code is a list": (SERVICE, instead(404, {"error": {"code": ["ResourceNotFound"]}})),
    "the error's message is an object": (SERVICE, instead(400, {"error": {"code": "X", "message": {}}})),
    "an error is a list": (f"{SERVICE}/apis", instead(400, [])),
    "an error is null": (f"{SERVICE}/apis", instead(400, None)),
    "404 with the error in no envelope": (f"{SERVICE}/{API}", instead(404, {"code": "ResourceNotFound"})),
    "404 with nothing": (f"{SERVICE}/{POLICY}", instead(404, b"")),
    "204 instead of the resource": (f"{SERVICE}/{API}", instead(204, b"")),
    "a page of a proxy": (f"{SERVICE}/{API}", instead(200, b"<html>log in</html>", "text/html")),
    "half a body": (f"{SERVICE}/{API}", instead(200, b'{"id": "x", "na')),
    "no text at all": (f"{SERVICE}/{API}", instead(200, b"\xff\xfe\x00\xd8")),
    "nested for ever": (f"{SERVICE}/{API}", instead(200, b'{"a":' + b"[" * 200_000)),
    "empty": (f"{SERVICE}/{API}", instead(200, b"")),
    "empty list": (f"{SERVICE}/apis", instead(200, b"")),
    "an API that is {}": (f"{SERVICE}/{API}", instead(200, {})),
    "a policy that is {}": (f"{SERVICE}/{POLICY}", instead(200, {})),
    "a group that is {}": (GROUP, instead(200, {})),
    "an instance that is {}": (SERVICE, instead(200, {})),
    "an operation that is {}": (f"{SERVICE}/{OPERATION}", instead(200, {})),
    "a list that is {}": (f"{SERVICE}/apis", instead(200, {})),
    "a list that is a list": (f"{SERVICE}/apis", instead(200, [])),
    "a list of null": (f"{SERVICE}/apis", put("value", value=None)),
    "a list that counts and lists none": (f"{SERVICE}/{API}/operations", put("value", value=[])),
    "a list that counts more than it lists": (f"{SERVICE}/{API}/operations", put("count", value=6)),
    "an item that is null": (f"{SERVICE}/{API}/operations", put("value", 0, value=None)),
    "an item that is a text": (f"{SERVICE}/{API}/operations", put("value", 0, value="rrs")),
    "an item without name": (f"{SERVICE}/{API}/operations", without("value", 0, "name")),
    "an item with another name": (f"{SERVICE}/{API}/operations", put("value", 0, "name", value="other")),
    "an item whose name is a number": (f"{SERVICE}/apis", put("value", 0, "name", value=3)),
    "an item whose properties are a list": (f"{SERVICE}/products", put("value", 0, "properties", value=[])),
    "properties that are a list": (f"{SERVICE}/{API}", put("properties", value=[])),
    "properties that are null": (f"{SERVICE}/{API}", put("properties", value=None)),
    "no properties": (f"{SERVICE}/{STARTER}", without("properties")),
    "properties without what every API has": (f"{SERVICE}/{API}", put("properties", value={})),
    "a path that is a list": (f"{SERVICE}/{API}", put("properties", "path", value=["a"])),
    "protocols that are a text": (f"{SERVICE}/{API}", put("properties", "protocols", value="https")),
    "protocols with null": (f"{SERVICE}/{API}", put("properties", "protocols", value=[None])),
    "a flag that is a text": (f"{SERVICE}/{API}", put("properties", "subscriptionRequired", value="true")),
    "settings that are a list": (f"{SERVICE}/{API}", put("properties", "authenticationSettings", value=[1])),
    "responses with null": (f"{SERVICE}/{OPERATION}", put("properties", "responses", value=[None])),
    "responses without status": (f"{SERVICE}/{OPERATION}", put("properties", "responses", value=[{}])),
    "a request that is a text": (f"{SERVICE}/{OPERATION}", put("properties", "request", value="none")),
    "parameters that are an object": (f"{SERVICE}/{OPERATION}", put("properties", "templateParameters", value={})),
    "a policy whose value is a list": (f"{SERVICE}/{POLICY}", put("properties", "value", value=["<policies/>"])),
    "a policy without value": (f"{SERVICE}/{POLICY}", without("properties", "value")),
    "another API": (f"{SERVICE}/{API}", put("name", value="echo-api")),
    "an instance without state": (SERVICE, without("properties", "provisioningState")),
    "an instance whose state is a list": (SERVICE, put("properties", "provisioningState", value=[])),
    "an instance whose sku is a text": (SERVICE, put("sku", value="Developer")),
    "tags that are a list": (GROUP, put("tags", value=["a"])),
    "no ETag": (f"{SERVICE}/{STARTER}", no_etag),
}  # fmt: skip


def answering(cloud: Cloud, path: str, edit: Callable[[Answer], Answer], *words: str, method: str = "GET") -> Any:
    """Run a command while every answer for a path is another one; what it wrote comes too."""

    def meddle(answer: Answer) -> Answer:
        return edit(answer) if answer.method == method and answer.path.lower().endswith(path.lower()) else answer

    before = len(cloud.exchanges)
    with meddling(cloud.emulator.url, meddle) as proxy:
        ran = here(*words, "--endpoint", proxy.url)
    return ran, writes(cloud.exchanges[before:])


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_to_a_read_is_an_error(worked: Cloud, name: str) -> None:
    path, edit = ODD[name]
    for words in (("drift", WORKED), ("apply", WORKED, "--yes")):
        ran, sent = answering(worked, path, edit, *words)
        ran.ended(1)
        assert sent == []
        assert "Traceback" not in ran.err
        assert path.lower() in ran.err.lower(), "the request is named"
        assert re.search(r"HTTP [0-9]{3}", ran.err), "so is the status"
        assert "x-ms-request-id request-7" in ran.err
        assert "x-ms-correlation-request-id correlation-8" in ran.err


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 500])
def test_every_error_names_its_exchange(worked: Cloud, status: int) -> None:
    edit = instead(status, {"error": {"code": "Odd", "message": "No."}})
    ran, _ = answering(worked, f"{SERVICE}/{API}", edit, "drift", WORKED)
    ran.ended(1)
    assert "Odd: No." in ran.err
    assert "(GET /subscriptions/" in ran.err
    assert f"HTTP {status}, x-ms-request-id request-7, x-ms-correlation-request-id correlation-8)" in ran.err


def test_what_is_no_json_is_said_with_its_type(worked: Cloud) -> None:
    edit = instead(200, b"<html><h1>Please log in</h1></html>", "text/html")
    ran, _ = answering(worked, f"{SERVICE}/{API}", edit, "drift", WORKED)
    for part in ("not Azure's", "text/html", "<html><h1>Please log in", "a proxy in between?"):
        assert part in ran.ended(1).err


@pytest.mark.parametrize("more", ["", "&a=b"], ids=["itself", "a longer circle"])
def test_pages_that_come_back_to_themselves(worked: Cloud, more: str) -> None:
    path = f"{SERVICE}/{API}/operations"

    def circle(body: Any) -> None:
        body["nextLink"] = f"{proxy.url}{worked.arm.service}/{API}/operations?api-version=2024-05-01{more}"

    with meddling(worked.emulator.url) as proxy:
        edit = edited(circle)
        proxy.meddle = lambda one: edit(one) if one.method == "GET" and one.path.lower().endswith(path) else one
        ran = here("drift", WORKED, "--endpoint", proxy.url).ended(1)
    assert "comes back to a page that was read" in ran.err
    assert path in ran.err


def test_a_list_that_was_shorter_than_its_count_is_read_again(worked: Cloud) -> None:
    left = [1]

    def shortened(body: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            del body["value"][-1]

    ran, _ = answering(worked, f"{SERVICE}/{API}/operations", edited(shortened), "drift", WORKED)
    ran.ended(0)
    assert left[0] == -1, "and no more than that"


def test_a_list_of_several_pages_is_compared_with_its_count_as_a_whole(worked: Cloud) -> None:
    """Whether each page counts all or its own items: what every page brings together is no less than that."""
    path = f"{SERVICE}/{API}/operations"
    for counted in (5, 3):
        pages: list[int] = []

        def paged(answer: Answer, counted: int = counted, pages: list[int] = pages) -> Answer:
            pages.append(0)
            first = len(pages) % 2 == 1

            def cut(body: Any) -> None:
                body["count"] = counted
                body["value"] = body["value"][:2] if first else body["value"][2:]
                if first:
                    body["nextLink"] = f"{proxy.url}{worked.arm.service}/{API}/operations?api-version=2024-05-01&a=b"

            return edited(cut)(answer)

        with meddling(worked.emulator.url) as proxy:
            proxy.meddle = lambda one: paged(one) if one.method == "GET" and one.path.lower().endswith(path) else one
            here("drift", WORKED, "--endpoint", proxy.url).ended(0)
        assert len(pages) == 2


@pytest.mark.parametrize("told", ["x", "", "nan", "-5", "inf", "Tue, 99 Foo 2026", "Tue, 24 Nov 2026 00:00:00 GMT"])
@pytest.mark.parametrize("header", ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"])
def test_a_time_to_wait_that_is_none(cloud: Cloud, header: str, told: str) -> None:
    """Of refusals, and of operations that go on."""
    refused = [2]

    def meddle(answer: Answer) -> Answer:
        odd = answer.changed(headers={**answer.headers, header: told})
        refused[0] -= 1
        return odd if refused[0] < 0 else odd.changed(status=429, body=b"")

    with meddling(cloud.emulator.url, meddle) as proxy:
        ran = here("apply", WORKED, "--yes", "--endpoint", proxy.url).ended(0)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("host", ["http://stranger.example", "http://", "7"])
def test_the_token_follows_no_page_to_another_host(worked: Cloud, host: str) -> None:
    edit = put("nextLink", value=f"{host}/subscriptions/x?api-version=2024-05-01")
    ran, _ = answering(worked, f"{SERVICE}/apis", edit, "drift", WORKED)
    ran.ended(1)
    assert "Traceback" not in ran.err
    assert host != "http://stranger.example" or "points to stranger.example" in ran.err


def test_the_token_follows_no_operation_to_another_host(cloud: Cloud) -> None:
    """The instance itself tells what became of it."""

    def elsewhere(answer: Answer) -> Answer:
        there = dict.fromkeys(("azure-asyncoperation", "location"), "http://stranger.example/x")
        return answer.changed(headers={**answer.headers, **there})

    ran, _ = answering(cloud, SERVICE, elsewhere, "apply", WORKED, "--yes", method="PUT")
    ran.ended(0)
    converges(cloud)


@pytest.mark.parametrize("verb", ["drift", "plan", "apply"])
@pytest.mark.parametrize("address", [API, STARTER, OPERATION])
def test_what_a_list_shows_is_not_absent(worked: Cloud, address: str, verb: str) -> None:
    code = {"error": {"code": "ResourceNotFound", "message": "not found", "details": None}}
    words = (verb, WORKED, *(("--yes",) if verb == "apply" else ()))
    ran, sent = answering(worked, f"{SERVICE}/{address}", instead(404, code), *words)
    ran.ended(1)
    assert sent == []
    assert f"reading {address}: Azure shows that it is there, and answers 404" in ran.err


def test_what_a_list_shows_is_read_again(worked: Cloud) -> None:
    left = [2]

    def stale(answer: Answer) -> Answer:
        left[0] -= 1
        gone = {"error": {"code": "ResourceNotFound", "message": "not found", "details": None}}
        return instead(404, gone)(answer) if left[0] >= 0 else answer

    ran, _ = answering(worked, f"{SERVICE}/{API}", stale, "drift", WORKED)
    ran.ended(0)
    assert left[0] < 0


def test_an_instance_without_its_group_is_not_believed(worked: Cloud) -> None:
    gone = {"error": {"code": "ResourceGroupNotFound", "message": "not found"}}
    ran, sent = answering(worked, GROUP, instead(404, gone), "apply", WORKED, "--yes")
    ran.ended(1)
    assert sent == []
    assert "resourceGroup" in ran.err


WRITTEN: dict[str, Callable[[Answer], Answer]] = {
    "empty": instead(200, b""),
    "a list": instead(200, []),
    "a page": instead(200, b"<html>", "text/html"),
    "properties that are null": instead(201, {"properties": None}),
    "properties that are a list": instead(201, {"properties": []}),
    "a state that is a list": instead(200, {"properties": {"provisioningState": ["Failed"]}}),
}


@pytest.mark.parametrize("odd", WRITTEN)
@pytest.mark.parametrize("path", [GROUP, SERVICE, f"{SERVICE}/{API}", f"{SERVICE}/{OPERATION}", f"{SERVICE}/{STARTER}"])
def test_an_odd_answer_to_a_write_is_looked_into(cloud: Cloud, path: str, odd: str) -> None:
    """Azure has done it: that is seen, and the rest goes on."""
    ran, sent = answering(cloud, path, WRITTEN[odd], "apply", WORKED, "--yes", method="PUT")
    assert "Traceback" not in ran.err
    ran.ended(0)
    assert len([one for one in sent if one.lower().startswith("put") and one.lower().endswith(path)]) == 1
    converges(cloud)


STATES: dict[str, Callable[[Answer], Answer]] = {
    "no object": instead(200, ["InProgress"]),
    "no status": instead(200, {}),
    "a status that is a list": instead(200, {"status": ["Succeeded"]}),
    "properties that are a text": instead(200, {"status": "InProgress", "properties": "none"}),
    "no json": instead(200, b"<html>", "text/html"),
    "no Azure": instead(502, b"<html>", "text/html"),
}


@pytest.mark.parametrize("odd", STATES)
def test_an_odd_answer_about_an_operation(cloud: Cloud, odd: str) -> None:
    """What became of it is seen by the instance itself."""

    def meddle(answer: Answer) -> Answer:
        return STATES[odd](answer) if "/operationsstatuses/" in answer.path.lower() else answer

    with meddling(cloud.emulator.url, meddle) as proxy:
        ran = here("apply", WORKED, "--yes", "--endpoint", proxy.url)
    assert "Traceback" not in ran.err
    assert ran.code in (0, 3)
    converges(cloud)


def test_an_operation_that_failed_says_why(cloud: Cloud) -> None:
    for odd in ({"error": None}, {"error": "no"}, {"error": {"code": "Broken", "message": "No room."}}, {}):
        edit = instead(200, {"status": "Failed", **odd})

        def meddle(answer: Answer, edit: Callable[[Answer], Answer] = edit) -> Answer:
            return edit(answer) if "/operationsstatuses/" in answer.path.lower() else answer

        with meddling(cloud.emulator.url, meddle) as proxy:
            ran = here("apply", WORKED, "--yes", "--endpoint", proxy.url).ended(3)
        assert "Traceback" not in ran.err
        assert "operationsstatuses" in ran.err.lower()
        assert ("Broken: No room." in ran.err) == (odd.get("error") not in (None, "no"))
        converges(cloud)
        cloud("destroy", WORKED, "--yes", "--purge").ended(0)


@pytest.mark.parametrize("method", sorted({"PUT", "DELETE"}))
def test_a_lost_answer_of_the_instance_ends_well(cloud: Cloud, method: str) -> None:
    """Sent again at once it would be refused: 409 ServiceLocked."""
    if method == "DELETE":
        cloud.applied(WORKED)
    cut = [1]

    def lose(answer: Answer) -> Answer:
        if cut[0] and answer.method == method and answer.path.lower().endswith(SERVICE):
            cut[0] -= 1
            raise Cut
        return answer

    words = ("apply", WORKED, "--yes") if method == "PUT" else ("destroy", WORKED, "--yes", "--purge")
    with meddling(cloud.emulator.url, lose) as proxy:
        ran = here(*words, "--output", "json", "--endpoint", proxy.url).ended(0)
    assert ran.outcomes["service"] == "done"
    assert cut == [0]
    assert len([one for one in cloud.exchanges if one.method == method and one.path.lower().endswith(SERVICE)]) == 1
