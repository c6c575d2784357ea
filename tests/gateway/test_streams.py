"""Bodies that pass through, backends that are slow or break off, and many callers at once."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision.emulator.serving.certificate import Certificate
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.conftest import Site

MEGABYTE = 1024 * 1024


@contextlib.contextmanager
def raw_backend(serve: Callable[[socket.socket], None], wrap: ssl.SSLContext | None = None) -> Iterator[str]:
    """A backend that speaks as a test wants, for one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stopped = threading.Event()

        def run() -> None:
            while not stopped.is_set():
                with contextlib.suppress(OSError, ssl.SSLError):
                    accepted, _ = listening.accept()
                    with wrap.wrap_socket(accepted, server_side=True) if wrap else accepted as connection:
                        serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"{'https' if wrap else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
        stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listening.getsockname()).close()
        thread.join(PATIENCE)


def head_of(connection: socket.socket) -> bytes:
    return until(connection, b"\r\n\r\n", b"")


def until(connection: socket.socket, wanted: bytes, found: bytes) -> bytes:
    """Read until something came, or the other side has ended."""
    while wanted not in found:
        part = connection.recv(65536)
        if not part:
            break
        found += part
    return found


def opened(site: Site, method: str, target: str, body: Any = None, **headers: str) -> http.client.HTTPConnection:
    parts = urlsplit(site.call.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    connection.request(method, parts.path + target, body, headers)
    return connection


def test_an_answer_arrives_while_it_is_made(site: Site) -> None:
    proceed = threading.Event()

    def serve(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        assert proceed.wait(PATIENCE)
        connection.sendall(b"later")

    with raw_backend(serve) as url:
        site.api("slow", "slow", {"op": "GET /x"}, serviceUrl=url)
        with contextlib.closing(opened(site, "GET", "/slow/x")) as connection:
            answer = connection.getresponse()
            assert answer.read(5) == b"first"
            proceed.set()
            assert answer.read() == b"later"


def test_a_request_leaves_while_it_comes(site: Site) -> None:
    seen = threading.Event()

    def serve(connection: socket.socket) -> None:
        found = until(connection, b"early", head_of(connection))
        seen.set()
        until(connection, b"late.", found)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def body() -> Iterator[bytes]:
        yield b"early"
        assert seen.wait(PATIENCE)
        yield b"late."

    with raw_backend(serve) as url:
        site.api("slow", "slow", {"op": "POST /x"}, serviceUrl=url)
        with contextlib.closing(opened(site, "POST", "/slow/x", body(), **{"Content-Length": "10"})) as connection:
            assert connection.getresponse().read() == b"ok"


def test_large_bodies_pass_both_ways(site: Site) -> None:
    site.api("big", "big", {"op": "POST /x"})
    sent = b"0123456789abcdef" * (MEGABYTE // 16) * 24
    site.backend.answer = lambda asked: (200, {}, asked.body[::-1])
    told = site.call("POST", "/big/x", sent)
    assert (told.status, told.body == sent[::-1]) == (200, True)
    site.policy("apis/big", "<limit-concurrency key='k' max-count='1' />")
    assert site.call("POST", "/big/x", iter([sent])).status == 200  # type: ignore[arg-type]


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(site: Site) -> None:
    def serve(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")

    with raw_backend(serve) as url:
        site.api("broken", "broken", {"op": "GET /x"}, serviceUrl=url)
        with contextlib.closing(opened(site, "GET", "/broken/x")) as connection:
            answer = connection.getresponse()
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()


def silent(connection: socket.socket) -> None:
    """Read, and say nothing until the other side gives up."""
    head_of(connection)
    connection.recv(1)


def test_a_slow_backend_delays_nobody_else_and_has_its_time(site: Site) -> None:
    waiting, proceed = threading.Semaphore(0), threading.Event()

    def serve(connection: socket.socket) -> None:
        head_of(connection)
        waiting.release()
        assert proceed.wait(PATIENCE)

    with raw_backend(serve) as url, ThreadPoolExecutor(8) as pool:
        site.api("slow", "slow", {"op": "GET /x"}, serviceUrl=url)
        site.api("fast", "fast", {"op": "GET /x"})
        calls = [pool.submit(site.call, "GET", "/slow/x") for _ in range(8)]
        assert waiting.acquire(timeout=PATIENCE)
        assert site.call("GET", "/fast/x").status == 200
        assert not any(call.done() for call in calls)
        proceed.set()
        assert {call.result().status for call in calls} == {500}

    with raw_backend(silent) as url:
        site.api("mute", "mute", {"op": "GET /x"}, serviceUrl=url)
        backend = '<forward-request timeout-ms="50" />'
        document = f"<policies><inbound/><backend>{backend}</backend><outbound/><on-error/></policies>"
        site.policy("apis/mute", document)
        told = site.call("GET", "/mute/x")
        assert (told.status, "Timeout" in told.text) == (500, True)


def test_a_backend_with_a_certificate_of_its_own(site: Site) -> None:
    certificate = Certificate(["localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.bundle, certificate.key)

    def serve(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    try:
        with raw_backend(serve, context) as url:
            site.api("own", "own", {"op": "GET /x"}, serviceUrl=url)
            told = site.call("GET", "/own/x")
            assert (told.status, "BackendConnectionFailure" in told.text) == (500, True)
            lax = {"validateCertificateChain": False, "validateCertificateName": False}
            site.arm.put("backends/own", {"properties": {"url": url, "protocol": "http", "tls": lax}})
            site.policy("apis/own", '<set-backend-service backend-id="own" />')
            assert site.call("GET", "/own/x").text == "ok"
    finally:
        certificate.remove()


def test_who_leaves_early_is_not_waited_for(site: Site) -> None:
    gone = threading.Event()

    def serve(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        gone.set()

    with raw_backend(serve) as url:
        site.api("endless", "endless", {"op": "GET /x"}, serviceUrl=url)
        with contextlib.closing(opened(site, "GET", "/endless/x")) as connection:
            assert len(connection.getresponse().read(MEGABYTE)) == MEGABYTE
        assert gone.wait(PATIENCE)


def test_a_backend_is_given_up_with_its_caller(site: Site) -> None:
    asked, ended = threading.Event(), threading.Event()

    def serve(connection: socket.socket) -> None:
        if head_of(connection):
            asked.set()
            connection.recv(1)
            ended.set()

    with raw_backend(serve) as url:
        site.api("slow", "slow", {"op": "GET /x"}, serviceUrl=url)
        with contextlib.closing(opened(site, "GET", "/slow/x")):
            assert asked.wait(PATIENCE)
        assert ended.wait(PATIENCE)


def test_many_callers_get_their_own_answers_and_limits_hold_exactly(site: Site) -> None:
    clients, calls, limit = 32, 40, 700
    site.api("own", "own", {"op": "POST /x/{n}"})
    site.policy("apis/own", f'<rate-limit-by-key calls="{limit}" renewal-period="60" counter-key="all" />')
    site.clock.freeze(site.clock.now())
    site.backend.answer = lambda asked: (200, {}, asked.target.encode() + b" " + asked.body)

    def client(number: int) -> list[tuple[str, int, str]]:
        parts = urlsplit(site.call.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
        found = []
        with contextlib.closing(connection):
            for turn in range(calls):
                name = f"{number}-{turn}"
                connection.request("POST", f"{parts.path}/own/x/{name}", f"body {name}")
                answer = connection.getresponse()
                found.append((name, answer.status, answer.read().decode()))
        return found

    with ThreadPoolExecutor(clients) as pool:
        told = [one for found in pool.map(client, range(clients)) for one in found]
    assert len(told) == clients * calls
    good = [(name, text) for name, status, text in told if status == 200]
    assert [text for name, text in good] == [f"/x/{name} body {name}" for name, text in good]
    assert {status for _, status, _ in told} == {200, 429}
    assert len(good) == limit
    assert sorted(one.target for one in site.backend.asked) == sorted(f"/x/{name}" for name, _ in good)
