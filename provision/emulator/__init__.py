"""An embedded Azure Resource Manager for API Management, served over real HTTP on loopback."""

from __future__ import annotations

from provision.emulator.serving.exchange import Exchange
from provision.emulator.serving.server import Emulator
from provision.emulator.trouble.faults import Fault, Faults
from provision.emulator.trouble.script import read as read_script
from provision.emulator.world.clock import Clock, instant
from provision.emulator.world.errors import EmulatorError

__all__ = ["Clock", "Emulator", "EmulatorError", "Exchange", "Fault", "Faults", "instant", "read_script"]
