"""`/_emulator/…` on the gateway's listener: the issuer of tokens, and traces of calls. No Azure has these paths."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.bodies import Body
from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.writing import received, write

if TYPE_CHECKING:
    from provision.emulator.gateway.identity import Identity
    from provision.emulator.gateway.writing import Receive, Scope, Send

ROOT = "/_emulator/"
LOGIN, TRACES = f"{ROOT}login", f"{ROOT}traces"
MOST_TRACES = 200
LARGEST = 64 * 1024


class Own:
    """What the gateway serves for itself."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._traces: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    def keep(self, name: str, entries: list[dict[str, Any]]) -> None:
        """Keep the trace of a call; the oldest go first."""
        self._traces[name] = entries
        while len(self._traces) > MOST_TRACES:
            self._traces.popitem(last=False)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        found: dict[str, Any]
        status, found = 404, {"error": "not_found", "error_description": f"There is no {method} {path}."}
        if path.startswith(f"{LOGIN}/"):
            body = await Body(received(scope, receive)).load(LARGEST) or b""
            status, found = self._identity.answer(method, path.removeprefix(LOGIN), body)
        elif method == "GET" and path.removeprefix(f"{TRACES}/") in self._traces:
            status, found = 200, {"trace": self._traces[path.removeprefix(f"{TRACES}/")]}
        headers = Headers([("Content-Type", "application/json")])
        await write(scope, send, Response(status, "", headers, json.dumps(found).encode()), Body())
