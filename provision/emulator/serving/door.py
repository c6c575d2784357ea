"""From whole requests to whole answers, over ASGI: who is let in, how large a body may be, and who is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from provision.emulator.serving.admission import Admission
from provision.emulator.serving.asgi import body_of, request_of, write
from provision.emulator.serving.exchange import Exchange, code_of
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import error_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provision.emulator.serving.asgi import Receive, Scope, Send
    from provision.emulator.world.wire import Answer, Request

    App = Callable[[Request], Awaitable[Answer | None]]
    ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# [?] ARM refuses a deployment above 4 MB, and API Management behind it took less than 7 [Azure/apiops#339]. An inline
# document may have 4 MB [doc], and grows when it is written as a JSON string.
LARGEST_BODY = 8 * 1024 * 1024


@dataclass(slots=True)
class Door:
    """An ASGI app before one that answers a request, or None to close the connection instead.

    `report` is told of every exchange, refused ones too; `signs` says which headers every answer has.
    """

    app: App
    admission: Admission = field(default_factory=Admission)
    report: Callable[[Exchange], None] | None = None
    largest: int = LARGEST_BODY
    signs: Callable[[Request], dict[str, str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request = request_of(scope)
        answer: Answer | None
        try:
            refusal = self.admission.refusal(scope["headers"])
            if refusal:
                raise refusal
            body = await body_of(request, receive, self.largest)
            request = replace(request, body=body) if body else request
            answer = await self.app(request)
        except ArmError as error:
            answer = error_answer(error)
        except ConnectionError:  # the client left in the middle of its request, of which nothing is executed
            return
        self._tell(scope, request, answer, time.perf_counter() - began)
        if answer is None:
            # ASGI has no way to close a connection without an answer; uvicorn's `send` is a method of what can.
            transport: Any = send.__self__.transport  # type: ignore[attr-defined]
            transport.abort()
            await receive()
        else:
            await write(send, request, self._signed(request, answer))

    def _signed(self, request: Request, answer: Answer) -> Answer:
        """Add the headers that every answer has, where it doesn't have them: what reads are remembered by stays."""
        if self.signs is None:
            return answer
        own = {name.lower(): value for name, value in answer.headers.items()}
        return replace(answer, headers={**self.signs(request), **own})

    def _tell(self, scope: Scope, request: Request, answer: Answer | None, seconds: float) -> None:
        if self.report:
            query, target = scope["query_string"].decode("latin-1"), scope["raw_path"].decode("latin-1")
            status, code = answer.status if answer else 0, code_of(answer)
            said = (request.method, scope["path"], query, status, request.headers, request.body, code, target, seconds)
            self.report(Exchange(*said))


@dataclass(frozen=True, slots=True)
class HostDoor:
    """An ASGI app before one that answers for the hosts of an admission, and for those that it stands for itself.

    Where a request comes from is not asked: nothing behind it is had without a key of its own, which no page has.
    """

    app: ASGIApp
    admission: Admission
    stands_for: Callable[[str], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if self.stands_for(host.partition(":")[0]):
            await self.app(scope, receive, send)
            return
        refusal = self.admission.refusal([(b"host", host.encode("latin-1"))])
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await write(send, request_of(scope), error_answer(refusal))
