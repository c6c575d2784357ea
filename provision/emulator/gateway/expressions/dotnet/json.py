"""Newtonsoft.Json.Linq: JToken, JObject, JArray, JProperty, JValue; JsonConvert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import identity
from provision.emulator.gateway.expressions.dotnet.serializing import (
    accepted,
    cast_token,
    content,
    from_object,
    to_object,
)
from provision.emulator.gateway.expressions.errors import (
    Thrown,
    bad_argument,
    invalid_operation,
    out_of_range,
)
from provision.emulator.gateway.expressions.formatting import text_of
from provision.emulator.gateway.expressions.jsonpath import select
from provision.emulator.gateway.expressions.jsontext import parse, write
from provision.emulator.gateway.expressions.jtokens import (
    KINDS,
    JArray,
    JObject,
    JProperty,
    JToken,
    JValue,
    adopted,
    kind_named,
)
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime


def _child(token: JToken, key: Any) -> JToken | None:
    key = plain(key)
    if isinstance(token, JObject):
        if type(key) is not str:
            raise bad_argument(f"Accessed JObject values with invalid key value: {key}. Object property name expected.")
        return token.get(key)
    if isinstance(token, JArray):
        if type(key) is not int:
            raise bad_argument(f'Accessed JArray values with invalid key value: "{key}". Int32 array index expected.')
        if not 0 <= key < len(token.items):
            raise out_of_range("index", "Index was out of range. Must be non-negative and less than the size of the "
                               "collection.")  # fmt: skip
        return token.items[key]
    raise invalid_operation(f"Cannot access child value on {type_name(token)}.")


def type_name(token: JToken) -> str:
    """The full name of a token's class."""
    return f"Newtonsoft.Json.Linq.{type(token).__name__}"


def _set_child(token: JToken, key: Any, value: JToken | None) -> None:
    key, made = plain(key), JValue(None) if value is None else value
    if isinstance(token, JObject) and type(key) is str:
        token.put(key, made)
    elif isinstance(token, JArray) and type(key) is int:
        if not 0 <= key < len(token.items):
            raise out_of_range("index")
        token.items[key] = adopted(token, made)
    elif isinstance(token, JObject | JArray):
        raise bad_argument(f"Set {type(token).__name__} values with invalid key value: {key}.")
    else:
        raise invalid_operation(f"Cannot set child value on {type_name(token)}.")


def _select_token(rt: Runtime, token: JToken, path: str, missing_throws: bool = False) -> JToken | None:
    found = list(_first_two(select(rt, token, path)))
    if len(found) > 1:
        raise Thrown("JsonException", "Path returned multiple tokens.")
    if not found and missing_throws:
        raise Thrown("JsonException", f"Path '{path}' not found in JSON.")
    return found[0] if found else None


def _first_two(tokens: Iterator[JToken]) -> Iterator[JToken]:
    for at, one in enumerate(tokens):
        yield one
        if at:
            return


def _value(rt: Runtime, token: JToken, key: Any = None, *, types: tuple[TypeRef, ...]) -> Any:
    found = token if key is None else _child(token, key)
    if found is None:
        return default(rt, types[0])
    return to_object(rt, found, types[0])


def default(rt: Runtime, wanted: TypeRef) -> Any:
    """Return what an absent value is."""
    return to_object(rt, JValue(None), wanted)


def _values(rt: Runtime, token: JToken, key: Any = None, *, types: tuple[TypeRef, ...] = ()) -> Seq:
    whole = token if key is None else _child(token, key)
    inner = [
        one.value if isinstance(one, JProperty) else one for one in (whole.children() if whole is not None else [])
    ]
    return Seq(lambda: (to_object(rt, one, types[0]) if types else one for one in inner))


def _children(rt: Runtime, token: JToken, types: tuple[TypeRef, ...]) -> Seq:
    return Seq(lambda: (one for one in token.children() if rt.types.inherits(type(one).__name__, types[0].name)))


def _descendants(token: JToken) -> Iterator[JToken]:
    stack = list(reversed(token.children()))
    while stack:
        one = stack.pop()
        yield one
        stack += reversed(one.children())


def _ancestors(token: JToken) -> Iterator[JToken]:
    while token.parent is not None:
        token = token.parent
        yield token


def _root(token: JToken) -> JToken:
    *_, last = [token, *_ancestors(token)]
    return last


def _first(token: JToken) -> JToken | None:
    inner = _contained(token)
    return inner[0] if inner else None


def _last(token: JToken) -> JToken | None:
    inner = _contained(token)
    return inner[-1] if inner else None


def _contained(token: JToken) -> list[JToken]:
    if isinstance(token, JValue):
        raise invalid_operation(f"Cannot access child value on {type_name(token)}.")
    return token.children()


def _beside(step: int) -> Callable[[JToken], JToken | None]:
    def find(token: JToken) -> JToken | None:
        inner = token.parent.children() if token.parent is not None else []
        at = next((at for at, one in enumerate(inner) if one is token), -step) + step
        return inner[at] if 0 <= at < len(inner) else None

    return find


def _deep_equals(one: JToken | None, other: JToken | None) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, JValue) and isinstance(other, JValue):
        return one.kind == other.kind and bool(identity(one.value) == identity(other.value))
    if isinstance(one, JObject) and isinstance(other, JObject):
        return one.properties.keys() == other.properties.keys() and all(
            _deep_equals(one.get(name), other.get(name)) for name in one.properties
        )
    first, second = one.children(), other.children()
    same = type(one) is type(other) and len(first) == len(second)
    return same and all(map(_deep_equals, first, second))


def _written(rt: Runtime, token: JToken, formatting: EnumValue | None = None, *_: Any) -> str:
    if formatting is None:
        return text_of(rt, token)
    return write(rt, token, indented=bool(formatting.number))


def _insert_beside(rt: Runtime, token: JToken, value: Any, offset: int) -> None:
    parent = token.parent
    if isinstance(parent, JArray):
        at = next(at for at, one in enumerate(parent.items) if one is token) + offset
        for one in reversed(content(rt, value)):
            parent.insert(at, one)
    elif isinstance(parent, JObject) and isinstance(token, JProperty):
        names = list(parent.properties)
        later = names[names.index(token.name) + offset :]
        for one in content(rt, value):
            parent.add(one)
        for name in later:
            parent.properties[name] = parent.properties.pop(name)
    else:
        raise invalid_operation("The parent is missing.")


def _clone(rt: Runtime, token: JToken) -> JToken:
    rt.grow(token)
    return token.copy()


TOKEN = family(
    "Newtonsoft.Json.Linq.JToken",
    {
        "this[object key]": _child,
        "set void this[object key, JToken value]": _set_child,
        "JTokenType Type": lambda token: kind_named(token.kind),
        "string Path": lambda token: token.path(),
        "JToken Parent": lambda token: token.parent,
        "JToken Root": _root,
        "JToken First": _first,
        "JToken Last": _last,
        "JToken Next": _beside(1),
        "JToken Previous": _beside(-1),
        "bool HasValues": lambda token: bool(token.children()),
        "JToken SelectToken(string path, bool errorWhenNoMatch=)": _select_token,
        "IEnumerable SelectTokens(string path)": lambda rt, token, path: Seq(lambda: select(rt, token, path)),
        "T Value<T>()": _value,
        "T Value<T>(object key)": _value,
        "IEnumerable Values()": _values,
        "IEnumerable Values(object key)": _values,
        "IEnumerable Values<T>()": _values,
        "IEnumerable Values<T>(object key)": _values,
        "IEnumerable Children()": lambda token: Seq(lambda: iter(token.children())),
        "IEnumerable Children<T>()": _children,
        "IEnumerable Ancestors()": lambda token: Seq(lambda: _ancestors(token)),
        "IEnumerable AsJEnumerable()": lambda token: token,
        "T ToObject<T>()": lambda rt, token, types: to_object(rt, token, types[0]),
        "JToken DeepClone()": _clone,
        "void Remove()": lambda token: token.remove(),
        "void Replace(JToken value)": lambda token, value: token.replace(value if value is not None else JValue(None)),
        "void AddAfterSelf(object content)": lambda rt, token, value: _insert_beside(rt, token, value, 1),
        "void AddBeforeSelf(object content)": lambda rt, token, value: _insert_beside(rt, token, value, 0),
        "string ToString()": text_of,
        "string ToString(Formatting formatting, params JsonConverter[] converters)": _written,
        "static JToken Parse(string json)": parse,
        "static JToken FromObject(object o)": from_object,
        "static bool DeepEquals(JToken t1, JToken t2)": _deep_equals,
    },
    classes=(JToken,),
    bases=("IEnumerable",),
    accepts=accepted,
    casts=cast_token,
)
CONTAINER = family(
    "Newtonsoft.Json.Linq.JContainer",
    {
        "int Count": lambda token: len(token.children()),
        "IEnumerable Descendants()": lambda token: Seq(lambda: _descendants(token)),
        "IEnumerable DescendantsAndSelf()": lambda token: Seq(lambda: iter([token, *_descendants(token)])),
        "void RemoveAll()": lambda token: [one.remove() for one in token.children()] and None,
    },
    bases=("JToken",),
    casts=cast_token,
)


FAMILIES = (TOKEN, CONTAINER, enumeration("Newtonsoft.Json.Linq.JTokenType", *KINDS))
