"""Linq: groups, joins, dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.arrays import common
from provision.emulator.gateway.expressions.collected import NetDict, Pair, identity
from provision.emulator.gateway.expressions.dotnet.linq import fold_of
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Lambda, Net, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime


def to_dictionary(
    rt: Runtime, source: Any, key: Lambda | None = None, value: Any = None, comparer: Any = None
) -> NetDict:
    """Do ToDictionary."""
    if value is not None and type(value) is not Lambda:
        value, comparer = None, value
    items = rt.gather(source)
    if key is None:
        if not all(isinstance(one, Pair) for one in items):
            raise Refused("Only key and value pairs make a dictionary by themselves")
        keys, values = [one.key for one in items], [one.value for one in items]
    else:
        keys = [plain(rt.call(key, one)) for one in items]
        values = items if value is None else [plain(rt.call(value, one)) for one in items]
    made = NetDict(common(rt, keys), _shared(rt, values), fold_of(comparer))
    for one, other in zip(keys, values, strict=True):
        made.add(one, other)
    return made


def _shared(rt: Runtime, values: list[Any]) -> TypeRef:
    """The type of what functions gave: T where it is not one, which reads as what it is."""
    found = common(rt, values)
    return TypeRef("T") if found.name == "Object" else found


@dataclass(eq=False, slots=True)
class Group(Net):
    """A key, and the items that have it."""

    key: Any
    items: list[Any] = field(default_factory=list)

    @property
    def type(self) -> TypeRef:
        """IGrouping."""
        return TypeRef("IGrouping")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


def grouped(
    rt: Runtime, source: Any, key: Lambda, value: Lambda | None = None, comparer: Any = None
) -> dict[Any, Group]:
    """Return groups by their keys, in the order of the first of each."""
    fold = fold_of(comparer)
    found: dict[Any, Group] = {}
    for one in rt.each(source):
        made = plain(rt.call(key, one))
        group = found.setdefault(fold(made), Group(made))
        group.items.append(one if value is None else rt.call(value, one))
    return found


def group_by(rt: Runtime, source: Any, key: Lambda, *rest: Any) -> Any:
    """Do GroupBy, and ToLookup."""
    comparer = next((one for one in rest if one is not None and type(one) is not Lambda), None)
    functions = [one for one in rest if type(one) is Lambda]
    value = next((one for one in functions if one.arity == 1), None)
    result = next((one for one in functions if one.arity > 1), None)

    def make() -> Iterator[Any]:
        for group in grouped(rt, source, key, value, comparer).values():
            yield group if result is None else rt.call(result, group.key, group)

    return Seq(make)


def join(rt: Runtime, source: Any, inner: Any, *functions: Lambda) -> Any:
    """Do Join."""
    outer_key, inner_key, result = functions

    def make() -> Iterator[Any]:
        groups = grouped(rt, inner, inner_key)
        for one in rt.each(source):
            for other in groups.get(identity(plain(rt.call(outer_key, one))), Group(None)).items:
                yield rt.call(result, one, other)

    return Seq(make)


def group_join(rt: Runtime, source: Any, inner: Any, *functions: Lambda) -> Any:
    """Do GroupJoin."""
    outer_key, inner_key, result = functions

    def make() -> Iterator[Any]:
        groups = grouped(rt, inner, inner_key)
        for one in rt.each(source):
            yield rt.call(result, one, groups.get(identity(plain(rt.call(outer_key, one))), Group(None)))

    return Seq(make)


GROUP = family("System.Linq.IGrouping", {"T Key": lambda group: group.key}, classes=(Group,), bases=("IEnumerable",))
FAMILIES = (GROUP,)
