"""/_emulator/…: the emulator's own endpoints, which no Azure has. They need neither token nor api-version."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.trouble import script
from provision.emulator.world.clock import Clock, distance, instant
from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Request, error_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.trouble.interference import Interference

    Handler = Callable[[Interference, Request], Answer]

ROOT = "_emulator"
JSON = "application/json"
SHOWN = 100  # characters of what is wrong


def answer(interference: Interference, pages: Mapping[str, Callable[[], object]], request: Request) -> Answer:
    """Answer one request below /_emulator; `pages` are what can be read there beside what is in the table below."""
    try:
        page = pages.get("/".join(request.segments[1:])) if request.method == "GET" else None
        if page is not None:
            return Answer(200, page())
        return _answer(interference, request)
    except ArmError as error:
        return error_answer(error)


def _answer(interference: Interference, request: Request) -> Answer:
    name = "/".join(request.segments[1:])
    handler = ROUTES.get((request.method, name))
    if handler is None:
        raise ArmError(501, "NotImplemented", f"The emulator has no route for {request.method} /{ROOT}/{name}.")
    return handler(interference, request)


def _body(request: Request) -> Any:
    """Return the JSON of a body that says it is JSON: a form on a web page can say no such thing."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        message = f"The Content-Type must be {JSON}, not '{kind[:SHOWN]}'."
        raise ArmError(415, "UnsupportedMediaType", message)
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise _bad([f"The body is no JSON: {error}"]) from None


def _bad(problems: list[str]) -> ArmError:
    details = [{"code": "BadRequest", "target": "", "message": problem} for problem in problems]
    return ArmError(400, "BadRequest", "; ".join(problems), details)


def _shown(clock: Clock) -> Answer:
    return Answer(200, {"now": clock.stamp(), "frozen": clock.frozen})


def read_clock(interference: Interference, _: Request) -> Answer:
    """GET clock: the emulated time."""
    return _shown(interference.clock)


def move_clock(interference: Interference, request: Request) -> Answer:
    """POST clock: exactly one of `advance` (a length), `set` (an instant; it runs on), `freeze` (an instant)."""
    body, clock = _body(request), interference.clock
    moves: dict[str, Callable[[Any], None]] = {
        "advance": lambda value: clock.advance(distance(value)),
        "set": lambda value: clock.set(instant(value)),
        "freeze": lambda value: clock.freeze(instant(value)),
    }
    if not isinstance(body, dict) or len(body) != 1 or not set(body) <= set(moves):
        raise _bad([f"Give exactly one of {', '.join(moves)}."])
    [(move, value)] = body.items()
    try:
        moves[move](value)
    except ValueError as error:
        raise _bad([f"{move}: {error}"]) from None
    except OverflowError:
        raise _bad([f"{move}: {value!r} leads out of the calendar"]) from None
    return _shown(clock)


def read_faults(interference: Interference, _: Request) -> Answer:
    """GET faults: what is still armed."""
    return Answer(200, interference.faults.pending())


def put_faults(interference: Interference, request: Request) -> Answer:
    """PUT faults: a script in place of what is armed."""
    given = _body(request)
    problems = script.check(given)
    if problems:
        raise _bad(problems)
    interference.disarm()
    interference.faults.replace(script.parse(given))
    return read_faults(interference, request)


def delete_faults(interference: Interference, _: Request) -> Answer:
    """DELETE faults: nothing is armed, and no read is stale any more."""
    interference.disarm()
    return Answer(204)


ROUTES: Mapping[tuple[str, str], Handler] = MappingProxyType(
    {
        ("GET", "clock"): read_clock,
        ("POST", "clock"): move_clock,
        ("GET", "faults"): read_faults,
        ("PUT", "faults"): put_faults,
        ("DELETE", "faults"): delete_faults,
    }
)
