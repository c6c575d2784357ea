"""Waiting for what Azure takes its time for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.errors import CancelledError

if TYPE_CHECKING:
    from threading import Event

    from provision.address import Address

_STEP = 0.2  # seconds between two looks whether the user gave up


def wait(poller: Any, cancelled: Event, address: Address) -> dict[str, Any]:
    """Wait for the end of a long operation; the body that it ended with."""
    while not poller.done():
        if cancelled.is_set():
            raise CancelledError(f"{address}: Azure goes on with it; the next apply continues from there")
        poller.wait(_STEP)
    return poller.result() or {}
