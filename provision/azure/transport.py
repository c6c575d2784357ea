"""The wire: connections that each thread keeps, and a watch over requests that get no answer."""

from __future__ import annotations

import math
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azure.core.pipeline.transport import RequestsTransport
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from provision.azure.waiting import SAID_AFTER, Clock, current, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDS_AFTER: Final = 300.0  # seconds without a whole answer
CONNECTIONS: Final = 32
_CONNECTED_AFTER: Final = 20.0  # seconds for making a connection
_LOOK: Final = 5.0  # seconds between two looks


@dataclass(slots=True, eq=False)
class _Flight:
    """A request that waits for its answer."""

    what: str
    say: Callable[[str], None]
    start: float
    said: bool = False
    ended: bool = False
    connection: Any = None


@dataclass(slots=True)
class Watch:
    """Looks after requests in flight: says of those that take long, and ends those that take too long.

    A read time-out alone lets an answer trickle for ever: it starts anew with every byte.
    """

    clock: Clock
    _flights: set[_Flight] = field(default_factory=set)
    _lock: Any = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @contextmanager
    def over(self, what: str) -> Iterator[_Flight]:
        """Watch one request for as long as the block runs."""
        flight = _Flight(what, current().say, self.clock.now())
        with self._lock:
            self._flights.add(flight)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()
        _FLIGHT.flight = flight
        try:
            yield flight
        finally:
            _FLIGHT.flight = None
            with self._lock:
                self._flights.discard(flight)

    def _run(self) -> None:
        while not self._closed.wait(_LOOK):
            self.look()

    def look(self) -> None:
        """Look once at everything in flight."""
        with self._lock:
            flights = list(self._flights)
        for flight in flights:
            waited = self.clock.now() - flight.start
            if waited >= SAID_AFTER and not flight.said:
                flight.said = True
                flight.say(f"{flight.what}: no answer for {duration(waited)}; it is given up after {ENDS_AFTER:.0f}s")
            if waited >= ENDS_AFTER and not flight.ended:
                flight.ended = True
                _cut(flight.connection)

    def close(self) -> None:
        """Stop looking."""
        self._closed.set()


class _Local(threading.local):
    flight: _Flight | None = None


_FLIGHT: Final = _Local()


def _cut(connection: Any) -> None:
    """End a connection under the thread that reads from it."""
    line = getattr(connection, "sock", None)
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection that tells the flight of its thread that it carries it."""

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send a request."""
        if _FLIGHT.flight is not None:
            _FLIGHT.flight.connection = self
        super().request(*arguments, **options)  # type: ignore[misc]


class _Connection(_Watched, HTTPConnection):
    """Plain."""


class _TlsConnection(_Watched, HTTPSConnection):
    """With TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' own pool of 10 would throw connections of further threads away."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make pools of watched connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def close(self) -> None:
        """Close the connections at once: urllib3 leaves that to the collector, which rests."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - no mapping, and it can't be walked
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Make the same behind a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager


class _Session(Session):
    """Asks the environment for proxies and certificates once for each host: requests does with every request.

    It doesn't look into `.netrc` either, whose password would go out in the place of the token.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self._environment: dict[tuple[str, str], dict[str, Any]] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        """Add what the environment says of this host: HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE and the like."""
        host = urlsplit(url)[:2]
        found = self._environment.get(host)
        if found is None:
            with Session() as aware:
                found = aware.merge_environment_settings(url, {}, stream=None, verify=True, cert=None)
            self._environment[host] = found
        trusted = found["verify"] if verify in (None, True) else verify
        return super().merge_environment_settings(url, {**found["proxies"], **(proxies or {})}, stream, trusted, cert)


def _without_nonsense(headers: Any) -> None:
    """A time to wait that is none is not there: the SDK reads it as a number or a date, or breaks."""
    for name in ("Retry-After", "retry-after-ms", "x-ms-retry-after-ms"):
        value = headers.get(name)
        if value is not None and not _is_time(value, or_date=name == "Retry-After"):
            del headers[name]


def _is_time(value: str, *, or_date: bool) -> bool:
    with suppress(ValueError):
        return 0 <= float(value) < math.inf
    try:
        return or_date and parsedate_to_datetime(value).tzinfo is not None
    except (ValueError, TypeError):
        return False


class Wire(RequestsTransport):  # type: ignore[misc]
    """requests, watched; its sleep belongs to the call that sleeps, which may be stopped."""

    def __init__(self, watch: Watch) -> None:
        session = _Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Adapter())
        super().__init__(session=session, connection_timeout=_CONNECTED_AFTER, read_timeout=ENDS_AFTER)
        self._watch = watch

    def send(self, request: Any, **options: Any) -> Any:
        """Send one request, and wait for its whole answer, also where the SDK would stream it."""
        call = current()
        call.request, call.response = request, None
        with self._watch.over(f"{request.method} {urlsplit(request.url).path}"):
            call.response = super().send(request, **{**options, "stream": False})
        _without_nonsense(call.response.headers)
        return call.response

    def sleep(self, duration: float) -> None:
        """Wait between two tries or polls."""
        current().pause(duration, "as Azure asked")
