"""Stage 4a: desired x observed -> changes, property by property. Pure: no client, no clock, no colour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace as replace_
from enum import Enum
from typing import TYPE_CHECKING, Any

from provision.address import GROUP, SERVICE
from provision.comparison import PropertyChange, becoming_secret, compare, property_change, sent_again
from provision.kinds import Shape, kind_of
from provision.kinds.bodies import fragment, kept, update_body
from provision.kinds.canonical import canonical, left_out, unknown_properties, unsure, unverifiable
from provision.kinds.table import properties_of
from provision.losses import dies_with, lost_with
from provision.resource import LeftAlone, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from provision.address import Address
    from provision.desired import Desired, Lifecycle
    from provision.errors import Mark
    from provision.kinds import Kind
    from provision.resource import Json, Snapshot

ROTATED = "--rotate"
_NOT_LISTED = "not compared by --quick"


class Action(Enum):
    """What happens to a resource; the value is its sign in a plan."""

    CREATE = "+"
    UPDATE = "~"
    DELETE = "-"
    REPLACE = "±"
    RESTORE = "^"  # a soft-deleted instance comes back
    PURGE = "x"  # a soft-deleted instance gives its name free

    @property
    def verbs(self) -> tuple[str, ...]:
        """The action in words, as plans in JSON write it."""
        return ("delete", "create") if self is Action.REPLACE else (self.name.lower(),)

    @property
    def destroys(self) -> bool:
        """Whether something is lost."""
        return self in (Action.DELETE, Action.REPLACE, Action.PURGE)


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that is not as it should be. `body` is what will be sent, `etag` what it was seen with.

    An update of a kind that is only partly ours is sent merged into what is there by then.
    """

    address: Address
    action: Action
    properties: tuple[PropertyChange, ...] = ()
    body: Json | None = None
    etag: str = ""
    mark: Mark | None = None
    because: str = ""
    takes_along: tuple[Address, ...] = ()  # what disappears with it
    obstacle: str = ""  # why Azure can't make this change in place, and what to do


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs, and the properties of managed resources that were not compared."""

    changes: tuple[Change, ...]
    left_alone: tuple[LeftAlone, ...]


def diff(
    desired: Desired,
    observed: Snapshot,
    *,
    replace: AbstractSet[Address] = frozenset(),
    rotate: AbstractSet[Address] = frozenset(),
    quick: bool = False,
) -> Difference:
    """Compare. `observed` holds only what the spec speaks of; `replace` may be deleted and created anew.

    The secrets of `rotate` are sent again, also where nothing differs.

    `quick`: `observed` comes from lists, so that what they don't carry is not compared.

    A change that Azure can't make in place says so in its `obstacle`.
    """
    along = lost_with(replace, observed, observed)
    gone = {address for lost in along.values() for address in lost}
    here = {address: item for address, item in observed.items() if address not in gone}
    changes: list[Change] = []
    left_alone: list[LeftAlone] = []
    for address in sorted({**desired.snapshot, **here}, key=outermost_first):
        want, have = desired.snapshot.get(address), here.get(address)
        if want is None:
            there = have is not None and not kind_of(address.kind).is_bare(have)
            changes += [_delete(have, desired)] if have is not None and there else []
        elif quick and kind_of(address.kind).is_single:
            left_alone.append(LeftAlone(address, _NOT_LISTED))
        elif have is None:
            changes.append(created(want))
        else:
            have = _as_wanted(have, want) if quick else have
            change = _update(want, have, desired, along.get(address), again=address in rotate)
            changes += [change] if change else []
            left_alone += [*_not_compared(want, have), *(_not_listed(have) if quick else ())]
    return Difference(tuple(changes), tuple(left_alone))


def _as_wanted(have: Resource, want: Resource) -> Resource:
    """What was listed, and of what lists omit, what is wanted: so that it makes no difference."""
    kind = kind_of(have.address.kind)
    if not kind.list_omits:
        return have
    unseen = {name: want.body[name] for name in kind.list_omits if name in want.body}
    return replace_(have, body={**have.body, **unseen})


def _not_listed(have: Resource) -> Iterator[LeftAlone]:
    for name in sorted(kind_of(have.address.kind).list_omits):
        yield LeftAlone(have.address, f"its {name}: {_NOT_LISTED}")


def outermost_first(address: Address) -> tuple[bool, bool, Address]:
    """What to sort addresses by: the group and the instance first."""
    return (address != GROUP, address != SERVICE, address)


def _delete(have: Resource, desired: Desired) -> Change:
    kind = kind_of(have.address.kind)
    before = canonical(kind, have.body, partial=True)
    properties = tuple(property_change(path, value, None) for path, value in before.items())
    return Change(have.address, Action.DELETE, properties, etag=have.etag, because=_reason(have.address, desired))


def _reason(address: Address, desired: Desired) -> str:
    if address in desired.absent:
        return "absent"
    return "not in the spec, and exclusive" if address.parent == SERVICE else "not in the spec"


def created(want: Resource) -> Change:
    """The change that makes what isn't there."""
    kind = kind_of(want.address.kind)
    what = f"{want.mark}: there is no {kind.title} '{want.address.name}', and it can't be created · "
    after = canonical(kind, want.body, partial=True)
    properties = tuple(property_change(path, None, value) for path, value in after.items())
    obstacle = f"{what}{kind.made_elsewhere}" if kind.made_elsewhere else ""
    return Change(want.address, Action.CREATE, properties, want.body, mark=want.mark, obstacle=obstacle)


def _update(
    want: Resource, have: Resource, desired: Desired, along: tuple[Address, ...] | None, *, again: bool
) -> Change | None:
    """The change of what is on both sides; `along` is what a replacement would take with it, None for no such."""
    kind = kind_of(want.address.kind)
    rule = desired.rule(want.address)
    want = _as_it_is(want, have)
    before = canonical(kind, have.body, partial=False, revealed=have.revealed)
    after = canonical(kind, want.body, revealed=have.revealed)
    found = [one for one in compare(before, after, partial=kind.partial) if not rule.ignores(one.path)]
    found = becoming_secret(kind, want.body, found)
    if along is not None:
        return Change(want.address, Action.REPLACE, tuple(found), want.body, have.etag, want.mark, "--replace", along)
    if again:
        found += sent_again(kind, want.body, found)
    if not found:
        return None
    body = _body(kind, have, want, rule, found)
    because, obstacle = ROTATED if again else "", _obstacle(kind, want, found)
    return Change(want.address, Action.UPDATE, tuple(found), body, have.etag, want.mark, because, obstacle=obstacle)


def _as_it_is(want: Resource, have: Resource) -> Resource:
    """What is wanted, and of what nobody knows the service's default of, what there is.

    Of what nobody can delete all that isn't said is as it is: that is Azure's own.
    """
    kind = kind_of(want.address.kind)
    known = (name for name, prop in properties_of(kind).items() if prop.written and name not in want.body)
    names = known if kind.stays(have.address) and not kind.partial else unsure(kind, want.body)
    given = {name: have.body[name] for name in names if name in have.body}
    return replace_(want, body={**want.body, **given}) if given else want


def _body(kind: Kind, have: Resource, want: Resource, rule: Lifecycle, found: list[PropertyChange]) -> dict[str, Any]:
    """What an update sends; what the spec ignores keeps what it has. Of a partial kind: what it puts over the rest."""
    if not kind.partial:
        wanted = kept(kind, have.body, want.body, rule.ignores) if rule.ignore_changes else want.body
        return update_body(kind, have.body, wanted)
    unseen = (name for name, prop in properties_of(kind).items() if prop.write_only)
    names = dict.fromkeys((*(re.split(r"[.\[]", one.path)[0] for one in found), *unseen))
    wanted = fragment(kind, want.body, rule.ignores)
    return {name: wanted[name] for name in names if name in wanted}


def _obstacle(kind: Kind, want: Resource, found: list[PropertyChange]) -> str:
    """Why Azure can't make these changes in place, and what to do; empty where it can."""
    facts = properties_of(kind)
    for one in found:
        prop = facts.get(one.path)
        if prop and prop.fixed:
            what = f"{want.mark}: {want.address}: {one.path} can't be changed from {one.before!r} to {one.after!r}"
            replaceable = kind.shape is not Shape.ROOT
            advice = f" · --replace {want.address} deletes it and creates it anew" if replaceable else ""
            return f"{what} · {prop.fixed}{advice}"
    return ""


def _not_compared(want: Resource, have: Resource) -> Iterator[LeftAlone]:
    kind = kind_of(have.address.kind)
    for said in unverifiable(kind, want.body):
        if said.partition(":")[0] not in have.revealed:
            yield LeftAlone(have.address, f"not verifiable: {said}")
    for name in unsure(kind, want.body):
        if have.body.get(name) not in (None, "", [], {}):
            yield LeftAlone(have.address, f"its property {name}: the service's default is not known")
    for name in unknown_properties(kind, have.body):
        yield LeftAlone(have.address, f"its property {name}: provision does not know it")
    for name, why in left_out(kind, have.body):
        yield LeftAlone(have.address, f"its property {name}: {why}")


def top_most(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Deletions that take others along stand for them."""
    gone = {change.address: change for change in changes if change.action is Action.DELETE}
    roots = {address for address in gone if not any(other in gone for other in dies_with(address))}
    along = lost_with(roots, gone)
    result: list[Change] = []
    for change in changes:
        if change.action is not Action.DELETE:
            result.append(change)
        elif change.address in roots:
            result.append(_with(change, along[change.address]))
    return tuple(result)


def _with(change: Change, along: tuple[Address, ...]) -> Change:
    return Change(
        change.address, change.action, change.properties, etag=change.etag, because=change.because, takes_along=along
    )
