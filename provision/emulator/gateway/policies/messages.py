"""Headers, method, status and body of a message: what a policy changes of what passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.nodes import EVERYWHERE, Policy
from provision.emulator.gateway.values import bytes_of

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.values import Value

BEFORE = frozenset({"inbound", "backend"})


class HeaderChange:
    """A `set-header`, wherever it stands: put, keep, append or delete a header."""

    def __init__(self, node: Node) -> None:
        node.known({"name", "exists-action"}, {"value"})
        self._name, self._action = node.value("name"), node.value("exists-action", "override")
        self._values = [one.content() for one in node.nodes("value")]

    async def apply(self, transit: Transit, headers: Headers) -> None:
        """Change these headers."""
        name, action = await self._name.text(transit), (await self._action.text(transit)).lower()
        values = [await one.text(transit) for one in self._values]
        if action == "delete":
            headers.remove(name)
        elif action == "append":
            for value in values:
                headers.add(name, value)
        elif action == "override" or name not in headers:
            headers.set(name, *values)


class BodyChange:
    """A `set-body`, wherever it stands: a text, or what an expression gives."""

    def __init__(self, node: Node) -> None:
        node.known({"template", "xsi-nil", "parse-date"}, None)
        if node.has("template"):
            raise node.refuse("Liquid templates are left out")
        self._value: Value = node.inner()

    async def body(self, transit: Transit) -> bytes:
        """Return the new body."""
        return bytes_of(await self._value.get(transit))


def set_header(node: Node) -> Act:
    """`set-header`: the request's until the section `outbound`, then the response's."""
    change, before = HeaderChange(node), node.place.section in BEFORE

    async def act(transit: Transit) -> None:
        if before:
            await change.apply(transit, transit.context.request.headers)
        elif transit.context.response is not None:
            await change.apply(transit, transit.context.response.headers)

    return act


def set_body(node: Node) -> Act:
    """`set-body`: the request's until the section `outbound`, then the response's."""
    change, before = BodyChange(node), node.place.section in BEFORE

    async def act(transit: Transit) -> None:
        body = await change.body(transit)
        if before:
            transit.replace_request_body(body)
        else:
            transit.replace_response_body(body)

    return act


def set_method(node: Node) -> Act:
    """`set-method`: the method by which the backend is asked."""
    method = node.content()

    async def act(transit: Transit) -> None:
        transit.context.request.method = (await method.text(transit)).strip().upper()

    return act


class StatusChange:
    """A `set-status`, wherever it stands."""

    def __init__(self, node: Node) -> None:
        node.known({"code", "reason"}, ())
        self._code, self._reason = node.value("code"), node.value("reason", "")

    async def read(self, transit: Transit) -> tuple[int, str]:
        """Return status and reason."""
        return await self._code.whole(transit), await self._reason.text(transit)


def set_status(node: Node) -> Act:
    """`set-status`: status and reason of the response."""
    change = StatusChange(node)

    async def act(transit: Transit) -> None:
        response = transit.context.response
        if response is not None:
            response.status_code, response.status_reason = await change.read(transit)

    return act


def set_variable(node: Node) -> Act:
    """`set-variable`: a value for later elements; a literal is a text."""
    name, value = node.value("name"), node.value("value")

    async def act(transit: Transit) -> None:
        transit.context.variables[await name.text(transit)] = await value.get(transit)

    return act


def find_and_replace(node: Node) -> Act:
    """`find-and-replace`: a text in the body by another one."""
    wanted, instead, before = node.value("from"), node.value("to"), node.place.section in BEFORE

    async def act(transit: Transit) -> None:
        old, new = await wanted.text(transit), await instead.text(transit)
        body = await transit.body_text(before=before)
        if body is not None and old:
            transit.replace_text(body.replace(old, new), before=before)

    return act


POLICIES = (
    Policy("set-header", set_header, frozenset({"name", "exists-action"}), frozenset({"value"})),
    Policy("set-body", set_body, frozenset({"template", "xsi-nil", "parse-date"}), None),
    Policy("set-method", set_method, sections=("inbound", "backend", "on-error")),
    Policy("set-status", set_status, frozenset({"code", "reason"}), sections=EVERYWHERE),
    Policy("set-variable", set_variable, frozenset({"name", "value"})),
    Policy("find-and-replace", find_and_replace, frozenset({"from", "to"})),
)
