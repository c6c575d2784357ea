"""Dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetDict, NetList, Pair, identity, missing_key
from provision.emulator.gateway.expressions.conversions import assigned, default_of
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import OBJECT, Boxed, Ref, TypeRef, plain

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


def _new(rt: Runtime, source: Any = None, comparer: Any = None, *, types: tuple[TypeRef, ...] = ()) -> NetDict:
    key, value = types or (OBJECT, OBJECT)
    made = NetDict(key, value, comparer.key if comparer is not None else identity)
    for pair in rt.each(source) if source is not None else ():
        made.add(pair.key, pair.value)
    return made


def _new_compared(rt: Runtime, comparer: Any, types: tuple[TypeRef, ...]) -> NetDict:
    return _new(rt, None, comparer, types=types)


def _new_sized(rt: Runtime, _: int, comparer: Any = None, *, types: tuple[TypeRef, ...]) -> NetDict:
    return _new(rt, None, comparer, types=types)


def _value(rt: Runtime, made: NetDict, value: Any) -> Any:
    rt.hold(1)
    return plain(assigned(rt.types, value, made.element))


def _key(rt: Runtime, made: NetDict, key: Any) -> Any:
    return plain(assigned(rt.types, key, made.key)) if key is not None else None


def _read(made: NetDict, value: Any) -> Any:
    return Boxed(value) if made.element.name == "Object" else value


def _get(rt: Runtime, made: NetDict, key: Any) -> Any:
    key = _key(rt, made, key)
    if not made.has(key):
        raise missing_key(key)
    return _read(made, made.get(key))


def _set(rt: Runtime, made: NetDict, key: Any, value: Any) -> None:
    made.set(_key(rt, made, key), _value(rt, made, value))


def _add(rt: Runtime, made: NetDict, key: Any, value: Any) -> None:
    made.add(_key(rt, made, key), _value(rt, made, value))


def _add_pair(rt: Runtime, made: NetDict, pair: Pair) -> None:
    _add(rt, made, pair.key, pair.value)


def _try_add(rt: Runtime, made: NetDict, key: Any, value: Any) -> bool:
    new = not made.has(_key(rt, made, key))
    if new:
        _add(rt, made, key, value)
    return new


def _try_get(rt: Runtime, made: NetDict, key: Any, result: Ref) -> bool:
    key = _key(rt, made, key)
    found = made.has(key)
    result.store(_read(made, made.get(key)) if found else default_of(rt.types, made.element))
    return found


def _or_default(rt: Runtime, made: NetDict, key: Any, default: Any = None) -> Any:
    key = _key(rt, made, key)
    if made.has(key):
        return _read(made, made.get(key))
    return default_of(rt.types, made.element) if default is None else default


def _has_value(rt: Runtime, made: NetDict, value: Any) -> bool:
    return any(identity(one.value) == identity(value) for one in rt.each(made))


def _keys(rt: Runtime, made: NetDict) -> NetList:
    rt.spend(len(made))
    return NetList(made.key, [key for key, _ in made.found.values()])


def _values(rt: Runtime, made: NetDict) -> NetList:
    rt.spend(len(made))
    return NetList(made.element, [value for _, value in made.found.values()])


DICTIONARY = family(
    "System.Collections.Generic.Dictionary",
    {
        "new<TKey, TValue>()": _new,
        "new<TKey, TValue>(int capacity, IEqualityComparer comparer=)": _new_sized,
        "new<TKey, TValue>(IEqualityComparer comparer)": _new_compared,
        "new<TKey, TValue>(IEnumerable dictionary, IEqualityComparer comparer=)": _new,
        "int Count": len,
        "this[TKey key]": _get,
        "set void this[TKey key, TValue value]": _set,
        "void Add(TKey key, TValue value)": _add,
        "void Add(KeyValuePair item)": _add_pair,
        "bool TryAdd(TKey key, TValue value)": _try_add,
        "bool ContainsKey(TKey key)": lambda rt, made, key: made.has(_key(rt, made, key)),
        "bool ContainsValue(TValue value)": _has_value,
        "bool TryGetValue(TKey key, out TValue value)": _try_get,
        "TValue GetValueOrDefault(TKey key, TValue defaultValue=)": _or_default,
        "bool Remove(TKey key)": lambda rt, made, key: made.remove(_key(rt, made, key)),
        "void Clear()": lambda made: made.found.clear(),
        "ICollection Keys": _keys,
        "ICollection Values": _values,
    },
    classes=(NetDict,),
    bases=("IDictionary", "IReadOnlyDictionary"),
)
FAMILIES = (
    family("System.Collections.Generic.IDictionary", {}, bases=("ICollection",)),
    family("System.Collections.Generic.IReadOnlyDictionary", {}, bases=("IReadOnlyCollection",)),
    DICTIONARY,
)
