"""Stage 4d: the plan of `destroy`: what the spec declares goes, in reverse order, and nothing else by surprise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision import graph
from provision.address import DELETED, GROUP, SERVICE
from provision.diff import Action, Change, top_most
from provision.errors import GuardError
from provision.hurdles import protected
from provision.kinds import kind_of
from provision.kinds.collections import keys
from provision.plan import Plan, purge
from provision.resource import LeftAlone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.address import Address, Scope
    from provision.desired import Desired
    from provision.observed import Observed
    from provision.resource import Resource

_SHOWN = 20  # names in the message of a guard


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a teardown might take along: undeclared things in the instance, and the rest of the resource group."""

    undeclared: tuple[Address, ...] = ()
    others_in_group: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What the command line allows to be lost."""

    with_undeclared: bool = False
    delete_subscriptions: bool = False
    purge: bool = False


def teardown(desired: Desired, observed: Observed, scope: Scope, around: Surroundings, consent: Consent) -> Plan:
    """Deletions of everything declared that exists. Raises GuardError where more would be lost than was allowed."""
    if SERVICE in observed.snapshot:
        _refuse_losses(around, consent, scope)
    declared = {address: item for address, item in observed.snapshot.items() if address in desired.snapshot}
    declared |= _unread(desired, observed)
    kept = (*_kept_group(declared.get(GROUP) is not None, around), *_staying(declared))
    stays = {one.address for one in kept}
    doomed = [item for address, item in sorted(declared.items()) if address not in stays and not _is_bare(item)]
    changes = top_most(tuple(Change(item.address, Action.DELETE, etag=item.etag, because="destroy") for item in doomed))
    changes = _apart(changes, {item.address for item in doomed})
    if consent.purge and (observed.soft_deleted or SERVICE in declared):
        changes = (*changes, purge(desired.location, "destroy --purge"))
    changes = tuple(_marked(change, desired) for change in changes)
    edges = dict(graph.edges(changes, observed.snapshot))
    if DELETED in {change.address for change in changes} and SERVICE in declared:
        edges[DELETED] = (graph.Edge(SERVICE, "only a deleted instance can be purged"),)
    return Plan(
        scope=scope,
        changes=changes,
        edges=MappingProxyType(edges),
        left_alone=tuple(sorted({*_outside(observed.left_alone, changes), *kept})),
        caveats=observed.caveats,
        notes=(*observed.notes, *_lost_too(around, consent)),
        stops=tuple(protected(changes, desired)),
        managed=len(declared),
        delete_subscriptions=consent.delete_subscriptions,
        secrets=desired.secrets,
        spec=desired.file,
    )


def _is_bare(item: Resource) -> bool:
    """Whether there is nothing of it to delete."""
    kind = kind_of(item.address.kind)
    return not kind.stays(item.address) and kind.is_bare(item)


def _unread(desired: Desired, observed: Observed) -> dict[Address, Resource]:
    """Declared policies of what is there, where only lists were read: a limit counts them rather than too few."""
    if not observed.quick:
        return {}
    singles = (one for one in desired.snapshot.values() if kind_of(one.address.kind).is_single)
    return {one.address: replace(one, etag="") for one in singles if one.address.parent in observed.snapshot}


def _outside(seen: tuple[LeftAlone, ...], changes: tuple[Change, ...]) -> Iterator[LeftAlone]:
    """Of what is not managed, only what survives."""
    gone = {change.address for change in changes if change.action is Action.DELETE}
    yield from (item for item in seen if gone.isdisjoint((item.address, *item.address.ancestors)))


def _marked(change: Change, desired: Desired) -> Change:
    want = desired.snapshot.get(change.address)
    return replace(change, mark=want.mark) if want else change


def _apart(changes: tuple[Change, ...], doomed: set[Any]) -> tuple[Change, ...]:
    """The instance goes before its group, as a change of its own: only so can its end be waited for and purged."""
    if not {GROUP, SERVICE} <= doomed:
        return changes
    group = next(change for change in changes if change.address == GROUP)
    inside = tuple(address for address in group.takes_along if address != SERVICE)
    service = Change(SERVICE, Action.DELETE, because=group.because, takes_along=inside)
    return (service, replace(group, takes_along=()))


def _kept_group(present: bool, around: Surroundings) -> tuple[LeftAlone, ...]:
    if not present or not around.others_in_group:
        return ()
    others = ", ".join(name.rpartition("/providers/")[2] for name in around.others_in_group[:_SHOWN])
    return (LeftAlone(GROUP, f"it holds other resources: {others}"),)


def _staying(declared: Mapping[Address, Resource]) -> Iterator[LeftAlone]:
    """What Azure has as long as there is the instance, which stays."""
    for address in sorted(declared) if SERVICE not in declared else ():
        if kind_of(address.kind).stays(address):
            yield LeftAlone(address, "it can't be deleted: it stays as it is")


def _lost_too(around: Surroundings, consent: Consent) -> Iterator[str]:
    """What is undeclared and goes with the instance all the same: the last look before it shows that, too."""
    if around.undeclared and consent.with_undeclared:
        yield f"With the instance goes what the spec does not declare: {_names(sorted(around.undeclared))}"


def _names(addresses: list[Address]) -> str:
    more = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
    return ", ".join(str(address) for address in addresses[:_SHOWN]) + more


def _refuse_losses(around: Surroundings, consent: Consent, scope: Scope) -> None:
    lost = sorted(around.undeclared)
    customers = [address for address in lost if address.kind == keys().name]
    options = "--with-undeclared" + (" --delete-subscriptions" if customers else "")
    if lost and not consent.with_undeclared:
        names = _names(lost)
        raise GuardError(
            f"the instance {scope.service} holds what the spec does not declare, and it would be lost: {names} · "
            f"declare it, delete it, or destroy {options}"
        )
    if customers and not consent.delete_subscriptions:
        raise GuardError(
            f"{len(customers)} subscriptions of users would be lost, and their keys with them: --delete-subscriptions"
        )
