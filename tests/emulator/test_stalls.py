"""What one client asks for keeps no other client waiting, and what is too much is refused."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision.emulator import Emulator, EmulatorError, Fault
from provision.emulator.openapi import fetching
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
MEGABYTE = 1024 * 1024


@pytest.fixture
def trickling() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """The URL of a server that never ends its answer, whether somebody reads from it, and what lets it go on."""
    asked, go_on = threading.Event(), threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = bound.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{")
                asked.set()
                while not go_on.wait(0.02):
                    connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/", asked, go_on
        go_on.set()
        thread.join(PATIENCE)


def imported(arm: Any, link: str, form: str = "openapi-link") -> tuple[threading.Thread, list[Any]]:
    """Begin to import an API from a link; the thread, and where its answer will be."""
    found: list[Any] = []
    thread = threading.Thread(
        target=lambda: found.append(arm.put("/apis/linked", path="linked", displayName="L", format=form, value=link))
    )
    thread.start()
    return thread, found


def test_an_import_that_trickles_keeps_nobody_waiting(apim: Any, trickling: Any) -> None:
    link, asked, go_on = trickling
    thread, found = imported(apim, link)
    assert asked.wait(PATIENCE)
    assert apim("GET", "/apis/echo-api").status == 200
    assert apim.put("/groups/meanwhile", displayName="meanwhile").status == 201
    assert found == []
    go_on.set()
    thread.join(PATIENCE)
    assert found[0].code == "ValidationError"


def test_an_import_that_trickles_ends(apim: Any, trickling: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its bytes comes in time; all of it does not."""
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    thread, found = imported(apim, trickling[0])
    thread.join(PATIENCE)
    assert "did not come within" in found[0].body["error"]["details"][0]["message"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){12}x", "([a-z]+)*=", "(x+x+)+y"])
def test_a_pattern_that_backtracks_for_ever_stalls_nobody(arm: Any, pattern: str) -> None:
    armed = arm("PUT", f"{arm.url}/_emulator/faults", [{"path": pattern, "status": 500}])
    assert armed.status == 200
    assert arm("GET", f"/subscriptions/s/resourceGroups/{'a' * 50}{'x' * 50}!").status in (404, 500)


@pytest.mark.parametrize("pattern", ["(?!apis)x", "(?<=a)b", r"(a)\1", "\ud800"])
def test_what_cannot_be_matched_in_linear_time_is_refused(arm: Any, azure: Emulator, pattern: str) -> None:
    refused = arm("PUT", f"{arm.url}/_emulator/faults", [{"path": pattern, "status": 500}])
    assert (refused.status, "is no regular expression" in refused.body["error"]["message"]) == (400, True)
    with pytest.raises(EmulatorError, match="is no regular expression"):
        azure.faults.add(Fault("GET", pattern, 500))


def test_a_script_has_an_end(arm: Any) -> None:
    refused = arm("PUT", f"{arm.url}/_emulator/faults", [{"path": "x", "status": 500}] * 1001)
    assert "at most 1000 faults" in refused.body["error"]["message"]


def sent(azure: Emulator, body: bytes, *, pieces: bool = False, declared: int | None = None) -> tuple[int, str]:
    """Status and error code of a PUT of a group with this body, sent in pieces or at once."""
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.putrequest("PUT", f"{GROUP}?api-version=2024-05-01")
        connection.putheader("Authorization", "Bearer x")
        connection.putheader(
            *(("Transfer-Encoding", "chunked") if pieces else ("Content-Length", str(declared or len(body))))
        )
        connection.endheaders()
        with contextlib.suppress(OSError):  # it may be answered before all is sent
            for at in range(0, len(body), MEGABYTE):
                part = body[at : at + MEGABYTE]
                connection.send(b"%x\r\n%b\r\n" % (len(part), part) if pieces else part)
            connection.send(b"0\r\n\r\n" if pieces else b"")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["error"]["code"] if answer.status >= 300 else ""


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "chunked"])
def test_a_body_has_an_end(azure: Emulator, pieces: bool) -> None:
    fits = b'{"location": "eastus"}'
    assert sent(azure, fits.ljust(8 * MEGABYTE), pieces=pieces)[0] in (200, 201)
    assert sent(azure, fits.ljust(8 * MEGABYTE + 1), pieces=pieces) == (413, "RequestContentTooLarge")
    assert sent(azure, fits.ljust(32 * MEGABYTE), pieces=pieces) == (413, "RequestContentTooLarge")
    assert sent(azure, fits, pieces=pieces) == (200, "")


def test_what_is_too_large_is_refused_before_it_comes(azure: Emulator) -> None:
    assert sent(azure, b"", declared=10**15) == (413, "RequestContentTooLarge")


def test_a_connection_goes_on_after_a_body_that_was_too_large(azure: Emulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc, timeout=PATIENCE)
    with contextlib.closing(connection):
        for size, status in ((9 * MEGABYTE, 413), (10, 400), (9 * MEGABYTE, 413)):
            headers = {"Authorization": "Bearer x"}
            connection.request("PUT", f"{GROUP}?api-version=2024-05-01", b"x" * size, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status


@pytest.mark.parametrize("head", ["GET /{} HTTP/1.1\r\n", "GET / HTTP/1.1\r\nX-A: {}", "GET / HTTP/1.1\r\n{}: b"])
def test_a_head_has_an_end(azure: Emulator, head: str) -> None:
    """What is too long is answered 431, which the client may miss when the connection closes before it has sent all."""
    for size, found in ((10_000, {"501"}), (2 * MEGABYTE, {"431", "closed"})):
        said = "closed"
        with socket.create_connection(("127.0.0.1", urlsplit(azure.url).port or 0), timeout=PATIENCE) as plain:
            text = head.format("a" * size).rstrip() + "\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n"
            with contextlib.suppress(ConnectionError):
                plain.sendall(text.encode())
                said = plain.recv(100).decode().split()[1]
        assert said in found


def test_many_requests_on_one_connection_are_no_long_head(azure: Emulator) -> None:
    connection = http.client.HTTPConnection(urlsplit(azure.url).netloc, timeout=PATIENCE)
    with contextlib.closing(connection):
        for _ in range(40):
            connection.request("GET", "/_emulator/clock", headers={"X-A": "a" * 9000})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200


def test_a_body_of_very_many_values_is_refused(apim: Any) -> None:
    refused = apim("PUT", "/groups/g", b"[" + b"[]," * 500_001 + b"[]]")
    assert (refused.code, "values" in refused.body["error"]["message"]) == ("InvalidRequestContent", True)


def test_half_a_request_is_not_executed(azure: Emulator, arm: Any) -> None:
    body = b'{"location": "eastus"}'
    with socket.create_connection(("127.0.0.1", urlsplit(azure.url).port or 0), timeout=PATIENCE) as plain:
        head = f"PUT {GROUP}?api-version=2024-05-01 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
        plain.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n")
    assert {arm("GET", GROUP).status for _ in range(20)} == {404}


def in_parallel(work: Callable[[int], Any], count: int) -> list[Any]:
    found: list[Any] = [None] * count

    def one(number: int) -> None:
        found[number] = work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return found


def test_writers_at_once_keep_each_others_writes(apim: Any) -> None:
    """Requests with bodies are executed side by side; what each reads and writes is one step for the others."""

    def write(number: int) -> int:
        return int(apim.put(f"/groups/g{number}", displayName=f"group {number}").status)

    assert in_parallel(write, 24) == [201] * 24
    assert {f"g{number}" for number in range(24)} <= set(apim("GET", "/groups").names)
    taken = in_parallel(lambda number: apim.put(f"/apis/a{number}", displayName="a", path="one").status, 8)
    assert sorted(taken) == [201] + [400] * 7


def test_a_chain_of_merge_keys_takes_no_memory(apim: Any) -> None:
    lines = ["openapi: 3.0.0", "x-0: &a0 {a: 1, b: 2, c: 3}"]
    lines += [f"x-{n}: &a{n}\n  k{n}: 1\n  <<: [{', '.join([f'*a{n - 1}'] * 50)}]" for n in range(1, 12)]
    big = (
        "x-b: &b {" + ", ".join(f"k{n}: 1" for n in range(50_000)) + "}\nx-c:\n  <<: [" + ", ".join(["*b"] * 100) + "]"
    )
    for document in ("\n".join(lines), f"openapi: 3.0.0\n{big}"):
        refused = apim.put("/apis/laughs", path="laughs", displayName="L", format="openapi", value=document)
        assert refused.targets == ["representation"]
