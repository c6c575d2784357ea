"""The HTTP server: uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from provision.emulator.arm import app as arm
from provision.emulator.serving import control
from provision.emulator.serving.asgi import read, write
from provision.emulator.serving.certificate import Certificate
from provision.emulator.serving.identity import Identity
from provision.emulator.trouble.interference import Interference
from provision.emulator.trouble.throttle import MODES, Mode, Throttle
from provision.emulator.world.clock import Clock
from provision.emulator.world.errors import EmulatorError
from provision.emulator.world.store import Store
from provision.emulator.world.wire import Answer, Request, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from provision.emulator.serving.asgi import Receive, Scope, Send
    from provision.emulator.trouble.faults import Faults

START_SECONDS = 300.0  # ends what hangs; a busy machine is no failure
STOP_SECONDS = 60.0
GRACE_SECONDS = 1.0
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for tests that assert on the wire. `status` is 0 where none was sent."""

    method: str
    path: str
    query: str
    status: int
    request_headers: Mapping[str, str]
    body: bytes


class Emulator:
    """An Azure Resource Manager for API Management on loopback.

    `state`: one SQLite file, or None for memory. `latency`: seconds added to every answer. `lro_polls`: how many polls
    of a long-running operation answer InProgress; `lro_seconds`: how long it lasts at least, on the emulator's clock.
    `create_polls`, `create_seconds`: the same for creating an instance. `retry_after`: seconds in the Retry-After of
    polls. `throttle`: "azure" has ARM's token buckets, made smaller or larger by `throttle_scale`.
    `on_exchange` is called in the server's thread after every exchange. Many may run in one process.
    """

    def __init__(
        self,
        state: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        latency: float = 0.0,
        tls: bool = False,
        lro_polls: int = 1,
        lro_seconds: float = 0.0,
        create_polls: int | None = None,
        create_seconds: float | None = None,
        retry_after: int = 0,
        throttle: Mode = "off",
        throttle_scale: float = 1.0,
        on_exchange: Callable[[Exchange], None] | None = None,
        page_size: int = 100,
    ) -> None:
        self.clock = Clock()
        if throttle not in MODES:
            raise EmulatorError(f"throttle {throttle!r} is unknown; there are: {', '.join(MODES)}")
        buckets = Throttle(self.clock, throttle_scale) if throttle == "azure" else None
        self._interference = Interference(self.clock, buckets, latency)
        self._state, self._address = state, (host, port)
        self._tls, self._on_exchange = tls, on_exchange
        self._world_of = partial(
            World,
            clock=self.clock,
            lro_polls=lro_polls,
            retry_after=retry_after,
            page_size=page_size,
            lro_seconds=lro_seconds,
            create_polls=create_polls,
            create_seconds=create_seconds,
        )
        self._world: World | None = None
        self._halt: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None
        self._certificate: Certificate | None = None
        self._identity: Identity | None = None
        self._url = ""

    @property
    def faults(self) -> Faults:
        """The scripted faults."""
        return self._interference.faults

    @property
    def url(self) -> str:
        """The base URL, once started."""
        return self._url

    @property
    def ca_bundle(self) -> str | None:
        """The path of the certificate to trust, with `tls`."""
        return str(self._certificate.bundle) if self._certificate else None

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that point clients here; with `tls` also those of certificate and managed identity."""
        found = {"ENDPOINT": self._url}
        if self._certificate and self._identity:
            found["REQUESTS_CA_BUNDLE"] = str(self._certificate.bundle)
            found |= {"IDENTITY_ENDPOINT": self._identity.url, "IDENTITY_HEADER": self._identity.header}
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Open the state, bind the port, and serve from a daemon thread."""
        if self._thread is not None:
            raise EmulatorError("the emulator is already running")
        bound = self._bind(*self._address)
        try:
            store = Store(self._state)
            self._identity = Identity(self._bind(self._address[0], 0)) if self._tls else None
        except BaseException:
            bound.close()
            raise
        self._world = self._world_of(store)
        host, port = bound.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else "localhost" if self._tls and host == "127.0.0.1" else host
        self._url = f"{'https' if self._tls else 'http'}://{shown}:{port}"
        self._certificate = Certificate() if self._tls else None
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(bound, started), name=f"emulator-{port}", daemon=True)
        self._thread.start()
        try:
            started.result(START_SECONDS)
        except Exception as error:
            self.stop()
            raise EmulatorError(f"its server did not start: {str(error) or type(error).__name__}") from error

    def _config(self) -> uvicorn.Config:
        certificate = self._certificate
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

    @staticmethod
    def _bind(host: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only then
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(BACKLOG)
        except OSError as error:
            bound.close()
            raise EmulatorError(f"port {port} on {host} cannot be used: {error.strerror or error}") from error
        return bound

    def _run(self, bound: socket.socket, started: Future[None]) -> None:
        try:
            with bound:
                asyncio.run(self._serve(bound, started))
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, bound: socket.socket, started: Future[None]) -> None:
        """Serve until stopped: uvicorn's protocol without its server, which polls and installs signal handlers."""
        config, state, loop = self._config(), ServerState(), asyncio.get_running_loop()

        def protocol() -> HttpToolsProtocol:
            return HttpToolsProtocol(config=config, server_state=state, app_state={}, _loop=loop)

        stopping = asyncio.Event()
        self._halt = lambda: loop.call_soon_threadsafe(stopping.set)
        servers = [await loop.create_server(protocol, sock=bound, ssl=config.ssl, backlog=BACKLOG)]
        if self._identity:
            servers.append(await loop.create_server(protocol, sock=self._identity.bound, backlog=BACKLOG))
        started.set_result(None)
        await stopping.wait()
        for server in servers:
            server.close()
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=GRACE_SECONDS)
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()

    def stop(self) -> None:
        """Stop serving and close the state; does nothing when not running."""
        if self._halt is not None:
            self._halt()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        if self._world is not None:
            self._world.store.close()
        if self._certificate is not None:
            self._certificate.remove()
        if self._identity is not None:
            self._identity.bound.close()
        self._halt = self._thread = self._world = self._certificate = self._identity = None

    async def _asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        if scope["type"] != "http" or world is None:
            return
        request = await read(scope, receive, self._url)
        if self._identity and scope["scheme"] == "http":
            await write(send, request, self._identity.answer(request))
            return
        result = await self._answered(world, request)
        self._report(scope, request, result.status if result else 0)
        if result is None:
            # ASGI has no way to close a connection without an answer; uvicorn's `send` is a method of what can.
            send.__self__.transport.abort()  # type: ignore[attr-defined]
            await receive()
        else:
            await write(send, request, result)

    async def _answered(self, world: World, request: Request) -> Answer | None:
        if request.segments[:1] == (control.ROOT,):
            return control.answer(self._interference, request)
        return await self._interference.execute(partial(arm.answer, world), request)

    def _report(self, scope: Scope, request: Request, status: int) -> None:
        if self._on_exchange is not None:
            path, query = scope["path"], scope["query_string"].decode("latin-1")
            self._on_exchange(Exchange(request.method, path, query, status, request.headers, request.body))
