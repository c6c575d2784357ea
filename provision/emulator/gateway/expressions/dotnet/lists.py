"""Lists, arrays, sets, queues, stacks, and the interfaces they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.arrays import array_of
from provision.emulator.gateway.expressions.collected import (
    NetList,
    ReadOnly,
    identity,
)
from provision.emulator.gateway.expressions.conversions import assigned, default_of
from provision.emulator.gateway.expressions.dotnet.ordering import Order, sort_items
from provision.emulator.gateway.expressions.errors import (
    Thrown,
    out_of_range,
)
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import OBJECT, Boxed, Lambda, TypeRef, plain

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

OUTSIDE = "Index was out of range. Must be non-negative and less than the size of the collection."


def element(types: tuple[TypeRef, ...]) -> TypeRef:
    """Return T."""
    return types[0] if types else OBJECT


def typed(rt: Runtime, made: Any, value: Any) -> Any:
    """Return a value as the collection keeps it."""
    return plain(assigned(rt.types, value, made.element))


def read_as(made: Any, value: Any) -> Any:
    """Return an item as the compiler knows it: an object, where the collection is one of objects."""
    return Boxed(value) if made.element.name == "Object" else value


def _new_list(rt: Runtime, values: Any = None, *, types: tuple[TypeRef, ...] = ()) -> NetList:
    return NetList(element(types), [] if values is None else rt.gather(values))


def _new_sized(_: int, types: tuple[TypeRef, ...]) -> NetList:
    return NetList(element(types))


def _at(made: NetList, index: int) -> Any:
    if not 0 <= index < len(made.items):
        raise out_of_range("index", OUTSIDE)
    return read_as(made, made.items[index])


def _set_at(rt: Runtime, made: NetList, index: int, value: Any) -> None:
    _changeable(made)
    if not 0 <= index < len(made.items):
        raise out_of_range("index", OUTSIDE)
    made.items[index] = typed(rt, made, value)


def _changeable(made: NetList) -> None:
    if isinstance(made, ReadOnly):
        raise Thrown("NotSupportedException", "Collection is read-only.")


def add(rt: Runtime, made: NetList, value: Any) -> None:
    """Append."""
    _changeable(made)
    rt.hold(1)
    made.items.append(typed(rt, made, value))


def _add_all(rt: Runtime, made: NetList, values: Any) -> None:
    _changeable(made)
    made.items.extend([typed(rt, made, one) for one in rt.gather(values)])


def _insert(rt: Runtime, made: NetList, index: int, value: Any) -> None:
    if not 0 <= index <= len(made.items):
        raise out_of_range("index", "Index must be within the bounds of the List.")
    rt.step(len(made.items) >> 8)
    made.items.insert(index, typed(rt, made, value))


def position(rt: Runtime, made: Any, value: Any) -> int:
    """Return where a value is; -1 where it is not."""
    wanted = identity(value)
    return next((at for at, one in enumerate(rt.each(made)) if identity(one) == wanted), -1)


def _remove(rt: Runtime, made: NetList, value: Any) -> bool:
    _changeable(made)
    at = position(rt, made, value)
    if at >= 0:
        del made.items[at]
    return at >= 0


def _remove_at(made: NetList, index: int) -> None:
    if not 0 <= index < len(made.items):
        raise out_of_range("index", OUTSIDE)
    del made.items[index]


def _remove_range(made: NetList, index: int, count: int) -> None:
    if index < 0 or count < 0 or index + count > len(made.items):
        raise out_of_range("count")
    del made.items[index : index + count]


def _remove_all(rt: Runtime, made: NetList, test: Lambda) -> int:
    kept = [one for one in rt.gather(made) if not rt.call(test, one)]
    gone = len(made.items) - len(kept)
    made.items[:] = kept
    return gone


def _get_range(rt: Runtime, made: NetList, index: int, count: int) -> NetList:
    if index < 0 or count < 0 or index + count > len(made.items):
        raise out_of_range("count")
    rt.spend(count)
    return NetList(made.element, made.items[index : index + count])


def for_each(rt: Runtime, made: Any, action: Lambda) -> None:
    """Call a function for each."""
    for one in rt.each(made):
        rt.call(action, one)


def find(rt: Runtime, made: Any, test: Lambda) -> Any:
    """Return the first that passes a test."""
    found = next((one for one in rt.each(made) if rt.call(test, one)), None)
    return default_of(rt.types, made.element) if found is None else found


def _find_all(rt: Runtime, made: NetList, test: Lambda) -> NetList:
    return NetList(made.element, [one for one in rt.each(made) if rt.call(test, one)])


def find_index(rt: Runtime, made: Any, test: Lambda) -> int:
    """Return where the first that passes a test is; -1 where none does."""
    return next((at for at, one in enumerate(rt.each(made)) if rt.call(test, one)), -1)


def sort(rt: Runtime, made: Any, how: Any = None) -> None:
    """Sort in place."""
    items = rt.gather(made)
    if isinstance(how, Lambda):
        made.items[:] = Order.by_function(rt, items, how)
    else:
        made.items[:] = sort_items(rt, items, None, how)


def reverse(rt: Runtime, made: Any) -> None:
    """Turn around in place."""
    rt.step(len(made) >> 4)
    if isinstance(made, bytearray):
        made.reverse()
    else:
        made.items.reverse()


def to_array(rt: Runtime, made: Any) -> Any:
    """Return an array of the same items."""
    return array_of(rt, made.element, rt.gather(made))


INTERFACES = (
    family("System.Collections.Generic.ICollection", {}, bases=("IEnumerable",)),
    family("System.Collections.Generic.IReadOnlyCollection", {}, bases=("IEnumerable",)),
    family("System.Collections.Generic.IList", {}, bases=("ICollection", "IReadOnlyCollection")),
    family("System.Collections.Generic.IReadOnlyList", {}, bases=("IReadOnlyCollection",)),
    family("System.Collections.Generic.ISet", {}, bases=("ICollection",)),
)
LIST = family(
    "System.Collections.Generic.List",
    {
        "new<T>()": _new_list,
        "new<T>(int capacity)": _new_sized,
        "new<T>(IEnumerable collection)": _new_list,
        "int Count": len,
        "int Capacity": len,
        "this[int index]": _at,
        "set void this[int index, T value]": _set_at,
        "void Add(T item)": add,
        "void AddRange(IEnumerable collection)": _add_all,
        "void Insert(int index, T item)": _insert,
        "bool Remove(T item)": _remove,
        "void RemoveAt(int index)": _remove_at,
        "void RemoveRange(int index, int count)": _remove_range,
        "int RemoveAll(Predicate match)": _remove_all,
        "void Clear()": lambda made: made.items.clear(),
        "int IndexOf(T item)": position,
        "List GetRange(int index, int count)": _get_range,
        "void ForEach(Action action)": for_each,
        "T Find(Predicate match)": find,
        "List FindAll(Predicate match)": _find_all,
        "int FindIndex(Predicate match)": find_index,
        "bool Exists(Predicate match)": lambda rt, made, test: find_index(rt, made, test) >= 0,
        "bool TrueForAll(Predicate match)": lambda rt, made, test: all(rt.call(test, one) for one in rt.each(made)),
        "void Sort(Comparison comparison)": sort,
        "void Sort(IComparer comparer=)": sort,
        "void Reverse()": reverse,
        "T[] ToArray()": to_array,
    },
    classes=(NetList, ReadOnly),
    bases=("IList", "IReadOnlyList"),
)


FAMILIES = (*INTERFACES, LIST)
