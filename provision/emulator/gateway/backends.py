"""Backends by their id: where they are, what they are told, pools of them, and circuit breakers.

Sources: [doc] Microsoft's "Backends in API Management", [?] inferred.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.failing import GatewayError, internal
from provision.emulator.gateway.shelf import Shelf, shelf_of
from provision.emulator.world.clock import distance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.world.clock import Clock
    from provision.emulator.world.store import Row

    Known = Callable[[Callable[[Reading], Any]], Awaitable[Any]]

UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Rule:
    """When a circuit breaker opens, and for how long: so many failures, or so large a part, within `interval`."""

    count: int | None
    percentage: float | None
    interval: timedelta
    statuses: tuple[tuple[int, int], ...]
    reasons: frozenset[str]
    duration: timedelta
    accepts: bool


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend, or a pool: `members` are (backend, priority, weight)."""

    path: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    certificates: tuple[str, ...] = ()
    verify: bool = True
    rules: tuple[Rule, ...] = ()
    members: tuple[tuple[Backend, int, int], ...] = ()


@dataclass(slots=True)
class _Circuit:
    """What happened lately at one backend: (when, whether it counts as a failure)."""

    lately: deque[tuple[datetime, bool]] = field(default_factory=deque)
    opened_until: datetime | None = None


class Backends:
    """The backends of one gateway and the state of their circuits. `known` asks the configuration."""

    def __init__(self, clock: Clock, known: Known) -> None:
        self._clock, self._known = clock, known
        self._circuits: dict[str, _Circuit] = {}
        self._turns: dict[str, dict[str, int]] = {}

    async def find(self, subject: Subject, name: str) -> Backend:
        """Return the backend of a name. Raises GatewayError where there is none."""
        found: Backend | None = await self._known(lambda reading: _find(reading, subject, name))
        if found is None:
            message = f"The backend '{name}' is not there."
            raise internal("set-backend-service", "BackendNotFound", message)
        return found

    def choose(self, backend: Backend) -> Backend:
        """Return the backend itself, or the member of a pool whose turn it is. Raises GatewayError 503."""
        if not backend.members:
            if self._open(backend):
                raise _unavailable("The circuit breaker of the backend is open.")
            return backend
        able = [one for one in backend.members if not self._open(one[0])]
        if not able:
            raise _unavailable("No backend of the pool is available.")
        best = min(priority for _, priority, _ in able)
        return self._turn(backend, [(one, weight) for one, priority, weight in able if priority == best])

    def _turn(self, pool: Backend, members: list[tuple[Backend, int]]) -> Backend:
        """Return whose turn it is: by weight, and evenly mixed."""
        credit = self._turns.setdefault(pool.path, {})
        for member, weight in members:
            credit[member.path] = credit.get(member.path, 0) + weight
        chosen = max((member for member, _ in members), key=lambda member: credit[member.path])
        credit[chosen.path] -= sum(weight for _, weight in members)
        return chosen

    def _open(self, backend: Backend) -> bool:
        circuit = self._circuits.get(backend.path)
        return bool(circuit and circuit.opened_until and self._clock.now() < circuit.opened_until)

    def note(self, backend: Backend, status: int, reason: str = "", retry_after: str | None = None) -> None:
        """Take note of how a request to a backend ended; a circuit may open by it."""
        now = self._clock.now()
        for rule in backend.rules:
            circuit = self._circuits.setdefault(backend.path, _Circuit())
            failed = reason in rule.reasons or any(low <= status <= high for low, high in rule.statuses)
            circuit.lately.append((now, failed))
            while circuit.lately and circuit.lately[0][0] <= now - rule.interval:
                circuit.lately.popleft()
            failures = sum(1 for _, one in circuit.lately if one)
            enough = rule.count is not None and failures >= rule.count
            part = 100 * failures / len(circuit.lately) if circuit.lately else 0
            if failed and (enough or (rule.percentage is not None and part >= rule.percentage)):
                wait = rule.duration
                if rule.accepts and retry_after and retry_after.isdigit():
                    wait = timedelta(seconds=int(retry_after))
                circuit.opened_until = now + wait
                circuit.lately.clear()


def _unavailable(message: str) -> GatewayError:
    return GatewayError(UNAVAILABLE, "forward-request", "BackendCircuitOpen", message, shown="Service Unavailable")


def _find(reading: Reading, subject: Subject, name: str) -> Backend | None:
    shelf = shelf_of(reading, subject)
    for holder in shelf.holders:
        row = reading.row(f"{holder}/backends/{name}".lower())
        if row is not None:
            return reading.once(("backend", row.path), partial(_read, reading, shelf, row))
    return None


def _read(reading: Reading, shelf: Shelf, row: Row) -> Backend:
    props = row.props
    members = []
    for one in (props.get("pool") or {}).get("services") or []:
        path = str(one.get("id") or "").lower()
        found = reading.row(path if path.count("/") > 2 else f"{row.path.rsplit('/', 1)[0]}/{path.rpartition('/')[2]}")  # noqa: PLR2004
        if found is not None and found.path != row.path:
            members.append((_read(reading, shelf, found), int(one.get("priority") or 0), int(one.get("weight") or 1)))
    given = props.get("credentials") or {}
    tls = props.get("tls") or {}
    return Backend(
        row.path,
        shelf.filled(str(props.get("url") or "")).rstrip("/"),
        tuple(_headers(shelf, given)),
        tuple(_flat(shelf, given.get("query"))),
        tuple(given.get("certificate") or ()) + tuple(given.get("certificateIds") or ()),
        tls.get("validateCertificateChain") is not False and tls.get("validateCertificateName") is not False,
        tuple(_rule(one) for one in (props.get("circuitBreaker") or {}).get("rules") or []),
        tuple(members),
    )


def _flat(shelf: Shelf, given: Any) -> list[tuple[str, str]]:
    return [
        (name, shelf.filled(str(value)))
        for name, values in (given or {}).items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _headers(shelf: Shelf, given: dict[str, Any]) -> list[tuple[str, str]]:
    found = _flat(shelf, given.get("header"))
    authorization = given.get("authorization")
    if authorization:
        text = f"{authorization.get('scheme', '')} {authorization.get('parameter', '')}".strip()
        found.append(("Authorization", shelf.filled(text)))
    return found


def _rule(given: dict[str, Any]) -> Rule:
    condition = given.get("failureCondition") or {}
    return Rule(
        condition.get("count"),
        condition.get("percentage"),
        _length(condition.get("interval"), 60),
        tuple((int(one.get("min", 0)), int(one.get("max", 0))) for one in condition.get("statusCodeRanges") or []),
        frozenset(condition.get("errorReasons") or ()),
        _length(given.get("tripDuration"), 60),
        bool(given.get("acceptRetryAfter")),
    )


def _length(text: Any, seconds: float) -> timedelta:
    try:
        return distance(text)
    except ValueError:
        return timedelta(seconds=seconds)
