"""What every request must carry, what the server answers to nonsense, and the server itself."""

from __future__ import annotations

import gc
import http.client
import json
import socket
import sqlite3
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from provision.emulator import Emulator, EmulatorError, Exchange, Fault
from provision.emulator.rules.shapes import SHAPES
from provision.emulator.serving.listener import Listener
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = "/subscriptions/s/resourceGroups/g"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", f"{GROUP}/providers/Microsoft.ApiManagement/service/x/unheardOf"),
        ("GET", f"{GROUP}/providers/Microsoft.ApiManagement/service/x/apis/a/unheardOf/b"),
        ("POST", f"{GROUP}/providers/Microsoft.ApiManagement/service/x/apis/a"),
        ("PATCH", "/subscriptions/00000000-0000-0000-0000-000000000000"),
        ("GET", f"{GROUP}/providers/Other.Provider/a/b/c/d"),
        ("GET", "/"),
    ],
)
def test_an_unknown_route_is_501_and_never_404(arm: Any, method: str, path: str) -> None:
    path = path if path.startswith("/subscriptions") else arm.url + path
    connection = http.client.HTTPConnection(urlsplit(arm.url).netloc)
    connection.request(method, urlsplit(path).path + "?api-version=2024-05-01", headers={"Authorization": "Bearer x"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]["code"]) == (501, "NotImplemented")
    connection.close()


IDS = ("x-ms-request-id", "x-ms-correlation-request-id")


def test_every_answer_has_the_ids_that_support_asks_for(azure: Emulator, apim: Any) -> None:
    azure.faults.add(Fault("GET", "/apis/throttled$", status=429, code="TooManyRequests"))
    azure.faults.add(Fault("GET", "/apis/odd$", status=500, headers={"X-Ms-Request-Id": "scripted"}))
    answers = [
        apim("GET", "/apis"),
        apim("PUT", "/apis/new", {"properties": {"displayName": "New", "path": "new"}}),
        apim("HEAD", "/apis/echo-api"),
        apim("GET", "/apis/none"),
        apim("GET", "/apis/throttled"),
        apim("PUT", "/apis/new", b"{"),
        apim("GET", "/unheardOf"),
        apim("GET", "/apis", Authorization=None),
        apim("GET", "/apis", Host="elsewhere.example"),
        apim("DELETE", "/apis/new", If_Match="*"),
    ]
    assert {one.status for one in answers} >= {200, 202, 400, 401, 404, 429, 501}
    found = [one.headers[name] for one in answers for name in IDS]
    assert {UUID(one).version for one in found} == {4}
    assert len(set(found)) == len(found)
    assert apim("GET", "/apis/odd").headers["x-ms-request-id"] == "scripted"


def test_a_clients_correlation_id_comes_back(apim: Any) -> None:
    answers = [apim("GET", path, x_ms_correlation_request_id="run-7") for path in ("/apis", "/apis/none")]
    assert [one.headers["x-ms-correlation-request-id"] for one in answers] == ["run-7"] * 2
    assert len({one.headers["x-ms-request-id"] for one in answers}) == 2
    for odd in ("caf\xe9", "x" * 129, "a b"):
        given = apim("GET", "/apis", x_ms_correlation_request_id=odd).headers["x-ms-correlation-request-id"]
        assert UUID(given).version == 4


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc"])
def test_a_bearer_token_is_required(arm: Any, header: str | None) -> None:
    refused = arm("GET", GROUP, Authorization=header)
    assert (refused.status, refused.code) == (401, "AuthenticationFailed")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_an_api_version_is_required(azure: Emulator, arm: Any) -> None:
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc)
    connection.request("GET", GROUP, headers={"Authorization": "Bearer x"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]["code"]) == (400, "MissingApiVersionParameter")
    connection.close()
    assert arm("GET", f"{GROUP}?api-version=yesterday").code == "InvalidApiVersionParameter"


def test_metadata_needs_neither_token_nor_version(azure: Emulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc)
    connection.request("GET", "/metadata/endpoints")
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert answer["authentication"]["audiences"] == [azure.url]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"3", b"\xff", b'{"a": NaN}', b"[" * 100000])
def test_bad_json_is_the_clients_error(apim: Any, payload: bytes) -> None:
    refused = apim("PUT", "/groups/g", payload)
    assert refused.status == 400
    assert refused.code in ("InvalidRequestContent", "ValidationError")


def test_deep_json_is_the_clients_error(apim: Any) -> None:
    deep = b'{"properties": {"displayName": "x", "a": ' + b"[" * 800 + b"]" * 800 + b"}}"
    assert apim("PUT", "/groups/g", deep).status in (201, 400)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("/apis/pets"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = (
    "/apis/a;rev=2",
    "/apis/pets",
    "/apis/pets/operations/o",
    "/apis/pets/releases/r",
    "/apis/pets/schemas/s",
    "/apis/pets/policies/policy",
    "/apis/pets/diagnostics/d",
    "/apis/pets/resolvers/r",
    "/apiVersionSets/v",
    "/products/starter",
    "/products/starter/apis/pets",
    "/subscriptions/s",
    "/groups/g",
    "/users/u",
    "/namedValues/n",
    "/backends/b",
    "/loggers/l",
    "/authorizationProviders/p",
    "/certificates/c",
    "/policyFragments/f",
    "",
)
UNTYPED = ("value", "type", "apiType", "loggerId", "data", "hostnameConfigurations", "customProperties")
KEYS = sorted(
    {
        *(name for shape in SHAPES.values() for name in shape.members),
        *UNTYPED,
        "publisherEmail",
        "identityProvider",
        "contentType",
    }
)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[str]:
    with Emulator(lro_polls=0) as azure:
        yield azure.url


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    path=st.sampled_from(PATHS),
    props=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6),
    method=st.sampled_from(["PUT", "PATCH"]),
)
def test_ill_typed_bodies_never_break_the_server(
    fuzzed: str, client: Any, path: str, props: dict[str, Any], method: str
) -> None:
    arm = client(fuzzed)
    if arm("GET", "/apis/pets").status == 404:
        if arm("GET", "").status == 404:
            arm.ready()
        arm.api("pets")
    defaults = {"displayName": "x", "method": "GET", "urlTemplate": "/", "path": "q", "value": "v", "url": "u"}
    service = {} if path else {"location": "eastus", "sku": {"name": "Developer"}}
    answer = arm(method, path, {**service, "properties": {**defaults, **props}})
    assert answer.status in (200, 201, 202, 400, 404, 409, 501), (path, props, answer.body)
    arm("GET", "")


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?"), max_size=60))
def test_odd_urls_never_break_the_server(fuzzed: str, text: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(fuzzed).netloc)
    connection.request(
        "GET", "/subscriptions/" + text + "?api-version=2024-05-01&$skip=x", headers={"Authorization": "Bearer x"}
    )
    assert connection.getresponse().status in (200, 400, 404, 501)
    connection.close()


def test_the_wire_is_reported(client: Any) -> None:
    seen: list[Exchange] = []
    with Emulator(on_exchange=seen.append) as azure:
        client(azure.url)("PUT", GROUP, {"location": "eastus"})
    assert [(e.method, e.path, e.query, e.status) for e in seen] == [("PUT", GROUP, "api-version=2024-05-01", 201)]
    assert (seen[0].request_headers["authorization"], json.loads(seen[0].body)) == (
        "Bearer token",
        {"location": "eastus"},
    )


def test_latency_is_added_to_every_answer(client: Any) -> None:
    with Emulator(latency=0.2) as azure:
        before = time.monotonic()
        client(azure.url)("GET", GROUP)
        assert time.monotonic() - before >= 0.2


def test_requests_are_served_while_others_wait(azure: Emulator, arm: Any) -> None:
    azure.faults.add(Fault("GET", "/slow", delay=10 * PATIENCE, times=10))
    waiting = []
    for left in range(9, -1, -1):
        connection = http.client.HTTPConnection(urlsplit(azure.url).netloc)
        connection.request("GET", f"{GROUP}/slow?api-version=2024-05-01", headers={"Authorization": "Bearer x"})
        waiting.append(connection)
        while sum(fault["times"] for fault in azure.faults.pending()) > left:
            assert arm("GET", GROUP).status == 404, "the request has not got there yet: others are served"
    assert arm("PUT", GROUP, {"location": "eastus"}).status == 201
    assert arm("GET", GROUP).status == 200
    for connection in waiting:
        connection.close()


def test_tls_with_a_certificate_for_loopback() -> None:
    with Emulator(tls=True) as azure:
        assert azure.url.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=azure.ca_bundle)
        for host in ("127.0.0.1", "localhost"):
            connection = http.client.HTTPSConnection(host, urlsplit(azure.url).port or 0, context=context)
            connection.request("GET", "/metadata/endpoints")
            answer = connection.getresponse()
            assert (answer.status, len(answer.read()) > 0) == (200, True)
            connection.close()


def test_a_port_in_use_is_named() -> None:
    with Emulator() as azure:
        port = urlsplit(azure.url).port or 0
        with pytest.raises(EmulatorError, match=str(port)):
            Emulator(port=port).start()


def test_an_emulator_can_be_started_again(tmp_path: Path, client: Any) -> None:
    azure = Emulator(tmp_path / "state.sqlite3")
    for status in (201, 200):
        azure.start()
        assert client(azure.url)("PUT", GROUP, {"location": "eastus"}).status == status
        azure.stop()
    azure.stop()


def test_a_file_of_someone_else_is_refused(tmp_path: Path) -> None:
    text, other, gone = tmp_path / "text", tmp_path / "other.sqlite3", tmp_path / "no" / "folder"
    text.write_text("not a database at all, but long enough to be looked at" * 20)
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE t (x)")
    database.close()
    for path in (text, other, gone):
        with pytest.raises(EmulatorError, match=path.name):
            Emulator(path).start()
    assert text.read_text().startswith("not a database")


def test_a_damaged_file_is_refused(tmp_path: Path, client: Any) -> None:
    state = tmp_path / "state.sqlite3"
    with Emulator(state) as azure:
        client(azure.url).ready()
    content = bytearray(state.read_bytes())
    content[4096:40960] = b"\x5a" * (40960 - 4096)
    state.write_bytes(content)
    with pytest.raises(EmulatorError, match=r"state\.sqlite3"):
        Emulator(state).start()


def test_faults_replace_answers_once(azure: Emulator, arm: Any) -> None:
    azure.faults.add(
        Fault(
            "PUT",
            "/resourceGroups/g$",
            status=429,
            code="TooManyRequests",
            skip=1,
            times=2,
            headers={"Retry-After": "3"},
        )
    )
    statuses = [arm("PUT", GROUP, {"location": "eastus"}) for _ in range(4)]
    assert [reply.status for reply in statuses] == [201, 429, 429, 200]
    assert (statuses[1].code, statuses[1].headers["retry-after"]) == ("TooManyRequests", "3")


def test_a_fault_before_the_request_leaves_no_trace_and_one_after_it_does(azure: Emulator, arm: Any) -> None:
    azure.faults.add(Fault("PUT", "/g$", status=503))
    azure.faults.add(Fault("PUT", "/h$", status=503, after=True))
    assert arm("PUT", GROUP, {"location": "eastus"}).status == 503
    assert arm("GET", GROUP).status == 404
    other = GROUP[:-1] + "h"
    assert arm("PUT", other, {"location": "eastus"}).status == 503
    assert arm("GET", other).status == 200


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_connection_gives_no_answer(azure: Emulator, arm: Any, after: bool) -> None:
    azure.faults.add(Fault("*", "/g$", drop=True, after=after))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        arm("PUT", GROUP, {"location": "eastus"})
    assert arm("GET", GROUP).status == (200 if after else 404)


def test_a_fault_can_be_a_delay_alone(azure: Emulator, arm: Any) -> None:
    azure.faults.add(Fault("*", ".", delay=0.2))
    before = time.monotonic()
    assert arm("PUT", GROUP, {"location": "eastus"}).status == 201
    assert time.monotonic() - before >= 0.2


def test_many_reads_go_over_one_connection_without_being_held_back(apim: Any) -> None:
    """A new connection for each, or Nagle's algorithm (40 ms for each), would make a plan of thousands take minutes."""
    connection = http.client.HTTPConnection(urlsplit(apim.url).netloc)
    path = urlsplit(apim("GET", "/apis/echo-api").body["id"]).path + "?api-version=2024-05-01"
    connection.connect()
    kept = connection.sock
    for _ in range(300):
        connection.request("GET", path, headers={"Authorization": "Bearer x"})
        assert connection.getresponse().read()
        assert connection.sock is kept
    ours = kept.getsockname()
    served = [one.transport for one in gc.get_objects() if isinstance(one, HttpToolsProtocol) and one.client == ours]
    (ends,) = [one.get_extra_info("socket") for one in served]
    assert ends.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    connection.close()


def test_a_server_that_fails_to_start_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Listener) -> None:
        raise OSError("no more files")

    monkeypatch.setattr(Listener, "_config", broken)
    azure = Emulator()
    with pytest.raises(EmulatorError, match="did not start: no more files"):
        azure.start()
