"""Maps and lists that know where their entries were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from provision.errors import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

# File, line and column of the key, line and column of the value, from 0 as libyaml counts. A Mark for each of a
# large spec's entries would cost more time than parsing it.
Place = tuple[str, int, int, int, int]


class Variable(str):
    """An unquoted scalar of which some part came from the environment: the schema decides on its type."""

    __slots__ = ()


class Map(dict[str, Any]):
    """A map of the file; `mark_of` tells where its entries are."""

    __slots__ = ("place", "places")

    def __init__(self, place: Place = ("", -1, -1, -1, -1)) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}


class Seq(list[Any]):
    """A list of the file; `mark_of` tells where its items are."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []


def mark_of(root: Map, loc: Sequence[str | int], *, key: bool = False) -> Mark:
    """Where the value at `loc` is (or its key); of a path that leads out of the tree, where its last known step is."""
    place, node = root.place, cast("Any", root)
    for step in loc:
        known = range(len(node)) if isinstance(node, Seq) else getattr(node, "places", ())
        if step not in known:
            break
        place, node = node.places[step], node[step]
    file, key_line, key_column, line, column = place
    return Mark(file, key_line + 1, key_column + 1) if key else Mark(file, line + 1, column + 1)


def mark_at(within: Map | Seq, step: Any, *, key: bool = False) -> Mark:
    """Where one entry of a map or a list is (or its key)."""
    file, key_line, key_column, line, column = within.places[step]
    return Mark(file, key_line + 1, key_column + 1) if key else Mark(file, line + 1, column + 1)


def merge(base: Map, overlay: Map) -> Map:
    """Lay `overlay` over `base`: maps deeply, scalars and lists replaced, `null` removes a key (as RFC 7396 does)."""
    result = Map(base.place)
    result.update(base)
    result.places.update(base.places)
    for key, value in overlay.items():
        before = result.get(key)
        if value is None:
            result.pop(key, None)
            result.places.pop(key, None)
        elif isinstance(value, Map):
            result[key] = merge(before if isinstance(before, Map) else Map(value.place), value)
            if not isinstance(before, Map):
                result.places[key] = overlay.places[key]
        else:
            result[key] = value
            result.places[key] = overlay.places[key]
    return result


def join(base: Map, further: Map) -> tuple[Map, list[tuple[str, Mark, Mark]]]:
    """Both in one: maps deeply. What stands in both and isn't a map in both keeps its first value, and is returned.

    That is its key, where it stands again, and where it stood first.
    """
    result, twice = Map(base.place), list[tuple[str, Mark, Mark]]()
    result.update(base)
    result.places.update(base.places)
    for key, value in further.items():
        before = result.get(key)
        if key not in result:
            result[key], result.places[key] = value, further.places[key]
        elif isinstance(before, Map) and isinstance(value, Map):
            result[key], below = join(before, value)
            twice += below
        else:
            twice.append((key, mark_at(further, key, key=True), mark_at(base, key, key=True)))
    return result, twice
