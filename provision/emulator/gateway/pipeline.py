"""The four sections of a call in their order, and what becomes of it where one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.context import Response
from provision.emulator.gateway.failing import Finished, GatewayError, internal
from provision.emulator.gateway.steps import run
from provision.emulator.gateway.writing import GoneError

if TYPE_CHECKING:
    from provision.emulator.gateway.planning import Plan
    from provision.emulator.gateway.transit import Transit

CORS = "cors"


async def answer(transit: Transit, plan: Plan) -> None:
    """Run the policies of a call: afterwards its context has the answer. Raises GoneError where the caller left."""
    try:
        await _guarded(transit, plan)
    except Finished:
        pass
    except GatewayError as error:
        await _on_error(transit, plan, error)
    for after in transit.after:
        try:
            await after(transit)
        except GatewayError as error:
            transit.fail(error)


async def _guarded(transit: Transit, plan: Plan) -> None:
    try:
        await _sections(transit, plan)
    except (GatewayError, Finished, GoneError):
        raise
    except RecursionError:
        raise internal("configuration", "PolicyTooDeep", "The policies are nested too deeply.") from None
    except Exception as error:  # the border of the gateway: a defect of its own must reach the caller
        message = f"The emulator failed: {type(error).__name__}: {error}"
        raise internal("configuration", "InternalServerError", message) from error


async def _sections(transit: Transit, plan: Plan) -> None:
    sections = plan.sections
    if sections.broken is not None:
        raise sections.broken.again()
    if plan.preflight:
        await run(tuple(step for step in sections.inbound if step.place.element == CORS), transit)
    if plan.error is not None:
        raise plan.error
    await run(sections.inbound, transit)
    await run(sections.backend, transit)
    if transit.context.response is None:
        transit.respond(Response(200, "OK"))
    await run(sections.outbound, transit)


async def _on_error(transit: Transit, plan: Plan, error: GatewayError) -> None:
    """Make the answer of a failure, and let `on-error` change it."""
    transit.fail(error)
    try:
        await run(plan.sections.on_error, transit)
    except Finished:
        pass
    except GatewayError as another:
        transit.fail(another)
