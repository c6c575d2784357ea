"""Waiting: how long for what, who may give up, what is said of it; and long operations, followed to their end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from azure.core.polling import PollingMethod
from azure.mgmt.core.polling.arm_polling import ARMPolling

from provision.address import DELETED, SERVICE, Address
from provision.errors import CancelledError, TooLongError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

STEP: Final = 0.2  # seconds between two looks whether the user gave up
SAID_AFTER: Final = 30.0  # seconds of a wait after which it is said, and between two words about it


class Clock:
    """The machine's time."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that one long operation, or one wait without progress, may take: of the instance, of anything else."""

    instance: float = 3 * 3600.0
    other: float = 30 * 60.0

    def of(self, address: Address) -> float:
        """How long a change of this may take."""
        return self.instance if address in (SERVICE, DELETED) else self.other


def duration(seconds: float) -> str:
    """A length of time as the command line writes it: `90s`, `30m`, `3h`."""
    whole = int(seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if whole >= size and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


@dataclass(slots=True)
class Call:
    """One thing that is asked of Azure, with all its requests: how long it may take, and who may stop it.

    `limit`: seconds; `reads`: each of its answers has to hold something; `request` and `response`: the last ones, for
    what is said of a failure.
    """

    doing: str
    limit: float
    clock: Clock
    say: Callable[[str], None] = lambda _: None
    cancelled: Event | None = None
    reads: bool = False
    request: Any = None
    response: Any = None
    start: float = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.clock.now()

    def pause(self, seconds: float, why: str = "", *, counts: bool = True) -> None:
        """Let time pass. Raises CancelledError where the user gave up, and TooLongError at the limit.

        It doesn't count towards the limit where it is spent on others, who get on.
        """
        left = seconds
        if left >= SAID_AFTER and why:
            self.say(f"{self.doing}: {why}: waiting {duration(left)}")
        while True:
            self.check()
            if left <= 0:
                return
            step = min(left, STEP)
            self.clock.sleep(step)
            self.start += 0.0 if counts else step
            left -= step

    def check(self) -> None:
        """Raise CancelledError where the user gave up, and TooLongError at the limit."""
        if self.cancelled is not None and self.cancelled.is_set():
            raise CancelledError(f"{self.doing}: Azure goes on with it; the next apply continues from there")
        if self.clock.now() - self.start > self.limit:
            raise TooLongError(
                f"{self.doing}: not done after {duration(self.limit)} (--timeout) · Azure may go on with it; run again "
                "to continue from there, or give it longer"
            )


_CURRENT: Final[ContextVar[Call | None]] = ContextVar("call", default=None)


def current() -> Call:
    """What this thread is asking of Azure."""
    return _CURRENT.get() or Call("a request", Patience().other, Clock())


@contextmanager
def asking(call: Call) -> Iterator[Call]:
    """In the block, every request of this thread belongs to the call."""
    token = _CURRENT.set(call)
    try:
        yield call
    finally:
        _CURRENT.reset(token)


class Followed(PollingMethod[Any]):
    """ARM's way to the end of a long operation, gone by the thread that asked for it, which can be told to stop.

    The SDK's own poller has a thread for each operation, which nobody can stop.
    """

    def __init__(self, interval: float) -> None:
        self._steps: ARMPolling = ARMPolling(interval)

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        """Take the first answer."""
        self._steps.initialize(client, initial_response, deserialization_callback)

    def run(self) -> None:
        """Nothing: there is no other thread."""

    def status(self) -> str:
        """What the operation says of itself."""
        return self._steps.status()

    def finished(self) -> bool:
        """Keep the SDK from starting a thread."""
        return True

    def resource(self) -> Any:
        """Ask until it has ended; what it ended with."""
        self._steps.run()
        return self._steps.resource()
