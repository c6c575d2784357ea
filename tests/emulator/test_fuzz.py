"""Requests that no client should send: none may break the server, whatever the answer."""

from __future__ import annotations

import http.client
import logging
import os
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.emulator import Emulator
from provision.emulator.rules import KINDS
from tests.conftest import PATIENCE
from tests.emulator.fuzz import CHUNKED, Wild, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = int(os.environ.get("EMULATOR_FUZZ", "2500"))
SEED = int(os.environ.get("EMULATOR_FUZZ_SEED", "20240501"))
BROKEN = 500
UNKNOWN_ROUTE = 501
ROUND = 100


class Wire:
    """One connection, made anew where the server closed it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._socket: socket.socket | None = None

    def __call__(self, wild: Wild) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=PATIENCE)
        try:
            self._socket.sendall(wild.wire())
            answer = http.client.HTTPResponse(self._socket, method=wild.method)
            answer.begin()
            text = answer.read()
        except OSError as error:
            self.close()
            # A request that is no HTTP is refused before all of it was read, which resets the connection.
            if isinstance(error, ConnectionResetError | BrokenPipeError) and len(wild.body or b"") > 60_000:
                return 400, b""
            raise
        if answer.will_close:
            self.close()
        return answer.status, text

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


@pytest.fixture
def wire(apim: Any) -> Iterator[Wire]:
    made = Wire(apim.url)
    yield made
    made.close()


def at_rest(apim: Any) -> None:
    """Make again what the requests before may have deleted, and wait for what they began."""
    while (now := apim("GET", "")).status != 200 or now.props["provisioningState"] != "Succeeded":
        if now.status != 200:
            apim.ready()
    assert apim.put("/apis/pets", displayName="pets", path="pets").status in (200, 201, 400)


def test_no_request_breaks_the_server(apim: Any, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for number, wild in enumerate(requests(SEED, NUMBER)):
            if not number % ROUND:
                at_rest(apim)
            status, text = wire(wild)
            assert status < BROKEN or status == UNKNOWN_ROUTE, (number, status, text[:2000], wild)
    assert not [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]
    assert apim("GET", "").status == 200
    for collection in (kind for kind in KINDS if "/" not in kind and "LIST" in KINDS[kind].verbs):
        listed = apim("GET", f"/{collection}")
        assert listed.status == 200, collection
        assert all(item["id"] for item in listed.body["value"])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with Emulator(lro_polls=0) as azure:
        yield azure.url


BYTES = st.binary(max_size=40).map(lambda b: b.translate(None, b"\r\n \x00"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "PUT", "PATCH", "DELETE", "HEAD", "POST"]),
    path=st.lists(BYTES, max_size=12),
    query=BYTES,
    match=BYTES,
    body=st.binary(max_size=200),
    chunked=st.booleans(),
)
def test_no_bytes_break_the_server(
    server: str, method: str, path: list[bytes], query: bytes, match: bytes, body: bytes, chunked: bool
) -> None:
    target = b"/subscriptions/s/resourceGroups/" + b"/".join(path) + b"?api-version=2024-05-01&" + query
    headers = [("Authorization", b"Bearer x"), ("If-Match", match)]
    if chunked:
        headers.append(("Transfer-Encoding", CHUNKED.encode()))
        body = (b"%x\r\n" % len(body) + body + b"\r\n" if body else b"") + b"0\r\n\r\n"
    else:
        headers.append(("Content-Length", str(len(body)).encode()))
    wire = Wire(server)
    status, text = wire(Wild(method, target, tuple(headers), body))
    wire.close()
    assert status < BROKEN or status == UNKNOWN_ROUTE, text


@pytest.mark.parametrize("name", ["a%0d%0aX-Evil: y", "a%00b", "a%26b=c", "a%23b", "%E2%80%A8", "a b"])
def test_a_name_cannot_write_headers(apim: Any, name: str) -> None:
    apim.version = "2022-08-01"
    made = apim.put(f"/namedValues/{name.replace(' ', '%20')}", displayName="n", value="v")
    assert "x-evil" not in made.headers
    if made.status == 202:
        assert apim("GET", made.headers["location"].removeprefix(apim.url)).status in (201, 202)
    else:
        assert made.targets == ["id"]


def test_the_next_page_of_a_filter_carries_the_filter(client: Any) -> None:
    with Emulator(page_size=2) as azure:
        apim = client(azure.url)
        apim.ready()
        for number in range(5):
            apim.put(f"/tags/t{number}", displayName=f"a & b #{number}")
        found = apim("GET", "/tags?$filter=contains(displayName,'a%20%26%20b%20%23')")
        names = list(found.names)
        while found.body.get("nextLink"):
            found = apim("GET", found.body["nextLink"].removeprefix(azure.url))
            names += found.names
        assert names == [f"t{number}" for number in range(5)]
