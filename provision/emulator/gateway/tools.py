"""What the policies of all calls share: one set for each gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from provision.emulator.gateway.backends import Backends
    from provision.emulator.gateway.caching import Cache
    from provision.emulator.gateway.certificates import Certificates
    from provision.emulator.gateway.counting import Counters
    from provision.emulator.gateway.events import Events
    from provision.emulator.gateway.forwarding import Forwarder
    from provision.emulator.gateway.identity import Identity
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.world.clock import Clock

    Known = Callable[[Callable[[Reading], Any]], Awaitable[Any]]


@dataclass(slots=True)
class Tools:
    """Clock, counters, caches, the way to backends.

    `known` asks the configuration, `note` says something once in the log; `slots` are the places that
    `limit-concurrency` has given away.
    """

    clock: Clock
    counters: Counters
    forwarder: Forwarder
    backends: Backends
    certificates: Certificates
    cache: Cache
    identity: Identity
    events: Events
    known: Known
    note: Callable[[str], None]
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    slots: dict[tuple[str, str], int] = field(default_factory=dict)

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something for which no call waits."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """End what is still done aside, and all connections."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.forwarder.close()

    async def sleep(self, seconds: float) -> None:
        """Let time pass; where the emulator's clock stands still, none has to."""
        await asyncio.sleep(0 if self.clock.frozen else max(seconds, 0.0))
