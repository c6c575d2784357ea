"""What every value has, and the small types: bool, enumerations, tuples, pairs, exceptions, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import Anonymous, NetTuple, Pair, identity
from provision.emulator.gateway.expressions.conversions import enum_value
from provision.emulator.gateway.expressions.errors import (
    Refused,
    Thrown,
    bad_argument,
    bad_format,
    invalid_operation,
    null_argument,
)
from provision.emulator.gateway.expressions.formatting import enum_text, text_of
from provision.emulator.gateway.expressions.signatures import Family, family
from provision.emulator.gateway.expressions.values import Boxed, EnumValue, Lambda, Net, Ref, TypeRef, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

# Each exception and what it inherits.
EXCEPTIONS = (
    ("System.SystemException", "Exception"),
    ("System.ApplicationException", "Exception"),
    ("System.ArgumentException", "SystemException"),
    ("System.ArgumentNullException", "ArgumentException"),
    ("System.ArgumentOutOfRangeException", "ArgumentException"),
    ("System.ArithmeticException", "SystemException"),
    ("System.DivideByZeroException", "ArithmeticException"),
    ("System.OverflowException", "ArithmeticException"),
    ("System.FormatException", "SystemException"),
    ("System.UriFormatException", "FormatException"),
    ("System.IndexOutOfRangeException", "SystemException"),
    ("System.InvalidCastException", "SystemException"),
    ("System.InvalidOperationException", "SystemException"),
    ("System.NotImplementedException", "SystemException"),
    ("System.NotSupportedException", "SystemException"),
    ("System.NullReferenceException", "SystemException"),
    ("System.TimeZoneNotFoundException", "Exception"),
    ("System.UnauthorizedAccessException", "SystemException"),
    ("System.Collections.Generic.KeyNotFoundException", "SystemException"),
    ("System.Runtime.CompilerServices.SwitchExpressionException", "InvalidOperationException"),
    ("System.Security.Cryptography.CryptographicException", "SystemException"),
    ("System.Text.RegularExpressions.RegexParseException", "ArgumentException"),
    ("System.Xml.XmlException", "SystemException"),
    ("Newtonsoft.Json.JsonException", "Exception"),
    ("Newtonsoft.Json.JsonReaderException", "JsonException"),
    ("Newtonsoft.Json.JsonSerializationException", "JsonException"),
)


def _type(rt: Runtime, value: Any) -> TypeRef:
    return value.type if isinstance(value, Net) else TypeRef(rt.types.of(value).name)


def _parse_enum(rt: Runtime, kind: TypeRef, text: str, ignore: bool = False) -> EnumValue:
    found = _named(rt, kind.name, text, ignore=ignore)
    if found is None:
        raise bad_argument(f"Requested value '{text}' was not found.")
    return found


def _named(rt: Runtime, enum: str, text: str, *, ignore: bool) -> EnumValue | None:
    if text is None:
        raise null_argument("value")
    if text.strip().lstrip("-").isdecimal():
        return enum_value(rt.types, enum, int(text[:10]))
    for name in rt.types.by_name[enum].members:
        if name == text.strip() or (ignore and name.lower() == text.strip().lower()):
            found = rt.types.by_name[enum].members[name][0].function()
            return found if isinstance(found, EnumValue) else None
    return None


def _try_parse_enum(rt: Runtime, text: str, result: Ref, types: tuple[TypeRef, ...]) -> bool:
    return _try_parse_enum_case(rt, text, False, result, types)


def _try_parse_enum_case(rt: Runtime, text: str, ignore: bool, result: Ref, types: tuple[TypeRef, ...]) -> bool:
    found = _named(rt, types[0].name, text or "", ignore=ignore)
    result.store(found or enum_value(rt.types, types[0].name, 0))
    return found is not None


def _bool(text: str) -> bool:
    found = {"true": True, "false": False}.get((text or "").strip().lower())
    if found is None:
        raise bad_format(f"String '{text}' was not recognized as a valid Boolean.")
    return found


def _try_bool(text: str | None, result: Ref) -> bool:
    found = {"true": True, "false": False}.get((text or "").strip().lower())
    result.store(bool(found))
    return found is not None


def _full_name(rt: Runtime, value: TypeRef) -> str:
    return rt.types.full(value)


def _short_name(value: TypeRef) -> str:
    return f"{value.name}`{len(value.args)}" if value.args and value.name != "[]" else str(value)


def _value_of(value: Any) -> Any:
    return value


def _compared(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _item(at: int) -> Any:
    def read(value: NetTuple) -> Any:
        if at >= len(value.items):
            raise Refused(f"The tuple has no Item{at + 1}")
        return value.items[at]

    return read


def _no_value(_: Any) -> Any:
    raise invalid_operation("Nullable object must have a value.")


def _inner(error: Thrown) -> Any:
    return error.inner


def _called(rt: Runtime, function: Lambda, *args: Any) -> Any:
    return rt.call(function, *args)


def _exception_of(name: str, full: str) -> Callable[..., Thrown]:
    def make(message: str | None = None, inner: Thrown | None = None) -> Thrown:
        return Thrown(name, f"Exception of type '{full}' was thrown." if message is None else message, inner)

    return make


def _exception(full: str, base: str) -> Family:
    table = {"new(string message=, Exception inner=)": _exception_of(full.rpartition(".")[2], full)}
    return family(full, table, bases=(base,))


OBJECT = family(
    "System.Object",
    {
        "string ToString()": text_of,
        "bool Equals(object other)": lambda value, other: bool(identity(value) == identity(other)),
        "int GetHashCode()": lambda value: hash(identity(value)) & 0x7FFFFFFF,
        "Type GetType()": _type,
        "static bool Equals(object a, object b)": lambda a, b: bool(identity(a) == identity(b)),
        "static bool ReferenceEquals(object a, object b)": lambda a, b: a is b,
        "new()": lambda: Boxed(Net()),
    },
    classes=(Net,),
)
VALUES = family(
    "System.ValueType",
    {
        "bool HasValue": lambda _: True,
        "T Value": _value_of,
        "T GetValueOrDefault(T other=)": lambda value, _=None: value,
    },
)
BOOLEAN = family(
    "System.Boolean",
    {
        "string ToString()": to_text,
        "int CompareTo(bool other)": _compared,
        "static bool Parse(string text)": _bool,
        "static bool TryParse(string text, out bool result)": _try_bool,
        "static string TrueString": lambda: "True",
        "static string FalseString": lambda: "False",
    },
    classes=(bool,),
    bases=("ValueType",),
    value=True,
    zero=False,
)
ENUM = family(
    "System.Enum",
    {
        "string ToString(string format)": enum_text,
        "bool HasFlag(T flag)": lambda value, flag: value.number & flag.number == flag.number,
        "static object Parse(Type type, string text, bool ignoreCase=)": _parse_enum,
        "static bool TryParse<T>(string text, out T result)": _try_parse_enum,
        "static bool TryParse<T>(string text, bool ignoreCase, out T result)": _try_parse_enum_case,
    },
    bases=("ValueType",),
)
TUPLE = family(
    "System.Tuple",
    {
        **{f"T Item{at + 1}": _item(at) for at in range(7)},
        "new<T>(params T[] items)": lambda *items, types: NetTuple(items, value=False),  # noqa: ARG005
        "static Tuple Create(params T[] items)": lambda *items: NetTuple(items, value=False),
    },
)
VALUE_TUPLE = family("System.ValueTuple", {}, classes=(NetTuple,), bases=("Tuple",))
PAIR = family(
    "System.Collections.Generic.KeyValuePair",
    {
        "T Key": lambda pair: pair.key,
        "T Value": lambda pair: pair.value,
        "new<T>(T key, T value)": lambda key, value, types: Pair(key, value),  # noqa: ARG005
    },
    classes=(Pair,),
)
TYPE = family(
    "System.Type",
    {"string Name": _short_name, "string FullName": _full_name, "string ToString()": _full_name},
    classes=(TypeRef,),
)
EXCEPTION = family(
    "System.Exception",
    {
        "string Message": lambda error: error.message,
        "Exception InnerException": _inner,
        "Exception GetBaseException()": lambda error: error.inner or error,
        "string StackTrace": lambda _: "",
        "string Source": lambda _: "",
        "Type GetType()": lambda error: TypeRef(error.name),
        "string ToString()": lambda rt, error: f"{rt.types.full(TypeRef(error.name))}: {error.message}",
        "new(string message=, Exception inner=)": _exception_of("Exception", "System.Exception"),
    },
    classes=(Thrown,),
)
FUNCTION = family("System.Func", {"T Invoke(params T[] args)": _called}, classes=(Lambda,))
NULLABLE = family("System.Nullable", {}, bases=("ValueType",))
ANONYMOUS = family("AnonymousType", {}, classes=(Anonymous,))
FAMILIES = (
    OBJECT, VALUES, BOOLEAN, ENUM, TUPLE, VALUE_TUPLE, PAIR, TYPE, EXCEPTION, FUNCTION, NULLABLE, ANONYMOUS,
    *(_exception(full, base) for full, base in EXCEPTIONS),
)  # fmt: skip
