"""Stage 3 for those who have no spec: Azure -> Survey, everything that an instance holds, by bounded parallel reads."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.address import SERVICE, Address
from provision.crawl import reading
from provision.errors import AzureError, NotFoundError, PlanError
from provision.kinds import Shape, children_at, find, kind_of
from provision.kinds.collections import collections
from provision.presence import present
from provision.resource import LeftAlone, Resource, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from provision.address import Scope
    from provision.kinds import Kind
    from provision.kinds.collections import Collection
    from provision.observed import Reader

    Job = Callable[[], "_Found"]

_NOT_OF_THIS_TIER: Final = "MethodNotAllowedInPricingTier"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which resources are meant: addresses, in which `*` stands for a name or a part of one. With each, all in it."""

    include: tuple[str, ...] = ()  # none: all
    exclude: tuple[str, ...] = ()

    def takes(self, address: Address) -> bool:
        """Whether a resource is meant."""
        return self._included(address) and not any(matches(one, address) for one in self.exclude)

    def may_lead_to(self, address: Address) -> bool:
        """Whether it, or something in it, may be meant."""
        inside = not self.include or any(leads_to(one, address) for one in self.include)
        return inside and not any(matches(one, address) for one in self.exclude)

    def _included(self, address: Address) -> bool:
        return not self.include or any(matches(one, address) for one in self.include)


def matches(pattern: str, address: Address) -> bool:
    """Whether a pattern names this, or something that this lies in."""
    wanted, given = pattern.strip("/").lower().split("/"), address.key.split("/")
    return len(wanted) <= len(given) and _same(wanted, given)


def leads_to(pattern: str, address: Address) -> bool:
    """Whether a pattern names this, something that it lies in, or something that lies in it."""
    return _same(pattern.strip("/").lower().split("/"), address.key.split("/"))


def _same(wanted: Sequence[str], given: Sequence[str]) -> bool:
    return all(fnmatchcase(name, pattern) for pattern, name in zip(wanted, given, strict=False))


EVERYTHING: Final = Choice()


@dataclass(frozen=True, slots=True)
class Survey:
    """What an instance holds of all that provision manages, and what of the rest is there."""

    scope: Scope
    snapshot: Snapshot
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    resources: tuple[Resource, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    further: tuple[Job, ...] = ()
    passed: tuple[Address, ...] = ()  # that nobody wants to see


def survey(reader: Reader, scope: Scope, choice: Choice = EVERYTHING, *, workers: int = 16) -> Survey:
    """Read everything, or what is chosen. Raises NotFoundError where there is no such instance, and AzureError for a
    read that fails; PlanError for a choice that nothing fits.
    """
    there = present(reader, existing=False)
    if not there.inhabited:
        why = "; ".join(there.notes) or "check --resource-group, --service and --subscription-id"
        raise NotFoundError(f"the instance {scope.service} does not exist in {scope.resource_group}: {why}")
    walk = _Walk(reader, choice)
    with reading(workers) as reads:
        reads.start((*walk.into(SERVICE), *walk.others()))
        found: list[_Found] = list(reads.found())
    inside = {item.address: item for one in found for item in one.resources}
    left_alone = tuple(sorted(item for one in found for item in one.left_alone))
    _refuse_idle(choice, [*inside, *(address for one in found for address in one.passed)])
    return Survey(scope, MappingProxyType({**there.snapshot, **inside}), left_alone, there.notes, there.caveats)


def _refuse_idle(choice: Choice, known: Iterable[Address]) -> None:
    addresses = list(known)
    for option, patterns in (("include", choice.include), ("exclude", choice.exclude)):
        for one in patterns:
            if not any(matches(one, address) for address in addresses):
                raise PlanError(f"--{option} {one}: the instance has nothing of that name")


@dataclass(frozen=True, slots=True)
class _Walk:
    """The reads of one walk: each brings what it found, and the reads that this leads to."""

    reader: Reader
    choice: Choice

    def into(self, parent: Address) -> tuple[Job, ...]:
        """The collections of something that exists."""
        return tuple(
            partial(self.collection, kind, parent) for kind in children_at(parent) if kind.shape is not Shape.ROOT
        )

    def others(self) -> Iterator[Job]:
        """The collections that provision doesn't manage."""
        if not self.choice.include:
            yield from (partial(self._other, one) for one in collections() if find(one.name) is None)

    def _other(self, collection: Collection) -> _Found:
        names = [one for one in self.reader.inside(collection) if not collection.is_azures(one)]
        reason = f"provision has no kind for a {collection.title}"
        return _Found(left_alone=tuple(LeftAlone(one.address, reason) for one in names))

    def collection(self, kind: Kind, parent: Address) -> _Found:
        """What one collection holds."""
        if kind.is_single:
            return self._single(kind, parent)
        found: list[Resource] = []
        left: list[LeftAlone] = []
        further: list[Job] = []
        passed: list[Address] = []
        for item in self.reader.members(kind, parent):
            if not self.choice.may_lead_to(item.address):
                passed.append(item.address)
            elif kind.closing:
                left.append(LeftAlone(item.address, "Azure doesn't say which revision it made the current one"))
            elif kind.revision and kind.revision in item.address.name:
                left.append(LeftAlone(item.address, "a revision that is not the current one"))
            elif kind.is_link or _is_azures_own(kind, item):
                found.append(item)
                further += () if kind.is_link else self.into(item.address)
            else:
                further += (partial(self._read, item.address), *self.into(item.address))
        return _Found(tuple(found), tuple(left), tuple(further), tuple(passed))

    def _single(self, kind: Kind, parent: Address) -> _Found:
        address = parent.child(kind.collection, kind.only)
        if not self.choice.may_lead_to(address):
            return _Found(passed=(address,))
        try:
            found = self.reader.get(address)
        except AzureError as error:
            if error.code != _NOT_OF_THIS_TIER:
                raise
            found = None
        return _Found((found,), (), self.into(address)) if found else _Found()

    def _read(self, address: Address) -> _Found:
        return _Found((self.reader.listed(address),))


def _is_azures_own(kind: Kind, item: Resource) -> bool:
    """Whether Azure made it and it isn't known what it looked like then: its name is all that counts."""
    return kind.is_azures(item) and str(item.address).lower() not in kind_of(item.address.kind).made
