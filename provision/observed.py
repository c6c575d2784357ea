"""Stage 3: Azure -> Observed, by bounded parallel reads of what the spec speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision.address import GROUP, SERVICE, Address
from provision.errors import ForbiddenError, NotFoundError
from provision.kinds import Kind, Shape, children_of, kind_of
from provision.resource import LeftAlone, Resource, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provision.desired import Desired

_FORBIDDEN = 403


class Reader(Protocol):
    """The reads that observing needs; every one of them sends GET or HEAD only."""

    def get(self, address: Address) -> Resource | None:
        """The resource, or None where Azure says that this very resource doesn't exist."""

    def listed(self, address: Address) -> Resource:
        """What a list has shown. Raises AzureError where it can't be found by itself: never taken for absence."""

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        """What one collection holds, as lists show it: without ETags, and without what the kind's lists omit."""

    def soft_deleted(self, location: str) -> bool:
        """Whether a deleted instance still holds the name."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What Azure has of what the spec speaks of."""

    snapshot: Snapshot
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: frozenset[Address] = frozenset()
    soft_deleted: bool = False
    quick: bool = False  # only lists were read: there are no policies, and of other kinds what lists carry


@dataclass(frozen=True, slots=True)
class _Found:
    """What one read brought: resources, what was seen and is not managed, and what to look into next."""

    resources: tuple[Resource, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()


def observe(desired: Desired, reader: Reader, *, workers: int = 16, quick: bool = False) -> Observed:
    """Read the group, the instance, and below it what the spec speaks of; a quick look reads lists alone.

    Raises NotFoundError where an instance that is only used doesn't exist, and AzureError for a read that fails: that
    is never taken for absence.
    """
    snapshot: dict[Address, Resource] = {}
    notes: list[str] = []
    unreadable: set[Address] = set()
    there: Resource | None = None
    if not desired.existing:
        try:
            there = reader.get(GROUP)
            group = _unless_dying(there, notes)
            snapshot.update({GROUP: group} if group else {})
        except ForbiddenError as error:
            _only_a_narrow_role(error)
            unreadable.add(GROUP)
            notes.append(f"the resource group is not compared: it may not be read ({error})")
    service = _unless_dying(reader.get(SERVICE), notes)
    if service is None:
        if desired.existing:
            raise NotFoundError(f"{desired.file}: the instance {desired.service} does not exist in {desired.group}")
        gone, said = _soft_deleted(desired, reader)
        return Observed(MappingProxyType(snapshot), (), (*notes, *said), frozenset(unreadable), gone)
    if not desired.existing:
        snapshot[SERVICE] = service
        if GROUP not in unreadable and there is None:
            snapshot[GROUP] = reader.listed(GROUP)  # an instance stands in a group
    state = str(service.body.get("provisioningState") or "")
    if state != "Succeeded":
        notes.append(f"the instance's provisioningState is {state or 'unknown'}, and what is in it may not be complete")
    with ThreadPoolExecutor(workers) as pool:
        found = _descend(desired, reader, lambda jobs: list(pool.map(lambda job: job(), jobs)), quick=quick)
    snapshot.update({item.address: item for item in found.resources})
    return Observed(MappingProxyType(snapshot), found.left_alone, tuple(notes), frozenset(unreadable), quick=quick)


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


def _descend(
    desired: Desired, reader: Reader, run: Callable[[list[Callable[[], _Found]]], list[_Found]], *, quick: bool
) -> _Found:
    """Level by level: the children of what the spec speaks of and exists, all of a level at once.

    Of what is to be deleted only the names are read: they go with it, and are told.
    """
    parents: list[Address] = [SERVICE]
    resources: list[Resource] = []
    left_alone: list[LeftAlone] = []
    while parents:
        pairs = [(parent, kind) for parent in parents for kind in children_of(kind_of(parent.kind))]
        pairs = [(parent, kind) for parent, kind in pairs if not (quick and kind.shape is Shape.SINGLE)]
        listed = run([_listing(desired, reader, kind, parent) for parent, kind in pairs])
        left_alone += chain.from_iterable(found.left_alone for found in listed)
        level = list(chain.from_iterable(found.resources for found in listed))
        by_itself = [item for item in level if not quick and _is_read(item, desired)]
        read = run([_reading(reader, item) for item in by_itself])
        as_listed = [item for item in level if quick or not _is_read(item, desired)]
        here = [*as_listed, *chain.from_iterable(found.resources for found in read)]
        resources += here
        parents = [item.address for item in here]
    return _Found(tuple(resources), tuple(left_alone))


def _listing(desired: Desired, reader: Reader, kind: Kind, parent: Address) -> Callable[[], _Found]:
    """Which of a collection are to be read: those that the spec speaks of."""

    def job() -> _Found:
        if parent != SERVICE and parent not in desired.snapshot:
            return _Found() if kind.shape is Shape.SINGLE else _Found(tuple(reader.members(kind, parent)))
        if kind.shape is Shape.SINGLE:
            address = parent.child(kind.collection, "policy")
            if desired.owns(address):
                return _Found((Resource(address, {}),))
            return _Found((), (LeftAlone(address, f"the spec has no key {kind.key} there"),))
        if kind.parent != "service" and (parent, kind.type) not in desired.owned:
            return _Found((), tuple(_unowned(reader, kind, parent)))
        mine: list[Resource] = []
        others: list[LeftAlone] = []
        for item in reader.members(kind, parent):
            if desired.owns(item.address) and not _is_revision(kind, item.address):
                mine.append(item)
            else:
                others.append(LeftAlone(item.address, _why(kind, item.address)))
        return _Found(tuple(mine), tuple(others))

    return job


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


def _reading(reader: Reader, item: Resource) -> Callable[[], _Found]:
    def job() -> _Found:
        if kind_of(item.address.kind).shape is Shape.SINGLE:
            found = reader.get(item.address)
            return _Found((found,)) if found else _Found()
        return _Found((reader.listed(item.address),))

    return job
