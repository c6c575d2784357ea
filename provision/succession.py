"""Stage 4b: what revisions add to the order of changes. Pure.

A revision is made as a copy before anything in its API changes, so that it holds what was seen there; and a release
comes after all else in its API, since from then on the API's address means another revision.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.diff import Action, Change
from provision.kinds import current_of, find
from provision.revisions import collection_in, own_collections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from provision.address import Address


@dataclass(frozen=True, slots=True)
class _Api:
    """The changes of one API and its revisions."""

    inside: list[Change]
    copies: list[Change]
    releases: list[Change]


def successions(changes: tuple[Change, ...]) -> Iterator[tuple[Address, Address, str]]:
    """What waits, for what, and why."""
    for api, found in _apis(changes).items():
        for one in found.inside:
            for copy in found.copies if _is_copied(one.address, api) else ():
                yield one.address, copy.address, f"{copy.address} is made a copy of what was seen"
            for release in found.releases:
                yield release.address, one.address, f"{api} is another revision afterwards"
        for earlier, later in zip(found.releases, found.releases[1:], strict=False):
            yield later.address, earlier.address, "the last release counts"
    made = {change.address for change in changes if change.action is Action.CREATE}
    for change in changes if any(map(current_of, made)) else ():
        for above in change.address.ancestors if change.action is Action.DELETE else ():
            if above in made:
                yield change.address, above, f"{above} must be there first"


def _apis(changes: tuple[Change, ...]) -> Mapping[Address, _Api]:
    copies = [change for change in changes if _is_copy(change)]
    releases = [change for change in changes if _closes(change) and change.action is not Action.DELETE]
    roots = {root for change in (*copies, *releases) if (root := _root(change.address))}
    result = {root: _Api([], [], []) for root in roots}
    by_place: dict[Address, list[Change]] = defaultdict(list)
    for change in changes if roots else ():
        root = _root(change.address)
        if root in roots:
            by_place[root].append(change)
    for root, inside in by_place.items():
        result[root].copies.extend(change for change in inside if _is_copy(change))
        result[root].releases.extend(_in_order(change for change in inside if change in releases))
        result[root].inside.extend(change for change in inside if not _closes(change))
    return result


def _in_order(releases: Iterable[Change]) -> list[Change]:
    """As the spec has them."""
    return sorted(releases, key=lambda one: (one.mark.line, one.mark.column) if one.mark else (0, 0))


def _root(address: Address) -> Address | None:
    """The API that something lies in, whichever of its revisions that is."""
    for one in (address, *address.ancestors):
        kind = find(one.kind)
        if kind and kind.revision:
            return current_of(one) or one
    return None


def _is_copy(change: Change) -> bool:
    kind = find(change.address.kind)
    form = kind.revisions if kind and current_of(change.address) else None
    return change.action is Action.CREATE and form is not None and bool((change.body or {}).get(form.source))


def _is_copied(address: Address, api: Address) -> bool:
    return address.within(api) and address != api and collection_in(address, api) in own_collections(api)


def _closes(change: Change) -> bool:
    kind = find(change.address.kind)
    return kind is not None and kind.closing is not None
