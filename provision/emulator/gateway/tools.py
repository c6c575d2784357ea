"""What the policies of all calls share: one set for each gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.emulator.gateway.counting import Counters
    from provision.emulator.gateway.forwarding import Forwarder
    from provision.emulator.world.clock import Clock


@dataclass(slots=True)
class Tools:
    """Clock, counters, the way to backends."""

    clock: Clock
    counters: Counters
    forwarder: Forwarder
