"""The types that are known, by name and by the class of their values."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.values import (
    EnumValue,
    Net,
    TypeRef,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from provision.emulator.gateway.expressions.signatures import Family, Member


class Types:
    """All types, by name and by the Python class of their values."""

    def __init__(self, families: Iterable[Family], implicit: Callable[[Types, Any, TypeRef], Any]) -> None:
        found = tuple(families)
        self.by_name = MappingProxyType({one.name: one for one in found})
        self.by_class = MappingProxyType({cls: one for one in found for cls in one.classes})
        self.implicit = implicit
        self.namespaces = frozenset(part for one in found for part in one.full.split(".")[:-1])
        self.names = frozenset(name.removeprefix("set ") for one in found for name in one.members)

    def of(self, value: Any) -> Family:
        """The type of a value that is not null."""
        kind = type(value)
        found = self.by_class.get(kind)
        if found is None and kind is EnumValue:
            found = self.by_name.get(value.enum)
        if found is None:
            found = next((self.by_class[base] for base in kind.__mro__ if base in self.by_class), None)
        found = found or self.by_name["Object"]
        if isinstance(value, Net):
            own = self.by_name.get(value.type.name)
            if own is not None and own is not found and self.inherits(own.name, found.name):
                return own  # a class of values that are of several types: hashes
        return found

    def full_name(self, value: Any) -> str:
        """The full name of a value's type."""
        if isinstance(value, Net):
            return self.full(value.type)
        return self.of(value).full

    def full(self, ref: TypeRef) -> str:
        """A type's full name as .NET writes it."""
        if ref.name == "[]":
            return f"{self.full(ref.args[0])}[]"
        known = self.by_name.get(ref.name)
        name = known.full if known else ref.name
        if not ref.args:
            return name
        return f"{name}`{len(ref.args)}[{','.join(self.full(one) for one in ref.args)}]"

    def inherits(self, name: str, base: str) -> bool:
        """Tell whether a type is another, or inherits it."""
        if name == base:
            return True
        known = self.by_name.get(name)
        return known is not None and any(self.inherits(one, base) for one in known.bases)

    def find(self, owner: Family, name: str) -> tuple[Member, ...]:
        """Every overload of a member, those of the type itself first."""
        found = list(owner.members.get(name, ()))
        for base in (*owner.bases, "Object"):
            known = self.by_name.get(base)
            if known is not None and known is not owner:
                found += [one for one in self.find(known, name) if one not in found]
        return tuple(found)
