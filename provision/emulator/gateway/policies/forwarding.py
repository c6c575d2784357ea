"""`forward-request`: the backend is asked, and its answer becomes the response."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from provision.emulator.gateway.failing import GatewayError
from provision.emulator.gateway.forwarding import Outgoing, chunks, response_of
from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.backends import Backend
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

DEFAULT_SECONDS = 300.0  # [doc]
FIRST_ERROR = 400
FORWARD = frozenset(
    {
        "timeout",
        "timeout-ms",
        "continue-timeout",
        "http-version",
        "follow-redirects",
        "buffer-request-body",
        "buffer-response",
        "fail-on-error-status-code",
    }
)


def forward_request(node: Node) -> Act:
    """`forward-request`: send the request to the backend, and take its answer."""
    timeout, milliseconds = node.optional("timeout"), node.optional("timeout-ms")
    follow = node.value("follow-redirects", "false")
    buffered = node.truth("buffer-request-body", default=False)
    strict = node.truth("fail-on-error-status-code", default=False)
    node.truth("buffer-response", default=True)  # both ways the caller gets the same bytes

    async def act(transit: Transit) -> None:
        if buffered:
            await transit.load_request()
        seconds = await timeout.number(transit) if timeout else DEFAULT_SECONDS
        if milliseconds:
            seconds = await milliseconds.number(transit) / 1000
        await forward(transit, seconds, follow=await follow.flag(transit), strict=strict)

    return act


async def forward(transit: Transit, seconds: float, *, follow: bool, strict: bool) -> None:
    """Send a call's request on, and make the backend's answer the response."""
    backends, backend = transit.tools.backends, transit.backend
    if backend is not None:
        backend = backends.choose(backend)
        transit.aim(base=backend.url)
    outgoing = await _outgoing(transit, backend, seconds, follow=follow)
    while transit.closing:  # an answer that a retry has replaced
        transit.closing.pop()()
    began = time.perf_counter()
    try:
        answer = await transit.tools.forwarder.send(outgoing)
    except GatewayError as error:
        if backend is not None:
            backends.note(backend, 0, error.reason)
        raise
    finally:
        transit.served = (transit.served or 0.0) + time.perf_counter() - began
    if backend is not None:
        backends.note(backend, answer.status, retry_after=answer.headers.get("Retry-After"))
    transit.closing.append(answer.close)
    transit.respond(response_of(answer), chunks(answer))
    if strict and answer.status >= FIRST_ERROR:
        message = f"The backend answered {answer.status}."
        raise GatewayError(answer.status, "forward-request", "BackendErrorStatusCode", message)


async def _outgoing(transit: Transit, backend: Backend | None, seconds: float, *, follow: bool) -> Outgoing:
    """Return what is sent: the request as the policies left it, with what its backend is to be told beside."""
    request = transit.context.request
    headers, url, certificates = request.headers.copy(), request.url, tuple(transit.certificates)
    if headers.get("Host") == transit.host:
        headers.remove("Host")
    if backend is not None:
        for name, value in backend.headers:
            headers.set(name, value)
        added = "&".join(f"{quote(name)}={quote(value)}" for name, value in backend.query)
        url = f"{url}{'&' if '?' in url else '?'}{added}" if added else url
        certificates += backend.certificates
    streamed = transit.incoming.pending
    body = transit.incoming.take() if streamed else request.body
    length = request.headers.get("Content-Length") if streamed else None
    outgoing = Outgoing(request.method, url, headers.pairs(), body, seconds, length, follow)
    outgoing.verify = backend is None or backend.verify
    if certificates:
        outgoing.certificate = await transit.tools.certificates.client(transit.subject, certificates, outgoing.verify)
    return outgoing


POLICIES = (Policy("forward-request", forward_request, FORWARD, sections=("backend",)),)
