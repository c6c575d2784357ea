"""From a request that has come in to a call on its way: what policies see of it at the start."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from provision.emulator.gateway.bodies import Body
from provision.emulator.gateway.expressions.context import Context, Request
from provision.emulator.gateway.facts import deployment
from provision.emulator.gateway.tracing import Recorder
from provision.emulator.gateway.transit import Transit
from provision.emulator.gateway.writing import received

if TYPE_CHECKING:
    from provision.emulator.gateway.addressing import Address
    from provision.emulator.gateway.planning import Head, Plan
    from provision.emulator.gateway.tools import Tools
    from provision.emulator.gateway.writing import Receive, Scope

FORWARDED, TRACE = "X-Forwarded-For", "Ocp-Apim-Trace"


def arrive(tools: Tools, scope: Scope, receive: Receive, address: Address, head: Head, plan: Plan) -> Transit:
    """Return a call at its start, aimed at the service URL of its API.

    [?] That `context.Request.Url` is that of the backend from the start, and `OriginalUrl` the caller's; the backend
    is told the caller's address, as the service does.
    """
    host = head.headers.get("Host") or ""
    query = f"?{head.query}" if head.query else ""
    context = _context(tools, scope, address, head, plan, query)
    body = Body(received(scope, receive))
    public = f"{address.reachable}{head.path.removesuffix(plan.subject.rest)}"
    transit = Transit(context, plan.subject, tools, body, "", "", address.reachable, host, public.rstrip("/"))
    base, rest = (plan.api.service_url if plan.api else "") or address.shown, plan.subject.rest
    if plan.api is None:  # no operation was found: the URL stays the caller's
        rest = head.path
    transit.listener = f"{scope['scheme']}://{host}"
    if (head.headers.get(TRACE) or "").lower() == "true":
        transit.recorder = Recorder()
        transit.context.tracing, transit.context.trace = True, partial(transit.recorder.message, "expression")
    transit.aim(base=base, rest=f"{rest}{query}")
    if transit.recorder is not None:
        transit.recorder.begin(transit.context)
    return transit


def _context(tools: Tools, scope: Scope, address: Address, head: Head, plan: Plan, query: str) -> Context:
    began, caller = tools.clock.now(), (scope.get("client") or ("", 0))[0]
    original = f"{address.shown}{head.path}{query}"
    request = Request(head.method, original, original, head.headers, None, caller, dict(plan.parameters))
    request.headers.set(FORWARDED, *request.headers.values(FORWARDED), caller)
    return Context(
        request,
        deployment(address.service),
        began,
        uuid.uuid4(),
        lambda: max(tools.clock.now() - began, timedelta()),
        api=plan.api,
        operation=plan.operation,
        product=plan.product,
        subscription=plan.subscription,
        user=plan.user,
    )
