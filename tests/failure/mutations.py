"""Answers with one thing wrong, drawn by chance: a value in the body, the body, the status, or a header."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.failure.meddler import Answer

VALUES: tuple[Any, ...] = (None, [], {}, "", "x", 0, -1, 1.5, 10**30, True, [None], [[]], {"a": None}, ["x"], [{}])
BODIES = (b"", b"null", b"[]", b"{}", b'"x"', b"7", b"<html>log in</html>", b'{"id": "x", "na', b"\xff\xfe\xd8", b"NaN")
STATUSES = (200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 405, 409, 412, 418, 422, 429, 500, 502, 503)
HEADERS = ("retry-after", "etag", "location", "azure-asyncoperation", "content-type")
TEXTS = ("", "x", "-5", "nan", "1e9", "abc def", "http://", "text/html", "application/json; charset=none")


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a body."""
    yield path
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield from places(value, (*path, key))


def mutated(answer: Answer, chance: Random) -> tuple[Answer, str]:
    """The answer with one thing wrong, and what that is."""
    way = chance.choice(
        ("value", "value", "value", "value", "value", "value", "body", "status", "status and body", "header")
    )
    if way == "value":
        return _value(answer, chance)
    if way == "body":
        body = chance.choice(BODIES)
        return answer.changed(body=body), f"body {body[:20]!r}"
    if way == "header":
        name, text = chance.choice(HEADERS), chance.choice(TEXTS)
        return answer.changed(headers={**answer.headers, name: text}), f"{name}: {text}"
    status = chance.choice(STATUSES)
    body = answer.body if way == "status" else chance.choice(BODIES)
    return answer.changed(status=status, body=body), f"{answer.status} -> {status}, body {body[:20]!r}"


def _value(answer: Answer, chance: Random) -> tuple[Answer, str]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer.changed(body=b"[]"), "body []"
    path = chance.choice(list(places(body)))
    new = copy.deepcopy(chance.choice(VALUES))
    if not path:
        return answer.changed(body=json.dumps(new).encode()), f"everything = {new!r}"
    at = body
    for step in path[:-1]:
        at = at[step]
    if isinstance(at, dict) and chance.random() < 0.2:
        del at[path[-1]]
        return answer.changed(body=json.dumps(body).encode()), f"without {path}"
    at[path[-1]] = new
    return answer.changed(body=json.dumps(body).encode()), f"{path} = {new!r}"
