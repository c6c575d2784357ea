"""Requests of the policies themselves, to wherever they want.

Sources: [doc] Microsoft's reference of each element, [?] inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.bodies import LARGEST, Body, unpack
from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.failing import GatewayError
from provision.emulator.gateway.forwarding import Outgoing, chunks, response_of
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.credentials import certificate_of, identity_of
from provision.emulator.gateway.policies.messages import BodyChange, HeaderChange

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

DEFAULT_SECONDS = 60.0  # [doc]
INSIDE = frozenset(
    {
        "set-url",
        "set-method",
        "set-header",
        "set-body",
        "authentication-certificate",
        "authentication-managed-identity",
    }
)


class Asking:
    """What `send-request` and `send-one-way-request` have in common: the request that they describe."""

    def __init__(self, node: Node) -> None:
        self._copy = node.word("mode", "new", ("new", "copy")) == "copy"
        self._timeout = node.value("timeout", str(DEFAULT_SECONDS))
        url, method = node.node("set-url"), node.node("set-method")
        if url is None and not self._copy:
            raise node.refuse("'set-url' is missing")
        self._url = url.content() if url else None
        self._method = method.content() if method else None
        self._headers = [HeaderChange(one) for one in node.nodes("set-header")]
        self._bodies = [BodyChange(one) for one in node.nodes("set-body")]
        self._certificates = [certificate_of(one) for one in node.nodes("authentication-certificate")]
        self._identities = [identity_of(one) for one in node.nodes("authentication-managed-identity")]
        self._source = node.name

    async def outgoing(self, transit: Transit) -> Outgoing:
        """Return the request."""
        request = transit.context.request
        headers, body, url, method = Headers(), None, request.url, "GET"
        if self._copy:
            await transit.load_request()
            headers, body, method = request.headers.copy(), request.body, request.method
            headers.remove("Host")
        if self._url is not None:
            url = (await self._url.text(transit)).strip()
        if self._method is not None:
            method = (await self._method.text(transit)).strip().upper()
        for header in self._headers:
            await header.apply(transit, headers)
        for change in self._bodies:
            body = await change.body(transit)
        for identity in self._identities:
            headers.set("Authorization", f"Bearer {await identity.token(transit)}")
        seconds = await self._timeout.number(transit)
        outgoing = Outgoing(method, url, headers.pairs(), body, seconds, source=self._source)
        if self._certificates:
            names = [await one.name(transit) for one in self._certificates]
            outgoing.certificate = await transit.tools.certificates.client(transit.subject, names, verify=True)
        return outgoing

    async def ask(self, transit: Transit) -> Response:
        """Send it; returns the whole answer. Raises GatewayError."""
        return await ask(transit, await self.outgoing(transit))


async def ask(transit: Transit, outgoing: Outgoing) -> Response:
    """Send a request and return the whole answer. Raises GatewayError."""
    answer = await transit.tools.forwarder.send(outgoing)
    try:
        response = response_of(answer)
        response.body = unpack(response.headers, await Body(chunks(answer)).load(LARGEST))
    finally:
        answer.close()
    return response


def send_request(node: Node) -> Act:
    """`send-request`: the answer goes into a variable; a failure is none of the call's where it is to be ignored."""
    asking, variable = Asking(node), node.optional("response-variable-name")
    ignore = node.value("ignore-error", "false")

    async def act(transit: Transit) -> None:
        response: Response | None
        try:
            response = await asking.ask(transit)
        except GatewayError as error:
            if error.source != node.name or not await ignore.flag(transit):
                raise
            response = None  # [doc] the variable is then null
        if variable is not None:
            transit.context.variables[await variable.text(transit)] = response

    return act


def send_one_way_request(node: Node) -> Act:
    """`send-one-way-request`: nobody waits for the answer."""
    asking = Asking(node)

    async def act(transit: Transit) -> None:
        transit.tools.aside(_quietly(transit, await asking.outgoing(transit)))

    return act


async def _quietly(transit: Transit, outgoing: Outgoing) -> None:
    try:
        await ask(transit, outgoing)
    except GatewayError as error:
        transit.tools.note(f"send-one-way-request to {outgoing.url}: {error.message}")


POLICIES = (
    Policy(
        "send-request",
        send_request,
        frozenset({"mode", "response-variable-name", "timeout", "ignore-error"}),
        INSIDE,
    ),
    Policy("send-one-way-request", send_one_way_request, frozenset({"mode", "timeout"}), INSIDE),
)
