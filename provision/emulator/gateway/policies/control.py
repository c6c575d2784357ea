"""What decides which elements run, how often, and when a call has its answer.

Sources: [doc] Microsoft's reference of each element, [?] inferred.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.context import Response
from provision.emulator.gateway.failing import Finished, GatewayError, UnsupportedError, internal, phrase
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.messages import BodyChange, HeaderChange, StatusChange
from provision.emulator.gateway.steps import run

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

MOST_RETRIES = 50  # [doc]


def choose(node: Node) -> Act:
    """`choose`: the first `when` whose condition holds, else `otherwise`."""
    branches = []
    for when in node.nodes("when"):
        when.known({"condition"}, None)
        branches.append((when.value("condition"), when.steps()))
    otherwise = node.node("otherwise")
    rest = otherwise.steps() if otherwise else ()

    async def act(transit: Transit) -> None:
        for condition, steps in branches:
            if await condition.flag(transit):
                await run(steps, transit)
                return
        await run(rest, transit)

    return act


def retry(node: Node) -> Act:
    """`retry`: the elements inside once, and again as long as the condition holds.

    [?] That a failure of them is met by the condition first, as the response that it would become.
    """
    condition, count, pause = node.value("condition"), node.value("count"), _Pause(node)
    steps = node.steps()

    async def again(transit: Transit, failure: GatewayError | None) -> bool:
        try:
            return await condition.flag(transit)
        except GatewayError as error:
            raise (failure or error) from None

    async def act(transit: Transit) -> None:
        await transit.load_request()  # a body that streamed to a backend could not be sent again
        times = min(await count.whole(transit), MOST_RETRIES)
        for turn in range(times + 1):
            failure = None
            try:
                await run(steps, transit)
            except UnsupportedError:
                raise
            except GatewayError as error:
                failure = error
                transit.fail(error)
            if turn == times or not await again(transit, failure):
                if failure is not None:
                    raise failure
                return
            await pause.wait(transit, turn)

    return act


class _Pause:
    """How long a `retry` waits: always as long, linear with a delta, exponential with a longest interval too [doc]."""

    def __init__(self, node: Node) -> None:
        self._interval, self._delta = node.value("interval"), node.value("delta", "0")
        self._longest, self._fast = node.optional("max-interval"), node.value("first-fast-retry", "false")

    async def wait(self, transit: Transit, turn: int) -> None:
        """Wait after a turn, the first of which is 0."""
        if turn == 0 and await self._fast.flag(transit):
            return
        seconds, delta = await self._interval.number(transit), await self._delta.number(transit)
        if self._longest is not None:
            seconds = min(seconds + (2**turn - 1) * delta, await self._longest.number(transit))
        else:
            seconds += turn * delta
        await transit.tools.sleep(seconds)


def wait(node: Node) -> Act:
    """`wait`: the elements inside at the same time, until all or any of them are done."""
    every = node.word("for", "all", ("all", "any")) == "all"
    steps = node.steps()

    async def act(transit: Transit) -> None:
        tasks = [asyncio.ensure_future(run((step,), transit)) for step in steps]
        try:
            if every:
                await asyncio.gather(*tasks)
            elif tasks:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return act


def limit_concurrency(node: Node) -> Act:
    """`limit-concurrency`: at most so many calls at once within the elements inside; the others get 429."""
    key, most, steps = node.value("key"), node.value("max-count"), node.steps()

    async def act(transit: Transit) -> None:
        limit, name = await most.whole(transit), (transit.subject.service.path, await key.text(transit))
        slots = transit.tools.slots
        if slots.get(name, 0) >= limit:
            # [?] The wording; the status is documented.
            raise GatewayError(429, "limit-concurrency", "ConcurrencyLimitExceeded", "Too many concurrent requests.")
        slots[name] = slots.get(name, 0) + 1
        try:
            await run(steps, transit)
        finally:
            slots[name] -= 1
            if not slots[name]:
                del slots[name]

    return act


def return_response(node: Node) -> Act:
    """`return-response`: the answer at once: a variable's response, or an empty one, with what is set inside."""
    variable = node.optional("response-variable-name")
    statuses = [StatusChange(one) for one in node.nodes("set-status")]
    headers = [HeaderChange(one) for one in node.nodes("set-header")]
    bodies = [BodyChange(one) for one in node.nodes("set-body")]

    async def act(transit: Transit) -> None:
        response = Response(200, "OK")
        if variable is not None:
            found = transit.context.variables.get(await variable.text(transit))
            if not isinstance(found, Response):
                name = await variable.text(transit)
                raise internal("return-response", "VariableNotFound", f"The variable '{name}' holds no response.")
            response = Response(found.status_code, found.status_reason, found.headers.copy(), found.body)
        for status in statuses:
            response.status_code, response.status_reason = await status.read(transit)
        for header in headers:
            await header.apply(transit, response.headers)
        for body in bodies:
            response.body = await body.body(transit)
        response.status_reason = response.status_reason or phrase(response.status_code)
        transit.respond(response)
        raise Finished

    return act


POLICIES = (
    Policy("choose", choose, children=frozenset({"when", "otherwise"})),
    Policy(
        "retry",
        retry,
        frozenset({"condition", "count", "interval", "max-interval", "delta", "first-fast-retry"}),
        None,
    ),
    Policy("wait", wait, frozenset({"for"}), None, ("inbound", "backend", "outbound")),
    Policy("limit-concurrency", limit_concurrency, frozenset({"key", "max-count"}), None),
    Policy(
        "return-response",
        return_response,
        frozenset({"response-variable-name"}),
        frozenset({"set-status", "set-header", "set-body"}),
    ),
)
