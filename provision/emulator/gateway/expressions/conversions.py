"""From one type to another: what happens by itself, what a cast does, what `is` and `as` say."""

from __future__ import annotations

import math
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.decimals import fitted, too_large
from provision.emulator.gateway.expressions.doubles import to_single
from provision.emulator.gateway.expressions.errors import Refused, Thrown, no_cast, null_reference, overflow
from provision.emulator.gateway.expressions.signatures import NO
from provision.emulator.gateway.expressions.values import (
    NUMBERS,
    WHOLE,
    Boxed,
    Byte,
    Char,
    EnumValue,
    Int16,
    Int64,
    Lambda,
    SByte,
    Single,
    TypeRef,
    UInt16,
    UInt32,
    UInt64,
)

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.typetable import Types

PRIMITIVES: MappingProxyType[str, type] = MappingProxyType(
    {
        "Int32": int, "Int64": Int64, "Int16": Int16, "SByte": SByte, "Byte": Byte, "UInt16": UInt16,
        "UInt32": UInt32, "UInt64": UInt64, "Double": float, "Single": Single, "Decimal": Decimal,
        "Boolean": bool, "String": str, "Char": Char,
    }
)  # fmt: skip
_SMALL: frozenset[type] = frozenset({Byte, SByte, Int16, UInt16})
_LONGS: frozenset[type] = _SMALL | {int, UInt32}
# What becomes what without a cast.
WIDER: MappingProxyType[type, frozenset[type]] = MappingProxyType(
    {
        int: _SMALL,
        Int64: _LONGS,
        UInt32: frozenset({Byte, UInt16}),
        UInt64: frozenset({Byte, UInt16, UInt32}),
        Single: _LONGS | {Int64, UInt64},
        float: _LONGS | {Int64, UInt64, Single},
        Decimal: _LONGS | {Int64, UInt64},
    }
)
GENERIC = frozenset({"Object", "T", "TKey", "TValue", "Dynamic"})
DELEGATES = frozenset({"Func", "Action", "Predicate", "Comparison", "Converter"})
MAX_DECIMAL = Decimal(79228162514264337593543950335)


def wrapped(value: int, kind: type) -> Any:
    """Return a whole number cut to the bits of its type."""
    bits, signed = WHOLE[kind]
    value &= (1 << bits) - 1
    if signed and value >> (bits - 1):
        value -= 1 << bits
    return value if kind is int else kind(value)


def fits(value: int, kind: type) -> bool:
    """Tell whether a whole number is in the range of its type."""
    bits, signed = WHOLE[kind]
    low = -(1 << (bits - 1)) if signed else 0
    return low <= value < low + (1 << bits)


def number(value: Any, kind: type, *, checked: bool = False) -> Any:
    """Convert a number or a character to a type of numbers, as a cast does."""
    if isinstance(value, str):
        value = ord(value)
    if kind is Char:
        return Char(chr(_whole(value, UInt16, checked=False)))
    if kind is float:
        return float(value)
    if kind is Single:
        return Single(to_single(float(value)))
    if kind is Decimal:
        return _decimal(value)
    return _whole(value, kind, checked=checked)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, float) and not math.isfinite(value):
        raise too_large()
    # A double gives its 15 significant digits.
    return fitted(Decimal(format(value, ".15g")).normalize() if isinstance(value, float) else Decimal(value))


def _whole(value: Any, kind: type, *, checked: bool) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        if checked:
            raise overflow()
        # [?] The standard leaves it open; this is what 64-bit processors of Intel's kind give.
        return wrapped(-(1 << (WHOLE[kind][0] - 1)) if kind in (int, Int64) else 0, kind)
    whole = int(value)
    if (checked or isinstance(value, Decimal)) and not fits(whole, kind):
        raise overflow(f"Value was either too large or too small for an {kind.__name__.replace('int', 'Int32')}.")
    return wrapped(whole, kind)


def implicit(types: Types, value: Any, wanted: TypeRef) -> Any:  # noqa: PLR0911 - a line for each kind of type
    """Return the value as that type, or NO where that takes a cast."""
    if type(value) is Boxed:
        return value if wanted.name == "Object" else NO
    if value is None:
        known = types.by_name.get(wanted.name)
        return NO if known is not None and known.value and not wanted.nullable else None
    if wanted.name in GENERIC:
        return value
    primitive = PRIMITIVES.get(wanted.name)
    if primitive is not None:
        return _primitive(value, primitive)
    if wanted.name == "[]":
        return _array(types, value, wanted)
    if type(value) is Lambda:
        return value if wanted.name in DELEGATES else NO
    if types.inherits(types.of(value).name, wanted.name):
        return value
    known = types.by_name.get(wanted.name)
    return known.accepts(value) if known is not None and known.accepts is not None else NO


def _primitive(value: Any, wanted: type) -> Any:
    kind = type(value)
    if kind is wanted:
        return value
    if kind in WIDER.get(wanted, ()):
        return number(value, wanted)
    if kind is int and wanted in WHOLE:
        # A constant may become a smaller type when it fits; which are constants is not kept.
        return wanted(value) if fits(value, wanted) and wanted is not Int64 else NO
    if kind is Char and wanted in WIDER and wanted is not Char:
        return number(value, wanted)
    return NO


def _array(types: Types, value: Any, wanted: TypeRef) -> Any:
    element = wanted.args[0]
    if isinstance(value, bytearray):
        return value if element.name in ("Byte", "T") else NO
    if not isinstance(value, NetArray):
        return NO
    fitting = element.name in GENERIC or types.inherits(value.element.name, element.name)
    return value if fitting else NO


def cast(types: Types, value: Any, wanted: TypeRef) -> Any:
    """Do what `(T)value` does; raises what it throws, or what the compiler says."""
    if wanted.name == "Object":
        return value if type(value) is Boxed else Boxed(value)
    if type(value) is Boxed:
        return unboxed(types, value.value, wanted)
    known = types.by_name.get(wanted.name)
    if value is None:
        if known is not None and known.value and not wanted.nullable:
            raise null_reference()
        return None
    owner = types.of(value)
    if owner.casts is not None:
        found = owner.casts(value, wanted)
        if found is not NO:
            return found
    found = implicit(types, value, wanted)
    if found is not NO:
        return found
    found = _explicit(types, value, wanted)
    if found is NO:
        if owner.value or owner.name == "String" or (known is not None and (known.value or known.name == "String")):
            raise Refused(f"Cannot convert type '{owner.name}' to '{wanted}'.")
        raise no_cast(types.full_name(value), types.full(wanted))
    return found


def _explicit(types: Types, value: Any, wanted: TypeRef) -> Any:
    kind, primitive = type(value), PRIMITIVES.get(wanted.name)
    if primitive is not None and (primitive in NUMBERS or primitive is Char):
        if kind is EnumValue:
            return number(value.number, primitive)
        if kind in NUMBERS or kind is Char:
            return number(value, primitive)
    known = types.by_name.get(wanted.name)
    if known is not None and isinstance(known.zero, EnumValue) and kind in WHOLE:
        return enum_value(types, wanted.name, int(value))
    return NO


def enum_value(types: Types, name: str, number_: int) -> EnumValue:
    """Return the member of an enumeration that has this number, or one that has only the number."""
    for members in types.by_name[name].members.values():
        one = members[0].function()
        if isinstance(one, EnumValue) and one.number == number_:
            return one
    return EnumValue(name, str(number_), number_)


def unboxed(types: Types, value: Any, wanted: TypeRef) -> Any:
    """Cast what is known as an object: its own type, or what that inherits, and nothing else."""
    known = types.by_name.get(wanted.name)
    if value is None:
        if known is not None and known.value and not wanted.nullable:
            raise null_reference()
        return None
    if is_type(types, value, wanted):
        return value
    raise no_cast(types.full_name(value), types.full(wanted))


def is_type(types: Types, value: Any, wanted: TypeRef) -> bool:  # noqa: PLR0911 - a line for each kind of type
    """Tell what `value is T` says."""
    if type(value) is Boxed:
        value = value.value
    if value is None:
        return False
    if wanted.name in GENERIC:
        return True
    primitive = PRIMITIVES.get(wanted.name)
    if primitive is not None:
        return type(value) is primitive
    if wanted.name == "[]":
        return _array(types, value, wanted) is not NO
    if type(value) is Lambda:
        return wanted.name in DELEGATES
    if isinstance(value, EnumValue):
        return value.enum == wanted.name
    return types.inherits(types.of(value).name, wanted.name)


def default_of(types: Types, wanted: TypeRef) -> Any:
    """Return `default(T)`."""
    if wanted.nullable:
        return None
    primitive = PRIMITIVES.get(wanted.name)
    if primitive is bool:
        return False
    if primitive is Char:
        return Char("\0")
    if primitive is not None and primitive is not str:
        return primitive(0)
    known = types.by_name.get(wanted.name)
    return known.zero if known is not None else None


def assigned(types: Types, value: Any, wanted: TypeRef) -> Any:
    """Return the value as a variable of that type keeps it; raises what the compiler says."""
    if wanted.name == "Object":
        return value if type(value) is Boxed else Boxed(value)
    found = implicit(types, value, wanted)
    if found is NO:
        shown = "object" if type(value) is Boxed else "<null>" if value is None else types.of(value).name
        raise Refused(f"Cannot implicitly convert type '{shown}' to '{wanted}'.")
    return found


def thrown_as(value: Any) -> Thrown:
    """Return the exception that `throw` was given."""
    if isinstance(value, Thrown):
        return value
    raise null_reference() if value is None else Refused("Only an exception can be thrown.")
