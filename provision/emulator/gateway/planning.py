"""What is to be done with a call: its API and operation, in whose name, by which policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.gateway import documents, facts, keys, routing
from provision.emulator.gateway.failing import GatewayError, operation_not_found
from provision.emulator.gateway.policies import POLICIES
from provision.emulator.gateway.shelf import Shelf
from provision.emulator.gateway.steps import Sections
from provision.emulator.gateway.subject import Subject
from provision.emulator.policy.policyxml import PolicyError

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions import context
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.world.store import Row

PREFLIGHT = ("Origin", "Access-Control-Request-Method")


@dataclass(frozen=True, slots=True)
class Head:
    """What of a request decides about it; `path` is raw, without that of the instance."""

    method: str
    path: str
    query: str
    headers: Headers
    realm: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome. `error` says why the call goes to `on-error` at once; `preflight` that only `cors` may answer it."""

    subject: Subject
    sections: Sections
    api: context.Api | None = None
    operation: context.Operation | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    product: context.Product | None = None
    subscription: context.Subscription | None = None
    user: context.User | None = None
    error: GatewayError | None = None
    preflight: bool = False


def plan(reading: Reading, service: Row, head: Head) -> Plan:
    """Return what is to be done with a call. Raises ColdError where something has to be read first."""
    query = routing.query_of(head.query)
    found = routing.find_api(reading, service, head.path, query, head.headers)
    if found is None:
        return Plan(Subject(service), _sections(reading, [("global", service.path)]), error=operation_not_found())
    matched = next(routing.matching(reading, found, head.method, query), None)
    if matched is None and head.method == "OPTIONS" and all(name in head.headers for name in PREFLIGHT):
        return _preflight(reading, service, found, head, query)
    api = found.api.row
    if matched is None or matched.operation is None:
        return Plan(Subject(service), _sections(reading, _holders(service, api)), error=operation_not_found())
    names = keys.names_of(api)
    key = keys.sent_key(names, head.headers, query)
    admitted = keys.admit(reading, service, api, key)
    error = keys.denial(names, key, f"{head.realm}/{api.props.get('path')}") if admitted is None else None
    return _planned(reading, service, matched, admitted or keys.Admitted(), error)


def _planned(
    reading: Reading, service: Row, found: routing.Found, admitted: keys.Admitted, error: GatewayError | None
) -> Plan:
    api, subscription, product = found.api.row, admitted.subscription, admitted.product
    operation = found.operation.row if found.operation else None
    return Plan(
        Subject(service, api, operation, product, subscription, found.rest),
        _sections(reading, _holders(service, api, product, operation)),
        reading.once(("api", api.path), lambda: facts.api(reading, api)),
        reading.once(("operation", operation.path), lambda: facts.operation(operation)) if operation else None,
        found.parameters,
        reading.once(("product", product.path), lambda: facts.product(reading, product)) if product else None,
        facts.subscription(subscription, admitted.key) if subscription else None,
        reading.once(("user", subscription.path), lambda: facts.user(reading, subscription)) if subscription else None,
        error,
    )


def _preflight(reading: Reading, service: Row, found: routing.Found, head: Head, query: dict[str, str]) -> Plan:
    """Return what answers a preflight request, which carries no key: `cors` of the operation that is asked about."""
    method = (head.headers.get("Access-Control-Request-Method") or "").upper()
    matched = next(routing.matching(reading, found, method, query), None)
    operation = matched.operation.row if matched and matched.operation else None
    holders = _holders(service, found.api.row, None, operation)
    return Plan(
        Subject(service, found.api.row), _sections(reading, holders), error=operation_not_found(), preflight=True
    )


def _holders(service: Row, api: Row, product: Row | None = None, operation: Row | None = None) -> list[tuple[str, str]]:
    """Return the scopes of a call and their paths, the innermost first."""
    found = [("operation", operation.path)] if operation else []
    found.append(("api", api.path))
    if product:
        found.append(("product", product.path))
    workspace, mark, rest = api.path.partition("/workspaces/")
    if mark:
        found.append(("workspace", f"{workspace}{mark}{rest.partition('/')[0]}"))
    return [*found, ("global", service.path)]


def _sections(reading: Reading, holders: list[tuple[str, str]]) -> Sections:
    return reading.once(("sections", *(path for _, path in holders)), lambda: _made(reading, holders))


def _made(reading: Reading, holders: list[tuple[str, str]]) -> Sections:
    scopes = [scope for name, path in holders if (scope := documents.scope_of(reading, name, path))]
    outer = tuple(path for name, path in holders if name in ("workspace", "global"))
    try:
        return documents.sections(scopes, Shelf(reading, outer), POLICIES)
    except (GatewayError, PolicyError) as error:
        # Nothing of what can't be read is left out: the call ends here.
        failure = error if isinstance(error, GatewayError) else documents.problem_of(error)
        return Sections(broken=failure)
