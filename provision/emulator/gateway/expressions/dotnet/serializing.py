"""Between tokens of JSON and other values: casts, ToObject, FromObject."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.arrays import array_of
from provision.emulator.gateway.expressions.collected import (
    Anonymous,
    NetArray,
    NetDict,
    NetList,
    NetSet,
    NetTuple,
    Pair,
)
from provision.emulator.gateway.expressions.conversions import PRIMITIVES, default_of, fits, number
from provision.emulator.gateway.expressions.dotnet.converting import from_base64
from provision.emulator.gateway.expressions.dotnet.dateparse import parse_date, parse_offset, parse_span
from provision.emulator.gateway.expressions.dotnet.numbers import NAMES, parse_real, parse_whole
from provision.emulator.gateway.expressions.errors import Exhausted, Refused, Thrown, bad_argument, bad_format, overflow
from provision.emulator.gateway.expressions.jsonwriting import MAX_DEPTH, iso
from provision.emulator.gateway.expressions.jtokens import JArray, JObject, JProperty, JToken, JValue, simple
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import NO
from provision.emulator.gateway.expressions.times import DateTime, Offset, TimeSpan
from provision.emulator.gateway.expressions.values import NUMBERS, WHOLE, Char, EnumValue, TypeRef, plain, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

PARSED: tuple[tuple[str, type, Callable[[str], Any]], ...] = (
    ("DateTime", DateTime, parse_date),
    ("DateTimeOffset", Offset, parse_offset),
    ("TimeSpan", TimeSpan, parse_span),
)


def cast_token(token: JToken, wanted: TypeRef) -> Any:
    """Do a cast of a token; NO where tokens have none to that type."""
    if wanted.name not in PRIMITIVES and wanted.name not in [name for name, _, _ in PARSED]:
        return NO
    if isinstance(token, JProperty):
        token = token.value
    if not isinstance(token, JValue):
        raise bad_argument(f"Can not convert {token.kind} to {wanted.name}.")
    if token.value is None:
        if wanted.nullable or wanted.name == "String":
            return None
        raise bad_argument(f"Can not convert Null to {wanted.name}.")
    return _converted(token.value, wanted, token.kind)


def _converted(value: Any, wanted: TypeRef, kind: str) -> Any:  # noqa: C901, PLR0911 - a line for each type
    if wanted.name == "String":
        return to_text(value)
    for name, cls, parse in PARSED:
        if wanted.name == name:
            return value if isinstance(value, cls) else _timed(value, name, parse, kind)
    target = PRIMITIVES[wanted.name]
    if target is bool:
        return _bool(value, kind)
    if target is Char:
        return Char(to_text(value)[:1] or "\0")
    if type(value) is str:
        return parse_whole(value, wanted.name) if target in WHOLE else parse_real(value, wanted.name)
    if type(value) is bool:
        return target(int(value))
    if type(value) not in NUMBERS:
        raise bad_argument(f"Can not convert {kind} to {wanted.name}.")
    if target in WHOLE:
        value = round(value) if isinstance(value, float | Decimal) else value
        if not fits(int(value), target):
            raise overflow(f"Value was either too large or too small for {NAMES[wanted.name]}.")
    return number(value, target)


def _timed(value: Any, name: str, parse: Callable[[str], Any], kind: str) -> Any:
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, DateTime) and name == "DateTimeOffset":
        return Offset(value.ticks, 0)
    if isinstance(value, Offset) and name == "DateTime":
        return DateTime(value.ticks)
    raise bad_argument(f"Can not convert {kind} to {name}.")


def _bool(value: Any, kind: str) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str:
        found = {"true": True, "false": False}.get(value.strip().lower())
        if found is None:
            raise bad_format(f"String '{value}' was not recognized as a valid Boolean.")
        return found
    if type(value) in NUMBERS:
        return bool(value)
    raise bad_argument(f"Can not convert {kind} to Boolean.")


def to_object(rt: Runtime, token: JToken, wanted: TypeRef, depth: int = 0) -> Any:  # noqa: PLR0911 - a line for each type
    """Do ToObject<T>."""
    rt.step()
    if depth > MAX_DEPTH:
        raise Exhausted("The JSON is nested too deeply.")
    if wanted.name in ("Object", "T") or rt.types.inherits(type(token).__name__, wanted.name):
        return token.primitive() if wanted.name == "Object" and isinstance(token, JValue) else token
    if isinstance(token, JValue) and token.value is None:
        return default_of(rt.types, wanted)
    if wanted.name == "[]":
        return _to_array(rt, token, wanted.args[0], depth)
    if wanted.name in ("List", "IList", "IEnumerable", "ICollection", "IReadOnlyList", "IReadOnlyCollection"):
        element = wanted.args[0] if wanted.args else TypeRef("Object")
        return NetList(element, [to_object(rt, one, element, depth + 1) for one in _items(token, wanted)])
    if wanted.name in ("Dictionary", "IDictionary", "IReadOnlyDictionary") and wanted.args:
        return _to_dictionary(rt, token, wanted, depth)
    if wanted.name == "Guid" and isinstance(token, JValue):
        return rt.types.by_name["Guid"].members["Parse"][0].function(to_text(token.value))
    found = cast_token(token, wanted)
    if found is NO:
        raise Refused(f"'{wanted}' can't be made of JSON here")
    return found


def _items(token: JToken, wanted: TypeRef) -> list[JToken]:
    if isinstance(token, JArray):
        return token.items
    raise Thrown(
        "JsonSerializationException", f"Cannot deserialize the current JSON {token.kind.lower()} into type '{wanted}'."
    )


def _to_array(rt: Runtime, token: JToken, element: TypeRef, depth: int) -> Any:
    if element.name == "Byte" and isinstance(token, JValue):
        return from_base64(rt, to_text(token.value))
    items = [to_object(rt, one, element, depth + 1) for one in _items(token, TypeRef("[]", (element,)))]
    return array_of(rt, element, items)


def _to_dictionary(rt: Runtime, token: JToken, wanted: TypeRef, depth: int) -> NetDict:
    if not isinstance(token, JObject):
        raise Thrown(
            "JsonSerializationException",
            f"Cannot deserialize the current JSON {token.kind.lower()} into type '{wanted}'.",
        )
    made = NetDict(wanted.args[0], wanted.args[1])
    for one in token.properties.values():
        made.set(one.name, to_object(rt, one.value, wanted.args[1], depth + 1))
    return made


def from_object(rt: Runtime, value: Any, depth: int = 0) -> JToken:
    """Make tokens of a value, as serializing it does."""
    rt.step()
    if depth > MAX_DEPTH:
        raise Exhausted("The value is nested too deeply.")
    value = plain(value)
    if isinstance(value, JProperty):
        made = JObject()
        made.add(value)
        return made
    found = simple(value)
    if found is not NO:
        return found  # type: ignore[no-any-return]
    pairs = _named(value)
    if pairs is not None:
        made = JObject()
        for name, one in pairs:
            made.put(_key(name), from_object(rt, one, depth + 1))
        return made
    if isinstance(value, NetList | NetArray | NetSet | Seq) or hasattr(value, "__iter__"):
        array = JArray()
        for one in rt.each(value):
            array.add(from_object(rt, one, depth + 1))
        return array
    serialized = getattr(value, "serialized", None)
    if serialized is not None:
        return from_object(rt, serialized(), depth + 1)
    raise Refused(f"A value of type '{rt.types.of(value).name}' can't be written as JSON here")


def _key(name: Any) -> str:
    return iso(name) if isinstance(name, DateTime | Offset) else to_text(name)


def _named(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the names and values of what becomes an object."""
    if isinstance(value, NetDict):
        return list(value.found.values())
    if isinstance(value, Anonymous):
        return list(value.fields.items())
    if isinstance(value, Pair):
        return [("Key", value.key), ("Value", value.value)]
    if isinstance(value, NetTuple):
        return [(f"Item{at + 1}", one) for at, one in enumerate(value.items)]
    if isinstance(value, Thrown):
        return [("Message", value.message)]
    entries = getattr(value, "entries", None)
    return entries() if entries is not None else None


def content(rt: Runtime, value: Any) -> list[JToken]:
    """Return what a constructor or Add takes: a token, a simple value, or many of them."""
    value = plain(value)
    if isinstance(value, JToken):
        rt.grow(value)
        return [value]
    found = simple(value)
    if found is not NO:
        return [found]
    if hasattr(value, "__iter__"):
        return [one for each in rt.each(value) for one in content(rt, each)]
    raise bad_argument(f"Could not determine JSON object type for type {rt.types.full_name(value)}.")


def accepted(value: Any) -> Any:
    """What becomes a token by itself."""
    return NO if isinstance(value, EnumValue) else simple(value)
