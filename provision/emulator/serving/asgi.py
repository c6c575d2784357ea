"""From ASGI to requests, and from answers to ASGI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from provision.emulator.world.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def read(scope: Scope, receive: Receive, url: str) -> Request:
    """Return the request; its base is what its Host names, else `url`."""
    raw = scope["raw_path"].decode("latin-1")
    segments = raw.split("/")
    if "%" in raw:
        segments = [unquote(part) for part in segments]
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    host = headers.get("host", "")
    base = f"{scope['scheme']}://{host}" if host else url
    return Request(
        scope["method"],
        tuple(part for part in segments if part),
        {key.lower(): value for key, value in query},
        headers,
        await _body(receive),
        base,
    )


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def write(send: Send, request: Request, result: Answer) -> None:
    """Send an answer."""
    payload = b""
    headers = [(key.lower().encode("latin-1"), value.encode("utf-8")) for key, value in result.headers.items()]
    if isinstance(result.body, str):  # a document, whose handler named its media type
        payload = result.body.encode()
    elif result.body is not None:
        payload = json.dumps(result.body, separators=(",", ":")).encode()
        headers.append((b"content-type", b"application/json; charset=utf-8"))
    if result.status != 204:  # noqa: PLR2004
        headers.append((b"content-length", str(len(payload)).encode()))
    await send({"type": "http.response.start", "status": result.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else payload})
