"""Arrays, and byte[] among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.arrays import array_of, common
from provision.emulator.gateway.expressions.collected import (
    NetArray,
)
from provision.emulator.gateway.expressions.dotnet.lists import (
    find,
    find_index,
    for_each,
    position,
    read_as,
    reverse,
    sort,
    typed,
)
from provision.emulator.gateway.expressions.errors import (
    Thrown,
    index_out_of_range,
    null_argument,
)
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Byte, Lambda

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


def _array_at(made: NetArray, index: int) -> Any:
    if not 0 <= index < len(made.items):
        raise index_out_of_range()
    return read_as(made, made.items[index])


def _array_set(rt: Runtime, made: NetArray, index: int, value: Any) -> None:
    if not 0 <= index < len(made.items):
        raise index_out_of_range()
    made.items[index] = typed(rt, made, value)


def _index_of(rt: Runtime, made: Any, value: Any) -> int:
    return position(rt, _array(made), Byte(value) if isinstance(made, bytearray) else value)


def _array(made: Any) -> Any:
    if made is None:
        raise null_argument("array")
    return made


def _copy(rt: Runtime, source: Any, target: Any, length: int) -> None:
    _copy_at(rt, source, 0, target, 0, length)


def _copy_at(rt: Runtime, source: Any, start: int, target: Any, at: int, length: int) -> None:
    if min(start, at, length) < 0 or start + length > len(source) or at + length > len(target):
        raise Thrown("ArgumentException", "Source array was not long enough. Check the source index, length, and the "
                     "array's lower bounds. (Parameter 'sourceArray')")  # fmt: skip
    rt.spend(length)
    from_items = source if isinstance(source, bytearray) else source.items
    into = target if isinstance(target, bytearray) else target.items
    into[at : at + length] = from_items[start : start + length]


def _converted(rt: Runtime, made: Any, function: Lambda) -> Any:
    items = [rt.call(function, one) for one in rt.each(_array(made))]
    return array_of(rt, common(rt, items), items)


ARRAY = family(
    "System.Array",
    {
        "int Length": len,
        "long LongLength": len,
        "int Count": len,
        "int Rank": lambda _: 1,
        "this[int index]": _array_at,
        "set void this[int index, T value]": _array_set,
        "T GetValue(int index)": _array_at,
        "void SetValue(T value, int index)": lambda rt, made, value, index: _array_set(rt, made, index, value),
        "int GetLength(int dimension)": lambda made, _: len(made),
        "object Clone()": lambda made: NetArray(made.element, list(made.items)),
        "void CopyTo(T array, int index)": lambda rt, made, target, at: _copy_at(rt, made, 0, target, at, len(made)),
        "static T[] Empty<T>()": lambda rt, types: array_of(rt, types[0], []),
        "static int IndexOf(T array, T value)": _index_of,
        "static bool Exists(T array, Predicate match)": lambda rt, made, test: find_index(rt, _array(made), test) >= 0,
        "static T Find(T array, Predicate match)": lambda rt, made, test: find(rt, _array(made), test),
        "static int FindIndex(T array, Predicate match)": lambda rt, made, test: find_index(rt, _array(made), test),
        "static T[] FindAll(T[] array, Predicate match)": (
            lambda rt, made, test: NetArray(made.element, [one for one in rt.each(made) if rt.call(test, one)])
        ),
        "static T[] ConvertAll(T array, Converter converter)": _converted,
        "static void ForEach(T array, Action action)": lambda rt, made, action: for_each(rt, _array(made), action),
        "static void Reverse(T array)": lambda rt, made: reverse(rt, _array(made)),
        "static void Sort(T[] array)": sort,
        "static void Sort(T[] array, Comparison comparison)": sort,
        "static void Copy(T sourceArray, T destinationArray, int length)": _copy,
        "static void Copy(T source, int sourceIndex, T destination, int destinationIndex, int length)": _copy_at,
    },
    classes=(NetArray,),
    bases=("IList", "IReadOnlyList"),
)


def _byte_at(made: bytearray, index: int) -> Byte:
    if not 0 <= index < len(made):
        raise index_out_of_range()
    return Byte(made[index])


def _set_byte(made: bytearray, index: int, value: Byte) -> None:
    if not 0 <= index < len(made):
        raise index_out_of_range()
    made[index] = value


BYTES = family(
    "System.Byte[]",
    {
        "this[int index]": _byte_at,
        "set void this[int index, byte value]": _set_byte,
        "object Clone()": bytearray,
    },
    classes=(bytearray,),
    bases=("Array", "ByteExtensions"),
)


BLOCKS = family(
    "System.Buffer",
    {"static void BlockCopy(byte[] src, int srcOffset, byte[] dst, int dstOffset, int count)": _copy_at},
)
FAMILIES = (ARRAY, BYTES, BLOCKS)
