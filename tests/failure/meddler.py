"""A proxy before an embedded Azure that changes single answers on their way."""

from __future__ import annotations

import contextlib
import http.client
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDS = {"x-ms-request-id": "request-7", "x-ms-correlation-request-id": "correlation-8"}
_OWN = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})


@dataclass(frozen=True)
class Answer:
    """What comes back for one request, the `number`-th of a run."""

    method: str
    path: str
    number: int
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def changed(self, **changes: Any) -> Answer:
        return replace(self, **changes)


@dataclass
class Meddler:
    """Passes everything on; `meddle` may change an answer, or raise Cut to close the connection instead."""

    url: str
    meddle: Callable[[Answer], Answer]
    count: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def number(self) -> int:
        with self.lock:
            self.count += 1
            return self.count


class Cut(Exception):  # noqa: N818
    """The connection is closed without an answer."""


@contextlib.contextmanager
def meddling(target: str, meddle: Callable[[Answer], Answer] = lambda answer: answer) -> Iterator[Meddler]:
    """A meddler before `target` for as long as the block runs."""
    upstream = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.line = http.client.HTTPConnection(upstream, timeout=PATIENCE)

        def finish(self) -> None:
            self.line.close()
            super().finish()

        def _pass_on(self) -> None:
            number = meddler.number()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = self._ask(number, body)
            with contextlib.suppress(Cut):
                answer = meddler.meddle(answer)
                self._write(answer)
                return
            self.close_connection = True

        def _ask(self, number: int, body: bytes) -> Answer:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
            self.line.request(self.command, self.path, body or None, headers)
            came = self.line.getresponse()
            given = {name.lower(): value for name, value in came.getheaders() if name.lower() not in _OWN}
            return Answer(self.command, self.path.partition("?")[0], number, came.status, {**given, **IDS}, came.read())

        def _write(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            without = answer.status in (204, 304)
            if not without:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD" and not without:
                self.wfile.write(answer.body)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False  # their connections are closed before the test ends
        meddler = Meddler(f"http://127.0.0.1:{server.server_port}", meddle)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield meddler
        finally:
            server.shutdown()
            thread.join()
