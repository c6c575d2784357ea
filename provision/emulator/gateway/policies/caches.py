"""Responses and values that are kept for a while.

Sources: [doc] Microsoft's reference of each element, [?] inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.context import Response
from provision.emulator.gateway.failing import Finished
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.urls import pairs_of

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

LOOKUP = frozenset(
    {
        "vary-by-developer",
        "vary-by-developer-groups",
        "downstream-caching-type",
        "must-revalidate",
        "allow-private-response-caching",
        "caching-type",
    }
)
CACHES = ("prefer-external", "external", "internal")  # there is one, whatever is preferred
CACHED = frozenset({"GET"})  # [doc: GET alone, unless a POST is forced by its key]
OK = 200


def cache_lookup(node: Node) -> Act:
    """`cache-lookup`: a kept response ends the call; else `cache-store` knows under which key to keep one."""
    developer = node.value("vary-by-developer")
    groups = node.value("vary-by-developer-groups")
    downstream = node.value("downstream-caching-type", "none")
    revalidate, private = node.value("must-revalidate", "true"), node.value("allow-private-response-caching", "false")
    node.word("caching-type", "prefer-external", CACHES)
    headers = [one.content() for one in node.nodes("vary-by-header")]
    parameters = [one.content() for one in node.nodes("vary-by-query-parameter")]

    async def act(transit: Transit) -> None:
        context = transit.context
        request, user = context.request, context.user
        if request.method not in CACHED:
            return
        if "Authorization" in request.headers and not await private.flag(transit):
            return
        key: list[Any] = ["response", transit.subject.service.path, context.api and context.api.id, request.method]
        key += [context.api and context.api.revision, transit.subject.rest]
        if await developer.flag(transit):
            key.append(user.id if user else None)
        if await groups.flag(transit):
            key.append(tuple(sorted(group.id for group in user.groups)) if user else ())
        key += [(name, request.headers.get(name)) for name in [await one.text(transit) for one in headers]]
        key.append(await _query(transit, [await one.text(transit) for one in parameters]))
        transit.cache_key = tuple(key)
        found = transit.tools.cache.get(transit.cache_key)
        if found is None:
            transit.cache_control = _control(await downstream.text(transit), must=await revalidate.flag(transit))
            return
        transit.respond(Response(found.status_code, found.status_reason, found.headers.copy(), found.body))
        raise Finished

    return act


async def _query(transit: Transit, names: list[str]) -> Any:
    """Return what of the query sets responses apart: all of it, unless parameters are named [doc]."""
    pairs = pairs_of(transit.context.request.original_url.partition("?")[2])
    wanted = {name.lower() for text in names for name in text.split(";")}
    return tuple(sorted((name.lower(), part) for name, part in pairs if not wanted or name.lower() in wanted))


def _control(kind: str, *, must: bool) -> str:
    """Return the Cache-Control that callers get; nothing where they aren't to keep it."""
    if kind == "none":
        return "no-cache" + (", must-revalidate" if must else "")
    return kind + (", must-revalidate" if must else "")


def cache_store(node: Node) -> Act:
    """`cache-store`: keep the response for what `cache-lookup` found nothing for; 200 alone, unless told [doc]."""
    duration, every = node.value("duration"), node.value("cache-response", "")

    async def act(transit: Transit) -> None:
        response = transit.context.response
        if transit.cache_key is None or response is None:
            return
        told = await every.text(transit)
        if (response.status_code != OK) if not told else not await every.flag(transit):
            return
        seconds = await duration.number(transit)
        await transit.load_response()
        if transit.cache_control.startswith("no-cache"):
            pass
        elif transit.cache_control:
            response.headers.set("Cache-Control", f"{transit.cache_control}, max-age={int(seconds)}")
        kept = Response(response.status_code, response.status_reason, response.headers.copy(), response.body)
        transit.tools.cache.put(transit.cache_key, kept, seconds)

    return act


def cache_lookup_value(node: Node) -> Act:
    """`cache-lookup-value`: a kept value into a variable."""
    key, variable, default = node.value("key"), node.value("variable-name"), node.optional("default-value")
    node.word("caching-type", "prefer-external", CACHES)

    async def act(transit: Transit) -> None:
        found = transit.tools.cache.get(_value_key(transit, await key.text(transit)))
        if found is not None:
            transit.context.variables[await variable.text(transit)] = found[0]
        elif default is not None:
            transit.context.variables[await variable.text(transit)] = await default.get(transit)

    return act


def cache_store_value(node: Node) -> Act:
    """`cache-store-value`: keep a value."""
    key, value, duration = node.value("key"), node.value("value"), node.value("duration")
    node.word("caching-type", "prefer-external", CACHES)

    async def act(transit: Transit) -> None:
        kept = (await value.get(transit),)
        transit.tools.cache.put(_value_key(transit, await key.text(transit)), kept, await duration.number(transit))

    return act


def cache_remove_value(node: Node) -> Act:
    """`cache-remove-value`: forget a value."""
    key = node.value("key")
    node.word("caching-type", "prefer-external", CACHES)

    async def act(transit: Transit) -> None:
        transit.tools.cache.remove(_value_key(transit, await key.text(transit)))

    return act


def _value_key(transit: Transit, key: str) -> tuple[str, str, str]:
    return ("value", transit.subject.service.path, key)


POLICIES = (
    Policy(
        "cache-lookup", cache_lookup, LOOKUP, frozenset({"vary-by-header", "vary-by-query-parameter"}), ("inbound",)
    ),
    Policy("cache-store", cache_store, frozenset({"duration", "cache-response"}), sections=("outbound",)),
    Policy(
        "cache-lookup-value", cache_lookup_value, frozenset({"key", "variable-name", "default-value", "caching-type"})
    ),
    Policy("cache-store-value", cache_store_value, frozenset({"key", "value", "duration", "caching-type"})),
    Policy("cache-remove-value", cache_remove_value, frozenset({"key", "caching-type"})),
)
