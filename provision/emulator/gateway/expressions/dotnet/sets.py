"""Sets, queues, stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import (
    NetSet,
    Queue,
    Stack,
    identity,
)
from provision.emulator.gateway.expressions.dotnet.lists import add, element, to_array, typed
from provision.emulator.gateway.expressions.errors import (
    invalid_operation,
)
from provision.emulator.gateway.expressions.signatures import family

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime
    from provision.emulator.gateway.expressions.values import TypeRef

NO_ITEM = object()


def _new_set(rt: Runtime, values: Any = None, comparer: Any = None, *, types: tuple[TypeRef, ...] = ()) -> NetSet:
    made = NetSet(element(types), comparer.key if comparer is not None else identity)
    for value in rt.each(values) if values is not None else ():
        made.add(value)
    return made


def _new_queue(rt: Runtime, values: Any = None, *, types: tuple[TypeRef, ...] = ()) -> Queue:
    return Queue(element(types), [] if values is None else rt.gather(values))


def _new_stack(rt: Runtime, values: Any = None, *, types: tuple[TypeRef, ...] = ()) -> Stack:
    return Stack(element(types), [] if values is None else rt.gather(values))


def _set_all(change: Callable[[NetSet, list[Any]], None]) -> Callable[..., None]:
    return lambda rt, made, values: change(made, rt.gather(values))


def _intersect(made: NetSet, values: list[Any]) -> None:
    kept = {made.fold(one) for one in values}
    made.found = {key: value for key, value in made.found.items() if key in kept}


def _except(made: NetSet, values: list[Any]) -> None:
    for one in values:
        made.found.pop(made.fold(one), None)


def _union(made: NetSet, values: list[Any]) -> None:
    for one in values:
        made.add(one)


def _set_add(rt: Runtime, made: NetSet, value: Any) -> bool:
    rt.hold(1)
    return made.add(typed(rt, made, value))


def _keys(rt: Runtime, made: NetSet, values: Any) -> set[Any]:
    return {made.fold(one) for one in rt.each(values)}


SET = family(
    "System.Collections.Generic.HashSet",
    {
        "new<T>()": _new_set,
        "new<T>(IEqualityComparer comparer)": lambda rt, comparer, types: _new_set(rt, None, comparer, types=types),
        "new<T>(IEnumerable collection, IEqualityComparer comparer=)": _new_set,
        "int Count": len,
        "bool Add(T item)": _set_add,
        "bool Contains(T item)": lambda made, value: made.fold(value) in made.found,
        "bool Remove(T item)": lambda made, value: made.found.pop(made.fold(value), NO_ITEM) is not NO_ITEM,
        "void Clear()": lambda made: made.found.clear(),
        "void UnionWith(IEnumerable other)": _set_all(_union),
        "void IntersectWith(IEnumerable other)": _set_all(_intersect),
        "void ExceptWith(IEnumerable other)": _set_all(_except),
        "bool IsSubsetOf(IEnumerable other)": lambda rt, made, values: set(made.found) <= _keys(rt, made, values),
        "bool IsSupersetOf(IEnumerable other)": lambda rt, made, values: set(made.found) >= _keys(rt, made, values),
        "bool Overlaps(IEnumerable other)": lambda rt, made, values: bool(set(made.found) & _keys(rt, made, values)),
        "bool SetEquals(IEnumerable other)": lambda rt, made, values: set(made.found) == _keys(rt, made, values),
    },
    classes=(NetSet,),
    bases=("ISet", "IReadOnlyCollection"),
)


def _taken(at: int, name: str) -> Callable[[Any], Any]:
    def take(made: Any) -> Any:
        if not made.items:
            raise invalid_operation(f"{name} empty.")
        return made.items.pop(at)

    return take


def _peeked(at: int, name: str) -> Callable[[Any], Any]:
    def peek(made: Any) -> Any:
        if not made.items:
            raise invalid_operation(f"{name} empty.")
        return made.items[at]

    return peek


QUEUE = family(
    "System.Collections.Generic.Queue",
    {
        "new<T>()": _new_queue,
        "new<T>(IEnumerable collection)": _new_queue,
        "int Count": len,
        "void Enqueue(T item)": add,
        "T Dequeue()": _taken(0, "Queue"),
        "T Peek()": _peeked(0, "Queue"),
        "void Clear()": lambda made: made.items.clear(),
        "T[] ToArray()": to_array,
    },
    classes=(Queue,),
    bases=("IReadOnlyCollection",),
)


STACK = family(
    "System.Collections.Generic.Stack",
    {
        "new<T>()": _new_stack,
        "new<T>(IEnumerable collection)": _new_stack,
        "int Count": len,
        "void Push(T item)": add,
        "T Pop()": _taken(-1, "Stack"),
        "T Peek()": _peeked(-1, "Stack"),
        "void Clear()": lambda made: made.items.clear(),
        "T[] ToArray()": to_array,
    },
    classes=(Stack,),
    bases=("IReadOnlyCollection",),
)
FAMILIES = (SET, QUEUE, STACK)
