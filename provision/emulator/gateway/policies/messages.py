"""Headers, method, URL and body of a message: what a policy changes of what passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.values import Value

EXISTS = ("override", "skip", "append", "delete")
BEFORE = frozenset({"inbound", "backend"})


def headers_of(transit: Transit, section: str) -> Headers | None:
    """Return the headers that a section's elements change: the request's until there is a response."""
    if section in BEFORE:
        return transit.context.request.headers
    response = transit.context.response
    return None if response is None else response.headers


async def change_header(headers: Headers, name: str, values: list[str], action: str) -> None:
    """Change one header as `exists-action` says."""
    if action == "delete":
        headers.remove(name)
    elif action == "append":
        for value in values:
            headers.add(name, value)
    elif action == "override" or name not in headers:
        headers.set(name, *values)


def header_of(node: Node) -> tuple[Value, Value, list[Value]]:
    """Return name, action and values of a `set-header`."""
    return node.value("name"), node.value("exists-action", "override"), [one.content() for one in node.nodes("value")]


def set_header(node: Node) -> Act:
    """`set-header`: put, append, keep or delete a header."""
    name, action, values = header_of(node)
    section = node.place.section

    async def act(transit: Transit) -> None:
        headers = headers_of(transit, section)
        if headers is not None:
            texts = [await one.text(transit) for one in values]
            await change_header(headers, await name.text(transit), texts, (await action.text(transit)).lower())

    return act


POLICIES = (Policy("set-header", set_header, frozenset({"name", "exists-action"}), frozenset({"value"})),)
