"""Stage 3: Azure -> Observed, by bounded parallel reads of what the spec speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision.address import GROUP, SERVICE, Address
from provision.errors import ForbiddenError, NotFoundError
from provision.kinds import Kind, Shape, children_of, find, kind_of
from provision.kinds.collections import Collection, collection_of
from provision.resource import LeftAlone, Resource, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from provision.desired import Desired

    Job = Callable[[], "_Found"]

_FORBIDDEN = 403


class Reader(Protocol):
    """The reads that observing needs; every one of them sends GET or HEAD only."""

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that this very resource doesn't exist."""

    def listed(self, address: Address) -> Resource:
        """What a list has shown. Raises AzureError where it can't be found by itself: never taken for absence."""

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        """What one collection holds, as lists show it: without ETags, and without what the kind's lists omit."""

    def inside(self, collection: Collection) -> Sequence[Resource]:
        """What one of the instance's collections holds."""

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance still holds the name."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What Azure has of what the spec speaks of."""

    snapshot: Snapshot
    left_alone: tuple[LeftAlone, ...] = ()
    others: tuple[Resource, ...] = ()  # of those, what lists show of resources that the spec doesn't speak of
    notes: tuple[str, ...] = ()
    unreadable: frozenset[Address] = frozenset()
    soft_deleted: bool = False
    quick: bool = False  # only lists were read: there are no policies, and of other kinds what lists carry


@dataclass(frozen=True, slots=True)
class _Found:
    """What one read brought: resources, what was seen and is not managed, and the reads that it leads to."""

    resources: tuple[Resource, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    others: tuple[Resource, ...] = ()
    further: tuple[Job, ...] = ()


def observe(desired: Desired, reader: Reader, *, workers: int = 16, quick: bool = False) -> Observed:
    """Read the group, the instance, and below it what the spec speaks of; a quick look reads lists alone there.

    Raises NotFoundError where an instance that is only used doesn't exist, and AzureError for a read that fails: that
    is never taken for absence.
    """
    snapshot: dict[Address, Resource] = {}
    notes: list[str] = []
    unreadable: set[Address] = set()
    there: Resource | None = None
    with ThreadPoolExecutor(1) as pool:
        instance = pool.submit(partial(reader.get, SERVICE))  # beside the group
        if not desired.existing:
            try:
                there = reader.get(GROUP)
                group = _unless_dying(there, notes)
                snapshot.update({GROUP: group} if group else {})
            except ForbiddenError as error:
                _only_a_narrow_role(error)
                unreadable.add(GROUP)
                notes.append(f"the resource group is not compared: it may not be read ({error})")
    service = _unless_dying(instance.result(), notes)
    if service is None:
        if desired.existing:
            raise NotFoundError(f"{desired.file}: the instance {desired.service} does not exist in {desired.group}")
        gone, said = _soft_deleted(desired, reader)
        return Observed(MappingProxyType(snapshot), (), (), (*notes, *said), frozenset(unreadable), gone)
    if not desired.existing:
        snapshot[SERVICE] = service
        if GROUP not in unreadable and there is None:
            snapshot[GROUP] = reader.listed(GROUP)  # an instance stands in a group
    state = str(service.body.get("provisioningState") or "")
    if state != "Succeeded":
        notes.append(f"the instance's provisioningState is {state or 'unknown'}, and what is in it may not be complete")
    left_alone: list[LeftAlone] = []
    others: list[Resource] = []
    walk = _Walk(desired, reader, quick)
    for found in _walked((*walk.into(SERVICE), *walk.others()), workers):
        snapshot.update({item.address: item for item in found.resources})
        left_alone += found.left_alone
        others += found.others
    return Observed(
        MappingProxyType(snapshot), tuple(left_alone), tuple(others), tuple(notes), frozenset(unreadable), quick=quick
    )


def _soft_deleted(desired: Desired, reader: Reader) -> tuple[bool, tuple[str, ...]]:
    if not desired.location:
        return False, ()
    try:
        return reader.soft_deleted(desired.location), ()
    except ForbiddenError as error:
        _only_a_narrow_role(error)
        return False, (f"whether a deleted instance holds the name is not known: that may not be read ({error})",)


def _unless_dying(found: Resource | None, notes: list[str]) -> Resource | None:
    """What is being deleted counts as gone."""
    if found is None:
        return None
    state = str(found.body.get("provisioningState")).lower()
    if state == "deleting":
        notes.append(f"{found.address} is being deleted")
        return None
    return found


def _only_a_narrow_role(error: ForbiddenError) -> None:
    """Go on where a role doesn't reach (403), and not where the credentials are no good."""
    if error.status != _FORBIDDEN:
        raise error


@dataclass(frozen=True, slots=True)
class _Walk:
    """The reads of one walk: each brings what it found, and the reads that this leads to."""

    desired: Desired
    reader: Reader
    quick: bool

    def into(self, parent: Address) -> tuple[Job, ...]:
        """The collections of something that exists."""
        kinds = (kind for kind in children_of(kind_of(parent.kind)) if not (self.quick and kind.shape is Shape.SINGLE))
        return tuple(partial(self.collection, kind, parent) for kind in kinds)

    def others(self) -> Iterator[Job]:
        """The collections that provision doesn't manage, and the spec refers into."""
        for name in sorted({one.target.kind for one in self.desired.there if find(one.target.kind) is None}):
            found = collection_of(name)
            if found:
                yield partial(self._other, found)

    def _other(self, collection: Collection) -> _Found:
        return _Found(others=tuple(self.reader.inside(collection)))

    def collection(self, kind: Kind, parent: Address) -> _Found:
        """What of a collection the spec speaks of. Of what is to be deleted only the names: they go with it."""
        if parent != SERVICE and parent not in self.desired.snapshot:
            single = kind.shape is Shape.SINGLE
            return self._found(() if single else self.reader.members(kind, parent), ())
        if kind.shape is Shape.SINGLE:
            return self._single(kind, parent)
        if kind.parent != "service" and (parent, kind.type) not in self.desired.owned:
            return _Found((), tuple(_unowned(self.reader, kind, parent)))
        mine: list[Resource] = []
        others: list[Resource] = []
        for item in self.reader.members(kind, parent):
            ours = self.desired.owns(item.address) and not _is_revision(kind, item.address)
            (mine if ours else others).append(item)
        found = self._found(mine, [LeftAlone(one.address, _why(kind, one.address)) for one in others])
        return replace(found, others=tuple(one for one in others if not _is_revision(kind, one.address)))

    def _single(self, kind: Kind, parent: Address) -> _Found:
        address = parent.child(kind.collection, "policy")
        if not self.desired.owns(address):
            return _Found((), (LeftAlone(address, f"the spec has no key {kind.key} there"),))
        found = self.reader.get(address)
        return _Found((found,) if found else ())

    def _found(self, items: Iterable[Resource], left_alone: Iterable[LeftAlone]) -> _Found:
        """What was listed: as it is, or to be read by itself. Either way it is there, and is looked into at once."""
        as_listed: list[Resource] = []
        further: list[Job] = []
        for item in items:
            if self.quick or not _is_read(item, self.desired):
                as_listed.append(item)
            else:
                further.append(partial(self._read, item.address))
            further += self.into(item.address)
        return _Found(tuple(as_listed), tuple(left_alone), further=tuple(further))

    def _read(self, address: Address) -> _Found:
        return _Found((self.reader.listed(address),))


def _walked(first: Iterable[Job], workers: int) -> Iterator[_Found]:
    """What all reads find, and those that they lead to: first come first served, without waiting for a level to end."""
    ended: SimpleQueue[Future[_Found]] = SimpleQueue()
    with ThreadPoolExecutor(workers) as pool:

        def start(jobs: Iterable[Job]) -> int:
            futures = [pool.submit(job) for job in jobs]
            for future in futures:
                future.add_done_callback(ended.put)
            return len(futures)

        running = start(first)
        try:
            while running:
                found = ended.get().result()
                running += start(found.further) - 1
                yield found
        finally:
            pool.shutdown(cancel_futures=True)


def _unowned(reader: Reader, kind: Kind, parent: Address) -> Iterator[LeftAlone]:
    """A collection whose key the spec doesn't have. Resources in it are counted; for links no list is worth reading."""
    address, reason = Address(f"{parent}/{kind.collection}"), f"the spec has no key {kind.key} there"
    if kind.shape is Shape.LINKS:
        yield LeftAlone(address, reason)
    elif count := len(reader.members(kind, parent)):
        yield LeftAlone(address, reason, count)


def _is_read(item: Resource, desired: Desired) -> bool:
    """Whether a resource is read by itself: not a link, which is a name, nor what only goes along with its parent."""
    parent = item.address.parent
    goes_along = parent not in (None, SERVICE) and parent not in desired.snapshot
    return kind_of(item.address.kind).model is not None and not goes_along


def _is_revision(kind: Kind, address: Address) -> bool:
    return bool(kind.revision) and kind.revision in address.name


def _why(kind: Kind, address: Address) -> str:
    if _is_revision(kind, address):
        return "a revision"
    return "made by Azure" if address.name.lower() in kind.factory else "not in the spec"
