"""What a resource type may say about itself; the tables are in the modules beside this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.store import Row
    from provision.emulator.wire import Call

Props = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A resource about to be written: rules complete `props`, and may set `private`, `target` and `extra`.

    `service` and `scope` are the paths of the instance and of the instance or workspace that holds the resource;
    `scope_id` is the latter's id. `problems` collects (property, what is wrong); `notes` are for `written` and are not
    stored.
    """

    call: Call
    path: str
    id: str
    props: Props
    old: Row | None
    service: str
    scope: str
    scope_id: str
    private: Props = field(default_factory=dict)
    target: str | None = None
    extra: Props = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notes: Props = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return self.id.rpartition("/")[2]

    @property
    def before(self) -> Props:
        """The properties that are stored now."""
        return self.old.props if self.old else {}

    def resolve(self, reference: str) -> tuple[str, str]:
        """Return (id, path) of a reference in short ("/apis/x") or full form."""
        short = reference.strip("/")
        if reference.lower().startswith("/subscriptions/") and "/providers/" in reference.lower():
            return reference, reference.lower()
        # Users belong to the instance, in workspaces too.
        scope = self.scope_id.partition("/workspaces/")[0] if short.startswith("users/") else self.scope_id
        return f"{scope}/{short}", f"{scope}/{short}".lower()

    def problem(self, target: str, message: str) -> None:
        """Note what is wrong with a property."""
        self.problems.append((target, message))

    def claim(self, target: str, key: str, message: str) -> None:
        """Claim a value that is unique below a resource, or note the problem that another resource has it."""
        self.target = key.lower()
        if any(row.path != self.path for row in self.call.store.pointing_at(self.target)):
            self.problem(target, message)


@dataclass(slots=True)
class View:
    """An answer made from a stored resource; `mode` is "create", "update", "get" or "list"."""

    call: Call
    row: Row
    mode: str
    props: Props

    @property
    def version(self) -> str:
        """The api-version."""
        return self.call.version


@dataclass(frozen=True, slots=True)
class Kind:
    """The behaviour of one resource type below an instance, beyond what shapes.txt says of its properties.

    `type` is ARM's type below `service`; `noun` stands in "<noun> not found."; `verbs` are the methods of an item, and
    LIST; `required` adds to the specification and `optional` takes away; `defaults` are filled in where a PUT is
    silent; `hidden` never leaves the service on GET: the specification's secrets, without those in `shown`; `unlisted`
    is left out of lists; `link` = (collection whose member is linked, the property an error names); `claims` is a
    property that must be unique in its collection; `names` are the only names allowed. `fill` completes and validates,
    `show` shapes an answer; `written`, `deleting` and `deleted` run inside the transaction. `later` tells whether a PUT
    goes on after its answer; `tail` follows the type in answers; `outlives`: goes after its parent, so that a DELETE
    always succeeds.
    """

    type: str
    noun: str
    verbs: frozenset[str] = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE", "LIST"})
    required: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    link: tuple[str, str] | None = None
    claims: str = ""
    names: tuple[str, ...] = ()
    fill: Callable[[Draft], None] | None = None
    show: Callable[[View], None] | None = None
    written: Callable[[Draft, Row], None] | None = None
    deleting: Callable[[Call, Row], None] | None = None
    deleted: Callable[[Call, Row], None] | None = None
    later: Callable[[Draft], bool] | None = None
    lro_delete: bool = False
    etag: bool = True
    created: int = 201
    tail: str = ""
    outlives: bool = False
