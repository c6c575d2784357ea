"""One call of the gateway on a page's behalf, which as a page could neither set every header nor read every one."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 300.0  # as long as the gateway waits for a backend
MOST_SHOWN = 2 * 1024 * 1024
METHOD = re.compile(r"[A-Z]{1,20}")
TARGET = re.compile(r"/[!-~]*")  # of visible ASCII: others are percent-encoded
TRACE, TRACE_AT = "Ocp-Apim-Trace", "Ocp-Apim-Trace-Location"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what a header may be called (RFC 9110)
OWN = frozenset({"connection", "content-length", "host", "transfer-encoding"})  # said by the relay itself


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call as the page wants it. `target` is path and query below the gateway."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    trace: bool = False


def wanted(given: dict[str, Any]) -> Wanted:
    """Read a call. Raises ArmError 400 for what is none."""
    method, target = given.get("method"), given.get("target")
    headers, body = given.get("headers", []), given.get("body") or ""
    if not isinstance(method, str) or not METHOD.fullmatch(method):
        raise ArmError(400, "ValidationError", "The method is none.")
    if not isinstance(target, str) or not TARGET.fullmatch(target):
        raise ArmError(400, "ValidationError", "The URL must begin with / and be percent-encoded.")
    if not isinstance(body, str) or not isinstance(headers, list) or not all(map(_is_header, headers)):
        raise ArmError(400, "ValidationError", "Headers are pairs of a name and a text, the body is a text.")
    kept = tuple((name.strip(), value) for name, value in headers if name.strip().lower() not in OWN)
    return Wanted(method, target, kept, body.encode("utf-8", "replace"), given.get("trace") is True)


def _is_header(given: Any) -> bool:
    match given:
        case [str() as name, str()]:
            return TOKEN.fullmatch(name.strip()) is not None
    return False


def call(gateway: str, host: str, asked: Wanted) -> dict[str, Any]:
    """Call `host` at the gateway's listener; returns status, reason, headers, body, milliseconds, and a trace if asked.

    Raises ArmError 400 where the call can't be sent, and 502 where nothing sensible comes back.
    """
    began = time.perf_counter()
    with _answered(gateway, host, asked) as answer:
        content = answer.read(MOST_SHOWN + 1)
        told = {
            "status": answer.status,
            "reason": answer.reason or http.client.responses.get(answer.status, ""),
            "headers": answer.getheaders(),
            **_content(content),
            "milliseconds": round((time.perf_counter() - began) * 1000, 1),
        }
        place = answer.getheader(TRACE_AT)
    return {**told, "trace": _trace(gateway, host, place)} if asked.trace and place else told


def _trace(gateway: str, host: str, place: str) -> list[dict[str, Any]]:
    """Return the entries of a trace, kept by the gateway at `place`."""
    with _answered(gateway, host, Wanted("GET", urlsplit(place).path, (), b"")) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())["trace"]
        return found


@contextlib.contextmanager
def _answered(gateway: str, host: str, asked: Wanted) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(urlsplit(gateway).netloc, timeout=SECONDS)
    with contextlib.closing(connection):
        try:
            _send(connection, host, asked)
            yield connection.getresponse()
        except ValueError as error:  # a header's name or value that HTTP has no form for
            raise ArmError(400, "ValidationError", f"This can't be sent: {error}.") from None
        except (OSError, http.client.HTTPException) as error:
            raise ArmError(
                502, "BadGateway", f"The gateway gave no answer: {str(error) or type(error).__name__}."
            ) from None


def _send(connection: http.client.HTTPConnection, host: str, asked: Wanted) -> None:
    connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host)
    for name, value in _headers(asked):
        connection.putheader(name, value.encode("utf-8"))
    connection.endheaders(asked.body or None)


def _headers(asked: Wanted) -> Iterator[tuple[str, str]]:
    yield from asked.headers
    if asked.trace:
        yield TRACE, "true"
    if asked.body or asked.method in ("POST", "PUT", "PATCH"):
        yield "Content-Length", str(len(asked.body))


def _content(content: bytes) -> dict[str, Any]:
    cut = len(content) > MOST_SHOWN
    try:
        return {"body": content[:MOST_SHOWN].decode("utf-8", "ignore" if cut else "strict"), "cut": cut}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content[:MOST_SHOWN]).decode(), "cut": cut}
