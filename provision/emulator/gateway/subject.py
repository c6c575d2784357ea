"""Which resources a call is about, beside what expressions see of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.emulator.world.store import Row


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows of a call, where there are such; `rest` is the path behind that of the API."""

    service: Row
    api: Row | None = None
    operation: Row | None = None
    product: Row | None = None
    subscription: Row | None = None
    rest: str = ""
