"""What is allowed in a spec, and should not be so: warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision import complaints, document
from provision.kinds.confidential import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from provision.errors import Mark, Problem
    from provision.spec.nodes import Node


@dataclass(frozen=True, slots=True)
class InClear:
    """The value of a property that is secret by its kind, and not given as a `${secret:NAME}`."""

    mark: Mark
    name: str
    value: str

    @property
    def warning(self) -> Problem:
        """What every command says of it."""
        return complaints.literal_secret(self.mark, self.name, "")

    @property
    def refusal(self) -> Problem:
        """Why a plan with it isn't saved."""
        return complaints.literal_secret(self.mark, self.name, "a saved plan would hold it in clear")


def literals(every: Sequence[Node], tree: document.Map, secret: AbstractSet[Mark]) -> Iterator[InClear]:
    """Secrets in clear. `secret`: the places where a `${secret:NAME}` stands."""
    for node in every:
        for loc, value in secrets(node.kind, node.properties):
            mark = document.mark_of(tree, (*node.loc, *loc))
            if mark not in secret:
                name = next(str(step) for step in reversed(loc) if isinstance(step, str))
                yield InClear(mark, name, str(value))


def null_removals(base: document.Map, overlay: document.Map) -> Iterator[Problem]:
    """Keys that an overlay removes and that are not there."""
    for key, value in overlay.items():
        if value is None and key not in base:
            yield complaints.removes_nothing(document.mark_at(overlay, key, key=True), key, list(base))
        elif isinstance(value, document.Map):
            below = base.get(key)
            yield from null_removals(below if isinstance(below, document.Map) else document.Map(), value)
