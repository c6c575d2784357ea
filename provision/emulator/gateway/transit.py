"""One call on its way through the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.bodies import Body, unpack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from provision.emulator.gateway.counting import Period
    from provision.emulator.gateway.expressions.context import Context, Response
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.gateway.tools import Tools
    from provision.emulator.gateway.tracing import Recorder


@dataclass(slots=True)
class Transit:
    """The state of a call. `base` and `rest` make the URL of the backend; `backend` is the path of one chosen by id;
    `gateway` is the instance's base URL for its callers, `host` what they called it.

    `after` is awaited once the answer is known, `closing` called when it was sent; `periods` count the bytes of both
    bodies. `certificate` is the client's that the backend gets to see.
    """

    context: Context
    subject: Subject
    tools: Tools
    incoming: Body
    base: str
    rest: str
    gateway: str = ""
    host: str = ""
    backend: str = ""
    outgoing: Body = field(default_factory=Body)
    certificate: Any = None
    after: list[Callable[[Transit], Awaitable[None]]] = field(default_factory=list)
    closing: list[Callable[[], None]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    recorder: Recorder | None = None

    def aim(self, *, base: str | None = None, rest: str | None = None) -> None:
        """Change the URL of the backend."""
        self.base = self.base if base is None else base.rstrip("/")
        self.rest = self.rest if rest is None else rest
        self.context.request.url = self.base + self.rest

    def respond(self, response: Response, stream: AsyncIterator[bytes] | None = None) -> None:
        """Make this the answer; its body is a stream, or the response's own."""
        self.context.response = response
        self.outgoing = Body(stream)

    async def load_request(self) -> None:
        """Read the request's body, so that elements and expressions may see it."""
        if self.incoming.pending:
            request = self.context.request
            request.body = unpack(request.headers, await self.incoming.load())

    async def load_response(self) -> None:
        """Read the response's body."""
        response = self.context.response
        if response is not None and self.outgoing.pending:
            response.body = unpack(response.headers, await self.outgoing.load())

    def drop_request_body(self) -> None:
        """Take the request's body as replaced; what comes of the old one is left unread."""
        self.incoming = Body()

    def drop_response_body(self) -> None:
        """Take the response's body as replaced."""
        self.outgoing = Body()
