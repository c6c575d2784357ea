"""From a request to an answer: authentication, api-version, route, errors."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from provision.emulator.arm import locks, routes, versions
from provision.emulator.rules import tiers
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Call, Request, World, error_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN = frozenset({("metadata", "endpoints")})
DOWNLOADS = "exports"  # links to exported documents stand for themselves


def takes_time(request: Request) -> bool:
    """Tell whether a request may take longer than a look at the state: it has a body, or wants a document written."""
    return bool(request.body) or "export" in request.query


def answer(world: World, request: Request) -> Answer:
    """Answer one request."""
    try:
        return _answer(world, request)
    except ArmError as error:
        return error_answer(error)
    except sqlite3.OperationalError as error:
        busy = ArmError(503, "ServiceUnavailable", f"The state is busy: {error}.", headers={"Retry-After": "1"})
        return error_answer(busy)
    except RecursionError:
        return error_answer(ArmError(400, "InvalidRequestContent", "The body of the request is nested too deeply."))
    except Exception as error:  # noqa: BLE001  # the border of the emulator: a defect of its own must reach the caller
        message = f"The emulator failed: {type(error).__name__}: {error}"
        return error_answer(ArmError(500, "InternalServerError", message))


def _answer(world: World, request: Request) -> Answer:
    segments = request.segments
    is_open = segments in OPEN or segments[:1] == (DOWNLOADS,)
    if not is_open:
        authenticate(request.headers)
    route = routes.find(segments)
    handler = route.handlers.get(request.method) if route else None
    if route is None or handler is None:
        path = "/" + "/".join(segments)
        raise ArmError(501, "NotImplemented", f"The emulator has no route for {request.method} {path}.")
    if not is_open:
        versions.check(world, request)
    call = Call(world, request, "/" + "/".join(segments).lower(), route.kind.type if route.kind else "")
    if not locks.concerns(call.path.split("/")):
        locks.check(call)
    if route.kind:
        tiers.check(call)
    return handler(call)


def authenticate(headers: Mapping[str, str]) -> None:
    """Require a bearer token; any will do."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return
    challenge = 'Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token"'
    message = "Authentication failed. The 'Authorization' header is missing."
    raise ArmError(401, "AuthenticationFailed", message, headers={"WWW-Authenticate": challenge})
