"""Every writable property of every resource type: a key of a spec, or left out with a reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provision.kinds import KINDS, Kind, Where
from provision.kinds.table import entries_of, paths, properties_of
from tests import facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TABLE: dict[str, Any] = json.loads(facts.TABLE.read_text("utf-8"))
_TALK = "what users of the portal write to each other is no configuration"
_CONTENT = "the portal's content is written in its own editor, and published by it"
_COUNTER = "a counter of what was called, not what is configured"
_LINK = "the second form of a link, which a spec writes by the name of what it leads to"
# Types that are no kinds, and why.
LEFT_OUT = {
    **dict.fromkeys(("apis/issues", "apis/issues/attachments", "apis/issues/comments"), _TALK),
    **dict.fromkeys(("contentTypes", "contentTypes/contentItems", "portalRevisions"), _CONTENT),
    **dict.fromkeys(("quotas", "quotas/periods"), _COUNTER),
    **dict.fromkeys(("products/apiLinks", "products/groupLinks"), _LINK),
    **dict.fromkeys(("tags/apiLinks", "tags/operationLinks", "tags/productLinks"), _LINK),
}
PENDING: frozenset[str] = frozenset()  # types that are to become kinds
MOST = 0.03  # of the writable properties of what is a kind


def kinds() -> Mapping[str, Kind]:
    """The kind of each type that one describes, workspaces included."""
    found = {entry: kind for kind in reversed(KINDS) for entry in entries_of(kind)}  # of several, the first
    inside = {f"workspaces/{entry}": kind for entry, kind in found.items() if Where.WORKSPACE in kind.where}
    return {entry: kind for entry, kind in {**found, **inside}.items() if entry in TABLE}


def writable(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The paths of what may be sent, as the table of facts has them."""
    for name, prop in schema.get("properties", {}).items():
        if prop.get("readOnly"):
            continue
        at = f"{path}{name}"
        yield at
        several = prop.get("items") if prop.get("type") == "array" else prop.get("additionalProperties")
        yield from (
            writable(several or prop, f"{at}{'[]' if several else ''}.") if isinstance(several or prop, dict) else ()
        )


def missing(entry: str, kind: Kind) -> Iterator[str]:
    """What may be sent and no spec can hold."""
    name = entry.rpartition("/")[2] if kind.apart else ""
    known = {path for path, prop in paths(properties_of(kind, name)) if prop.written} if not kind.is_link else set()
    yield from (path for path in writable(TABLE[entry]) if path not in known)


def test_every_type_is_a_kind_or_left_out_with_a_reason() -> None:
    plain = {entry.removeprefix("workspaces/") for entry in LEFT_OUT}
    found = {entry for entry in TABLE if entry not in kinds() and entry.removeprefix("workspaces/") not in plain}
    assert found == PENDING
    assert not PENDING & kinds().keys()
    assert not LEFT_OUT.keys() & kinds().keys()
    assert LEFT_OUT.keys() <= TABLE.keys()


def test_what_no_spec_can_hold_is_left_out_by_a_fact_of_its_kind() -> None:
    for entry, kind in kinds().items():
        inside = {} if kind.is_link else dict(paths(properties_of(kind)))
        for path in missing(entry, kind):
            if kind.is_link:
                continue  # a link is a name
            steps = [path[:at] for at in range(1, len(path) + 1) if path[at : at + 1] in ("", ".", "[")]
            said = [inside[step] for step in steps if step in inside]
            assert any(one.left_out or one.read_only for one in said), f"{entry}: {path}"


def test_little_is_left_out() -> None:
    """Each kind once; what only ever comes back, though the SDK's models would send it, is not writable."""
    here = {entry: kind for entry, kind in kinds().items() if not kind.is_link and not entry.startswith("workspaces/")}
    inside = {entry: dict(paths(properties_of(kind))) for entry, kind in here.items()}
    every = [(entry, at) for entry in here for at in writable(TABLE[entry]) if not inside[entry][at].read_only]
    lost = [f"{entry} {at}" for entry, at in every if inside[entry][at].left_out]
    assert len(lost) <= MOST * len(every), f"{len(lost)} of {len(every)}: {lost}"
