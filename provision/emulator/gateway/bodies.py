"""Bodies: streams that pass through, read only where an element asks for what is in them."""

from __future__ import annotations

import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import GatewayError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from provision.emulator.gateway.expressions.context import Headers

LARGEST = 64 * 1024 * 1024  # of what is read into memory for a policy; what only passes through has no limit
WINDOWS = MappingProxyType({"gzip": 31, "x-gzip": 31, "deflate": 15})


class Body:
    """A stream that is read once, by whom it is sent to or by `load`."""

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncIterator[bytes] | None = None) -> None:
        self._stream = stream

    @property
    def pending(self) -> bool:
        """Whether nobody has taken it yet."""
        return self._stream is not None

    def take(self) -> AsyncIterator[bytes] | None:
        """Return the stream for good."""
        stream, self._stream = self._stream, None
        return stream

    async def load(self, largest: int = LARGEST) -> bytes | None:
        """Return everything; None where nothing came. Raises GatewayError 413."""
        stream = self.take()
        if stream is None:
            return None
        found = bytearray()
        async for chunk in stream:
            found += chunk
            if len(found) > largest:
                raise GatewayError(413, "configuration", "PayloadTooLarge", "The body is too large for the policies.")
        return bytes(found) or None


def unpack(headers: Headers, body: bytes | None) -> bytes | None:
    """Return a compressed body as it is read by policies, and say so in its headers; another one as it is."""
    coding = (headers.get("Content-Encoding") or "").strip().lower()
    if body is None or coding not in WINDOWS:
        return body
    machine = zlib.decompressobj(WINDOWS[coding])
    try:
        plain = machine.decompress(body, LARGEST)
    except zlib.error:
        return body
    if machine.unconsumed_tail:
        raise GatewayError(413, "configuration", "PayloadTooLarge", "The body is too large for the policies.")
    headers.remove("Content-Encoding")
    return plain
