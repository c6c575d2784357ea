"""What was said on the wire, for tests that assert on it and for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.wire import Answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `status` is 0 where none was sent; `code` is that of an error.

    `path` is decoded, `target` is the path as it was sent; `seconds` is how long the answer took.
    """

    method: str
    path: str
    query: str
    status: int
    request_headers: Mapping[str, str]
    body: bytes
    code: str = ""
    target: str = ""
    seconds: float = 0.0


def code_of(answer: Answer | None) -> str:
    """Return the error code of an answer, if it is an error in ARM's envelope."""
    error = answer.body.get("error") if answer and isinstance(answer.body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""
