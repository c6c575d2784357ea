"""What is allowed in a spec, and should not be so: warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision import complaints, document
from provision.kinds.canonical import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from provision.errors import Mark, Problem
    from provision.kinds.model import Model
    from provision.spec.nodes import Loc, Node


def literals(every: Sequence[Node], tree: document.Map, secret: AbstractSet[Mark]) -> Iterator[Problem]:
    """Values of properties that are secret by their kind, and are not given as a `${secret:NAME}`.

    `secret`: where one stands.
    """
    for node in every:
        for loc in _secrets_in(node.kind.model, node.properties, node.loc) if node.kind.model else ():
            mark = document.mark_of(tree, loc)
            if mark not in secret:
                yield complaints.literal_secret(mark, str(loc[-1]))


def _secrets_in(model: type[Model], values: Mapping[str, Any], loc: Loc) -> Iterator[Loc]:
    """The places of what is secret by the model."""
    for name, prop in properties_of(model).items():
        value = values.get(name)
        if prop.secret and value is not None:
            yield (*loc, name)
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
