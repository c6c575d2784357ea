"""Words for what is wrong with a spec: what its model finds, and the checks of the spec stage, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.complaints.model import translate, unlike
from provision.complaints.names import did_you_mean, shown
from provision.complaints.telling import Later, now, presentable, refusal
from provision.errors import Mark, Problem
from provision.kinds import find
from provision.kinds.collections import collection_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from provision.address import Address
    from provision.kinds import Kind
    from provision.kinds.collections import Collection
    from provision.kinds.kind import Claim
    from provision.kinds.references import Written

__all__ = ["Later", "did_you_mean", "now", "presentable", "refusal", "translate", "unlike"]

_FROM = "the variable NAME of the environment then holds it"


def same_name(mark: Mark, address: Address, first: Mark) -> Problem:
    """Two names that differ in case only."""
    return Problem(
        mark,
        f"{address} is declared twice",
        f"first at {first}; Azure ignores the case of names",
        "rename or remove one",
    )


def claimed_twice(mark: Mark, kind: Kind, claim: Claim, owner: Address, first: Mark) -> Problem:
    """Two resources with a value of which there may be one."""
    value = " ".join(claim.value)
    same = f"both come down to {value!r}" if value else "both are empty"
    what = f"the same {claim.what} as {owner} at {first}"
    return Problem(mark, what, f"{same}, and no two {kind.title}s may share it", "change one of them")


def dangling(mark: Mark, collection: Collection, target: Address, known: Iterable[str]) -> Problem:
    """A reference to something that the spec doesn't declare."""
    ours = find(collection.name) is not None
    place = target.text.rpartition("/")[0]
    why = f"{place} doesn't declare it" if ours else f"a spec declares no {collection.name}"
    fix = f"{'declare it, or ' if ours else ''}write /{target} for one that is there"
    what = f"there is no {collection.title} '{target.name}'"
    return Problem(mark, what, why, did_you_mean(target.name, known) or fix)


def elsewhere(mark: Mark, collection: Collection, target: Address) -> Problem:
    """A link of the instance's to something in a workspace: in ARM's path of a link the name is the instance's."""
    what = f"the {collection.title} '{target.name}' is in the workspace {target.scope.name}"
    why = "it can't be linked from outside: Azure would take the instance's own of that name"
    return Problem(mark, what, why, "declare the link there, or name one of the instance's")


def malformed_reference(mark: Mark, one: Written) -> Problem:
    """A reference that is none of the three forms, or leads elsewhere."""
    name = [step for step in one.loc if isinstance(step, str)][-1]
    first, several = one.ref.collections[0], " or ".join(one.ref.collections)
    why = f"it is neither a name nor the path or id of one of {several}"
    short = "NAME" if len(one.ref.collections) == 1 else f"{first}/NAME"
    return Problem(mark, f"{name} can't be {shown(one.text)}", why, f"write {short}, /{first}/NAME or its full ARM id")


def not_seen(address: Address, mark: Mark) -> Problem:
    """A policy's reference to what only the instance has."""
    collection = collection_of(address.kind)
    title = collection.title if collection else address.kind
    what = f"this refers to the {title} '{address.name}'"
    return Problem(mark, what, "whether that is there can't be known offline", "plan looks it up")


def absent_but_used(mark: Mark, title: str, name: str) -> Problem:
    """A reference to something that the spec wants gone."""
    return Problem(mark, f"the {title} '{name}' is absent", "the spec says so under absent", "remove one of the two")


def ignores_nothing(mark: Mark, rule: str, known: Iterable[str]) -> Problem:
    """A rule of ignore_changes whose property doesn't exist."""
    return Problem(mark, f"there is no property '{rule}' to ignore", "", did_you_mean(rule, known))


def unreadable_policy(mark: Mark, path: Path, error: OSError | ValueError) -> Problem:
    """A policy file that can't be read."""
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start].decode()
        at = Mark(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
        why = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        return Problem(at, "the file is not UTF-8", why, "save it as UTF-8")
    reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
    fix = "a path starts at the file that names it"
    return Problem(mark, f"the policy file {shown(str(path))} can't be read", reason, fix)


def no_policy(mark: Mark, text: str, root: str) -> Problem:
    """A text that is neither a document nor the name of a file."""
    why = "it has several lines, and doesn't start with <" if text.strip() else "it is empty"
    return Problem(mark, "a policy is XML, or the name of a file", why, f"name a file, or write <{root}>...</{root}>")


def secret_in_policy(mark: Mark) -> Problem:
    """A policy that only a secret's value makes malformed."""
    what = "the policy is not well-formed with the value of a secret in it"
    return Problem(mark, what, "it is not shown here", "escape <, > and & in the value, or put it into a named value")


def reference_in_policy(mark: Mark, reference: str) -> Problem:
    """A variable in a policy file, which would be sent as it is."""
    what, why = f"{reference} stands in a policy file", "a file is sent as it is, and Azure knows no such reference"
    fix = "write the policy inline in the spec, or put the secret into a named value and write {{its-name}}"
    return Problem(mark, what, why, fix)


def literal_secret(mark: Mark, name: str, why: str) -> Problem:
    """A secret in clear."""
    return Problem(mark, f"{name} is a secret, and stands in the spec", why, f"give it as ${{secret:NAME}}: {_FROM}")


def removes_nothing(mark: Mark, key: str, known: Iterable[str]) -> Problem:
    """A `null` in an overlay for a key that isn't there."""
    what, why = f"there is no {shown(key)} to remove", "null in an overlay removes a key"
    return Problem(mark, what, why, did_you_mean(key, known) or "remove it here too")


def outside(mark: Mark, name: str) -> Problem:
    """An included file that is not below the spec."""
    why = "what is included lies in the folder of the file that includes it, or below"
    return Problem(
        mark, f"{shown(name)} can't be included", why, "move it there, or name the spec itself as a further SPEC"
    )


def includes_nothing(mark: Mark, pattern: str, folder: Path) -> Problem:
    """A pattern of include that fits no file."""
    return Problem(
        mark, f"there is no file {shown(pattern)}", f"it is looked for in {folder}", "check it, or remove it"
    )


def includes_further(mark: Mark) -> Problem:
    """An included file that includes others."""
    return Problem(mark, "an included file can't include others", "", "name them in the spec itself")


def joined_twice(mark: Mark, key: str, first: Mark) -> Problem:
    """A key that two files of a spec have."""
    what, why = f'the key "{key}" is here again', f"the first is at {first}, and files that are included are joined"
    return Problem(mark, what, why, "keep one of them, or use --overlay")
