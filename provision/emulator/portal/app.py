"""The portal as an app: a page of files, and the data that it shows as JSON below /data."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.portal import catalogue, relay, signup, usage
from provision.emulator.portal.inside import Inside
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, error_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.world.wire import Request, World

STATIC = Path(__file__).parent / "static"
START = "index.html"
THREADS = 64  # of their own: a call waits for the gateway, which may wait for others here
KINDS: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
)
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
SAFE: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": f"{POLICY}; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
)


class Portal:
    """The developer portals of all instances of one emulator.

    `arm` answers a request as ARM does; `gateway` is where the gateways are reached from here, `told` from outside.
    """

    def __init__(self, world: World, arm: Callable[[Request], Answer], gateway: str, told: str) -> None:
        self._inside = Inside(world.store, arm)
        self._gateway, self._told, self._clock = gateway, told, world.clock
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="portal")
        self._files = {path.name: path.read_text("utf-8") for path in STATIC.iterdir()}

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def answered(self, request: Request) -> Answer:
        """Answer one request; what needs the state, or the gateway, is done in a thread."""
        if request.segments[:1] == ("data",):
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, self._data, request)
        else:
            answer = self._file(request)
        answer.headers.update(SAFE)
        return answer

    def _file(self, request: Request) -> Answer:
        name = "/".join(request.segments) or START
        text = self._files.get(name)
        if text is None or request.method not in ("GET", "HEAD"):
            return Answer(404, "There is no such page.\n", {"Content-Type": "text/plain; charset=utf-8"})
        return Answer(200, text, {"Content-Type": KINDS[Path(name).suffix]})

    def _data(self, request: Request) -> Answer:
        try:
            return Answer(200, self._found(request))
        except ArmError as error:
            return error_answer(error)
        except Exception as error:  # noqa: BLE001  # a defect of the emulator's own must reach the page
            message = f"The emulator failed: {type(error).__name__}: {error}"
            return error_answer(ArmError(500, "InternalServerError", message))

    def _found(self, request: Request) -> Any:
        inside = self._inside
        found: Callable[[], Any]
        match request.segments[1:]:
            case ("services",):
                found = partial(catalogue.services, inside)
            case ("services", name):
                found = partial(self._service, name)
            case ("services", name, "usage"):
                span = request.query.get("span", "")
                found = partial(usage.usage, inside, name, span, self._clock.now())
            case ("services", name, "apis", api):
                found = partial(catalogue.api, inside, name, api)
            case ("services", name, "apis", api, "operations", operation):
                found = partial(catalogue.operation, inside, name, api, operation)
            case _:
                return self._done(request)
        if request.method != "GET":
            raise _nothing()
        return found()

    def _service(self, name: str) -> dict[str, Any]:
        return {**catalogue.service(self._inside, name), "localUrl": f"{self._told}/{name}"}

    def _done(self, request: Request) -> Any:
        match (request.method, *request.segments[1:]):
            case ("POST", "services", name, "subscriptions"):
                return signup.sign_up(self._inside, name, _body(request))
            case ("DELETE", "services", name, "subscriptions", subscription):
                return signup.cancel(self._inside, name, subscription)
            case ("POST", "services", name, "try"):
                host = f"{self._inside.service(name).rpartition('/')[2].lower()}.azure-api.net"
                return relay.call(self._gateway, host, relay.wanted(_body(request)))
        raise _nothing()


def _nothing() -> ArmError:
    return ArmError(404, "NotFound", "There is no such data.")


def _body(request: Request) -> dict[str, Any]:
    """Return the JSON of a body that says it is JSON, which no form of another page can."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ArmError(415, "UnsupportedMediaType", "The Content-Type must be application/json.")
    return request.json()
