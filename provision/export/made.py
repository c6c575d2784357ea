"""Which of the objects that Azure puts into an instance are still as it made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.address import Address
from provision.kinds import KINDS, kind_of
from provision.kinds.canonical import canonical
from provision.kinds.table import properties_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from typing import Any

    from provision.kinds import Kind
    from provision.resource import Resource, Snapshot


def untouched(snapshot: Snapshot) -> frozenset[Address]:
    """All of what Azure made by itself and nobody changed since, with what is in it.

    What it puts into a new instance is one with all that lies in it: a foreign link makes a product the user's. Of what
    it makes elsewhere the name is all that counts; what it made inside the user's own, such as schemas of an import,
    is a part of that.
    """
    known = {Address(text) for kind in KINDS for text in kind.in_new_instances}
    roots = {address for address, item in snapshot.items() if _is_root(item, known)}
    along: dict[Address, list[Address]] = {root: [] for root in roots}
    for address in snapshot:
        for root in (address, *address.ancestors):
            if root in roots:
                along[root].append(address)
    same = (root for root in roots if _is_same(root, along[root], known, snapshot))
    return frozenset(address for root in same for address in along[root] if address == root or _is_more(root))


def _is_more(root: Address) -> bool:
    """Whether there is more to it than what lies in it, which then is the user's own."""
    return any(prop.written for prop in properties_of(kind_of(root.kind)).values())


def _is_same(root: Address, along: list[Address], known: AbstractSet[Address], snapshot: Snapshot) -> bool:
    """Whether one is as Azure made it; what is always there is the user's by what was put into it."""
    if _may_change(root, known):
        return _as_it_was(root, along, known, snapshot)
    return len(along) == 1 or not kind_of(root.kind).always_there


def _is_root(item: Resource, known: AbstractSet[Address]) -> bool:
    """Whether Azure made it, and not only as a part of what it made."""
    address, kind = item.address, kind_of(item.address.kind)
    by_name = address.name.lower() in kind.factory
    return _may_change(address, known) or by_name or (address.parent == address.scope and kind.is_azures(item))


def _may_change(address: Address, known: AbstractSet[Address]) -> bool:
    """Whether it is known what it looked like, so that a change can be seen."""
    return address in known and address.parent not in known and _must_be_there(address)


def _as_it_was(root: Address, along: list[Address], known: AbstractSet[Address], snapshot: Snapshot) -> bool:
    due = {one for one in known if one.within(root) and _must_be_there(one)}
    return due <= set(along) <= known and all(_as_made(snapshot[one]) for one in along)


def filled(kind: Kind, parent: Address) -> bool:
    """Whether Azure puts something of a kind into this when it makes a new instance."""
    return any(Address(text).parent == parent for text in kind.in_new_instances)


def _must_be_there(address: Address) -> bool:
    kind = kind_of(address.kind)
    return kind.is_link or _body(address) is not None


def _as_made(item: Resource) -> bool:
    kind, body = kind_of(item.address.kind), _body(item.address)
    if kind.is_link or body is None:
        return kind.is_link
    then, now = canonical(kind, kind.to_wire(dict(body))), canonical(kind, item.body)
    return then == ({name: now.get(name, then[name]) for name in then} if kind.partial else now)


def _body(address: Address) -> Mapping[str, Any] | None:
    return {name.lower(): body for name, body in kind_of(address.kind).made.items()}.get(address.key)
