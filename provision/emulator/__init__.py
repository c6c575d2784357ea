"""An embedded Azure Resource Manager for API Management, served over real HTTP on loopback."""

from __future__ import annotations

from provision.emulator.clock import Clock, instant
from provision.emulator.errors import EmulatorError
from provision.emulator.faults import Fault, Faults
from provision.emulator.script import read as read_script
from provision.emulator.server import Emulator, Exchange

__all__ = ["Clock", "Emulator", "EmulatorError", "Exchange", "Fault", "Faults", "instant", "read_script"]
