"""ASGI on both ends of a call: the caller's body as a stream, and the answer written as it comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping, Sequence

    from provision.emulator.gateway.bodies import Body
    from provision.emulator.gateway.counting import Period
    from provision.emulator.gateway.expressions.context import Response

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NO_BODY = frozenset({204, 304})
KILOBYTE = 1024
LOOK_SECONDS = 1.0  # between looks at whether a caller is still there


class GoneError(ConnectionError):
    """The caller left in the middle of the call."""


def received(scope: Scope, receive: Receive) -> AsyncIterator[bytes] | None:
    """Return the body of a request as it comes; None where its headers announce none."""
    lengths = [value for key, value in scope["headers"] if key == b"content-length"]
    if lengths[:1] == [b"0"] or not (lengths or any(key == b"transfer-encoding" for key, _ in scope["headers"])):
        return None
    return _chunks(receive)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        chunk = message.get("body", b"")
        if chunk:
            yield chunk
        more = message.get("more_body", False)


async def write(scope: Scope, send: Send, response: Response, body: Body, periods: Sequence[Period] = ()) -> None:
    """Send an answer; `periods` are told of its bytes."""
    stream = body.take()
    bare = scope["method"] == "HEAD" or response.status_code in NO_BODY
    payload = b"" if stream is not None else response.body or b""
    if stream is None and not bare:
        response.headers.set("Content-Length", str(len(payload)))
    headers = [(name.encode("latin-1", "replace"), _field(value)) for name, value in response.headers.pairs()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    if stream is None or bare:
        _count(periods, payload)
        await send({"type": "http.response.body", "body": b"" if bare else payload})
        return
    try:
        async for chunk in stream:
            _count(periods, chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if gone(send):
                return
        await send({"type": "http.response.body", "body": b""})
    except Exception:  # noqa: BLE001  # too late for another answer: the caller sees that this one is not whole
        transport: Any = send.__self__.transport  # type: ignore[attr-defined]
        transport.abort()


async def while_there(send: Send, work: Coroutine[Any, Any, None]) -> None:
    """Do something as long as the caller is there to get it. Raises GoneError where it left."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
            if not task.done() and gone(send):
                raise GoneError
        task.result()
    finally:
        task.cancel()


def gone(send: Send) -> bool:
    """Tell whether the caller left, of which ASGI tells nothing while one writes; uvicorn's `send` is a method."""
    return bool(getattr(getattr(send, "__self__", None), "disconnected", False))


def _field(value: str) -> bytes:
    return value.replace("\r", " ").replace("\n", " ").encode("utf-8")


def _count(periods: Sequence[Period], chunk: bytes) -> None:
    for period in periods:
        period.kilobytes += len(chunk) / KILOBYTE
