"""Stage 5, around a write: one more look where Azure has no precondition that would tell what came in between.

The SDK knows no If-None-Match for any kind, no If-Match for the instance, and resource groups have no ETag. The REST
reference lists no such header either for ApiManagementService - Update and ResourceGroups - Update.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from provision.address import DELETED
from provision.apply import Writer
from provision.comparison import compare
from provision.diff import Action, Change
from provision.errors import AzureError, OverwroteError, StaleError, UnlockedError
from provision.kinds import Shape, kind_of
from provision.kinds.bodies import merged, writable
from provision.kinds.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from provision.address import Address
    from provision.kinds import Kind
    from provision.resource import Resource


class Cloud(Writer, Protocol):
    """What looking once more needs of Azure."""

    def caught_up(self, address: Address, fits: Callable[[Resource], bool]) -> Resource | None:
        """The resource once `fits` is true of it, or as it is after some looks: a replica may lag behind a write."""

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where it doesn't exist."""

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        """What one collection holds."""


_LOCKS: Final = 20  # changes of others that are waited for, one after the other


@dataclass(slots=True)
class _Collection:
    """What one collection held right before its first write; None before anybody looked."""

    held: frozenset[Address] | None = None
    lock: Any = field(default_factory=Lock)


class Careful:
    """A Writer that looks once more.

    A creation is stale where something is there by now. A collection is looked at once, right before its first write,
    and not at all where this run has made what it lies in. What is only partly ours is read right before it is
    changed, so that what others put beside it stays, and right after: of two that wrote at once the first learns of it
    there. The last can't, where the other wrote after its look and nothing heeds If-Match.
    """

    def __init__(self, azure: Cloud, made: Iterable[Address] = ()) -> None:
        self._azure = azure
        self._made = set(made)  # by this run: there is nothing in it that others made
        self._collections: dict[tuple[Address | None, str], _Collection] = {}
        self._lock = Lock()

    def send(self, change: Change, *, cancelled: Any) -> None:
        """Look, and do one change. Raises StaleError where something came in between, and what sending raises."""
        for locks in range(_LOCKS):
            looked = change if change.address == DELETED else self._looked_at(change)
            try:
                self._azure.send(looked, cancelled=cancelled)
                break
            except UnlockedError:
                if locks == _LOCKS - 1:
                    raise
        if change.action is Action.UPDATE and kind_of(change.address.kind).partial:
            self._look_back(looked)
        if change.action in (Action.CREATE, Action.REPLACE):
            with self._lock:
                self._made.add(change.address)

    def _look_back(self, change: Change) -> None:
        """Raise OverwroteError where a property that was changed isn't what was written."""

        def fits(found: Resource) -> bool:
            return not lost(change, found)

        try:
            now = self._azure.caught_up(change.address, fits)
        except AzureError:
            return  # it was done, and answered so: a look that fails changes nothing of that
        gone = ["it is gone"] if now is None else lost(change, now)
        if gone:
            raise OverwroteError(
                f"{change.address} was written, and is not what was written: {', '.join(gone)} · "
                "somebody else changed it at the same time, or Azure did not take it · plan again"
            )

    def _looked_at(self, change: Change) -> Change:
        kind = kind_of(change.address.kind)
        if change.action is Action.UPDATE and kind.partial:
            now = self._azure.get(change.address)
            if now is None:
                raise StaleError(f"{change.address} is gone by now: somebody deleted it · plan again")
            return rebased(change, now)
        if change.action in (Action.UPDATE, Action.DELETE) and kind.traceless:
            self._refuse_moved(change)
        looks = change.action is Action.CREATE and not kind.is_link and not self._is_new(change.address)
        if looks and change.address in self._held(kind, change.address):
            raise StaleError(f"{change.address} exists by now: somebody else created it · plan again")
        return change

    def _refuse_moved(self, change: Change) -> None:
        """Raise StaleError where something without ETags isn't what was planned with; gone is what a deletion wants."""
        now = self._azure.get(change.address)
        if now is None and change.action is Action.UPDATE:
            raise StaleError(f"{change.address} is gone by now: somebody deleted it · plan again")
        if now is not None and change.etag and now.etag != change.etag:
            raise StaleError(f"{change.address} has changed by now · plan again")

    def _is_new(self, address: Address) -> bool:
        """Whether it lies in something that this run has made."""
        with self._lock:
            return not self._made.isdisjoint(address.ancestors)

    def _held(self, kind: Kind, address: Address) -> frozenset[Address]:
        with self._lock:
            collection = self._collections.setdefault((address.parent, kind.type), _Collection())
        with collection.lock:
            if collection.held is None:
                collection.held = self._look(kind, address)
            return collection.held

    def _look(self, kind: Kind, address: Address) -> frozenset[Address]:
        if kind.shape is Shape.ROOT or kind.is_single or address.parent is None:
            return frozenset({address} if self._azure.get(address) else ())
        return frozenset(one.address for one in self._azure.members(kind, address.parent))


def lost(change: Change, now: Resource) -> list[str]:
    """The properties that an update changed and that aren't what it says: of something that is only partly ours."""
    kind = kind_of(change.address.kind)
    differs = compare(canonical(kind, now.body, partial=False), canonical(kind, change.body or {}), partial=True)
    ours = [one.path for one in change.properties]
    return [one.path for one in differs if any(_touches(one.path, path) for path in ours)]


def _touches(one: str, other: str) -> bool:
    """Whether one path is the other, or lies within it."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))


def rebased(change: Change, now: Resource) -> Change:
    """An update of something that is only partly ours, on what it is now. Raises StaleError where that part moved."""
    kind, wanted = kind_of(change.address.kind), change.body or {}
    if not now.etag or now.etag != change.etag:
        seen = {one.path: one.before for one in change.properties}
        differs = compare(canonical(kind, now.body, partial=False), canonical(kind, wanted), partial=True)
        moved = [one.path for one in differs if one.path not in seen or one.before != seen[one.path]]
        if moved:
            raise StaleError(f"{change.address} has changed by now: {', '.join(moved)} · plan again")
    body = merged(kind, now.body, wanted)
    if not kind.patched:
        body = {**writable(kind, now.body), **body}
    return replace(change, body=body, etag=now.etag)
