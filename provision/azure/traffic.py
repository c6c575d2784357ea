"""What all connections of a run share: patience, time, the pace of one subscription and principal, what is said."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision.azure.failures import translated
from provision.azure.pipeline import Pace
from provision.azure.transport import Watch
from provision.azure.waiting import Call, Clock, Patience, asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from provision.address import Address


def _silent(_: str) -> None:
    pass


@dataclass(slots=True)
class Traffic:
    """The traffic of one run with one subscription. `say` is called by any thread."""

    patience: Patience = field(default_factory=Patience)
    say: Callable[[str], None] = _silent
    clock: Clock = field(default_factory=Clock)
    pace: Pace = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock, self.say)
        self.watch = Watch(self.clock)

    @contextmanager
    def call(self, doing: str, address: Address | None = None, cancelled: Event | None = None) -> Iterator[Call]:
        """In the block, this thread asks Azure for one thing, and every error of the SDK becomes one of ours.

        `address`: what is written; without it, the block only reads.
        """
        limit = self.patience.of(address) if address else self.patience.other
        call = Call(doing, limit, self.clock, self.say, cancelled, reads=address is None)
        with asking(call), translated(doing):
            yield call

    def close(self) -> None:
        """Nothing is sent any more."""
        self.watch.close()
