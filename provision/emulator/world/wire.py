"""Requests and answers, independent of the HTTP server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from provision.emulator.world.errors import ArmError
from provision.emulator.world.quotas import Quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.world.clock import Clock
    from provision.emulator.world.store import Store
    from provision.emulator.world.usage import Usage


MOST_VALUES = 1_000_000  # JSON is read in one go, for which other threads wait


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class Manners(TypedDict, total=False):
    """How a world answers; what isn't said is as in World.

    `lro_polls`: how many polls of a long-running operation answer InProgress; `lro_seconds`: how long it lasts at
    least, on the world's clock; `create_polls`, `create_seconds`: the same for creating an instance. `retry_after`:
    seconds in the Retry-After of polls. `page_size`: items on a page of a list.
    """

    lro_polls: int
    lro_seconds: float
    create_polls: int | None
    create_seconds: float | None
    retry_after: int
    page_size: int


@dataclass(frozen=True, slots=True)
class World:
    """What one emulator consists of; handlers get it with every call.

    `note` says something once in the log, `tell` each time; `usage` and `quotas` have the gateway's counts. `judge`,
    where there is one, tells what of a policy document (as rawxml, with a function that knows named values) could not
    be executed: such a document is refused.
    """

    store: Store
    clock: Clock
    lro_polls: int = 1
    retry_after: int = 0
    page_size: int = 100
    lro_seconds: float = 0.0
    create_polls: int | None = None
    create_seconds: float | None = None
    note: Callable[[str], None] = lambda _: None
    judge: Callable[[str, Callable[[str], str | None]], list[str]] | None = None
    tell: Callable[[str], None] = lambda _: None
    usage: Usage | None = None
    quotas: Quotas = field(default_factory=Quotas)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Query keys and header names are in lower case; segments are decoded.

    `operation` is what a scripted fault wants of the long-running operation that the request starts.
    """

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    operation: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The api-version."""
        return self.query.get("api-version", "")

    def json(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object."""
        if sum(map(self.body.count, (b",", b"[", b"{"))) > MOST_VALUES:
            message = f"The body of the request holds more than {MOST_VALUES:,} values."
            raise ArmError(400, "InvalidRequestContent", message)
        try:
            value = json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            message = f"The body of the request is not valid JSON: {error}."
            raise ArmError(400, "InvalidRequestContent", message) from None
        if not isinstance(value, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content must be a JSON object.")
        return value


@dataclass(slots=True)
class Answer:
    """One HTTP answer; a body of None is no body, one of text is sent as it is."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def error_answer(error: ArmError) -> Answer:
    """Return an error in ARM's envelope."""
    return Answer(error.status, error.envelope(), dict(error.headers))


@dataclass(frozen=True, slots=True)
class Call:
    """A request that found its route. `path` is the resource's key; `type`, inside an instance, its type below it."""

    world: World
    request: Request
    path: str
    type: str = ""

    @property
    def store(self) -> Store:
        """The state."""
        return self.world.store

    @property
    def version(self) -> str:
        """The api-version of the request."""
        return self.request.query.get("api-version", "")


if TYPE_CHECKING:
    App = Callable[[Request], Answer]
    Handler = Callable[[Call], Answer]
