"""Two wholes -> the changes between them, for showing. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.comparison import PropertyChange, compare
from provision.diff import Action, Change, created, outermost_first, top_most
from provision.kinds import kind_of
from provision.kinds.canonical import canonical

if TYPE_CHECKING:
    from provision.resource import Snapshot

_TURNED: Final = MappingProxyType({Action.CREATE: Action.DELETE, Action.DELETE: Action.CREATE})


def between(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """The changes that lead from one whole to another: what either omits is at its default."""
    found: list[Change] = []
    for address in sorted({**before, **after}, key=outermost_first):
        kind, old, new = kind_of(address.kind), before.get(address), after.get(address)
        if new is None:
            found += [turned(created(old))] if old else []
        elif old is None:
            found.append(created(new))
        elif properties := tuple(compare(canonical(kind, old.body), canonical(kind, new.body))):
            found.append(Change(address, Action.UPDATE, properties, mark=new.mark))
    return top_most(tuple(found))


def turned(change: Change) -> Change:
    """The change that leads back: for showing it."""
    properties = tuple(PropertyChange(one.path, one.after, one.before) for one in change.properties)
    return Change(change.address, _TURNED.get(change.action, change.action), properties, mark=change.mark)
