"""Linq: what every enumerable has. Sequences are made when they are gone through."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray, NetTuple, identity
from provision.emulator.gateway.expressions.conversions import cast, is_type, unboxed
from provision.emulator.gateway.expressions.dotnet.ordering import Order
from provision.emulator.gateway.expressions.errors import Refused, null_argument, out_of_range
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Lambda, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

WITH_INDEX = 2


def lazily(make: Callable[..., Iterator[Any]]) -> Callable[..., Seq]:
    """Make a sequence of a generator."""

    def build(rt: Runtime, *args: Any) -> Seq:
        if args and args[0] is None:
            raise null_argument("source")
        return Seq(lambda: make(rt, *args))

    return build


def truth(value: Any) -> bool:
    """Return what a test says; raises where it is no bool."""
    if value is True or value is False:
        return bool(value)
    raise Refused("The function must return a bool")


def _select(rt: Runtime, source: Any, function: Lambda) -> Iterator[Any]:
    if function.arity == WITH_INDEX:
        return (rt.call(function, one, at) for at, one in enumerate(rt.each(source)))
    return (rt.call(function, one) for one in rt.each(source))


def _where(rt: Runtime, source: Any, test: Lambda) -> Iterator[Any]:
    if test.arity == WITH_INDEX:
        return (one for at, one in enumerate(rt.each(source)) if truth(rt.call(test, one, at)))
    return (one for one in rt.each(source) if truth(rt.call(test, one)))


def _select_many(rt: Runtime, source: Any, function: Lambda, result: Lambda | None = None) -> Iterator[Any]:
    for one in rt.each(source):
        for inner in rt.each(rt.call(function, one)):
            yield inner if result is None else rt.call(result, one, inner)


def _concat(rt: Runtime, source: Any, other: Any) -> Iterator[Any]:
    yield from rt.each(source)
    yield from rt.each(other)


def _append(rt: Runtime, source: Any, value: Any) -> Iterator[Any]:
    yield from rt.each(source)
    yield value


def _prepend(rt: Runtime, source: Any, value: Any) -> Iterator[Any]:
    yield value
    yield from rt.each(source)


def _skip(rt: Runtime, source: Any, count: int) -> Iterator[Any]:
    return islice(rt.each(source), max(count, 0), None)


def _take(rt: Runtime, source: Any, count: int) -> Iterator[Any]:
    return islice(rt.each(source), max(count, 0))


def _skip_last(rt: Runtime, source: Any, count: int) -> Iterator[Any]:
    items = rt.gather(source)
    return iter(items[: max(len(items) - max(count, 0), 0)])


def _take_last(rt: Runtime, source: Any, count: int) -> Iterator[Any]:
    items = rt.gather(source)
    return iter(items[max(len(items) - max(count, 0), 0) :])


def _skip_while(rt: Runtime, source: Any, test: Lambda) -> Iterator[Any]:
    skipping = True
    for one in rt.each(source):
        skipping = skipping and truth(rt.call(test, one))
        if not skipping:
            yield one


def _take_while(rt: Runtime, source: Any, test: Lambda) -> Iterator[Any]:
    for one in rt.each(source):
        if not truth(rt.call(test, one)):
            return
        yield one


def fold_of(comparer: Any) -> Callable[[Any], Any]:
    """Return what makes values equal."""
    return identity if comparer is None else comparer.key


def _distinct(rt: Runtime, source: Any, comparer: Any = None) -> Iterator[Any]:
    fold, seen = fold_of(comparer), set()
    for one in rt.each(source):
        key = fold(one)
        if key not in seen:
            seen.add(key)
            yield one


def _distinct_by(rt: Runtime, source: Any, function: Lambda) -> Iterator[Any]:
    seen = set()
    for one in rt.each(source):
        key = identity(rt.call(function, one))
        if key not in seen:
            seen.add(key)
            yield one


def _union(rt: Runtime, source: Any, other: Any, comparer: Any = None) -> Iterator[Any]:
    return _distinct(rt, Seq(lambda: _concat(rt, source, other)), comparer)


def _except(rt: Runtime, source: Any, other: Any, comparer: Any = None) -> Iterator[Any]:
    fold = fold_of(comparer)
    gone = {fold(one) for one in rt.each(other)}
    return (one for one in _distinct(rt, source, comparer) if fold(one) not in gone)


def _intersect(rt: Runtime, source: Any, other: Any, comparer: Any = None) -> Iterator[Any]:
    fold = fold_of(comparer)
    kept = {fold(one) for one in rt.each(other)}
    return (one for one in _distinct(rt, source, comparer) if fold(one) in kept)


def _reverse(rt: Runtime, source: Any) -> Iterator[Any]:
    return iter(rt.gather(source)[::-1])


def _zip(rt: Runtime, source: Any, other: Any, function: Lambda | None = None) -> Iterator[Any]:
    pairs = zip(rt.each(source), rt.each(other), strict=False)
    return (NetTuple(pair) if function is None else rt.call(function, *pair) for pair in pairs)


def _or_default(rt: Runtime, source: Any, default: Any = None) -> Iterator[Any]:
    empty = True
    for one in rt.each(source):
        empty = False
        yield one
    if empty:
        yield default


def _of_type(rt: Runtime, source: Any, types: tuple[TypeRef, ...]) -> Seq:
    return Seq(lambda: (plain(one) for one in rt.each(source) if is_type(rt.types, one, types[0])))


def _cast(rt: Runtime, source: Any, types: tuple[TypeRef, ...]) -> Seq:
    return Seq(lambda: (plain(unboxed(rt.types, plain(one), types[0])) for one in rt.each(source)))


def _range(rt: Runtime, start: int, count: int) -> Seq:
    if count < 0:
        raise out_of_range("count")
    rt.step()
    return Seq(lambda: iter(range(start, start + count)))


def _repeat(rt: Runtime, value: Any, count: int) -> Seq:
    if count < 0:
        raise out_of_range("count")
    rt.step()
    return Seq(lambda: (value for _ in range(count)))


def _empty(types: tuple[TypeRef, ...]) -> NetArray:
    return NetArray(types[0])


def _chunk(rt: Runtime, source: Any, size: int) -> Iterator[Any]:
    if size < 1:
        raise out_of_range("size")
    items = rt.gather(source)
    return (NetTuple(tuple(items[at : at + size])) for at in range(0, len(items), size))


def _order(*, descending: bool) -> Callable[..., Order]:
    def build(rt: Runtime, source: Any, key: Lambda | None = None, comparer: Any = None) -> Order:
        if source is None:
            raise null_argument("source")
        return Order(rt, source, ((key, comparer, descending),))

    return build


def _then(*, descending: bool) -> Callable[..., Order]:
    def build(rt: Runtime, source: Order, key: Lambda, comparer: Any = None) -> Order:
        return Order(rt, source.source, (*source.keys, (key, comparer, descending)))

    return build


SEQUENCES = family(
    "System.Linq.Sequences",
    {
        "IEnumerable Select(Func selector)": lazily(_select),
        "IEnumerable Where(Func predicate)": lazily(_where),
        "IEnumerable SelectMany(Func selector, Func resultSelector=)": lazily(_select_many),
        "IEnumerable Concat(IEnumerable second)": lazily(_concat),
        "IEnumerable Append(T element)": lazily(_append),
        "IEnumerable Prepend(T element)": lazily(_prepend),
        "IEnumerable Skip(int count)": lazily(_skip),
        "IEnumerable Take(int count)": lazily(_take),
        "IEnumerable SkipLast(int count)": lazily(_skip_last),
        "IEnumerable TakeLast(int count)": lazily(_take_last),
        "IEnumerable SkipWhile(Func predicate)": lazily(_skip_while),
        "IEnumerable TakeWhile(Func predicate)": lazily(_take_while),
        "IEnumerable Distinct(IEqualityComparer comparer=)": lazily(_distinct),
        "IEnumerable DistinctBy(Func keySelector)": lazily(_distinct_by),
        "IEnumerable Union(IEnumerable second, IEqualityComparer comparer=)": lazily(_union),
        "IEnumerable Except(IEnumerable second, IEqualityComparer comparer=)": lazily(_except),
        "IEnumerable Intersect(IEnumerable second, IEqualityComparer comparer=)": lazily(_intersect),
        "IEnumerable Reverse()": lazily(_reverse),
        "IEnumerable Zip(IEnumerable second, Func resultSelector=)": lazily(_zip),
        "IEnumerable DefaultIfEmpty(T defaultValue=)": lazily(_or_default),
        "IEnumerable OfType<T>()": _of_type,
        "IEnumerable Cast<T>()": _cast,
        "IEnumerable AsEnumerable()": lambda source: source,
        "IOrderedEnumerable OrderBy(Func keySelector, IComparer comparer=)": _order(descending=False),
        "IOrderedEnumerable OrderByDescending(Func keySelector, IComparer comparer=)": _order(descending=True),
        "IOrderedEnumerable Order()": _order(descending=False),
        "IOrderedEnumerable OrderDescending()": _order(descending=True),
    },
)
ENUMERABLE = family(
    "System.Linq.Enumerable",
    {
        "static IEnumerable Range(int start, int count)": _range,
        "static IEnumerable Repeat(T element, int count)": _repeat,
        "static IEnumerable Repeat<T>(T element, int count)": lambda rt, value, count, types: _repeat(
            rt, plain(cast(rt.types, value, types[0])), count
        ),
        "static IEnumerable Empty<T>()": _empty,
    },
)
ORDERED = family(
    "System.Linq.IOrderedEnumerable",
    {
        "IOrderedEnumerable ThenBy(Func keySelector, IComparer comparer=)": _then(descending=False),
        "IOrderedEnumerable ThenByDescending(Func keySelector, IComparer comparer=)": _then(descending=True),
    },
    classes=(Order,),
    bases=("IEnumerable",),
)
FAMILIES = (
    SEQUENCES,
    ENUMERABLE,
    ORDERED,
    family("System.Collections.Generic.IEqualityComparer", {}),
    family("System.Collections.Generic.IComparer", {}),
)
