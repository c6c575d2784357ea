"""Stage 3: Azure -> Observed, by bounded parallel reads of what the spec speaks of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from provision.address import SERVICE, Address
from provision.crawl import reading
from provision.errors import NotFoundError
from provision.kinds import Kind, children_at, current_of, find, kind_of
from provision.kinds.canonical import unverifiable
from provision.kinds.collections import Collection, collection_of
from provision.presence import Looker, Presence, Seen, name_held, present
from provision.resource import LeftAlone, Resource, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from provision.desired import Desired

    Job = Callable[[], "_Found"]


class Reader(Looker, Protocol):
    """The reads that observing needs; they send GET and HEAD only, but for secrets."""

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        """What one collection holds, as lists show it: without ETags, and without what the kind's lists omit."""

    def inside(self, collection: Collection) -> Sequence[Resource]:
        """What one of the instance's collections holds."""

    def secrets(self, address: Address) -> Mapping[str, Any]:
        """What Azure shows of a resource only to those who ask for it: the one read that is a POST."""


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
    caveats: tuple[str, ...] = ()  # why it may not be all that there will be in a moment


@dataclass(frozen=True, slots=True)
class _Found:
    """What one read brought: resources, what was seen and is not managed, and the reads that it leads to."""

    resources: tuple[Resource, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    others: tuple[Resource, ...] = ()
    further: tuple[Job, ...] = ()


def observe(
    desired: Desired,
    reader: Reader,
    *,
    workers: int = 16,
    quick: bool = False,
    verify: bool = False,
    seen: Seen | None = None,
) -> Observed:
    """Read the group, the instance, and below it what the spec speaks of; a quick look reads lists alone there.

    The instance's own lists are begun beside its own read, which alone says whether it exists; one that was `seen`
    isn't read again. `verify`: secrets that GET doesn't show are asked for.

    Raises NotFoundError where an instance that is only used doesn't exist, and AzureError for a read
    that fails: that is never taken for absence.
    """
    walk = _Walk(desired, reader, quick, verify)
    with reading(workers) as reads:
        whether = reads.pool.submit(partial(present, reader, existing=desired.existing, seen=seen))
        first = (*walk.into(SERVICE), *walk.others(), *walk.revisions())
        lists = reads.start(first) if seen is None or seen.instance else []
        there = whether.result()
        if there.denied and any(_shows_something(one) for one in lists):
            there = present(reader, existing=desired.existing, seen=Seen(reader.listed(SERVICE)))
        if not there.inhabited:
            return _nothing_inside(desired, reader, there)
        return _together(there, list(reads.found()), quick=quick)


def _shows_something(read: Future[_Found]) -> bool:
    """Whether a list of the instance's has brought anything, which can't be where there is no instance."""
    if read.exception():
        return False
    found = read.result()
    return bool(found.resources or found.others or found.further)


def _nothing_inside(desired: Desired, reader: Reader, there: Presence) -> Observed:
    if desired.existing:
        raise NotFoundError(f"{desired.file}: the instance {desired.service} does not exist in {desired.group}")
    gone, said = name_held(desired, reader)
    return Observed(there.snapshot, (), (), (*there.notes, *said), there.unreadable, gone)


def _together(there: Presence, found: Sequence[_Found], *, quick: bool) -> Observed:
    inside = {item.address: item for one in found for item in one.resources}
    left_alone = tuple(item for one in found for item in one.left_alone)
    others = tuple(item for one in found for item in one.others)
    snapshot = MappingProxyType({**there.snapshot, **inside})
    seen = (snapshot, left_alone, others, there.notes, there.unreadable)
    return Observed(*seen, quick=quick, caveats=there.caveats)


@dataclass(frozen=True, slots=True)
class _Walk:
    """The reads of one walk: each brings what it found, and the reads that this leads to."""

    desired: Desired
    reader: Reader
    quick: bool
    verify: bool = False

    def into(self, parent: Address) -> tuple[Job, ...]:
        """The collections of something that exists; of the instance's own, those that the spec speaks of."""
        kinds = (kind for kind in children_at(parent) if not (self.quick and kind.is_single))
        return tuple(partial(self.collection, kind, parent) for kind in kinds if self._matters(kind, parent))

    def _matters(self, kind: Kind, parent: Address) -> bool:
        """Whether a collection is looked at: deeper than in an instance or workspace, few are counted unasked."""
        asked = kind.belongs or (parent, kind.type) in self.desired.owned
        if parent == SERVICE and not kind.is_single:
            return kind.type in self.desired.collections
        return kind.parent == SERVICE.text or asked or kind.counted

    def others(self) -> Iterator[Job]:
        """What the spec refers into and says nothing of: in workspaces, and what provision doesn't manage."""
        told = {one.target.parent for one in self.desired.there if one.target.in_workspace}
        yield from (partial(self._workspace, at) for at in told if at and at not in self.desired.snapshot)
        for name in sorted({one.target.kind for one in self.desired.there if find(one.target.kind) is None}):
            found = collection_of(name)
            if found:
                yield partial(self._other, found)

    def revisions(self) -> Iterator[Job]:
        """What the spec says of revisions: lists need not show them, and the current one is the API itself."""
        for address in (*self.desired.snapshot, *self.desired.absent):
            if current_of(address):
                yield partial(self._revision, address)

    def _revision(self, address: Address) -> _Found:
        found, form = self.reader.get(address), kind_of(address.kind).revisions
        if found is None or form is None:
            return _Found()
        if not found.body.get(form.current):
            return _Found((found,), further=self.into(address))
        gone = address in self.desired.absent
        return _Found((), (LeftAlone(address, "the current revision: release another one first"),) if gone else ())

    def _workspace(self, address: Address) -> _Found:
        if self.reader.get(address) is None:
            return _Found()
        kinds = (kind for kind in children_at(address) if self._is_referred_into(kind, address))
        return _Found(others=tuple(one for kind in kinds for one in self.reader.members(kind, address)))

    def _is_referred_into(self, kind: Kind, parent: Address) -> bool:
        return any(one.target.parent == parent and one.target.kind == kind.type for one in self.desired.there)

    def _other(self, collection: Collection) -> _Found:
        return _Found(others=tuple(self.reader.inside(collection)))

    def collection(self, kind: Kind, parent: Address) -> _Found:
        """What of a collection the spec speaks of. Of what is to be deleted only the names: they go with it."""
        if parent != SERVICE and parent not in self.desired.snapshot:
            return self._found(() if kind.is_single else self.reader.members(kind, parent), ())
        if kind.is_single:
            return self._single(kind, parent)
        if parent != SERVICE and (parent, kind.type) not in self.desired.owned:
            if self._is_referred_into(kind, parent):
                held = tuple(self.reader.members(kind, parent))
                return _Found((), (_uncompared(kind, parent, len(held)),) if held else (), others=held)
            return _Found((), tuple(_unowned(self.reader, kind, parent)))
        mine: list[Resource] = []
        others: list[Resource] = []
        for item in self.reader.members(kind, parent):
            if not current_of(item.address):
                (mine if self._is_ours(kind, item) else others).append(item)
            elif item.address not in self.desired.snapshot and item.address not in self.desired.absent:
                others.append(item)
        found = self._found(mine, [LeftAlone(one.address, _why(kind, one)) for one in others])
        return replace(found, others=tuple(one for one in others if not current_of(one.address)))

    def _is_ours(self, kind: Kind, item: Resource) -> bool:
        """Whether the spec speaks of one of a collection."""
        if not self.desired.owns(item.address):
            return False
        by_name = item.address in self.desired.snapshot or item.address in self.desired.absent
        return by_name or not (kind.comes_along and kind.is_azures(item))

    def _single(self, kind: Kind, parent: Address) -> _Found:
        address = parent.child(kind.collection, kind.only)
        if not self.desired.owns(address):
            return _Found((), (LeftAlone(address, f"the spec has no key {kind.key} there"),))
        found = self.reader.get(address)
        return _Found((self._with_secrets(found),) if found else ())

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
        return _Found((self._with_secrets(self.reader.listed(address)),))

    def _with_secrets(self, found: Resource) -> Resource:
        """With those that the spec gives and GET doesn't show, where they are to be compared."""
        kind, want = kind_of(found.address.kind), self.desired.snapshot.get(found.address)
        hidden = {said.partition(":")[0] for said in unverifiable(kind, want.body)} if want else set()
        if not self.verify or not kind.reveal or not hidden:
            return found
        told = self.reader.secrets(found.address)
        known = {name: told[name] for name in hidden & told.keys()}
        return replace(found, body={**found.body, **known}, revealed=frozenset(known))


def _unowned(reader: Reader, kind: Kind, parent: Address) -> Iterator[LeftAlone]:
    """A collection whose key the spec doesn't have. Resources in it are counted; for links no list is worth reading."""
    count = 0 if kind.is_link else len(reader.members(kind, parent))
    if kind.is_link or count:
        yield _uncompared(kind, parent, count)


def _uncompared(kind: Kind, parent: Address, count: int) -> LeftAlone:
    return LeftAlone(Address(f"{parent}/{kind.collection}"), f"the spec has no key {kind.key} there", count)


def _is_read(item: Resource, desired: Desired) -> bool:
    """Whether a resource is read by itself: not a link, which is a name, nor what only goes along with its parent."""
    parent = item.address.parent
    goes_along = parent not in (None, SERVICE) and parent not in desired.snapshot
    return not kind_of(item.address.kind).is_link and not goes_along


def _why(kind: Kind, one: Resource) -> str:
    if current_of(one.address):
        return "a revision"
    return "made by Azure" if kind.is_azures(one) else "not in the spec"
