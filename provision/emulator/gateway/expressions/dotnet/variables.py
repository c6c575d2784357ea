"""`context.Variables`: what policies keep, known to the compiler as objects only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetDict
from provision.emulator.gateway.expressions.conversions import default_of, implicit, unboxed
from provision.emulator.gateway.expressions.errors import no_cast
from provision.emulator.gateway.expressions.signatures import NO, family
from provision.emulator.gateway.expressions.values import OBJECT, STRING, Boxed, Net, TypeRef, plain

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions import context as data
    from provision.emulator.gateway.expressions.runtime import Runtime


class Variables(NetDict):
    """The variables of a call, as they are while one expression runs: no expression changes them."""

    __slots__ = ()


def variables_of(rt: Runtime, context: data.Context) -> Variables:
    """Return the variables."""
    made = Variables(STRING, OBJECT)
    rt.step(len(context.variables))
    for name, value in context.variables.items():
        made.set(name, bytearray(value) if isinstance(value, bytes) else value)
    return made


def _as(rt: Runtime, made: Variables, name: str, default: Any = None, *, types: tuple[TypeRef, ...]) -> Any:
    if not made.has(name):
        return default_of(rt.types, types[0]) if default is None else _given(rt, default, types[0])
    value = made.get(name)
    return Boxed(value) if types[0].name == "Object" else unboxed(rt.types, value, types[0])


def _given(rt: Runtime, default: Any, wanted: TypeRef) -> Any:
    found = implicit(rt.types, default, wanted)
    return plain(default) if found is NO else found


def _inferred(rt: Runtime, made: Variables, name: str, default: Any = None) -> Any:
    """The type is that of the default; a value of another one can't be cast."""
    default = plain(default)
    if not made.has(name):
        return default
    value = made.get(name)
    if default is None:
        return Boxed(value)
    if value is not None and not _same(rt, value, default):
        raise no_cast(rt.types.full_name(value), rt.types.full_name(default))
    return value


def _same(rt: Runtime, value: Any, default: Any) -> bool:
    names = [one.type.name if isinstance(one, Net) else rt.types.of(one).name for one in (value, default)]
    return rt.types.inherits(names[0], names[1])


VARIABLES = family(
    "Variables",
    {
        "T GetValueOrDefault<T>(string variableName, T defaultValue=)": _as,
        "T GetValueOrDefault(string variableName, T defaultValue=)": _inferred,
    },
    classes=(Variables,),
    bases=("Dictionary",),
)
FAMILIES = (VARIABLES,)
