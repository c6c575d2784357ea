"""`mock-response`: what an operation says that it answers.

Sources: [doc] Microsoft's reference of the element, [?] inferred.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway import schemas
from provision.emulator.gateway.expressions.context import Headers, Response
from provision.emulator.gateway.failing import Finished, phrase
from provision.emulator.gateway.nodes import Policy

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.gateway.transit import Transit


def mock_response(node: Node) -> Act:
    """`mock-response`: an example of the operation's response, else what fits its schema, else nothing [doc]."""
    status, kind = node.value("status-code", "200"), node.value("content-type", "")

    async def act(transit: Transit) -> None:
        code, wanted = await status.whole(transit), await kind.text(transit)
        ask = partial(_example, subject=transit.subject, status=code, wanted=wanted)
        media, body = await transit.tools.known(ask)
        headers = Headers([("Content-Type", media)] if media else [])
        transit.respond(Response(code, phrase(code), headers, body))
        raise Finished

    return act


def _example(reading: Reading, subject: Subject, status: int, wanted: str) -> tuple[str, bytes | None]:
    """Return content type and body of a response of the call's operation."""
    responses = (subject.operation.props.get("responses") or []) if subject.operation else []
    found = next((one for one in responses if one.get("statusCode") == status), None)
    shown = [one for one in (found or {}).get("representations") or [] if isinstance(one, dict)]
    fitting = [one for one in shown if str(one.get("contentType")).lower() == wanted.lower()] if wanted else shown
    if not fitting:
        return wanted, None
    representation = fitting[0]
    media = str(representation.get("contentType") or wanted)
    given = representation.get("sample")
    examples = representation.get("examples") or {}
    if given is None and examples:
        first = next(iter(examples.values()))
        given = first.get("value") if isinstance(first, dict) and "value" in first else first
    if given is None and representation.get("schemaId"):
        names = (str(representation["schemaId"]), str(representation.get("typeName") or ""))
        schema = schemas.find(reading, subject, *names)
        given = schemas.example(schema) if schema else None
    return media, _written(given)


def _written(value: Any) -> bytes | None:
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


POLICIES = (
    Policy(
        "mock-response",
        mock_response,
        frozenset({"status-code", "content-type"}),
        sections=("inbound", "outbound", "on-error"),
    ),
)
