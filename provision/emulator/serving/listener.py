"""A bound socket, and the ASGI app behind it."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from provision.emulator.world.errors import EmulatorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from provision.emulator.serving.asgi import Receive, Scope, Send
    from provision.emulator.serving.certificate import Certificate

    App = Callable[[Scope, Receive, Send], Awaitable[None]]

BACKLOG = 2048
GRACE_SECONDS = 1.0
LARGEST_HEAD = 256 * 1024  # a read of the socket is as large


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
    """Serves one ASGI app on one socket; several may share a loop."""

    bound: socket.socket
    app: App
    certificate: Certificate | None = None

    async def open(self, state: ServerState) -> asyncio.Server:
        """Begin to serve: uvicorn's protocol without its server, which polls and installs signal handlers."""
        config, loop = self._config(), asyncio.get_running_loop()

        def protocol() -> HttpToolsProtocol:
            return _Protocol(config=config, server_state=state, app_state={}, _loop=loop)

        return await loop.create_server(protocol, sock=self.bound, ssl=config.ssl, backlog=BACKLOG)

    def _config(self) -> uvicorn.Config:
        certificate = self.certificate
        config = uvicorn.Config(
            self.app,
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
