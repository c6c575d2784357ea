"""The emulator: its state, its listeners, and the thread that serves them."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Self, Unpack

from provision.emulator.arm import app as arm
from provision.emulator.arm import correlation
from provision.emulator.serving import control, tenants
from provision.emulator.serving.admission import Admission, normal
from provision.emulator.serving.certificate import Certificate
from provision.emulator.serving.door import Door, HostDoor
from provision.emulator.serving.identity import Identity
from provision.emulator.serving.late import Late
from provision.emulator.serving.listener import Listener, bind, serve
from provision.emulator.serving.log import Log
from provision.emulator.trouble.interference import Interference
from provision.emulator.trouble.throttle import MODES, Mode, Throttle
from provision.emulator.world.clock import Clock
from provision.emulator.world.errors import EmulatorError
from provision.emulator.world.store import Store
from provision.emulator.world.usage import Usage
from provision.emulator.world.wire import Manners, World

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from provision.emulator.azureml.app import AzureML
    from provision.emulator.gateway.app import Gateway
    from provision.emulator.portal.app import Portal
    from provision.emulator.serving.exchange import Exchange
    from provision.emulator.trouble.faults import Faults
    from provision.emulator.world.wire import Answer, Request

START_SECONDS = 300.0  # ends what hangs; a busy machine is no failure
STOP_SECONDS = 60.0
THREADS = 64  # of requests that may take their time; an import may wait for whom it reads from
ARM, GATEWAY, AZUREML, PORTAL, IDENTITY = "arm", "gateway", "azureml", "portal", "identity"  # the listeners
AZUREML_HOSTS = ".services.azureml.net"  # of the real Azure, for which the embedded web service stands
ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  # what is bound to either is told by its names


class Emulator:
    """An Azure Resource Manager for API Management, on loopback unless `host` says otherwise.

    It answers requests for loopback names, for `host` and for `allow_hosts`. `state`: one SQLite file, or None for
    memory. `latency`: seconds added to every answer. `throttle`: "azure" has ARM's token buckets, made smaller or
    larger by `throttle_scale`. `log`: a file for a line per request. `on_exchange` is called in the server's thread
    after every exchange. `manners`: how it answers, as Manners has it. Many may run in one process.
    """

    def __init__(
        self,
        state: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        allow_hosts: Sequence[str] = (),
        latency: float = 0.0,
        tls: bool = False,
        throttle: Mode = "off",
        throttle_scale: float = 1.0,
        log: Path | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        gateway_port: int = 0,
        azureml_port: int = 0,
        azureml_key: str = "",
        portal_port: int = 0,
        strict_policies: bool = False,
        **manners: Unpack[Manners],
    ) -> None:
        self.clock = Clock()
        if throttle not in MODES:
            raise EmulatorError(f"throttle {throttle!r} is unknown; there are: {', '.join(MODES)}")
        buckets = Throttle(self.clock, throttle_scale) if throttle == "azure" else None
        self._interference = Interference(self.clock, buckets, latency)
        self._state, self._host, self._log_path = state, host, log
        self._ports = {ARM: port, GATEWAY: gateway_port, AZUREML: azureml_port, PORTAL: portal_port}
        self._ports |= {IDENTITY: 0} if tls else {}
        self._azureml_key = azureml_key
        self._tls, self._on_exchange = tls, on_exchange
        self._world_of = partial(World, clock=self.clock, judge=tenants.judge if strict_policies else None, **manners)
        self._world: World | None = None
        self._halt: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None
        self._certificate: Certificate | None = None
        self._identity: Identity | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._log: Log | None = None
        self._named = tuple(normal(name) for name in allow_hosts)
        self._names = frozenset(self._named) | ({normal(host)} - ANYWHERE)
        self._urls: dict[str, str] = {}
        self._late: tuple[Late[AzureML], Late[Portal]] | tuple[()] = ()
        self._pages: Mapping[str, Callable[[], object]] = {}

    @property
    def faults(self) -> Faults:
        """The scripted faults."""
        return self._interference.faults

    @property
    def url(self) -> str:
        """ARM's base URL, once started."""
        return self._urls.get(ARM, "")

    @property
    def azureml_url(self) -> str:
        """The base URL of the web service of the worked example, and of its blobs, once started."""
        return self._urls.get(AZUREML, "")

    @property
    def gateway_url(self) -> str:
        """The base URL of the gateways: `/{name}` below it is an instance's, as is its host name there."""
        return self._urls.get(GATEWAY, "")

    @property
    def portal_url(self) -> str:
        """The page of the developer portal, once started."""
        return self._urls.get(PORTAL, "")

    @property
    def ca_bundle(self) -> str | None:
        """The path of the certificate to trust, with `tls`."""
        return str(self._certificate.bundle) if self._certificate else None

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that point clients here; with `tls` also those of certificate and managed identity.

        ARM_* and SSL_CERT_FILE are for Terraform's azurerm provider, the others for az and the SDKs.
        """
        found = {"ENDPOINT": self.url, "GATEWAY": self.gateway_url, "PORTAL": self.portal_url}
        if self._certificate and self._identity:
            bundle, identity = str(self._certificate.bundle), self._identity
            found |= {"REQUESTS_CA_BUNDLE": bundle}
            found |= {"IDENTITY_ENDPOINT": identity.url, "IDENTITY_HEADER": identity.header}
            found |= {"ARM_METADATA_HOSTNAME": self.url.partition("://")[2], "SSL_CERT_FILE": bundle}
            found |= {"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": identity.url}
        from provision.emulator.azureml.storage import connection_string  # noqa: PLC0415 - for who is told of it

        storage = connection_string(self.azureml_url)
        return found | {"AZUREML": self.azureml_url, "AZURE_STORAGE_CONNECTION_STRING": storage}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Open the state, bind the ports, and serve from a daemon thread."""
        if self._thread is not None:
            raise EmulatorError("the emulator is already running")
        bound: dict[str, socket.socket] = {}
        try:
            for name, port in self._ports.items():
                bound[name] = bind(self._host, port)
            self._log = Log(self._log_path) if self._log_path else None
            note, tell = (self._log.note, self._log.tell) if self._log else (_unheard, _unheard)
            store = Store(self._state)
            self._world = self._world_of(store, note=note, tell=tell, usage=Usage(store))
        except BaseException:
            for one in bound.values():
                one.close()
            self.stop()
            raise
        self._certificate = Certificate(sorted(self._names)) if self._tls else None
        self._urls = {name: self._url_of(one, secure=self._tls and name == ARM) for name, one in bound.items()}
        self._identity = Identity(self._urls[IDENTITY]) if self._tls else None
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="emulator-work")
        started: Future[None] = Future()
        elsewhere = {AZUREML_HOSTS: _inside(bound[AZUREML])}
        gateway = Late(partial(tenants.gateway, self._world, _inside(bound[GATEWAY]), elsewhere, self._names))
        self._pages = {"": lambda: self.environment, "events": partial(_events, gateway)}
        arguments = (self._listeners(bound, self._world, gateway), gateway, started)
        self._thread = threading.Thread(target=self._run, args=arguments, name="emulator", daemon=True)
        self._thread.start()
        try:
            started.result(START_SECONDS)
        except Exception as error:
            self.stop()
            raise EmulatorError(f"its server did not start: {str(error) or type(error).__name__}") from error

    def _url_of(self, bound: socket.socket, *, secure: bool) -> str:
        """Return the base URL under which a listener is told."""
        host, port = bound.getsockname()[:2]
        if host in ANYWHERE:
            host = self._named[0] if self._named else "localhost"
        elif host == "127.0.0.1" and secure:
            host = "localhost"
        return f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"

    def _listeners(self, bound: Mapping[str, socket.socket], world: World, gateway: Late[Gateway]) -> list[Listener]:
        admission = Admission(self._names)
        report = self._report if self._log or self._on_exchange else None
        azureml = Late(partial(tenants.azureml, world, self._urls[AZUREML], self._azureml_key))
        arm_of = partial(arm.answer, world)
        portal = Late(partial(tenants.portal, world, arm_of, _inside(bound[GATEWAY]), self._urls[GATEWAY]))
        self._late = (azureml, portal)
        listeners = [
            Listener(bound[ARM], Door(self._answered, admission, report, signs=correlation.ids), self._certificate),
            Listener(bound[GATEWAY], gateway),  # every host and origin is its own: whose is meant, it finds out
            Listener(bound[AZUREML], HostDoor(azureml, admission, lambda host: azureml.get().host_is_served(host))),
            Listener(bound[PORTAL], Door(partial(tenants.page, portal), admission)),
        ]
        if self._identity:
            heard = self._log.write if self._log else None
            listeners.append(Listener(bound[IDENTITY], Door(self._identity.answered, admission, heard)))
        return listeners

    def _run(self, listeners: list[Listener], gateway: Late[Gateway], started: Future[None]) -> None:
        try:
            asyncio.run(self._serve(listeners, gateway, started))
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)
        finally:
            for listener in listeners:
                listener.bound.close()

    async def _serve(self, listeners: list[Listener], gateway: Late[Gateway], started: Future[None]) -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()

        def ready() -> None:
            self._halt = lambda: loop.call_soon_threadsafe(stopping.set)
            started.set_result(None)

        try:
            await serve(listeners, ready, stopping)
        finally:
            if gateway.made:
                await gateway.made.close()

    def stop(self) -> None:
        """Stop serving and close the state; does nothing when not running."""
        if self._halt is not None:
            self._halt()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        for one in self._late:
            if one.made:
                one.made.close()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._world is not None:
            if self._world.usage is not None:
                self._world.usage.flush()
            self._world.store.close()
        if self._certificate is not None:
            self._certificate.remove()
        if self._log is not None:
            self._log.close()
        self._halt = self._thread = self._pool = self._world = self._certificate = self._identity = self._log = None

    async def _answered(self, request: Request) -> Answer | None:
        run = self._in_thread if arm.takes_time(request) else _at_once
        if request.segments[:1] == (control.ROOT,):
            return await run(partial(control.answer, self._interference, self._pages, request))
        if self._world is None:
            raise ConnectionError
        return await self._interference.execute(partial(arm.answer, self._world), request, run)

    def _report(self, exchange: Exchange) -> None:
        if self._log is not None:
            self._log.write(exchange)
        if self._on_exchange is not None:
            self._on_exchange(exchange)

    async def _in_thread(self, work: Callable[[], Answer | None]) -> Answer | None:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _inside(bound: socket.socket) -> str:
    """Return the base URL under which this process itself reaches a listener of plain http, whatever its names are."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # what ANYWHERE has
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _events(gateway: Late[Gateway]) -> object:
    """Return what policies have sent: nothing before the first call."""
    return gateway.made.tools.events.all() if gateway.made else []


def _unheard(_: str) -> None:
    """Take a note where there is no log."""


async def _at_once(work: Callable[[], Answer | None]) -> Answer | None:
    return work()
