"""An embedded Azure Resource Manager for API Management, served over real HTTP on loopback."""

from __future__ import annotations

from provision.emulator.clock import Clock
from provision.emulator.errors import EmulatorError
from provision.emulator.faults import Fault, Faults
from provision.emulator.server import Emulator, Exchange

__all__ = ["Clock", "Emulator", "EmulatorError", "Exchange", "Fault", "Faults"]
