"""Stage 2, last part: what a revision takes over from its API as a spec has it. Pure, over addresses.

A revision is the API with what is written under it laid over: a collection (or policy) that it has no key for is the
API's. `apis/shop;rev=2/operations/get` is as much in the revision as `apis/shop/operations/get` is in the current one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from provision.address import Address
from provision.kinds import children_at, current_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from provision.kinds import Kind
    from provision.resource import Resource


def inherit(
    snapshot: dict[Address, Resource],
    owned: set[tuple[Address, str]],
    written: Mapping[Address, AbstractSet[str]],
) -> None:
    """Add to both what revisions take over. `written`: revision -> the keys of child collections that it has."""
    parts = parts_of(snapshot, written)
    for one in written:
        api = current_of(one)
        if api is None:
            continue
        taken = {kind.collection: kind for kind in children_at(one) if kind.key not in written[one]}
        for address in parts[api]:
            if collection_in(address, api) in taken:
                at = moved(address, api, one)
                snapshot[at] = replace(snapshot[address], address=at)
        owned |= {
            (moved(holder, api, one), kind)
            for holder, kind in owned
            if holder.within(api) and _takes(holder, api, kind, taken)
        }


def _takes(holder: Address, api: Address, kind: str, taken: Mapping[str, Kind]) -> bool:
    return any(one.type == kind for one in taken.values()) if holder == api else collection_in(holder, api) in taken


def parts_of(addresses: Iterable[Address], revisions: Iterable[Address]) -> Mapping[Address, list[Address]]:
    """What lies in the APIs of revisions, at any depth and of each revision's own kinds: API -> addresses."""
    apis = {api for one in revisions if (api := current_of(one))}
    result: dict[Address, list[Address]] = defaultdict(list)
    for address in addresses if apis else ():
        api = next((one for one in address.ancestors if one in apis), None)
        if api and collection_in(address, api) in own_collections(api):
            result[api].append(address)
    return result


def own_collections(api: Address) -> frozenset[str]:
    """The collections of which each revision has its own."""
    return frozenset(kind.collection for kind in children_at(api) if kind.per_revision)


def collection_in(address: Address, api: Address) -> str:
    """The collection of an API that something lies in, directly or not."""
    return address.text[len(api.text) + 1 :].partition("/")[0]


def moved(address: Address, old: Address, new: Address) -> Address:
    """The address that something in one resource (or that itself) has in another."""
    return Address(new.text + address.text[len(old.text) :])
