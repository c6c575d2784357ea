"""A resource as data, the same for what a spec wants and for what Azure has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.address import Address
    from provision.errors import Mark

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `body` holds its properties, flat as a spec has them; links have none. `etag` as Azure gave it."""

    address: Address
    body: Json
    etag: str = ""
    mark: Mark | None = None


Snapshot = Mapping["Address", Resource]


@dataclass(frozen=True, slots=True, order=True)
class LeftAlone:
    """Something that exists or may exist in Azure, and that provision does not manage; `reason` says why.

    `count`: how many a collection holds; 0 for a single thing, and for a collection that was not looked into.
    """

    address: Address
    reason: str
    count: int = 0
