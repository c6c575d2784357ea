"""Policies ready to run: what an element does, one after the other, and what is said where one fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import Finished, GatewayError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provision.emulator.gateway.place import Place
    from provision.emulator.gateway.transit import Transit

    Act = Callable[[Transit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """An element: where it stands, and what it does to a call."""

    place: Place
    act: Act


@dataclass(frozen=True, slots=True)
class Sections:
    """The four sections of all scopes of an operation, one within the other; `broken` says why there are none."""

    inbound: tuple[Step, ...] = ()
    backend: tuple[Step, ...] = ()
    outbound: tuple[Step, ...] = ()
    on_error: tuple[Step, ...] = ()
    broken: GatewayError | None = None


async def run(steps: tuple[Step, ...], transit: Transit) -> None:
    """Run elements in their order. Raises GatewayError with its place, and Finished where an answer was made."""
    recorder = transit.recorder
    for step in steps:
        began = time.perf_counter() if recorder else 0.0
        try:
            await step.act(transit)
        except GatewayError as error:
            error.place = error.place or step.place
            raise
        finally:
            if recorder:
                recorder.step(step.place, transit.context, time.perf_counter() - began)


def refusing(place: Place, error: GatewayError) -> Step:
    """Return the step of an element that can't be executed: it says so when a call comes to it."""

    async def act(_: Transit) -> None:
        raise error.again()

    return Step(place, act)


__all__ = ["Finished", "Sections", "Step", "refusing", "run"]
