"""What policies see and change of one call: the `context` of expressions, as plain data.

There is one copy: an element changes a header where the next expression reads it. Times are those of the emulator's
clock. The members of each class are those of the documentation, in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, timedelta
    from uuid import UUID


class Headers:
    """Header fields in their order; names are compared ignoring case and kept as they were written first."""

    __slots__ = ("_fields",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, tuple[str, list[str]]] = {}
        for name, value in pairs:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """Append a value."""
        self._fields.setdefault(name.lower(), (name, []))[1].append(value)

    def set(self, name: str, *values: str) -> None:
        """Put these values in place of what is there."""
        self._fields[name.lower()] = (name, list(values))

    def remove(self, name: str) -> None:
        """Remove every value."""
        self._fields.pop(name.lower(), None)

    def get(self, name: str) -> str | None:
        """Return the values joined by commas, or None."""
        found = self._fields.get(name.lower())
        return None if found is None else ",".join(found[1])

    def values(self, name: str) -> list[str]:
        """Return a copy of the values."""
        return list(self._fields.get(name.lower(), ("", []))[1])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._fields.values()])

    def __len__(self) -> int:
        return len(self._fields)

    def pairs(self) -> list[tuple[str, str]]:
        """Return every field as (name, value)."""
        return [(name, value) for name, values in self._fields.values() for value in values]

    def copy(self) -> Headers:
        """Return an independent copy."""
        return Headers(self.pairs())


@dataclass(slots=True)
class Request:
    """The request: as it came, and then as it goes to the backend. `url` and `original_url` are absolute.

    `body` is what is known of it: None where there is none, where it was consumed, or where no element asked for it.
    """

    method: str
    url: str
    original_url: str
    headers: Headers
    body: bytes | None = None
    ip_address: str = ""
    matched_parameters: dict[str, str] = field(default_factory=dict)
    certificate: Any = None


@dataclass(slots=True)
class Response:
    """A response: of the backend, of a `send-request`, or one that a policy made."""

    status_code: int
    status_reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace of an API or a product."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Api:
    """`context.Api`; `id` is the short name."""

    id: str
    name: str
    path: str
    revision: str = "1"
    version: str = ""
    service_url: str = ""
    is_current_revision: bool = True
    protocols: tuple[str, ...] = ()
    key_header: str = ""
    key_query: str = ""
    workspace: Workspace | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """`context.Operation`."""

    id: str
    name: str
    method: str
    url_template: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Product:
    """`context.Product`; `state` is Published or NotPublished."""

    id: str
    name: str
    state: str = "Published"
    subscription_required: bool = True
    approval_required: bool = False
    subscriptions_limit: int | None = None
    apis: tuple[Api, ...] = ()
    groups: tuple[Group, ...] = ()
    workspace: Workspace | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """`context.Subscription`; `key` is the one that was sent."""

    id: str
    name: str
    key: str
    primary_key: str
    secondary_key: str
    created_date: datetime | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """How a user signs in."""

    id: str
    provider: str


@dataclass(frozen=True, slots=True)
class User:
    """`context.User`."""

    id: str
    email: str
    first_name: str
    last_name: str
    note: str = ""
    registration_date: datetime | None = None
    groups: tuple[Group, ...] = ()
    identities: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """`context.Deployment`."""

    service_id: str
    service_name: str
    region: str
    gateway_id: str = "managed"
    certificates: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastError:
    """`context.LastError`."""

    source: str
    reason: str
    message: str
    scope: str = ""
    section: str = ""
    path: str = ""
    policy_id: str = ""


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token as expressions see it: its two objects of JSON."""

    header: dict[str, Any]
    payload: dict[str, Any]
    raw: str = ""


def _silent(_: str) -> None:
    """Take a trace that nobody reads."""


@dataclass(slots=True)
class Context:
    """`context`; `elapsed` tells how long the call has taken so far."""

    request: Request
    deployment: Deployment
    timestamp: datetime
    request_id: UUID
    elapsed: Callable[[], timedelta]
    api: Api | None = None
    operation: Operation | None = None
    product: Product | None = None
    subscription: Subscription | None = None
    user: User | None = None
    response: Response | None = None
    last_error: LastError | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    tracing: bool = False
    trace: Callable[[str], None] = _silent
