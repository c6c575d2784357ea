"""How values of .NET are kept: Python's own where one is as good, else a class that says its type.

int is Int32, float is Double, bool, str and None are themselves, bytearray is byte[], Decimal is decimal. `Boxed` is a
value whose static type is `object`: the compiler lets it do little, and compares it by reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.doubles import double_text, single_text
from provision.emulator.gateway.expressions.errors import Thrown

if TYPE_CHECKING:
    from collections.abc import Callable


class Int64(int):
    """A long."""


class Int16(int):
    """A short."""


class SByte(int):
    """A signed byte."""


class Byte(int):
    """A byte."""


class UInt16(int):
    """A ushort."""


class UInt32(int):
    """A uint."""


class UInt64(int):
    """A ulong."""


class Single(float):
    """A float."""


class Char(str):
    """A character: a string of length one that is no string."""

    __slots__ = ()


# The bits of each type of whole numbers, and whether it is signed.
WHOLE: MappingProxyType[type, tuple[int, bool]] = MappingProxyType(
    {
        int: (32, True),
        Int64: (64, True),
        Int16: (16, True),
        SByte: (8, True),
        Byte: (8, False),
        UInt16: (16, False),
        UInt32: (32, False),
        UInt64: (64, False),
    }
)
NUMBERS = frozenset({*WHOLE, float, Single, Decimal})


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as an expression names it: its short .NET name, its arguments; an array is `[]` of its elements."""

    name: str
    args: tuple[TypeRef, ...] = ()
    nullable: bool = False

    def __str__(self) -> str:
        inner = ",".join(str(one) for one in self.args)
        if self.name == "[]":
            return f"{inner}[]"
        return f"{self.name}<{inner}>" if inner else self.name


OBJECT = TypeRef("Object")
STRING = TypeRef("String")


class Net:
    """A value of .NET that has a class of its own here; `str()` is its ToString()."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """Its type at run time."""
        return TypeRef(type(self).__name__)

    def __str__(self) -> str:
        return str(self.type)


class Tree(Net):
    """A token of JSON or a node of XML: put into another tree it is copied, unless it has no parent."""

    __slots__ = ()

    def inner(self) -> list[Any]:
        """What it holds directly."""
        return []

    def size(self, most: int) -> int:
        """Count the nodes, up to so many."""
        stack, count = [self], 0
        while stack and count <= most:
            count += 1
            stack += stack.pop().inner()
        return count


@dataclass(frozen=True, slots=True)
class Boxed:
    """A value of which the compiler knows only that it is an object."""

    value: Any


@dataclass(frozen=True, slots=True)
class EnumValue(Net):
    """A member of an enumeration."""

    enum: str
    name: str
    number: int

    @property
    def type(self) -> TypeRef:
        """The enumeration."""
        return TypeRef(self.enum)

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Ref:
    """Where an `out` or `ref` argument goes."""

    store: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Lambda(Net):
    """A function of an expression: how many parameters it takes, and what it does."""

    arity: int
    call: Callable[..., Any]

    @property
    def type(self) -> TypeRef:
        """The delegate."""
        return TypeRef("Func")


def plain(value: Any) -> Any:
    """Return the value without its box."""
    return value.value if type(value) is Boxed else value


def decimal_text(value: Decimal) -> str:
    """A decimal as .NET writes it: its digits after the point are kept, there is no exponent and no minus zero."""
    return format(value or abs(value), "f")


def to_text(value: Any) -> str:
    """What ToString() says with the invariant culture; the empty string for null."""
    return TEXTS.get(type(value), _other)(value)


def _other(value: Any) -> str:
    """A value with a class of its own says what it is; one of the context is only its type."""
    return str(value) if isinstance(value, Net | str) else type(value).__name__


TEXTS: MappingProxyType[type, Callable[[Any], str]] = MappingProxyType(
    {
        type(None): lambda _: "",
        bool: lambda value: "True" if value else "False",
        **dict.fromkeys(WHOLE, int.__repr__),
        float: double_text,
        Single: single_text,
        Decimal: decimal_text,
        Boxed: lambda value: to_text(value.value),
        bytes: lambda _: "System.Byte[]",
        bytearray: lambda _: "System.Byte[]",
        Char: str.__str__,
        Thrown: lambda value: f"System.{value.name}: {value.message}",
    }
)
