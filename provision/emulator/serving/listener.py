"""A bound socket, the app behind it, and who is let in."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from provision.emulator.serving.admission import Admission
from provision.emulator.serving.asgi import body_of, request_of, write
from provision.emulator.serving.exchange import Exchange, code_of
from provision.emulator.world.errors import ArmError, EmulatorError
from provision.emulator.world.wire import error_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from provision.emulator.serving.asgi import Receive, Scope, Send
    from provision.emulator.serving.certificate import Certificate
    from provision.emulator.world.wire import Answer, Request

    App = Callable[[Request], Awaitable[Answer | None]]

BACKLOG = 2048
GRACE_SECONDS = 1.0
LARGEST_HEAD = 256 * 1024  # a read of the socket is as large
# [?] ARM refuses a deployment above 4 MB, and API Management behind it took less than 7 [Azure/apiops#339]. An inline
# document may have 4 MB [doc], and grows when it is written as a JSON string.
LARGEST_BODY = 8 * 1024 * 1024


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises EmulatorError where there can be none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only then
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or error
        raise EmulatorError(f"port {port} on {host} cannot be used: {reason}") from error
    return bound


class _Protocol(HttpToolsProtocol):
    """uvicorn's, with an end to the head of a request, which it would collect for ever and in quadratic time."""

    _head: int | None = 0

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is too much head."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 \r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Count no more."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count the head of the next request."""
        self._head = 0
        super().on_message_complete()


@dataclass(slots=True)
class Listener:
    """Serves one app on one socket; several may share a loop, each with its own rule about who is let in.

    `app` answers a request, or None to close the connection instead. `report` is told of every exchange, refused ones
    too.
    """

    bound: socket.socket
    app: App
    admission: Admission = field(default_factory=Admission)
    certificate: Certificate | None = None
    report: Callable[[Exchange], None] | None = None
    largest: int = LARGEST_BODY

    async def open(self, state: ServerState) -> asyncio.Server:
        """Begin to serve: uvicorn's protocol without its server, which polls and installs signal handlers."""
        config, loop = self._config(), asyncio.get_running_loop()

        def protocol() -> HttpToolsProtocol:
            return _Protocol(config=config, server_state=state, app_state={}, _loop=loop)

        return await loop.create_server(protocol, sock=self.bound, ssl=config.ssl, backlog=BACKLOG)

    def _config(self) -> uvicorn.Config:
        certificate = self.certificate
        config = uvicorn.Config(
            self._asgi,
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            timeout_keep_alive=300,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            ssl_certfile=certificate.bundle if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
        )
        config.load()
        return config

    async def _asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request = request_of(scope)
        answer: Answer | None
        try:
            refusal = self.admission.refusal(scope["headers"])
            if refusal:
                raise refusal
            body = await body_of(request, receive, self.largest)
            request = replace(request, body=body) if body else request
            answer = await self.app(request)
        except ArmError as error:
            answer = error_answer(error)
        except ConnectionError:  # the client left in the middle of its request, of which nothing is executed
            return
        self._tell(scope, request, answer, time.perf_counter() - began)
        if answer is None:
            # ASGI has no way to close a connection without an answer; uvicorn's `send` is a method of what can.
            transport: Any = send.__self__.transport  # type: ignore[attr-defined]
            transport.abort()
            await receive()
        else:
            await write(send, request, answer)

    def _tell(self, scope: Scope, request: Request, answer: Answer | None, seconds: float) -> None:
        if self.report:
            query, target = scope["query_string"].decode("latin-1"), scope["raw_path"].decode("latin-1")
            status, code = answer.status if answer else 0, code_of(answer)
            said = (request.method, scope["path"], query, status, request.headers, request.body, code, target, seconds)
            self.report(Exchange(*said))


async def serve(listeners: Sequence[Listener], started: Callable[[], object], stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; what is under way then has a moment to end."""
    state = ServerState()
    servers = [await listener.open(state) for listener in listeners]
    started()
    await stopping.wait()
    for server in servers:
        server.close()
    for _ in range(3):  # turns of the loop, in which what was accepted a moment ago becomes a connection
        await asyncio.sleep(0)
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=GRACE_SECONDS)
    for task in list(state.tasks):
        task.cancel()
    for connection in list(state.connections):
        connection.transport.abort()
