"""JObject, JArray, JProperty, JValue; JsonConvert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.comparing import ORDINAL, folded
from provision.emulator.gateway.expressions.dotnet.serializing import (
    accepted,
    cast_token,
    content,
    from_object,
    to_object,
)
from provision.emulator.gateway.expressions.errors import (
    bad_argument,
    null_argument,
    out_of_range,
)
from provision.emulator.gateway.expressions.jsontext import needs_array, needs_object, parse, write
from provision.emulator.gateway.expressions.jtokens import (
    JArray,
    JObject,
    JProperty,
    JToken,
    JValue,
)
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import NO, enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue, Net, Ref, TypeRef, plain

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Settings(Net):
    """Settings of a serializer, of which only that they are there is known."""

    @property
    def type(self) -> TypeRef:
        """JsonSerializerSettings."""
        return TypeRef("JsonSerializerSettings")


FORMATTING = enumeration("Newtonsoft.Json.Formatting", "None", "Indented")


def _new_object(rt: Runtime, *values: Any) -> JObject:
    made = JObject()
    for value in values:
        for one in plain(value).copy().children() if isinstance(plain(value), JObject) else content(rt, value):
            made.add(one)
    return made


def _add(made: JObject, name: str, value: JToken | None) -> None:
    made.add(JProperty(name, JValue(None) if value is None else value))


def _add_content(rt: Runtime, made: JObject, value: Any) -> None:
    for one in content(rt, value):
        made.add(one)


def _get_value(made: JObject, name: str, how: EnumValue = ORDINAL) -> JToken | None:
    found = made.get(name)
    if found is None and how is not ORDINAL:
        wanted = folded(name, how)
        found = next((one.value for one in made.properties.values() if folded(one.name, how) == wanted), None)
    return found


def _try_get(made: JObject, name: str, result: Ref) -> bool:
    result.store(made.get(name))
    return name in made.properties


def _try_get_how(made: JObject, name: str, how: EnumValue, result: Ref) -> bool:
    found = _get_value(made, name, how)
    result.store(found)
    return found is not None


def _remove(made: JObject, name: str) -> bool:
    found = made.properties.get(name)
    if found is not None:
        found.remove()
    return found is not None


def _merge(rt: Runtime, made: JToken, other: Any) -> None:
    rt.step()
    if isinstance(made, JObject) and isinstance(other, JObject):
        for one in other.properties.values():
            mine = made.get(one.name)
            if isinstance(mine, JObject | JArray) and type(mine) is type(one.value):
                _merge(rt, mine, one.value)
            elif not isinstance(one.value, JValue) or one.value.value is not None or mine is None:
                made.put(one.name, one.value.copy())
    elif isinstance(made, JArray) and isinstance(other, JArray):
        for item in other.items:
            made.add(item.copy())


def _object_of(rt: Runtime, value: Any) -> JObject:
    found = from_object(rt, value)
    if not isinstance(found, JObject):
        raise bad_argument(f"Object serialized to {found.kind}. JObject instance expected.")
    return found


OBJECT = family(
    "Newtonsoft.Json.Linq.JObject",
    {
        "new(params object[] content)": _new_object,
        "void Add(string propertyName, JToken value)": _add,
        "void Add(object content)": _add_content,
        "bool Remove(string propertyName)": _remove,
        "bool ContainsKey(string propertyName)": lambda made, name: name in made.properties,
        "bool TryGetValue(string propertyName, out JToken value)": _try_get,
        "bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)": _try_get_how,
        "JToken GetValue(string propertyName, StringComparison comparison=)": _get_value,
        "JProperty Property(string name)": lambda made, name: made.properties.get(name),
        "IEnumerable Properties()": lambda made: Seq(lambda: iter(made.children())),
        "IEnumerable PropertyValues()": lambda made: Seq(lambda: iter([one.value for one in made.properties.values()])),
        "void Merge(object content, object settings=)": lambda rt, made, other, _=None: _merge(rt, made, other),
        "static JObject Parse(string json, object settings=)": lambda rt, text, _=None: needs_object(parse(rt, text)),
        "static JObject FromObject(object o)": _object_of,
    },
    classes=(JObject,),
    bases=("JContainer", "IDictionary"),
    accepts=lambda value: value if isinstance(value, JObject) else NO,
    casts=cast_token,
)


def _array_of(rt: Runtime, value: Any) -> JArray:
    found = from_object(rt, value)
    if not isinstance(found, JArray):
        raise bad_argument(f"Object serialized to {found.kind}. JArray instance expected.")
    return found


def _new_array(rt: Runtime, *values: Any) -> JArray:
    made = JArray()
    for value in values:
        for one in content(rt, value):
            made.add(one)
    return made


def _array_add(rt: Runtime, made: JArray, value: Any) -> None:
    rt.hold(1)
    for one in content(rt, value):
        made.add(one)


def _array_remove(made: JArray, value: JToken) -> bool:
    found = next((one for one in made.items if one is value), None)
    if found is not None:
        found.remove()
    return found is not None


def _array_remove_at(made: JArray, index: int) -> None:
    if not 0 <= index < len(made.items):
        raise out_of_range("index", "Index is equal to or greater than Count.")
    made.items.pop(index).parent = None


ARRAY = family(
    "Newtonsoft.Json.Linq.JArray",
    {
        "new(params object[] content)": _new_array,
        "void Add(object content)": _array_add,
        "void Insert(int index, JToken item)": lambda made, at, one: made.insert(
            at, JValue(None) if one is None else one
        ),
        "bool Remove(JToken item)": _array_remove,
        "void RemoveAt(int index)": _array_remove_at,
        "void Clear()": lambda made: made.items.clear(),
        "int IndexOf(JToken item)": lambda made, value: next(
            (at for at, one in enumerate(made.items) if one is value), -1
        ),
        "void Merge(object content, object settings=)": lambda rt, made, other, _=None: _merge(rt, made, other),
        "static JArray Parse(string json, object settings=)": lambda rt, text, _=None: needs_array(parse(rt, text)),
        "static JArray FromObject(object o)": _array_of,
    },
    classes=(JArray,),
    bases=("JContainer", "IList"),
    casts=cast_token,
)


def _new_property(rt: Runtime, name: str | None, values: tuple[Any, ...]) -> JProperty:
    if name is None:
        raise null_argument("name")
    if len(values) == 1:
        found = content(rt, values[0])
        if len(found) == 1 and not hasattr(plain(values[0]), "element"):
            return JProperty(name, found[0])
    return JProperty(name, _new_array(rt, *values) if values else JValue(None))


PROPERTY = family(
    "Newtonsoft.Json.Linq.JProperty",
    {
        "new(string name, params object[] content)": lambda rt, name, *values: _new_property(rt, name, values),
        "string Name": lambda one: one.name,
        "JToken Value": lambda one: one.value,
        "set JToken Value": lambda one, value: one.put(JValue(None) if value is None else value),
    },
    classes=(JProperty,),
    bases=("JContainer",),
    casts=cast_token,
)


def _new_value(value: Any) -> JValue:
    found = accepted(value)
    if not isinstance(found, JValue):
        raise bad_argument("Could not determine JSON object type.")
    return JValue(found.value)


VALUE = family(
    "Newtonsoft.Json.Linq.JValue",
    {
        "new(object value)": _new_value,
        "object Value": lambda token: token.value,
        "set object Value": lambda token, value: token.set(_new_value(plain(value)).value),
        "static JValue CreateNull()": lambda: JValue(None),
        "static JValue CreateString(string value)": lambda text: JValue(text, "String"),
        "string ToString(string format)": lambda token, pattern: token.formatted(pattern),
    },
    classes=(JValue,),
    bases=("JToken",),
    casts=cast_token,
)


RAW = family(
    "Newtonsoft.Json.Linq.JRaw", {"new(object rawJson)": lambda text: JValue(plain(text), "Raw")}, bases=("JValue",)
)


def _serialize(rt: Runtime, value: Any, formatting: EnumValue | None = None, *_: Any) -> str:
    indented = isinstance(formatting, EnumValue) and bool(formatting.number)
    return write(rt, from_object(rt, value), indented=indented)


def _deserialize(rt: Runtime, text: str, *_: Any, types: tuple[TypeRef, ...] = ()) -> Any:
    return to_object(rt, parse(rt, text), types[0] if types else TypeRef("T"))


CONVERT = family(
    "Newtonsoft.Json.JsonConvert",
    {
        "static string SerializeObject(object value, Formatting formatting=)": _serialize,
        "static string SerializeObject(object value, JsonSerializerSettings settings)": _serialize,
        "static string SerializeObject(object value, Formatting formatting, JsonSerializerSettings s)": _serialize,
        "static object DeserializeObject(string value)": _deserialize,
        "static T DeserializeObject<T>(string value)": _deserialize,
        "static T DeserializeObject<T>(string value, JsonSerializerSettings settings)": _deserialize,
        "static string ToString(object value)": _serialize,
    },
)


SETTINGS = family("Newtonsoft.Json.JsonSerializerSettings", {"new()": Settings}, classes=(Settings,))
FAMILIES = (OBJECT, ARRAY, PROPERTY, VALUE, RAW, CONVERT, FORMATTING, SETTINGS)
