"""What each element did to a call, kept for who asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Context
    from provision.emulator.gateway.place import Place


@dataclass(slots=True)
class Recorder:
    """The trace of one call: an entry for each element, with what it changed and how long it took."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    _before: dict[str, Any] = field(default_factory=dict)

    def begin(self, context: Context) -> None:
        """Take note of a call as it comes, so that the first element's changes are its own."""
        self._before = _state(context)

    def step(self, place: Place, context: Context, seconds: float) -> None:
        """Note an element that has run."""
        now = _state(context)
        changed = {key: value for key, value in now.items() if self._before.get(key) != value}
        changed |= {key: None for key in self._before if key not in now}
        self._before = now
        self.entries.append(
            {
                "element": place.element,
                "path": place.path,
                "section": place.section,
                "scope": place.scope,
                "microseconds": round(seconds * 1_000_000),
                "changed": changed,
            }
        )

    def message(self, source: str, text: str) -> None:
        """Note what a policy says."""
        self.entries.append({"element": "trace", "source": source, "message": text})


def _state(context: Context) -> dict[str, Any]:
    found: dict[str, Any] = {"request.method": context.request.method, "request.url": context.request.url}
    found |= {f"request.headers.{name}": context.request.headers.get(name) for name in context.request.headers}
    found |= {f"variables.{name}": repr(value)[:200] for name, value in context.variables.items()}
    if context.response is not None:
        found["response.status"] = context.response.status_code
        headers = context.response.headers
        found |= {f"response.headers.{name}": headers.get(name) for name in headers}
    return found
