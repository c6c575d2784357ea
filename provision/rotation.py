"""Stage 4a: what `--rotate` names: resources whose secrets are sent again though nothing differs. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provision.errors import PlanError
from provision.kinds import kind_of
from provision.kinds.confidential import secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provision.address import Address
    from provision.resource import Snapshot


def rotated(wanted: Snapshot, patterns: Iterable[str]) -> frozenset[Address]:
    """The resources with secrets that the patterns name. Raises PlanError for one that names none."""
    found: set[Address] = set()
    for pattern in patterns:
        named = [address for address in wanted if matches(pattern, address)]
        secret = [one for one in named if any(secrets(kind_of(one.kind), wanted[one].body))]
        if not secret:
            what = "it has no secret in the spec" if named else "the spec does not declare it"
            raise PlanError(f"--rotate {pattern}: {what}")
        found.update(secret)
    return frozenset(found)


def matches(pattern: str, address: Address) -> bool:
    """Whether a pattern names an address: `*` stands for any characters of one name, case doesn't matter."""
    form = "[^/]*".join(map(re.escape, pattern.strip("/").lower().split("*")))
    return re.fullmatch(form, address.key) is not None
