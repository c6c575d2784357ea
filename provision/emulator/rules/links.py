"""Links that the service offers in two forms: under an id of their own, and by the name of what is linked.

`products/P/apiLinks/L` with `apiId` and `products/P/apis/A` are one link [doc]; whichever is made or deleted, the other
form is made or deleted with it. In a workspace only the first form exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind
from provision.emulator.rules.surface import verbs_of
from provision.emulator.world.errors import ArmError
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft
    from provision.emulator.world.store import Store
    from provision.emulator.world.wire import Call

PREFIX = "microsoft.apimanagement/service/"


@dataclass(frozen=True, slots=True)
class Pair:
    """The two forms: `named` has the id of its target in `key`; `plain` is the other type."""

    named: str
    noun: str
    key: str
    plain: str

    @property
    def turned(self) -> bool:
        """Whether the plain form lies below what the named form points at, as the tags of an API do."""
        return self.named.partition("/")[0] == "tags"


PAIRS = (
    Pair("products/apiLinks", "ProductApiLink", "apiId", "products/apis"),
    Pair("products/groupLinks", "ProductGroupLink", "groupId", "products/groups"),
    Pair("tags/apiLinks", "TagApiLink", "apiId", "apis/tags"),
    Pair("tags/productLinks", "TagProductLink", "productId", "products/tags"),
    Pair("tags/operationLinks", "TagOperationLink", "operationId", "apis/operations/tags"),
)
BY_NAMED: Mapping[str, Pair] = MappingProxyType({p.named.lower(): p for p in PAIRS})
BY_PLAIN: Mapping[str, Pair] = MappingProxyType({p.plain.lower(): p for p in PAIRS})


def _named(row: Row) -> Pair:
    return BY_NAMED[row.type.removeprefix(PREFIX).removeprefix("workspaces/")]


def fill_link(draft: Draft) -> None:
    """Resolve the target of a link, which can be linked once only [Azure/apiops-cli: 409, "Link already exists"]."""
    collection, _, _ = draft.path.rpartition("/")
    pair = BY_NAMED["/".join(collection.split("/")[-3::2])]  # TAGS/t/APILINKS
    _, path = draft.resolve(draft.props[pair.key])
    row = draft.call.store.get(path)
    if row is None or row.type.rpartition("/")[2] != f"{pair.key.removesuffix('Id')}s":
        draft.problem(pair.key, "The resource does not exist.")
        return
    if any(found.path != draft.path for found in _siblings(draft.call.store, collection, path)):
        raise ArmError(409, "Conflict", "Link already exists between the two resources.")
    draft.props[pair.key] = row.id
    draft.target = path


def _siblings(store: Store, collection: str, target: str) -> list[Row]:
    return [row for row in store.pointing_at(target) if row.path.rpartition("/")[0] == collection]


def _plain_id(pair: Pair, link: Row, target: Row) -> str:
    holder = link.id.rsplit("/", 2)[0]
    if pair.turned:
        return f"{target.id}/tags/{holder.rpartition('/')[2]}"
    return f"{holder}/{pair.plain.rpartition('/')[2]}/{target.name}"


def named_written(draft: Draft, row: Row) -> None:
    """Make the plain form of a link."""
    store, pair = draft.call.store, _named(row)
    target = store.get(row.target or "")
    if target is None or "/workspaces/" in row.path:
        return
    arm_id = _plain_id(pair, row, target)
    points_at = row.path.rsplit("/", 2)[0] if pair.turned else target.path
    if not store.exists(arm_id.lower()):
        store.put(Row(arm_id.lower(), arm_id, f"{PREFIX}{pair.plain}", target=points_at))


def deleting_named(call: Call, row: Row) -> None:
    """Delete the plain form with a link."""
    target = call.store.get(row.target or "")
    if target is not None:
        call.store.delete_row(_plain_id(_named(row), row, target).lower())


def assign(store: Store, row: Row) -> None:
    """Make the named form of a link that was made by the name of its target."""
    pair = BY_PLAIN.get(row.type.removeprefix(PREFIX))
    other = store.get(row.target or "")
    holder = store.get(row.path.rsplit("/", 2)[0])
    if pair is None or other is None or holder is None:
        return
    above, target = (other, holder) if pair.turned else (holder, other)
    link(store, pair, above, target)


def link(store: Store, pair: Pair, above: Row, target: Row) -> None:
    """Make the named form of a link, unless it is there."""
    collection = f"{above.id}/{pair.named.rpartition('/')[2]}"
    if not _siblings(store, collection.lower(), target.path):
        arm_id = f"{collection}/{store.next('id'):024x}"
        kind = f"{PREFIX}{'workspaces/' if '/workspaces/' in above.path else ''}{pair.named}"
        body = {"properties": {pair.key: target.id}}
        store.put(Row(arm_id.lower(), arm_id, kind.lower(), body=body, target=target.path))


def plain_written(draft: Draft, row: Row) -> None:
    """Make the named form of a new link."""
    if draft.old is None:
        assign(draft.call.store, row)


def deleting_plain(call: Call, row: Row) -> None:
    """Delete the named form with a link."""
    pair = BY_PLAIN[row.type.removeprefix(PREFIX)]
    holder = row.path.rsplit("/", 2)[0]
    above, target = (row.target or "", holder) if pair.turned else (holder, row.target or "")
    for found in _siblings(call.store, f"{above}/{pair.named.rpartition('/')[2]}".lower(), target):
        call.store.delete_row(found.path)


LINK_KINDS = tuple(
    Kind(
        pair.named,
        pair.noun,
        verbs=verbs_of(pair.named),
        fill=fill_link,
        written=named_written,
        deleting=deleting_named,
    )
    for pair in PAIRS
)
