"""Linq: what ends a sequence in a value: counting, finding, adding up, collections, groups."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import operators
from provision.emulator.gateway.expressions.arrays import array_of, common
from provision.emulator.gateway.expressions.collected import NetArray, NetList, NetSet, identity
from provision.emulator.gateway.expressions.conversions import default_of, number
from provision.emulator.gateway.expressions.dotnet.groups import group_by, group_join, join, to_dictionary
from provision.emulator.gateway.expressions.dotnet.linq import fold_of, truth
from provision.emulator.gateway.expressions.dotnet.ordering import sort_key
from provision.emulator.gateway.expressions.errors import Refused, invalid_operation, out_of_range
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import NUMBERS, Byte, Char, Lambda, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

NOTHING = object()
EMPTY, NO_MATCH = "Sequence contains no elements", "Sequence contains no matching element"
MANY, MANY_MATCH = "Sequence contains more than one element", "Sequence contains more than one matching element"


def _matching(rt: Runtime, source: Any, test: Lambda | None) -> Iterator[Any]:
    return (one for one in rt.each(source) if test is None or truth(rt.call(test, one)))


def element_of(source: Any) -> TypeRef | None:
    """Return the type of an enumerable's items where it is kept."""
    return getattr(source, "element", None)


def _nothing(rt: Runtime, source: Any, found: Any) -> Any:
    if found is not NOTHING:
        return found
    if isinstance(source, str):
        return Char("\0")
    if isinstance(source, bytearray):
        return Byte(0)
    kind = element_of(source)
    return None if kind is None else default_of(rt.types, kind)


def _needed(found: Any, test: Lambda | None) -> Any:
    if found is NOTHING:
        raise invalid_operation(EMPTY if test is None else NO_MATCH)
    return found


def _first(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _needed(next(_matching(rt, source, test), NOTHING), test)


def _first_or_default(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _nothing(rt, source, next(_matching(rt, source, test), NOTHING))


def _find_last(rt: Runtime, source: Any, test: Lambda | None) -> Any:
    found = NOTHING
    for one in _matching(rt, source, test):
        found = one
    return found


def _last(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _needed(_find_last(rt, source, test), test)


def _last_or_default(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _nothing(rt, source, _find_last(rt, source, test))


def _find_single(rt: Runtime, source: Any, test: Lambda | None) -> Any:
    found = NOTHING
    for one in _matching(rt, source, test):
        if found is not NOTHING:
            raise invalid_operation(MANY if test is None else MANY_MATCH)
        found = one
    return found


def _single(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _needed(_find_single(rt, source, test), test)


def _single_or_default(rt: Runtime, source: Any, test: Lambda | None = None) -> Any:
    return _nothing(rt, source, _find_single(rt, source, test))


def _at(rt: Runtime, source: Any, index: int) -> Any:
    for at, one in enumerate(rt.each(source)):
        if at == index:
            return one
    raise out_of_range("index")


def _at_or_default(rt: Runtime, source: Any, index: int) -> Any:
    return next((one for at, one in enumerate(rt.each(source)) if at == index), None)


def _any(rt: Runtime, source: Any, test: Lambda | None = None) -> bool:
    return next(_matching(rt, source, test), NOTHING) is not NOTHING


def _all(rt: Runtime, source: Any, test: Lambda) -> bool:
    return all(truth(rt.call(test, one)) for one in rt.each(source))


def _count(rt: Runtime, source: Any, test: Lambda | None = None) -> int:
    return sum(1 for _ in _matching(rt, source, test))


def _contains(rt: Runtime, source: Any, value: Any, comparer: Any = None) -> bool:
    fold = fold_of(comparer)
    if isinstance(source, bytearray):
        value = Byte(value)
    wanted = fold(value)
    return any(fold(one) == wanted for one in rt.each(source))


def _numbers(rt: Runtime, source: Any, function: Lambda | None) -> list[Any]:
    found = []
    for one in rt.each(source):
        value = plain(one if function is None else rt.call(function, one))
        if value is not None and type(value) not in NUMBERS:
            raise Refused("Only numbers can be added up")
        if value is not None:
            found.append(value)
    return found


def _sum(rt: Runtime, source: Any, function: Lambda | None = None) -> Any:
    values = _numbers(rt, source, function)
    if not values:
        kind = element_of(source)
        zero = default_of(rt.types, kind) if kind is not None and function is None else None
        return zero if type(zero) in NUMBERS else 0
    return _added(rt, values)


def _added(rt: Runtime, values: list[Any]) -> Any:
    total = values[0]
    for one in values[1:]:
        total = operators.arithmetic(rt, "+", total, one, checked=True)
    return total


def _average(rt: Runtime, source: Any, function: Lambda | None = None) -> Any:
    values = _numbers(rt, source, function)
    if not values:
        raise invalid_operation(EMPTY)
    if type(values[0]) is Decimal:
        return operators.arithmetic(rt, "/", _added(rt, values), number(len(values), Decimal))
    return float(sum(values)) / len(values)


def _extreme(rt: Runtime, source: Any, function: Lambda | None, *, largest: bool) -> Any:
    values = [plain(one if function is None else rt.call(function, one)) for one in rt.each(source)]
    known = [one for one in values if one is not None]
    if not known:
        if values:
            return None
        raise invalid_operation(EMPTY)
    return _best(known, [sort_key(one, None) for one in known], largest=largest)


def _best(values: list[Any], keys: list[Any], *, largest: bool) -> Any:
    try:
        at = (max if largest else min)(range(len(keys)), key=keys.__getitem__)
    except TypeError:
        raise invalid_operation("Failed to compare two elements in the array.") from None
    return values[at]


def _extreme_by(rt: Runtime, source: Any, function: Lambda, *, largest: bool) -> Any:
    items = rt.gather(source)
    if not items:
        raise invalid_operation(EMPTY)
    return _best(items, [sort_key(rt.call(function, one), None) for one in items], largest=largest)


def _aggregate(rt: Runtime, source: Any, function: Lambda) -> Any:
    items = rt.each(source)
    total = _needed(next(items, NOTHING), None)
    for one in items:
        total = rt.call(function, total, one)
    return total


def _aggregate_from(rt: Runtime, source: Any, seed: Any, function: Lambda, result: Lambda | None = None) -> Any:
    total = seed
    for one in rt.each(source):
        total = rt.call(function, total, one)
    return total if result is None else rt.call(result, total)


def _sequence_equal(rt: Runtime, source: Any, other: Any) -> bool:
    first, second = rt.gather(source), rt.gather(other)
    return len(first) == len(second) and all(map(lambda a, b: identity(a) == identity(b), first, second))


def _kind(rt: Runtime, source: Any, items: list[Any]) -> TypeRef:
    return element_of(source) or (
        TypeRef("Char")
        if isinstance(source, str)
        else TypeRef("Byte")
        if isinstance(source, bytearray)
        else common(rt, items)
    )


def _to_list(rt: Runtime, source: Any) -> NetList:
    items = rt.gather(source)
    kind = _kind(rt, source, items)
    return NetList(kind if items or element_of(source) else TypeRef("T"), items)


def _to_array(rt: Runtime, source: Any) -> Any:
    items = rt.gather(source)
    return array_of(rt, _kind(rt, source, items), items) if items else NetArray(element_of(source) or TypeRef("T"))


def _to_set(rt: Runtime, source: Any, comparer: Any = None) -> NetSet:
    items = rt.gather(source)
    made = NetSet(_kind(rt, source, items), fold_of(comparer))
    for one in items:
        made.add(one)
    return made


def _extremes(*, largest: bool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return (
        lambda rt, source, function=None: _extreme(rt, source, function, largest=largest),
        lambda rt, source, function: _extreme_by(rt, source, function, largest=largest),
    )


_MIN, _MIN_BY = _extremes(largest=False)
_MAX, _MAX_BY = _extremes(largest=True)
RESULTS = family(
    "System.Collections.Generic.IEnumerable",
    {
        "T First(Func predicate=)": _first,
        "T FirstOrDefault(Func predicate=)": _first_or_default,
        "T Last(Func predicate=)": _last,
        "T LastOrDefault(Func predicate=)": _last_or_default,
        "T Single(Func predicate=)": _single,
        "T SingleOrDefault(Func predicate=)": _single_or_default,
        "T ElementAt(int index)": _at,
        "T ElementAtOrDefault(int index)": _at_or_default,
        "bool Any(Func predicate=)": _any,
        "bool All(Func predicate)": _all,
        "int Count(Func predicate=)": _count,
        "long LongCount(Func predicate=)": _count,
        "bool Contains(T value, IEqualityComparer comparer=)": _contains,
        "T Sum(Func selector=)": _sum,
        "T Average(Func selector=)": _average,
        "T Min(Func selector=)": _MIN,
        "T Max(Func selector=)": _MAX,
        "T MinBy(Func keySelector)": _MIN_BY,
        "T MaxBy(Func keySelector)": _MAX_BY,
        "T Aggregate(Func func)": _aggregate,
        "T Aggregate(T seed, Func func, Func resultSelector=)": _aggregate_from,
        "bool SequenceEqual(IEnumerable second)": _sequence_equal,
        "List ToList()": _to_list,
        "T[] ToArray()": _to_array,
        "HashSet ToHashSet(IEqualityComparer comparer=)": _to_set,
        "Dictionary ToDictionary()": to_dictionary,
        "Dictionary ToDictionary(Func keySelector, IEqualityComparer comparer=)": to_dictionary,
        "Dictionary ToDictionary(Func keySelector, Func elementSelector, IEqualityComparer comparer=)": to_dictionary,
        "IEnumerable GroupBy(Func keySelector, Func elementSelector=)": group_by,
        "IEnumerable GroupBy(Func keySelector, IEqualityComparer comparer)": group_by,
        "IEnumerable GroupBy(Func keySelector, Func elementSelector, Func resultSelector)": group_by,
        "ILookup ToLookup(Func keySelector, Func elementSelector=)": group_by,
        "IEnumerable Join(IEnumerable inner, Func outerKey, Func innerKey, Func resultSelector)": join,
        "IEnumerable GroupJoin(IEnumerable inner, Func outerKey, Func innerKey, Func resultSelector)": group_join,
    },
    classes=(Seq,),
    bases=("Sequences", "Extensions", "NodeExtensions"),
)
FAMILIES = (RESULTS,)
