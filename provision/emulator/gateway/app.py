"""The gateway as an ASGI app: finds the instance, plans the call, runs its policies, and writes the answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from provision.emulator.gateway import addressing, planning
from provision.emulator.gateway.accounting import account
from provision.emulator.gateway.arrival import arrive
from provision.emulator.gateway.backends import Backends
from provision.emulator.gateway.bodies import Body
from provision.emulator.gateway.caching import Cache
from provision.emulator.gateway.certificates import Certificates
from provision.emulator.gateway.counting import Counters, Period
from provision.emulator.gateway.events import Events
from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.failing import internal, operation_not_found
from provision.emulator.gateway.forwarding import Forwarder
from provision.emulator.gateway.identity import LOGIN as LOGIN_HOST
from provision.emulator.gateway.identity import Identity
from provision.emulator.gateway.own import LOGIN, ROOT, TRACES, Own
from provision.emulator.gateway.pipeline import answer
from provision.emulator.gateway.policies.limits import BY_KEY_QUOTA
from provision.emulator.gateway.reading import ColdError, Reading
from provision.emulator.gateway.tools import Tools
from provision.emulator.gateway.writing import GoneError, while_there, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.gateway.failing import GatewayError
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.writing import Receive, Scope, Send
    from provision.emulator.world.wire import World

    Result = TypeVar("Result")


HOSTS = ".azure-api.net"  # the gateways of all instances are one another's backends, and policies call them


class Gateway:
    """The gateways of all instances of one emulator, at `url` and under `names`. `elsewhere`: see Forwarder."""

    def __init__(
        self, world: World, url: str, elsewhere: Mapping[str, str], names: frozenset[str] = frozenset()
    ) -> None:
        self._world, self._names = world, names
        self._watch = world.store.watch()
        self._version = -1
        self._reading = Reading(world.store)
        self._lock = asyncio.Lock()
        clock = world.clock
        counters, identity = Counters(clock), Identity(clock)
        world.quotas.serve(lambda service, key: counters.current((BY_KEY_QUOTA, service, key)))
        self.own = Own(identity)
        self.tools = Tools(
            clock,
            counters,
            Forwarder({LOGIN_HOST: f"{url}{LOGIN}", HOSTS: url, **elsewhere}),
            Backends(clock, self._known),
            Certificates(self._known),
            Cache(clock),
            identity,
            Events(clock),
            self._known,
            world.note,
        )

    async def close(self) -> None:
        """Close what it holds open."""
        await self.tools.close()
        self._watch.close()

    def _current(self) -> Reading:
        """Return the state as it is, of which nothing is known yet where it has changed."""
        version = self._watch.version()
        if version != self._version:
            self._version, self._reading = version, Reading(self._world.store)
        return self._reading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith(ROOT):
            await self.own.answer(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, send)
        except (GoneError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  # the border of the gateway: its own defect must reach the caller
            message = f"The emulator failed: {type(error).__name__}: {error}"
            await _failed(scope, send, internal("configuration", "InternalServerError", message))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        headers = Headers((key.decode("latin-1").title(), value.decode("latin-1")) for key, value in scope["headers"])
        address = await self._known(
            lambda reading: addressing.find(reading, scope, headers.get("Host") or "", self._names)
        )
        if address is None:
            await _failed(scope, send, operation_not_found())
            return
        head = addressing.head(scope, address, headers)
        plan = await self._known(lambda reading: planning.plan(reading, address.service, head))
        transit = arrive(self.tools, scope, receive, address, head, plan)
        sent = Period(self._world.clock.now(), None)
        transit.periods.append(sent)
        try:
            await while_there(send, answer(transit, plan))
            self._traced(transit)
            await write(scope, send, transit.context.response or Response(200, "OK"), transit.outgoing, transit.periods)
            account(self._world, plan, transit, sent, time.perf_counter() - began)
        except GoneError:
            return
        finally:
            for close in transit.closing:
                with contextlib.suppress(Exception):
                    close()

    def _traced(self, transit: Transit) -> None:
        """Keep the trace of a call that asked for one, and say where [doc: the header of the older portal]."""
        if transit.recorder is not None and transit.context.response is not None:
            name = str(transit.context.request_id)
            self.own.keep(name, transit.recorder.entries)
            location = f"{transit.listener}{TRACES}/{name}"
            transit.context.response.headers.set("Ocp-Apim-Trace-Location", location)

    async def _known(self, ask: Callable[[Reading], Result]) -> Result:
        """Return what a question about the state is answered with; it is read in a thread where it isn't known."""
        reading = self._current()
        try:
            return ask(reading)
        except ColdError:
            async with self._lock:
                return await asyncio.to_thread(ask, replace(reading, loading=True))


async def _failed(scope: Scope, send: Send, error: GatewayError) -> None:
    """Answer where no policies are known that could."""
    body = error.body(uuid.uuid4())
    await write(scope, send, Response(error.status, "", Headers([("Content-Type", "application/json")]), body), Body())
