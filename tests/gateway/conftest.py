"""An embedded Azure with its gateway, a backend that tells what it was asked, and a caller."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socketserver
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import PATIENCE, Arm, Cloud, embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from provision.emulator.world.clock import Clock

Handler = http.server.BaseHTTPRequestHandler


@dataclass(frozen=True)
class Asked:
    """What a backend was asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """What a caller was told."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Backend:
    """A server whose answers a test decides; without a word it tells the request as JSON."""

    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, Mapping[str, str], bytes] | None] = lambda _: None
    url: str = ""

    def handle(self, handler: Handler) -> None:
        headers = {key.lower(): value for key, value in handler.headers.items()}
        asked = Asked(handler.command, handler.path, headers, _read(handler))
        self.asked.append(asked)
        answer = self.answer(asked)
        if answer is None:
            told = {"method": asked.method, "target": asked.target, "headers": headers, "body": asked.body.decode()}
            answer = (200, {"Content-Type": "application/json"}, json.dumps(told).encode())
        status, fields, body = answer
        handler.send_response_only(status)
        for name, value in fields.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)


def _read(handler: Handler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """A gateway that gave up closes connections: nothing to tell."""


@contextlib.contextmanager
def backend_server() -> Iterator[Backend]:
    """A backend for as long as the block runs."""
    found = Backend()

    class Handling(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return lambda: found.handle(self)
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with _Server(("127.0.0.1", 0), Handling) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        server.shutdown()


class Caller:
    """Calls the gateway of one instance."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        key: str = "",
    ) -> Told:
        parts = urlsplit(self.url)
        sent = dict(headers or {})
        if key:
            sent["Ocp-Apim-Subscription-Key"] = key
        connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, parts.path + target, body, sent)
            answer = connection.getresponse()
            return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


@dataclass
class Site:
    """One instance with a gateway, set up as tests want it."""

    cloud: Cloud
    backend: Backend
    service: str = "demoazureml"

    @property
    def arm(self) -> Arm:
        return self.cloud.arm

    @property
    def clock(self) -> Clock:
        return self.cloud.emulator.clock

    @property
    def call(self) -> Caller:
        return Caller(f"{self.cloud.emulator.gateway_url}/{self.service}")

    def instance(self) -> None:
        """Make the instance."""
        self.arm.put(self.arm.group, {"location": "southcentralus"})
        body = {
            "location": "southcentralus",
            "sku": {"name": "Developer", "capacity": 1},
            "properties": {"publisherName": "me", "publisherEmail": "me@example.com"},
        }
        self.arm.put("", body)

    def api(self, name: str, path: str, operations: Mapping[str, str], **props: Any) -> None:
        """Make an API that needs no key unless told otherwise; operations are `id: METHOD /template`."""
        given = {"displayName": name, "path": path, "protocols": ["https"], "serviceUrl": self.backend.url}
        self.arm.put(f"apis/{name}", {"properties": {**given, "subscriptionRequired": False, **props}})
        for one, written in operations.items():
            method, _, template = written.partition(" ")
            parameters = [
                {"name": part.split("}")[0], "type": "string", "required": True} for part in template.split("{")[1:]
            ]
            body = {"displayName": one, "method": method, "urlTemplate": template, "templateParameters": parameters}
            self.arm.put(f"apis/{name}/operations/{one}", {"properties": body})

    def policy(self, scope: str, document: str) -> None:
        """Put a policy: whole, or what stands in its inbound section."""
        if not document.lstrip().startswith("<policies"):
            document = (
                f"<policies><inbound><base/>{document}</inbound><backend><base/></backend>"
                "<outbound><base/></outbound><on-error><base/></on-error></policies>"
            )
        path = f"{scope}/policies/policy" if scope else "policies/policy"
        self.arm.put(path, {"properties": {"format": "rawxml", "value": document}})

    def subscription(self, name: str, scope: str, **props: Any) -> str:
        """Make a subscription; returns its primary key."""
        body = {"properties": {"displayName": name, "scope": scope, **props}}
        self.arm.put(f"subscriptions/{name}", body)
        found = self.arm("POST", f"subscriptions/{name}/listSecrets", {})
        return str(found.body["primaryKey"])


@pytest.fixture(scope="module")
def backend_module() -> Iterator[Backend]:
    with backend_server() as found:
        yield found


@pytest.fixture
def backend(backend_module: Backend) -> Backend:
    backend_module.asked.clear()
    backend_module.answer = lambda _: None
    return backend_module


@pytest.fixture
def site(backend: Backend) -> Iterator[Site]:
    """An instance with nothing of its own."""
    with embedded() as cloud:
        found = Site(cloud, backend)
        found.instance()
        yield found
