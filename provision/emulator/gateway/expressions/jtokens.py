"""JSON as Newtonsoft keeps it: a tree whose tokens know their parents."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import Pair
from provision.emulator.gateway.expressions.errors import Thrown, bad_argument, out_of_range
from provision.emulator.gateway.expressions.jsonwriting import token_text
from provision.emulator.gateway.expressions.numberformats import number_text
from provision.emulator.gateway.expressions.signatures import NO
from provision.emulator.gateway.expressions.times import DateTime, Offset, TimeSpan
from provision.emulator.gateway.expressions.values import NUMBERS, Boxed, Char, EnumValue, Int64, Tree, TypeRef

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("None", "Object", "Array", "Constructor", "Property", "Comment", "Integer", "Float", "String", "Boolean",
         "Null", "Undefined", "Date", "Raw", "Bytes", "Guid", "Uri", "TimeSpan")  # fmt: skip
OF = MappingProxyType(
    {str: "String", bool: "Boolean", float: "Float", Decimal: "Float", bytearray: "Bytes", DateTime: "Date",
     Offset: "Date", TimeSpan: "TimeSpan", Char: "String"}
)  # fmt: skip


def kind_named(name: str) -> EnumValue:
    """Return a member of JTokenType."""
    return EnumValue("JTokenType", name, KINDS.index(name))


class JToken(Tree):
    """Any token."""

    __slots__ = ("parent",)

    def __init__(self) -> None:
        self.parent: JToken | None = None

    @property
    def kind(self) -> str:
        """Its JTokenType."""
        return type(self).__name__.removeprefix("J")

    @property
    def type(self) -> TypeRef:
        """Its class."""
        return TypeRef(type(self).__name__)

    def children(self) -> list[JToken]:
        """What it holds: an object's properties, an array's items, a property's value."""
        return []

    def inner(self) -> list[Any]:
        """What it holds."""
        return self.children()

    def __iter__(self) -> Iterator[JToken]:
        return iter(self.children())

    def __str__(self) -> str:
        return token_text(self)

    def copy(self) -> JToken:
        """Return a copy that has no parent."""
        raise NotImplementedError

    def path(self) -> str:
        """Where it is in its tree."""
        parts: list[str] = []
        token: JToken = self
        while token.parent is not None:
            if isinstance(token, JProperty):
                plain = token.name.replace("_", "a").isalnum()
                parts.append(("." + token.name) if plain else f"['{token.name}']")
            elif isinstance(token.parent, JArray):
                parts.append(f"[{next(at for at, one in enumerate(token.parent.items) if one is token)}]")
            token = token.parent
        return "".join(reversed(parts)).removeprefix(".")

    def remove(self) -> None:
        """Take it out of its parent."""
        if self.parent is None:
            raise Thrown("InvalidOperationException", "The parent is missing.")
        if isinstance(self.parent, JProperty):
            if self.parent.parent is None:
                raise Thrown("JsonException", "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.")
            self.parent.remove()
        elif isinstance(self, JProperty) and isinstance(self.parent, JObject):
            del self.parent.properties[self.name]
        elif isinstance(self.parent, JArray):
            self.parent.items[:] = [one for one in self.parent.items if one is not self]
        self.parent = None

    def replace(self, other: JToken) -> None:
        """Put another in its place."""
        if self.parent is None:
            raise Thrown("InvalidOperationException", "The parent is missing.")
        if isinstance(self.parent, JProperty):
            self.parent.put(other)
        elif isinstance(self.parent, JArray):
            at = next(at for at, one in enumerate(self.parent.items) if one is self)
            self.parent.items[at] = adopted(self.parent, other)
        self.parent = None


class JValue(JToken):
    """A simple value: its Python value, or None."""

    __slots__ = ("_kind", "value")

    def __init__(self, value: Any, kind: str | None = None) -> None:
        super().__init__()
        self.value = value
        self._kind = kind or kind_of(value)

    @property
    def kind(self) -> str:
        """Its JTokenType."""
        return self._kind

    def primitive(self) -> Any:
        """Return its value."""
        return self.value

    def copy(self) -> JValue:
        """Return a copy."""
        return JValue(self.value, self._kind)

    def set(self, value: Any) -> None:
        """Write it."""
        self.value, self._kind = value, kind_of(value)

    def formatted(self, pattern: str) -> str:
        """Write its value by a format."""
        if type(self.value) in NUMBERS:
            return number_text(self.value, pattern)
        write = getattr(self.value, "formatted", None)
        return str(self) if write is None else str(write(pattern))


class JProperty(JToken):
    """A name and its value."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: JToken) -> None:
        super().__init__()
        self.name = name
        self.value = adopted(self, value)

    def children(self) -> list[JToken]:
        """Its value."""
        return [self.value]

    def put(self, value: JToken) -> None:
        """Write its value."""
        self.value.parent = None
        self.value = adopted(self, value)

    def copy(self) -> JProperty:
        """Return a copy."""
        return JProperty(self.name, self.value.copy())


class JObject(JToken):
    """Properties by their names, in order."""

    __slots__ = ("properties",)

    def __init__(self) -> None:
        super().__init__()
        self.properties: dict[str, JProperty] = {}

    def children(self) -> list[JToken]:
        """Its properties."""
        return list(self.properties.values())

    def pairs(self) -> list[Pair]:
        """Its names and values, as `foreach` goes through them."""
        return [Pair(one.name, one.value) for one in self.properties.values()]

    def get(self, name: str) -> JToken | None:
        """Return the value of a name."""
        found = self.properties.get(name)
        return None if found is None else found.value

    def put(self, name: str, value: JToken) -> None:
        """Write the value of a name."""
        if name in self.properties:
            self.properties[name].put(value)
        else:
            self.add(JProperty(name, value))

    def add(self, one: JToken) -> None:
        """Add a property whose name must be new."""
        if not isinstance(one, JProperty):
            raise bad_argument(
                f"Can not add Newtonsoft.Json.Linq.{type(one).__name__} to Newtonsoft.Json.Linq.JObject."
            )
        if one.name in self.properties:
            raise bad_argument(
                f"Can not add property {one.name} to Newtonsoft.Json.Linq.JObject. Property with the same name already "
                "exists on object."
            )
        self.properties[one.name] = one if one.parent is None else one.copy()
        self.properties[one.name].parent = self

    def copy(self) -> JObject:
        """Return a copy."""
        made = JObject()
        for one in self.properties.values():
            made.add(one.copy())
        return made


class JArray(JToken):
    """Tokens in order."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        super().__init__()
        self.items: list[JToken] = []

    def children(self) -> list[JToken]:
        """Its items."""
        return list(self.items)

    def add(self, one: JToken) -> None:
        """Append."""
        self.items.append(adopted(self, one))

    def insert(self, at: int, one: JToken) -> None:
        """Put in between."""
        if not 0 <= at <= len(self.items):
            raise out_of_range("index", "Index is equal to or greater than Count.")
        self.items.insert(at, adopted(self, one))

    def copy(self) -> JArray:
        """Return a copy."""
        made = JArray()
        for one in self.items:
            made.add(one.copy())
        return made


def adopted(parent: JToken, one: JToken) -> JToken:
    """Give a token a parent; one that has another is copied."""
    if isinstance(one, JProperty):
        raise bad_argument(
            f"Can not add Newtonsoft.Json.Linq.JProperty to Newtonsoft.Json.Linq.{type(parent).__name__}."
        )
    root: JToken | None = parent
    while root is not None and root is not one:
        root = root.parent
    made = one if one.parent is None and root is None else one.copy()
    made.parent = parent
    return made


def kind_of(value: Any) -> str:
    """Return the JTokenType of a simple value."""
    if value is None:
        return "Null"
    if type(value) in NUMBERS and not isinstance(value, float | Decimal):
        return "Integer"
    found = OF.get(type(value))
    if found is None:
        found = {"Guid": "Guid", "Uri": "Uri"}.get(type(value).__name__, "Float" if isinstance(value, float) else "")
    if not found:
        raise bad_argument(f"Could not determine JSON object type for type {type(value).__name__}.")
    return found


def simple(value: Any) -> Any:
    """Return a token of a simple value; NO where it is none."""
    if type(value) is Boxed:
        value = value.value
    if isinstance(value, JToken):
        return value
    if value is None:
        return JValue(None)
    if isinstance(value, EnumValue):
        return JValue(Int64(value.number))
    if type(value) is Char:
        return JValue(str(value))
    known = type(value) in NUMBERS or type(value) in OF or type(value).__name__ in ("Guid", "Uri")
    if not known:
        return NO
    return JValue(Int64(value) if kind_of(value) == "Integer" else value)
