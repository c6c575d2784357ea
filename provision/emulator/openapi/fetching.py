"""Getting the document that an import names: inline, or from loopback.

The embedded Azure has no internet, so a link is followed only where that is certain to mean the user's own machine.
Sources: [doc] Microsoft's documentation, [?] inferred.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import ipaddress
import socket
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from provision.emulator.openapi.values import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_INLINE = 4 * 1024 * 1024  # [doc]; a document behind a link may be of any size
LARGEST_LINKED = 32 * 1024 * 1024
SECONDS = 5.0  # for all of it: a server that trickles keeps a socket's own timeout from ever passing
OK = 200


class NoInternetError(DocumentError):
    """The document is where only the real service gets."""


def inline(value: object) -> str:
    """Return the document of an inline import."""
    if not isinstance(value, str) or not value.strip():
        raise DocumentError("The document must be a string that is not empty.")
    if len(value.encode("utf-8", "replace")) > LARGEST_INLINE:
        raise DocumentError(f"An inline document must not be larger than {LARGEST_INLINE // 1024 // 1024} MB.")
    return value


def linked(value: object) -> str:
    """Return the document at a link."""
    if not isinstance(value, str) or not value.strip():
        raise DocumentError("The link must be a string that is not empty.")
    link = value.strip()
    try:
        parts = urlsplit(link)
        content = _data(link.partition(":")[2]) if parts.scheme == "data" else _fetched(link, parts)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError("The document at the link is not encoded in UTF-8.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"The link '{link[:200]}' cannot be read: {error}.") from None


def _data(path: str) -> bytes:
    """Return the content of a data: URL (RFC 2397)."""
    head, comma, content = path.partition(",")
    if not comma:
        raise DocumentError("A data: link needs a comma before its content.")
    plain = unquote_to_bytes(content)
    try:
        return base64.b64decode(plain, validate=True) if head.endswith(";base64") else plain
    except binascii.Error as error:
        raise DocumentError(f"The data: link is not valid base64: {error}.") from None


def _fetched(link: str, parts: SplitResult) -> bytes:
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        error = NoInternetError if parts.scheme in ("http", "https") and parts.hostname else DocumentError
        raise error(
            f"The embedded Azure has no internet: '{link[:200]}' is neither http on loopback nor a data: link. "
            "Give the document inline, or serve it on 127.0.0.1."
        )
    with (
        closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)) as connection,
        _ending(connection) as ended,
    ):
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        if answer.status != OK:  # a redirect is not followed: it could lead anywhere
            raise DocumentError(f"The link '{link[:200]}' answered {answer.status}.")
        content = answer.read(LARGEST_LINKED + 1)
        if ended.is_set():
            raise OSError
    if len(content) > LARGEST_LINKED:
        raise DocumentError(f"The document at the link is larger than {LARGEST_LINKED // 1024 // 1024} MB.")
    return content


@contextmanager
def _ending(connection: http.client.HTTPConnection) -> Iterator[threading.Event]:
    """Connect, and end whatever is still being read after the time that it may take."""
    connection.connect()
    ended, connected = threading.Event(), connection.sock

    def end() -> None:
        ended.set()
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, end)
    timer.start()
    try:
        yield ended
    except (OSError, http.client.HTTPException) as error:
        if ended.is_set() or isinstance(error, TimeoutError):
            raise DocumentError(f"The document at the link did not come within {SECONDS:.0f} seconds.") from None
        raise
    finally:
        timer.cancel()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
