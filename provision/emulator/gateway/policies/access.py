"""Who may call from where: addresses, headers, other origins.

Sources: [doc] Microsoft's reference of each element and its table of predefined errors, [?] inferred.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.failing import Finished, GatewayError
from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

ORIGIN, METHOD, WANTED = "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"
CORS = frozenset({"allow-credentials", "terminate-unmatched-request"})
LISTS = frozenset({"allowed-origins", "allowed-methods", "allowed-headers", "expose-headers"})
FORBIDDEN = 403


def ip_filter(node: Node) -> Act:
    """`ip-filter`: let in, or keep out, addresses and ranges of them."""
    allow = node.word("action", None, ("allow", "forbid")) == "allow"
    addresses = [one.content() for one in node.nodes("address")]
    ranges = [(one.value("from"), one.value("to")) for one in node.nodes("address-range")]

    async def act(transit: Transit) -> None:
        caller = _address(transit.context.request.ip_address)
        if caller is None:
            message = "Failed to establish IP address for the caller. Access denied."
            raise GatewayError(FORBIDDEN, "ip-filter", "FailedToParseCallerIP", message)
        inside = False
        for one in addresses:
            inside = inside or _within(caller, await one.text(transit))
        for low, high in ranges:
            first, last = _address(await low.text(transit)), _address(await high.text(transit))
            inside = inside or bool(first and last and int(first) <= int(caller) <= int(last))
        if allow and not inside:
            message = f"Caller IP address {caller} is not allowed. Access denied."
            raise GatewayError(FORBIDDEN, "ip-filter", "CallerIpNotAllowed", message)
        if not allow and inside:
            message = "Caller IP address is blocked. Access denied."
            raise GatewayError(FORBIDDEN, "ip-filter", "CallerIpBlocked", message)

    return act


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None


def _within(caller: ipaddress.IPv4Address | ipaddress.IPv6Address, text: str) -> bool:
    try:
        return caller in ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False


def check_header(node: Node) -> Act:
    """`check-header`: a header must be there, and have one of these values."""
    name, status = node.value("name"), node.value("failed-check-httpcode")
    shown, ignore = node.value("failed-check-error-message"), node.value("ignore-case", "false")
    values = [one.content() for one in node.nodes("value")]

    async def act(transit: Transit) -> None:
        header = await name.text(transit)
        found = transit.context.request.headers.get(header)
        code, told = await status.whole(transit), await shown.text(transit)
        if found is None:
            message = f"Header {header} was not found in the request. Access denied."
            raise GatewayError(code, "check-header", "HeaderNotFound", message, shown=told)
        wanted = [await one.text(transit) for one in values]
        loose = await ignore.flag(transit)
        fits = found in wanted or (loose and found.lower() in [one.lower() for one in wanted])
        if wanted and not fits:
            message = f"Header {header} value of {found} is not allowed. Access denied."
            raise GatewayError(code, "check-header", "HeaderValueNotAllowed", message, shown=told)

    return act


def cors(node: Node) -> Act:
    """`cors`: answer preflight requests, and tell browsers which origins may read an answer.

    A request of an origin that isn't allowed goes on without headers, or ends with an empty 200 where
    `terminate-unmatched-request` is true, as it is unless said otherwise [doc].
    """
    rules = _Cors(node)

    async def act(transit: Transit) -> None:
        request = transit.context.request
        origin = request.headers.get(ORIGIN)
        if origin is None:
            return
        preflight = request.method == "OPTIONS" and METHOD in request.headers
        headers = await rules.headers(transit, origin, preflight=preflight)
        if headers is None and (preflight or rules.terminates):
            transit.respond(Response(200, "OK"))
            raise Finished
        if preflight:
            transit.respond(Response(200, "OK", Headers(headers or ())))
            raise Finished

        async def tell(transit: Transit) -> None:
            response = transit.context.response
            for name, value in headers or ():
                if response is not None:
                    response.headers.set(name, value)

        transit.after.append(tell)

    return act


class _Cors:
    """The rules of one `cors`."""

    def __init__(self, node: Node) -> None:
        self.terminates = node.truth("terminate-unmatched-request", default=True)
        self._credentials = node.truth("allow-credentials", default=False)
        self._origins = node.texts("allowed-origins", "origin")
        self._methods = node.texts("allowed-methods", "method")
        self._headers = node.texts("allowed-headers", "header")
        self._exposed = node.texts("expose-headers", "header")
        self._age = next((one.optional("preflight-result-max-age") for one in node.nodes("allowed-methods")), None)

    async def headers(self, transit: Transit, origin: str, *, preflight: bool) -> list[tuple[str, str]] | None:
        """Return what a browser is told, or None where the request isn't allowed."""
        origins = [(await one.text(transit)).rstrip("/") for one in self._origins]
        if "*" not in origins and not any(_fits(one, origin) for one in origins):
            return None
        anyone = "*" in origins and not self._credentials
        found = [("Access-Control-Allow-Origin", "*" if anyone else origin)]
        found += [] if anyone else [("Vary", ORIGIN)]
        found += [("Access-Control-Allow-Credentials", "true")] if self._credentials else []
        if not preflight:
            exposed = [await one.text(transit) for one in self._exposed]
            return [*found, ("Access-Control-Expose-Headers", ",".join(exposed))] if exposed else found
        return await self._preflight(transit, found)

    async def _preflight(self, transit: Transit, found: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
        request = transit.context.request.headers
        method = (request.get(METHOD) or "").upper()
        methods = [(await one.text(transit)).upper() for one in self._methods] or ["GET", "POST"]  # [doc: the default]
        if "*" not in methods and method not in methods:
            return None
        found.append(("Access-Control-Allow-Methods", method if "*" in methods else ",".join(methods)))
        asked = [one.strip() for one in (request.get(WANTED) or "").split(",") if one.strip()]
        allowed = [await one.text(transit) for one in self._headers]
        if asked:
            if "*" not in allowed and not {one.lower() for one in asked} <= {one.lower() for one in allowed}:
                return None
            found.append(("Access-Control-Allow-Headers", ",".join(asked)))
        if self._age is not None:
            found.append(("Access-Control-Max-Age", str(await self._age.whole(transit))))
        return found


def _fits(allowed: str, origin: str) -> bool:
    """Compare origins; `https://*.contoso.com` stands for all below a name [doc]."""
    if "*" in allowed:
        head, _, tail = allowed.partition("*")
        return len(origin) > len(head) + len(tail) and origin.lower().startswith(head.lower()) and origin.endswith(tail)
    return allowed.lower() == origin.rstrip("/").lower()


POLICIES = (
    Policy("ip-filter", ip_filter, frozenset({"action"}), frozenset({"address", "address-range"}), ("inbound",)),
    Policy(
        "check-header",
        check_header,
        frozenset({"name", "failed-check-httpcode", "failed-check-error-message", "ignore-case"}),
        frozenset({"value"}),
        ("inbound",),
    ),
    Policy("cors", cors, CORS, LISTS, ("inbound",)),
)
