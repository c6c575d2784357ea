"""What rules work on: a resource about to be written, and an answer about to be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call

Props = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A resource about to be written: rules complete `props`, and may set `private`, `target` and `extra`.

    `read` is what the kind's `reads` made of the properties that were sent. `service` and `scope` are the paths of the
    instance and of the instance or workspace that holds the resource; `scope_id` is the latter's id. `problems`
    collects (property, what is wrong); `notes` are for `written` and are not stored.
    """

    call: Call
    path: str
    id: str
    props: Props
    old: Row | None
    service: str
    scope: str
    scope_id: str
    read: Any = None
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
        # Users belong to the instance, in workspaces too; "/workspaces/w/loggers/l" begins there [the specification's
        # examples].
        at_instance = short.lower().startswith(("users/", "workspaces/"))
        scope = self.scope_id.partition("/workspaces/")[0] if at_instance else self.scope_id
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
