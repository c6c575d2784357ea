"""The way to backends: one client whose connections all calls share; bodies stream through it in both directions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.failing import internal

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping


CHUNK = 64 * 1024
CONNECT_SECONDS = 20.0
# Of one connection, not of a message (RFC 9110, 7.6.1); and what the client frames anew.
HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "expect",
    }
)
AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"})


@dataclass(slots=True)
class Outgoing:
    """A request to a backend. `verify` is about its certificate; `length` that of a streamed body, if known."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] | None
    seconds: float
    length: str | None = None
    follow: bool = False
    verify: bool = True
    certificate: ssl.SSLContext | None = None
    source: str = "forward-request"


class Forwarder:
    """Sends requests. `elsewhere` leads hosts that are emulated to where they are (`.name` for all below one)."""

    def __init__(self, elsewhere: Mapping[str, str]) -> None:
        self._elsewhere = elsewhere
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=AUTOMATIC,
                max_field_size=64 * 1024,
                max_line_size=64 * 1024,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                read_bufsize=CHUNK,
            )
        return self._session

    def _target(self, url: str, named: str) -> tuple[str, str]:
        """Return the URL to call, and the host to name.

        A gateway is called by its name, and by `https://localhost` with its name in Host.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        host = named.lower() if host == "localhost" and parts.scheme == "https" and ":" not in parts.netloc else host
        for name, base in self._elsewhere.items():
            if host == name or (name.startswith(".") and host.endswith(name)):
                return base + url[len(f"{parts.scheme}://{parts.netloc}") :], parts.netloc
        return url, parts.netloc

    async def send(self, outgoing: Outgoing) -> aiohttp.ClientResponse:
        """Send a request; returns when status and headers are there. Raises GatewayError."""
        named = [value for name, value in outgoing.headers if name.lower() == "host"]
        url, host = self._target(outgoing.url, named[-1] if named else "")
        if not url.startswith(("http://", "https://")):
            message = f"'{outgoing.url[:200]}' is no http or https URL of a backend."
            raise internal(outgoing.source, "BackendUrlInvalid", message)
        headers = [(name, value) for name, value in outgoing.headers if name.lower() not in HOP]
        headers.append(("Host", named[-1] if named else host))
        if outgoing.length is not None:
            headers.append(("Content-Length", outgoing.length))
        tls: ssl.SSLContext | bool = outgoing.certificate or outgoing.verify
        try:
            async with asyncio.timeout(outgoing.seconds):
                return await self._client().request(
                    outgoing.method,
                    URL(url, encoded=True),
                    headers=headers,
                    data=outgoing.body,
                    allow_redirects=outgoing.follow,
                    ssl=tls,
                )
        except TimeoutError:
            message = f"The backend did not answer within {outgoing.seconds:g} seconds."
            raise internal(outgoing.source, "Timeout", message) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise internal(outgoing.source, "BackendConnectionFailure", f"{host}: {error}") from None


def response_of(answer: aiohttp.ClientResponse) -> Response:
    """Return status and headers of an answer."""
    pairs = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in answer.raw_headers
        if name.lower().decode("latin-1") not in HOP
    ]
    headers = Headers(pairs)
    length = answer.headers.get("Content-Length")
    if length is not None:
        headers.set("Content-Length", length)
    return Response(answer.status, answer.reason or "", headers)


async def chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Return the body of an answer as it comes. Raises GatewayError where it breaks off."""
    try:
        async for chunk in answer.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise internal("forward-request", "BackendConnectionFailure", f"The answer broke off: {error}") from None
    finally:
        answer.release()
