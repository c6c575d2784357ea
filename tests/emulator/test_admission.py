"""Who is let in: a server on loopback is reachable from every web page in the user's browser."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision.emulator import Emulator, EmulatorError
from provision.emulator.serving.admission import Admission
from provision.emulator.serving.door import Door
from provision.emulator.serving.listener import Listener, bind, serve
from provision.emulator.world.wire import Answer
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.world.wire import Request

CLOCK = "/_emulator/clock"
GROUP = "/subscriptions/s/resourceGroups/g?api-version=2024-05-01"
DAY = {"advance": "P1D"}


def ask(url: str, method: str, path: str, body: Any = None, **headers: str | None) -> tuple[int, str]:
    """Status and error code of a request with exactly these headers, and the token."""
    parts = urlsplit(url)
    sent = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    address = parts.hostname if (parts.hostname or "").startswith("127.") else "127.0.0.1"
    connection = http.client.HTTPConnection(str(address), parts.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host="Host" in sent)
        payload = json.dumps(body).encode() if body is not None else b""
        for name, value in {**sent, "Content-Length": str(len(payload))}.items():
            connection.putheader(name, value)
        connection.endheaders(payload)
        answer = connection.getresponse()
        text = answer.read()
    found = json.loads(text) if text else {}
    return answer.status, found.get("error", {}).get("code", "") if isinstance(found, dict) else ""


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:9",
        "LOCALHOST.",
        "127.0.0.1",
        "127.0.0.1:8080",
        "127.9.9.9",
        "[::1]",
        "[::1]:80",
        "apim.localhost",
    ],
)
def test_loopback_names_are_answered(azure: Emulator, host: str) -> None:
    assert ask(azure.url, "GET", CLOCK, Host=host) == (200, "")
    assert ask(azure.url, "GET", GROUP, Host=host)[0] == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "localhost@evil.example",
        "localhost:80@evil.example",
        "127.0.0.1.evil.example",
        "xlocalhost",
        "localhost:x",
        "[::1",
        "[::1]x",
        "192.168.0.1",
        "0.0.0.0",
        "",
    ],
)
def test_any_other_host_is_refused(azure: Emulator, host: str) -> None:
    before = azure.clock.now()
    assert ask(azure.url, "GET", GROUP, Host=host) == (403, "HostNotAllowed")
    assert ask(azure.url, "POST", CLOCK, DAY, Host=host) == (403, "HostNotAllowed")
    assert (azure.clock.now() - before).days == 0


def test_hosts_that_were_allowed_are_answered() -> None:
    with Emulator(allow_hosts=("Azure.Example.", "10.1.2.3")) as azure:
        for host in ("azure.example", "AZURE.example:8443", "10.1.2.3:1", "localhost"):
            assert ask(azure.url, "GET", CLOCK, Host=host) == (200, "")
        assert ask(azure.url, "GET", CLOCK, Host="other.example") == (403, "HostNotAllowed")
        assert ask(azure.url, "GET", CLOCK, Origin="https://azure.example") == (200, "")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://localhost.evil.example", "http://["])
def test_a_page_of_another_site_can_do_nothing(azure: Emulator, origin: str) -> None:
    before = azure.clock.now()
    assert ask(azure.url, "POST", CLOCK, DAY, Origin=origin) == (403, "OriginNotAllowed")
    assert ask(azure.url, "GET", GROUP, Origin=origin) == (403, "OriginNotAllowed")
    assert (azure.clock.now() - before).days == 0


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 200), ("same-origin", 200), ("none", 200)]
)
def test_what_a_browser_says_of_the_site_counts(azure: Emulator, site: str, status: int) -> None:
    assert ask(azure.url, "GET", CLOCK, Sec_Fetch_Site=site)[0] == status


def test_no_preflight_is_answered(azure: Emulator) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Origin": "https://evil.example"}
    assert ask(azure.url, "OPTIONS", CLOCK, **asked) == (403, "OriginNotAllowed")


def test_the_page_of_its_own_origin_is_answered(azure: Emulator) -> None:
    assert ask(azure.url, "POST", CLOCK, DAY, Origin=azure.url) == (200, "")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_the_admin_surface_wants_json(azure: Emulator, kind: str) -> None:
    before = azure.clock.now()
    assert ask(azure.url, "POST", CLOCK, DAY, Content_Type=kind) == (415, "UnsupportedMediaType")
    assert ask(azure.url, "PUT", "/_emulator/faults", [], Content_Type=kind) == (415, "UnsupportedMediaType")
    assert (azure.clock.now() - before).days == 0
    assert ask(azure.url, "POST", CLOCK, DAY, Content_Type="Application/JSON; charset=utf-8") == (200, "")


def test_the_identity_endpoint_has_the_rule_too() -> None:
    with Emulator(tls=True) as azure:
        url = azure.environment["IDENTITY_ENDPOINT"]
        assert ask(url, "GET", "/msi/token", Host="evil.example") == (403, "HostNotAllowed")
        assert ask(url, "GET", "/msi/token", Origin="https://evil.example") == (403, "OriginNotAllowed")
        assert ask(url, "GET", "/msi/token")[0] == 401


def test_the_certificate_names_what_is_answered() -> None:
    with Emulator(tls=True, allow_hosts=("azure.example",)) as azure:
        context = ssl.create_default_context(cafile=azure.ca_bundle)
        for name in ("localhost", "127.0.0.1", "azure.example"):
            with socket.create_connection(("127.0.0.1", urlsplit(azure.url).port or 0), timeout=PATIENCE) as plain:
                context.wrap_socket(plain, server_hostname=name).close()


def test_an_address_of_its_own_is_bound_and_answered() -> None:
    with Emulator(host="127.0.0.2") as azure:
        assert urlsplit(azure.url).hostname == "127.0.0.2"
        assert ask(azure.url, "GET", CLOCK) == (200, "")
    with Emulator(host="0.0.0.0", allow_hosts=("azure.example",)) as azure:
        assert urlsplit(azure.url).hostname == "azure.example"
        assert ask(azure.url, "GET", CLOCK, Host="azure.example") == (200, "")
        assert ask(azure.url, "GET", CLOCK, Host="0.0.0.0") == (403, "HostNotAllowed")
    with pytest.raises(EmulatorError, match=r"on 203\.0\.113\.1 cannot be used"):
        Emulator(host="203.0.113.1").start()


@pytest.fixture
def open_listener() -> Iterator[str]:
    """The URL of a listener to which every host and origin belongs, as a gateway's will be."""

    async def app(request: Request) -> Answer:
        return Answer(200, {"host": request.headers["host"]})

    bound = bind("127.0.0.1", 0)
    loop, stopping, started = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    serving = serve([Listener(bound, Door(app, Admission(None)))], started.set, stopping)
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    assert started.wait(PATIENCE)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    loop.call_soon_threadsafe(stopping.set)
    thread.join()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_the_rule_belongs_to_the_listener(open_listener: str) -> None:
    assert ask(open_listener, "GET", "/", Host="api.contoso.example", Origin="https://evil.example") == (200, "")
    assert ask(open_listener, "POST", "/", {}, Host="any", Sec_Fetch_Site="cross-site") == (200, "")
