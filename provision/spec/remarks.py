"""What is allowed in a spec, and should not be so: warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision import complaints, document
from provision.kinds.canonical import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from provision.errors import Mark, Problem
    from provision.kinds.model import Model
    from provision.spec.nodes import Loc, Node


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
        for loc, value in _secrets_in(node.kind.model, node.properties, node.loc) if node.kind.model else ():
            mark = document.mark_of(tree, loc)
            if mark not in secret:
                yield InClear(mark, str(loc[-1]), str(value))


def _secrets_in(model: type[Model], values: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, Any]]:
    """The places of what is secret by the model, and what stands there."""
    for name, prop in properties_of(model).items():
        value = values.get(name)
        if prop.secret and value is not None:
            yield (*loc, name), value
        elif prop.nested is None or not value:
            continue
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from _secrets_in(prop.nested, item, (*loc, name, index))
        elif prop.is_map:
            for key, item in value.items():
                yield from _secrets_in(prop.nested, item, (*loc, name, key))
        else:
            yield from _secrets_in(prop.nested, value, (*loc, name))


def null_removals(base: document.Map, overlay: document.Map) -> Iterator[Problem]:
    """Keys that an overlay removes and that are not there."""
    for key, value in overlay.items():
        if value is None and key not in base:
            yield complaints.removes_nothing(document.mark_at(overlay, key, key=True), key, list(base))
        elif isinstance(value, document.Map):
            below = base.get(key)
            yield from null_removals(below if isinstance(below, document.Map) else document.Map(), value)
