"""Version sets, revisions and releases. Sources: [rec] recorded traffic, [doc] documentation, [?] inferred."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind
from provision.emulator.world.errors import invalid
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from provision.emulator.world.draft import Draft, View
    from provision.emulator.world.store import Store
    from provision.emulator.world.wire import Call

SCHEMES = ("Segment", "Query", "Header")
# What of an API belongs to one revision; the rest (products, tags, releases, ...) to all of them [doc].
PER_REVISION = ("operations", "policies", "schemas", "diagnostics", "resolvers")


def plain_path(store: Store, path: str) -> str:
    """Return where something is stored: the current revision, or the first one to be, has no `;rev=` there."""
    head, mark, tail = path.partition(";rev=")
    word, slash, rest = tail.partition("/")
    if not mark:
        return path
    current = store.get(head)
    return head + slash + rest if current is None or is_revision(current, word) else path


def is_revision(api: Row, word: str) -> bool:
    """Tell whether an API's current revision has a name; numbers are usual, words are names too."""
    return str(api.props.get("apiRevision")).lower() == word.lower()


def copy_parts(call: Call, source: str, row: Row) -> None:
    """Copy operations, policies, ... of one API to another."""
    for child in call.store.subtree(source):
        rest = child.path[len(source) + 1 :]
        if rest.partition("/")[0] in PER_REVISION and not call.store.exists(f"{row.path}/{rest}"):
            target = child.target
            if target and target.startswith((source + "/", source + "#")):
                target = row.path + target[len(source) :]
            tail = child.id.split("/")[-rest.count("/") - 1 :]  # by parts: lower case may be longer than the original
            copied = Row(
                f"{row.path}/{rest}",
                "/".join([row.id, *tail]),
                child.type,
                0,
                child.body,
                child.private,
                target,
            )
            call.store.put(copied)


def deleting_version_set(call: Call, row: Row) -> None:
    """Keep a version set that APIs are in [?]."""
    apis = call.store.page(row.path.rsplit("/", 2)[0] + "/apis")
    if any(str(r.props.get("apiVersionSetId") or "").lower() == row.path for r in apis):
        raise invalid([("id", "The version set has APIs.")])


def inline_version_set(draft: Draft) -> None:
    """Take a version set from within an API: an existing one by its id, or a new one where it has none [sdk]."""
    given = draft.props.pop("apiVersionSet", None)
    if not isinstance(given, dict) or draft.props.get("apiVersionSetId"):
        return
    if given.get("id"):
        draft.props["apiVersionSetId"] = str(given["id"])
    elif given.get("name") and given.get("versioningScheme") in SCHEMES:
        shown = {key: given.get(key) for key in ("description", "versionQueryName", "versionHeaderName")}
        draft.notes["version set"] = {"displayName": str(given["name"]), "versioningScheme": given["versioningScheme"]}
        draft.notes["version set"] |= shown
        draft.props["apiVersionSetId"] = f"{draft.scope_id}/apiVersionSets/{draft.call.store.next('id'):024x}"
    elif draft.old is None:
        draft.problem("apiVersionSet", "A new version set needs 'name' and 'versioningScheme'.")


def store_version_set(draft: Draft) -> None:
    """Store the version set that came with an API."""
    if "version set" in draft.notes:
        arm_id = draft.props["apiVersionSetId"]
        kind = "microsoft.apimanagement/service/apiversionsets"
        draft.call.store.put(Row(arm_id.lower(), arm_id, kind, 0, {"properties": draft.notes["version set"]}))


def fill_release(draft: Draft) -> None:
    """Complete a release: it makes a revision the current one."""
    reference = draft.props.get("apiId") or draft.before.get("apiId")
    stamp = draft.call.world.clock.stamp()
    if not reference:
        draft.problem("apiId", "'apiId' must not be empty.")
        return
    _, path = draft.resolve(reference)
    base, _, number = path.partition(";rev=")
    api = draft.path.rsplit("/", 2)[0]
    if base != api or not (draft.call.store.exists(path) or _is_current(draft, base, number)):
        draft.problem("apiId", "The revision does not exist.")
        return
    draft.props["apiId"] = draft.id.rsplit("/", 2)[0]
    draft.props.setdefault("notes", None)
    draft.props["createdDateTime"] = draft.before.get("createdDateTime", stamp)
    same = all(draft.before.get(key) == draft.props[key] for key in ("apiId", "notes"))
    draft.props["updatedDateTime"] = draft.before["updatedDateTime"] if draft.old and same else stamp
    if number and draft.call.store.exists(path):
        draft.notes["release"] = path


def _is_current(draft: Draft, base: str, number: str) -> bool:
    row = draft.call.store.get(base)
    return row is not None and (not number or is_revision(row, number))


def release_written(draft: Draft, _: Row) -> None:
    """Swap the released revision with the current one."""
    path = draft.notes.get("release")
    store = draft.call.store
    if path is None:
        return
    base = path.partition(";rev=")[0]
    current, released = store.get(base), store.get(path)
    if current is None or released is None:
        return
    retired, retired_id = (
        f"{base};rev={current.props['apiRevision']}",
        f"{current.id};rev={current.props['apiRevision']}",
    )
    _move_parts(store, base, retired, retired_id)
    _move_parts(store, path, base, current.id)
    kept = {key: value for key, value in current.props.items() if key != "isCurrent"}
    store.delete_row(path)
    store.put(Row(retired, retired_id, current.type, 0, {"properties": kept}, current.private))
    latest = {"properties": {**released.props, "isCurrent": True}}
    store.put(Row(base, current.id, current.type, 0, latest, released.private, current.target))


def _move_parts(store: Store, old: str, new: str, new_id: str) -> None:
    """Move what belongs to one revision, with what it claims below its API."""
    for part in PER_REVISION:
        store.move(f"{old}/{part}", f"{new}/{part}", f"{new_id}/{part}")
        for row in list(store.subtree(f"{new}/{part}")):
            if row.target and row.target.startswith(f"{old}#"):
                store.put(replace(row, target=new + row.target[len(old) :]), keep_etag=True)


def show_release(view: View) -> None:
    """Leave the API out of a list [rec]."""
    if view.mode == "list":
        view.props.pop("apiId", None)


REVISION_KINDS = (
    Kind("apis/releases", "ApiRelease", fill=fill_release, show=show_release, written=release_written),
    Kind(
        "apiVersionSets",
        "ApiVersionSet",
        required=("displayName", "versioningScheme"),
        choices={"versioningScheme": SCHEMES},
        defaults={"description": None, "versionQueryName": None, "versionHeaderName": None},
        deleting=deleting_version_set,
    ),
)
