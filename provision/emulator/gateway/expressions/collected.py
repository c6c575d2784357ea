"""Collections as .NET keeps them: lists, arrays, dictionaries, sets, queues, stacks, tuples."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Thrown, bad_argument, null_argument
from provision.emulator.gateway.expressions.values import OBJECT, STRING, Boxed, Net, TypeRef, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def identity(value: Any) -> Any:
    """What makes a value equal to another: its type and value, or itself where .NET compares references."""
    if type(value) is Boxed:
        value = value.value
    if value is None:
        return None
    if isinstance(value, Net | str | int | float | Decimal | TypeRef):
        return (type(value), value)
    return id(value)


def full_name(ref: TypeRef, names: str) -> str:
    """Write a generic type's full name with its arguments' ones."""
    inner = ",".join(f"System.{one}" for one in ref.args)
    return f"{names}`{len(ref.args)}[{inner}]"


@dataclass(eq=False, slots=True)
class NetList(Net):
    """A List<T>."""

    element: TypeRef = OBJECT
    items: list[Any] = field(default_factory=list)

    @property
    def type(self) -> TypeRef:
        """List<T>."""
        return TypeRef("List", (self.element,))

    def __iter__(self) -> Iterator[Any]:
        seen = len(self.items)
        for item in self.items:
            yield item
            if len(self.items) != seen:
                raise Thrown(
                    "InvalidOperationException",
                    "Collection was modified; enumeration operation may not execute.",
                )

    def __len__(self) -> int:
        return len(self.items)

    def __str__(self) -> str:
        return full_name(self.type, "System.Collections.Generic.List")


@dataclass(eq=False, slots=True)
class NetArray(Net):
    """An array; byte[] is a bytearray instead."""

    element: TypeRef = OBJECT
    items: list[Any] = field(default_factory=list)

    @property
    def type(self) -> TypeRef:
        """T[]."""
        return TypeRef("[]", (self.element,))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __str__(self) -> str:
        return f"System.{self.element}[]"


class ReadOnly(NetList):
    """A list that can't be changed: values of a header, groups of a user."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Pair(Net):
    """A KeyValuePair<TKey, TValue>."""

    key: Any
    value: Any

    @property
    def type(self) -> TypeRef:
        """KeyValuePair."""
        return TypeRef("KeyValuePair")

    @property
    def parts(self) -> tuple[Any, Any]:
        """Key and value."""
        return self.key, self.value

    def __str__(self) -> str:
        return f"[{to_text(self.key)}, {to_text(self.value)}]"


@dataclass(eq=False, slots=True)
class NetDict(Net):
    """A Dictionary<TKey, TValue>; `fold` makes keys comparable, as its comparer does."""

    key: TypeRef = STRING
    element: TypeRef = OBJECT
    fold: Callable[[Any], Any] = identity
    found: dict[Any, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def type(self) -> TypeRef:
        """Dictionary<TKey, TValue>."""
        return TypeRef("Dictionary", (self.key, self.element))

    def __iter__(self) -> Iterator[Any]:
        seen = len(self.found)
        for key, value in list(self.found.values()):
            if len(self.found) != seen:
                raise Thrown(
                    "InvalidOperationException",
                    "Collection was modified; enumeration operation may not execute.",
                )
            yield Pair(key, value)

    def __len__(self) -> int:
        return len(self.found)

    def _key(self, key: Any) -> Any:
        if key is None:
            raise null_argument("key")
        return self.fold(key)

    def has(self, key: Any) -> bool:
        """Tell whether a key is there."""
        return self._key(key) in self.found

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of a key."""
        return self.found.get(self._key(key), (None, default))[1]

    def set(self, key: Any, value: Any) -> None:
        """Put a value."""
        folded = self._key(key)
        self.found[folded] = (self.found.get(folded, (key, None))[0], value)

    def add(self, key: Any, value: Any) -> None:
        """Put a value under a key that must be new."""
        if self.has(key):
            raise bad_argument(f"An item with the same key has already been added. Key: {to_text(key)}")
        self.found[self._key(key)] = (key, value)

    def remove(self, key: Any) -> bool:
        """Take a key away; tell whether it was there."""
        return self.found.pop(self._key(key), None) is not None

    def __str__(self) -> str:
        return full_name(self.type, "System.Collections.Generic.Dictionary")


def missing_key(key: Any) -> Thrown:
    """Return what a dictionary throws."""
    return Thrown("KeyNotFoundException", f"The given key '{to_text(key)}' was not present in the dictionary.")


@dataclass(eq=False, slots=True)
class NetSet(Net):
    """A HashSet<T>."""

    element: TypeRef = OBJECT
    fold: Callable[[Any], Any] = identity
    found: dict[Any, Any] = field(default_factory=dict)

    @property
    def type(self) -> TypeRef:
        """HashSet<T>."""
        return TypeRef("HashSet", (self.element,))

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self.found.values()))

    def __len__(self) -> int:
        return len(self.found)

    def add(self, value: Any) -> bool:
        """Put a value; tell whether it is new."""
        folded = self.fold(value)
        new = folded not in self.found
        self.found.setdefault(folded, value)
        return new

    def __str__(self) -> str:
        return full_name(self.type, "System.Collections.Generic.HashSet")


class Queue(NetList):
    """A Queue<T>."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """Queue<T>."""
        return TypeRef("Queue", (self.element,))


class Stack(NetList):
    """A Stack<T>; the last item is on top."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """Stack<T>."""
        return TypeRef("Stack", (self.element,))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items[::-1])


@dataclass(frozen=True, slots=True)
class NetTuple(Net):
    """A tuple, written `(a, b)` or made by Tuple.Create; `names` of its items, empty where there are none."""

    items: tuple[Any, ...]
    names: tuple[str, ...] = field(default=(), compare=False)
    value: bool = True

    @property
    def type(self) -> TypeRef:
        """ValueTuple or Tuple."""
        return TypeRef("ValueTuple" if self.value else "Tuple")

    def __hash__(self) -> int:
        return hash(tuple(identity(one) for one in self.items))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetTuple) and list(map(identity, self.items)) == list(map(identity, other.items))

    def __str__(self) -> str:
        return f"({', '.join(to_text(one) for one in self.items)})"


@dataclass(frozen=True, slots=True, eq=False)
class Anonymous(Net):
    """A `new { A = 1 }`."""

    fields: dict[str, Any]

    @property
    def type(self) -> TypeRef:
        """It has no name that could be written."""
        return TypeRef("AnonymousType")

    def __hash__(self) -> int:
        return hash(tuple((name, identity(one)) for name, one in self.fields.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anonymous) and [(name, identity(one)) for name, one in self.fields.items()] == [
            (name, identity(one)) for name, one in other.fields.items()
        ]

    def __str__(self) -> str:
        return f"{{ {', '.join(f'{name} = {to_text(one)}' for name, one in self.fields.items())} }}"
