"""From ASGI to requests, and from answers to ASGI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def request_of(scope: Scope) -> Request:
    """Return the request without its body; its base is the host that it names, or the address that it came to."""
    raw = scope["raw_path"].decode("latin-1")
    segments = raw.split("/")
    if "%" in raw:
        segments = [unquote(part) for part in segments]
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    address, port = scope["server"][:2]
    host = headers.get("host") or f"{f'[{address}]' if ':' in address else address}:{port}"
    return Request(
        scope["method"],
        tuple(part for part in segments if part),
        {key.lower(): value for key, value in query},
        headers,
        b"",
        f"{scope['scheme']}://{host}",
    )


async def body_of(request: Request, receive: Receive, largest: int) -> bytes:
    """Return the body. Raises ArmError 413 where it is too large, and ConnectionError where it never ends."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > largest:
        raise _too_large(largest)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        body += message.get("body", b"")
        if len(body) > largest:
            raise _too_large(largest)
        more = message.get("more_body", False)
    return bytes(body)


def _too_large(largest: int) -> ArmError:
    message = f"The request content size exceeds the maximum size of {largest // 1024 // 1024} MB."
    return ArmError(413, "RequestContentTooLarge", message)


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
