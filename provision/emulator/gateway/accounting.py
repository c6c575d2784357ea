"""What of a call is counted for the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.world.usage import Caller, one_call

if TYPE_CHECKING:
    from provision.emulator.gateway.counting import Period
    from provision.emulator.gateway.planning import Plan
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import World

KILOBYTE = 1024


def account(world: World, plan: Plan, transit: Transit, sent: Period, seconds: float) -> None:
    """Count a call that has found its API and was answered; a path that is no API's is nobody's."""
    subject, response = plan.subject, transit.context.response
    if world.usage is None or subject.api is None or response is None:
        return
    service = subject.service
    user = f"/users/{plan.user.id}" if plan.user else ""

    def below(row: Row | None) -> str:
        return row.id[len(service.id) :] if row else ""

    api = below(subject.api).partition(";rev=")[0]
    operation = f"{api}/operations/{subject.operation.name}" if subject.operation else ""
    caller = Caller(service.path, api, operation, below(subject.product), below(subject.subscription), user)
    length = transit.context.request.headers.get("Content-Length") or ""
    size = (int(length) if length.isdecimal() else 0) + round(sent.kilobytes * KILOBYTE)
    hit = None if transit.cache_key is None else transit.served is None
    counted = one_call(response.status_code, size, seconds, transit.served, hit)
    # By when the call came: the caller may move the clock as soon as it has its answer.
    world.usage.add(caller, transit.context.timestamp, counted)
