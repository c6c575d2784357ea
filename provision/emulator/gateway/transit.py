"""One call on its way through the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision.emulator.gateway.bodies import Body, unpack
from provision.emulator.gateway.expressions.context import Headers, LastError, Response
from provision.emulator.gateway.failing import phrase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Hashable

    from provision.emulator.gateway.backends import Backend
    from provision.emulator.gateway.counting import Period
    from provision.emulator.gateway.expressions.context import Context
    from provision.emulator.gateway.failing import GatewayError
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.gateway.tools import Tools
    from provision.emulator.gateway.tracing import Recorder


@dataclass(slots=True)
class Transit:
    """The state of a call.

    `base` and `rest` make the URL of the backend; `backend` is one chosen by id, `certificates` are what it gets to see
    of a client. `gateway` is the instance's base URL for its callers, `host` what they called it, `public` the URL of
    the API for them, `listener` that of all instances. `after` is awaited once the answer is known, `closing` called
    when it was sent; `periods` count the bytes of the answer. `cache_key` is under which `cache-store` keeps it.
    `served` are the seconds that backends took.
    """

    context: Context
    subject: Subject
    tools: Tools
    incoming: Body
    base: str
    rest: str
    gateway: str = ""
    host: str = ""
    public: str = ""
    listener: str = ""
    backend: Backend | None = None
    outgoing: Body = field(default_factory=Body)
    certificates: list[str] = field(default_factory=list)
    after: list[Callable[[Transit], Awaitable[None]]] = field(default_factory=list)
    closing: list[Callable[[], None]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    recorder: Recorder | None = None
    served: float | None = None
    cache_key: Hashable = None
    cache_control: str = ""

    def aim(self, *, base: str | None = None, rest: str | None = None) -> None:
        """Change the URL of the backend."""
        self.base = self.base if base is None else base.rstrip("/")
        self.rest = self.rest if rest is None else rest
        self.context.request.url = self.base + self.rest

    def respond(self, response: Response, stream: AsyncIterator[bytes] | None = None) -> None:
        """Make this the answer; its body is a stream, or the response's own."""
        self.context.response = response
        self.outgoing = Body(stream)

    def fail(self, error: GatewayError) -> None:
        """Make the answer that of a failure, which `context.LastError` then tells."""
        place = error.place
        self.context.last_error = LastError(
            error.source,
            error.reason,
            error.message,
            place.scope if place else "",
            place.section if place else "",
            place.path if place else "",
            place.policy_id if place else "",
        )
        headers = Headers([("Content-Type", "application/json"), *error.headers.items()])
        self.respond(Response(error.status, phrase(error.status), headers, error.body(self.context.request_id)))

    async def choose_backend(self, name: str) -> None:
        """Send the request to a backend by its id. Raises GatewayError where there is none."""
        found = await self.tools.backends.find(self.subject, name)
        self.backend = found
        if found.url:
            self.aim(base=found.url)

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

    def replace_request_body(self, body: bytes) -> None:
        """Put another body in place of the request's; what comes of the old one is left unread."""
        self.incoming = Body()
        self.context.request.body = body
        self.context.request.headers.remove("Content-Encoding")

    def replace_response_body(self, body: bytes) -> None:
        """Put another body in place of the response's."""
        response = self.context.response
        if response is not None:
            self.outgoing = Body()
            response.body = body
            response.headers.remove("Content-Encoding")

    async def body_text(self, *, before: bool) -> str | None:
        """Return the request's body (`before`) or the response's as text, and leave it in its place."""
        if before:
            await self.load_request()
            found = self.context.request.body
        else:
            await self.load_response()
            found = self.context.response.body if self.context.response else None
        return None if found is None else found.decode("utf-8", "replace")

    def replace_text(self, text: str, *, before: bool) -> None:
        """Put another text in place of the one that `body_text` returns."""
        if before:
            self.replace_request_body(text.encode())
        else:
            self.replace_response_body(text.encode())
