"""Stage 4c: the plan: a frozen value that holds all that apply needs, its limits included."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision import graph
from provision.address import DELETED, GROUP, SERVICE
from provision.current import settled
from provision.desired import references
from provision.diff import Action, Change, diff, top_most
from provision.errors import CycleError, PlanError
from provision.factory import objects, possible
from provision.hurdles import homeless, lost, protected
from provision.kinds import find, kind_of
from provision.kinds.collections import collection_of
from provision.kinds.references import handled
from provision.rotation import rotated
from provision.vanishing import revived

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from provision.address import Address, Scope
    from provision.desired import Desired
    from provision.errors import Mark
    from provision.graph import Edge
    from provision.observed import Observed
    from provision.resource import LeftAlone


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may change before it stops. `max_update` is a share of the managed resources; None: any number.

    `reviewed`: option -> a number beyond that limit which the user has seen in a saved plan, and which passes.
    """

    max_delete: int | None = None
    max_update: float | None = 0.3
    reviewed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


Agreement = frozenset[tuple["Address", Action]]  # what the user has seen and said yes to


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line adds to a spec."""

    target: AbstractSet[Address] = frozenset()
    exclude: AbstractSet[Address] = frozenset()
    replace: AbstractSet[Address] = frozenset()
    restore: bool = False
    purge_first: bool = False
    delete_subscriptions: bool = False
    limits: Limits = field(default_factory=Limits)
    rotate: tuple[str, ...] = ()  # patterns of what is to be sent its secrets again
    verify_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in which order, and what will not. Apply reads nothing else."""

    scope: Scope
    changes: tuple[Change, ...]
    edges: Mapping[Address, tuple[Edge, ...]] = field(default_factory=lambda: MappingProxyType({}))
    left_alone: tuple[LeftAlone, ...] = ()
    caveats: tuple[str, ...] = ()  # what makes all of it doubtful: told before anything else
    notes: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()  # why Azure can't carry it out
    stops: tuple[str, ...] = ()  # why it is not to be carried out, unless the user says more
    managed: int = 0  # resources that the spec speaks of
    new_instance: bool = (
        False  # Azure fills it with objects of its own: it is observed and planned again once it is there
    )
    possible: tuple[Change, ...] = ()  # in a new instance: what becomes of the objects that Azure may put into it
    limits: Limits = field(default_factory=Limits)
    agreement: Agreement | None = None  # None: nobody has been asked, and it is not carried out
    customers: Mapping[Address, int] = field(default_factory=lambda: MappingProxyType({}))  # keys that would die
    delete_subscriptions: bool = False
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    spec: str = ""  # the file that it was made from
    undeclared: tuple[Address, ...] | None = None  # what nobody declares, where that was asked for
    title: str = ""  # what it is about, where that isn't one instance

    @property
    def totals(self) -> Mapping[Action, int]:
        """How many changes of each action."""
        return Counter(change.action for change in self.changes)

    @property
    def differs(self) -> bool:
        """Whether Azure is not what the spec says."""
        return bool(self.changes or self.undeclared)

    @property
    def destroys(self) -> bool:
        """Whether anything is lost by it, or may be once a new instance has been filled by Azure."""
        return any(change.action.destroys for change in (*self.changes, *self.possible))


def make(desired: Desired, observed: Observed, scope: Scope, wishes: Wishes) -> Plan:
    """The plan that makes Azure what the spec says, and what stands in its way. Raises PlanError for odd wishes."""
    _refuse_unknown(wishes, desired, observed)
    desired, observed, undone = settled(desired, observed)
    again = rotated(desired.snapshot, wishes.rotate)
    difference = diff(desired, observed.snapshot, replace=wishes.replace, rotate=again, quick=observed.quick)
    changes = tuple(change for change in difference.changes if change.address not in observed.unreadable)
    changes, held = _wake(changes, desired, observed, wishes)
    changes = _chosen(top_most(revived(changes, desired, observed)), wishes)
    edges, cycle = _edges(changes, observed)
    creates = {change.address for change in changes if change.action in (Action.CREATE, Action.RESTORE)}
    return Plan(
        scope=scope,
        changes=changes,
        edges=MappingProxyType(edges),
        left_alone=tuple(sorted({*observed.left_alone, *difference.left_alone})),
        caveats=observed.caveats,
        notes=observed.notes,
        obstacles=(*undone, *_obstacles(changes, desired, observed, wishes), *cycle),
        stops=(*held, *protected(changes, desired), *lost(changes, observed)),
        managed=len({*desired.snapshot, *observed.snapshot}),
        new_instance=SERVICE in creates,
        possible=possible(desired, changes, wishes) if SERVICE in creates else (),
        limits=wishes.limits,
        delete_subscriptions=wishes.delete_subscriptions,
        secrets=desired.secrets,
        spec=desired.file,
    )


def _obstacles(changes: tuple[Change, ...], desired: Desired, observed: Observed, wishes: Wishes) -> Iterator[str]:
    """Why Azure can't carry them out."""
    yield from homeless(changes, desired)
    yield from (change.obstacle for change in changes if change.obstacle)
    yield from _missing(changes, desired, observed, wishes)
    yield from graph.taken(changes, observed.snapshot, observed.others)


def _missing(changes: tuple[Change, ...], desired: Desired, observed: Observed, wishes: Wishes) -> Iterator[str]:
    """What the spec refers to as something that is there, and isn't; of a new instance Azure makes some by itself."""
    of_instance = next((change.action for change in changes if change.address == SERVICE), Action.UPDATE)
    if of_instance is Action.RESTORE:
        return  # what it holds is seen when it is back, and all is planned again then
    new = of_instance is Action.CREATE
    collections = {kind: collection_of(kind) for kind in {one.target.kind for one in desired.there}}
    held: set[Address] = set()
    here = (desired.snapshot.get(address, item) for address, item in observed.snapshot.items())
    for item in (*here, *observed.others) if desired.there else ():
        collection = collections.get(item.address.kind)
        held.add(collection.referred(item) if collection else item.address)
    changed = {change.address for change in changes}
    missing: dict[Address, Mark] = {}
    for one in desired.there:
        if observed.quick and kind_of(one.by.kind).is_single:
            continue  # which is not compared
        if one.target not in held and (one.by in changed or is_wanted(one.by, wishes)):
            missing.setdefault(one.target, one.mark)
    for target, mark in missing.items():
        collection = collections[target.kind]
        if collection and not (new and target.name.lower() in collection.factory):
            room = f"the workspace {target.scope.name}" if target.in_workspace else f"the instance {desired.service}"
            what = f"there is no {collection.title} '{target.name}' in {room}"
            first = "create it first" + (", in an instance made with --exclude of what refers to it" if new else "")
            fix = f"{first}, or declare it" if find(target.kind) else first
            yield f"{mark}: {what} · the spec refers to it and doesn't declare it · {fix}"


def is_wanted(address: Address, wishes: Wishes) -> bool:
    """Whether the command line leaves a resource in."""
    targeted = not wishes.target or any(address.within(one) for one in wishes.target)
    return targeted and not any(address.within(one) for one in wishes.exclude)


def _edges(changes: tuple[Change, ...], observed: Observed) -> tuple[graph.Edges, tuple[str, ...]]:
    """The edges, or why there is no order."""
    try:
        found = dict(graph.edges(changes, observed.snapshot))
    except CycleError as error:
        return {}, (str(error),)
    addresses = {change.address for change in changes}
    if {DELETED, SERVICE} <= addresses:
        edge = graph.Edge(DELETED, "the name must be free first")
        found[SERVICE] = (*found.get(SERVICE, ()), edge)
    return found, ()


def _wake(
    changes: tuple[Change, ...], desired: Desired, observed: Observed, wishes: Wishes
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Deal with a soft-deleted instance that holds the name; and why that stops everything, if it does."""
    if not observed.soft_deleted or SERVICE not in {change.address for change in changes}:
        return changes, ()
    if wishes.restore:
        return tuple(_restored(change) if change.address == SERVICE else change for change in changes), ()
    if wishes.purge_first:
        return (purge(desired.location, "it holds the name"), *changes), ()
    held = (
        f"the name {desired.service} is held by a deleted instance for 48 hours after its deletion: "
        "--restore brings that one back, --purge-first removes it for good"
    )
    return changes, (held,)


def purge(location: str, because: str) -> Change:
    """The change that frees the name of a deleted instance."""
    return Change(DELETED, Action.PURGE, body={"location": location}, because=because)


def _restored(change: Change) -> Change:
    """The PUT that restores. Azure ignores every other property in it, so what differs is planned again afterwards."""
    return replace(change, action=Action.RESTORE, properties=(), body={**(change.body or {}), "restore": True})


def _refuse_unknown(wishes: Wishes, desired: Desired, observed: Observed) -> None:
    known = {*desired.snapshot, *observed.snapshot}
    if SERVICE not in observed.snapshot:
        known |= objects(desired)
    for option, addresses in (("target", wishes.target), ("exclude", wishes.exclude), ("replace", wishes.replace)):
        for address in sorted(addresses):
            if not any(one.within(address) for one in known):
                raise PlanError(f"--{option} {address}: neither the spec nor Azure has it")
    for address in sorted(wishes.replace):
        if kind_of(address.kind).stays(address):
            raise PlanError(f"--replace {address}: it can't be deleted")
    if {GROUP, SERVICE} & wishes.replace:
        raise PlanError("--replace works below the instance: destroy and apply replace the instance itself")


def _chosen(changes: tuple[Change, ...], wishes: Wishes) -> tuple[Change, ...]:
    """Only what is targeted, with what it needs, and without what is excluded and what needs that."""
    by_address = {change.address: change for change in changes}
    names = _by_handle(changes)
    if wishes.target:
        wanted = [change.address for change in changes if any(change.address.within(one) for one in wishes.target)]
        keep: set[Address] = set()
        while wanted:
            address = wanted.pop()
            if address in by_address and address not in keep:
                keep.add(address)
                needs = _needs(by_address[address], names)
                wanted += [one for one in needs if by_address.get(one) and _creates(by_address[one])]
                wanted += _recreated(by_address[address], by_address)
        changes = tuple(change for change in changes if change.address in keep)
    dropped = {change.address for change in changes if any(change.address.within(one) for one in wishes.exclude)}
    grew = True
    while grew:
        missing = {address for address in dropped if _creates(by_address[address])}
        more = {change.address for change in changes if not missing.isdisjoint(_needs(change, names))} - dropped
        dropped |= more
        grew = bool(more)
    return tuple(change for change in changes if change.address not in dropped)


def _recreated(change: Change, changes: Mapping[Address, Change]) -> list[Address]:
    """What a replacement takes along and the spec has: it must come back with it."""
    if change.action is not Action.REPLACE:
        return []
    return [one for one in change.takes_along if one in changes and _creates(changes[one])]


def _needs(change: Change, names: Mapping[Address, Address]) -> tuple[Address, ...]:
    return tuple(names.get(one, one) for one in references(change.address, change.body))


def _by_handle(changes: tuple[Change, ...]) -> dict[Address, Address]:
    """The addresses that mentions of what is changed have -> its own, where that is another."""
    kinds = ((change, find(change.address.kind)) for change in changes)
    found = ((handled(kind, one.address, one.body or {}), one.address) for one, kind in kinds if kind and kind.handle)
    return {mention: address for mention, address in found if mention != address}


def _creates(change: Change) -> bool:
    return change.action in (Action.CREATE, Action.RESTORE, Action.REPLACE)
