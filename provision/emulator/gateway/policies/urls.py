"""Where a request goes: the backend, the path and the query there; and URLs in what comes back.

Sources: [doc] Microsoft's reference of each element, [?] inferred.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus

from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

PARAMETER = re.compile(r"\{\*?([^{}]+)\}")
PATH_SAFE = "/:@!$&'()*+,;=-._~"
QUERY_SAFE = "/:@!$'()*,;-._~"


def pairs_of(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query as they stand there: (name, text of the whole parameter)."""
    return [(unquote_plus(part.partition("=")[0]), part) for part in query.split("&") if part]


def joined(path: str, parts: list[str]) -> str:
    """Return path and query as one."""
    return f"{path}?{'&'.join(parts)}" if parts else path


def set_query_parameter(node: Node) -> Act:
    """`set-query-parameter`: put, keep, append or delete a parameter of the backend's URL."""
    name, action = node.value("name"), node.value("exists-action", "override")
    values = [one.content() for one in node.nodes("value")]

    async def act(transit: Transit) -> None:
        key, what = await name.text(transit), (await action.text(transit)).lower()
        path, _, query = transit.rest.partition("?")
        pairs = pairs_of(query)
        there = any(one.lower() == key.lower() for one, _ in pairs)
        kept = [part for one, part in pairs if what in ("append", "skip") or one.lower() != key.lower()]
        if what != "delete" and not (what == "skip" and there):
            texts = [await one.text(transit) for one in values]
            kept += [f"{quote(key, safe=QUERY_SAFE)}={quote(text, safe=QUERY_SAFE)}" for text in texts]
        transit.aim(rest=joined(path, kept))

    return act


def rewrite_uri(node: Node) -> Act:
    """`rewrite-uri`: another path at the backend, with the parameters of the operation's template in it."""
    template, copied = node.value("template"), node.value("copy-unmatched-params", "true")

    async def act(transit: Transit) -> None:
        written = await template.text(transit)
        parameters = transit.context.request.matched_parameters
        path, _, query = written.partition("?")
        path, query = _filled(path, parameters, PATH_SAFE), _filled(query, parameters, QUERY_SAFE)
        parts = [part for _, part in pairs_of(query)]
        if await copied.flag(transit):
            # Those that the operation's own template doesn't name [doc], and the new one neither [?].
            operation = transit.context.operation
            taken = pairs_of(operation.url_template.partition("?")[2] if operation else "") + pairs_of(query)
            names = {name.lower() for name, _ in taken}
            parts += [part for name, part in pairs_of(transit.rest.partition("?")[2]) if name.lower() not in names]
        transit.aim(rest=joined("/" + path.lstrip("/"), parts))

    return act


def _filled(template: str, parameters: dict[str, str], safe: str) -> str:
    def one(found: re.Match[str]) -> str:
        value = parameters.get(found.group(1))
        return found.group() if value is None else quote(value, safe=safe)

    return PARAMETER.sub(one, template)


def set_backend_service(node: Node) -> Act:
    """`set-backend-service`: another base URL, or a backend by its id."""
    if node.has("base-url") == node.has("backend-id"):
        raise node.refuse("exactly one of 'base-url' and 'backend-id' is executed")
    base, backend = node.optional("base-url"), node.optional("backend-id")

    async def act(transit: Transit) -> None:
        if base is not None:
            transit.backend = None
            transit.aim(base=await base.text(transit))
        elif backend is not None:
            await transit.choose_backend(await backend.text(transit))

    return act


def redirect_content_urls(node: Node) -> Act:
    """`redirect-content-urls`: the backend's URLs in a response become the gateway's, and the other way round before.

    [?] That Location and Content-Location are among them.
    """
    before = node.place.section == "inbound"

    async def act(transit: Transit) -> None:
        old, new = (transit.public, transit.base) if before else (transit.base, transit.public)
        response = transit.context.response
        if response is not None:
            for name in ("Location", "Content-Location"):
                value = response.headers.get(name)
                if value is not None and value.startswith(old):
                    response.headers.set(name, new + value[len(old) :])
        body = await transit.body_text(before=before)
        if body is not None and old in body:
            transit.replace_text(body.replace(old, new), before=before)

    return act


POLICIES = (
    Policy(
        "set-query-parameter",
        set_query_parameter,
        frozenset({"name", "exists-action"}),
        frozenset({"value"}),
        ("inbound", "backend"),
    ),
    Policy(
        "rewrite-uri", rewrite_uri, frozenset({"template", "copy-unmatched-params"}), sections=("inbound", "backend")
    ),
    Policy(
        "set-backend-service",
        set_backend_service,
        frozenset({"base-url", "backend-id"}),
        sections=("inbound", "backend"),
    ),
    Policy("redirect-content-urls", redirect_content_urls, sections=("inbound", "outbound")),
)
