"""What a resource type may say about itself; the tables are in the modules beside this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.world.draft import Draft, Props, View
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call


@dataclass(frozen=True, slots=True)
class Kind:
    """The behaviour of one resource type below an instance, beyond what shapes.txt says of its properties.

    `type` is ARM's type below `service`; `noun` stands in "<noun> not found."; `verbs` are the methods of an item, and
    LIST; `required` adds to the specification and `optional` takes away; `defaults` are filled in where a PUT is
    silent; `hidden` never leaves the service on GET: the specification's secrets, without those in `shown`; `unlisted`
    is left out of lists; `link` = (collection whose member is linked, the property an error names); `claims` is a
    property that must be unique in its collection, and `claimed` the target and message where it is not; `names` are
    the only names allowed. `reads` parses what takes its time, before anything is locked; `fill` completes and
    validates, `show` shapes an answer; `written`, `deleting` and `deleted` run inside the transaction. `later` tells
    whether a PUT goes on after its answer. `created`, `replaced`, `patched` and `found` are statuses, the last of HEAD
    (0: 200, and 204 of what has no GET), from the official SDKs where they are not the usual ones. `tail` follows the
    type in answers; `outlives`: goes after its parent, so that a DELETE always succeeds.
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
    claimed: tuple[str, str] | None = None
    names: tuple[str, ...] = ()
    reads: Callable[[Call, str, Props], Any] | None = None
    fill: Callable[[Draft], None] | None = None
    show: Callable[[View], None] | None = None
    written: Callable[[Draft, Row], None] | None = None
    deleting: Callable[[Call, Row], None] | None = None
    deleted: Callable[[Call, Row], None] | None = None
    later: Callable[[Draft], bool] | None = None
    lro_delete: bool = False
    etag: bool = True
    created: int = 201
    replaced: int = 200
    patched: int = 200
    found: int = 0
    tail: str = ""
    outlives: bool = False
