"""The types that are known: whose value is what, which member is meant, and what is handed to it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Exhausted, Refused, null_argument, null_reference
from provision.emulator.gateway.expressions.signatures import NO, type_named
from provision.emulator.gateway.expressions.values import (
    NUMBERS,
    Boxed,
    Int64,
    Lambda,
    Net,
    Ref,
    TypeRef,
    UInt64,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime
    from provision.emulator.gateway.expressions.signatures import Family, Member, Parameter
    from provision.emulator.gateway.expressions.typetable import Types

ANYTHING = frozenset({"T", "TKey", "TValue", "Object"})
FUNCTIONS = frozenset({"Func", "Action", "Predicate", "Comparison", "Converter"})
RESULTS: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"long": Int64, "object": Boxed, "ulong": UInt64})
BROKEN = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError)


def _accept(rt: Runtime, parameter: Parameter, value: Any) -> Any:
    wanted = parameter.type
    if parameter.out or type(value) is Ref:
        return value if parameter.out and type(value) is Ref else NO
    if wanted.name in ANYTHING and not wanted.nullable:
        return value.value if type(value) is Boxed else value
    if wanted.name in FUNCTIONS:
        fits = type(value) is Lambda and (not wanted.args or len(wanted.args) - (wanted.name == "Func") == value.arity)
        return value if fits else NO
    return rt.types.implicit(rt.types, value, wanted)


def _bind(rt: Runtime, one: Member, args: Sequence[Any], names: Sequence[str]) -> list[Any] | None:
    """Return what is handed to this overload, or None where it does not take the arguments."""
    parameters = one.parameters or ()
    if any(names):
        ordered = _by_name(parameters, args, names)
        if ordered is None:
            return None
        args = ordered
    many = parameters[-1] if parameters and parameters[-1].many else None
    fixed = parameters[:-1] if many else parameters
    if many and len(args) == len(parameters):
        whole = rt.types.implicit(rt.types, args[-1], many.type)
        if whole is not NO and args[-1] is not None:
            head = _bind_fixed(rt, fixed, args[:-1])
            return None if head is None else [*head, *whole]
    head = _bind_fixed(rt, fixed, args[: len(fixed)])
    if head is None or (not many and len(args) > len(fixed)):
        return None
    if many and len(args) > len(fixed):
        element = type(many)(many.type.args[0], many.name)
        for value in args[len(fixed) :]:
            taken = _accept(rt, element, value)
            if taken is NO:
                return None
            head.append(taken)
    return head


def _bind_fixed(rt: Runtime, parameters: Sequence[Parameter], args: Sequence[Any]) -> list[Any] | None:
    if len(args) < len(parameters) and not parameters[len(args)].optional:
        return None
    found = []
    for parameter, value in zip(parameters, args, strict=False):
        taken = _accept(rt, parameter, value)
        if taken is NO:
            return None
        found.append(taken)
    return found


def _by_name(parameters: Sequence[Parameter], args: Sequence[Any], names: Sequence[str]) -> list[Any] | None:
    """Put named arguments where they belong; None where that leaves a gap."""
    known = [one.name for one in parameters]
    placed: dict[int, Any] = {}
    for position, (value, name) in enumerate(zip(args, names, strict=True)):
        if name and name not in known:
            return None
        placed[known.index(name) if name else position] = value
    if sorted(placed) != list(range(len(placed))):
        return None
    return [placed[at] for at in range(len(placed))]


def described(types: Types, value: Any) -> str:
    """An argument's type, for messages."""
    if type(value) is Ref:
        return "out"
    if value is None:
        return "<null>"
    if type(value) is Boxed:
        return "object"
    return str(value.type) if isinstance(value, Net) else types.of(value).name


def choose(
    rt: Runtime, found: Sequence[Member], shown: str, args: Sequence[Any], names: Sequence[str]
) -> tuple[Member, list[Any]]:
    """Return the first overload that takes the arguments, and what is handed to it."""
    exact = None
    for one in found:
        bound = _bind(rt, one, args, names)
        if bound is None:
            continue
        if _same(args, bound):
            return one, bound
        exact = exact or (one, bound)
    if exact:
        return exact
    given = ", ".join(described(rt.types, value) for value in args)
    raise Refused(f"No overload of '{shown}' takes ({given}). Known: {'; '.join(one.signature for one in found)}")


def _same(args: Sequence[Any], bound: Sequence[Any]) -> bool:
    """Tell whether no number was widened, which another overload may spare."""
    return len(args) <= len(bound) and all(
        type(a) not in NUMBERS or type(a) is type(b) for a, b in zip(args, bound, strict=False)
    )


def run(rt: Runtime, one: Member, owner: Sequence[Any], bound: Sequence[Any], types: tuple[TypeRef, ...]) -> Any:
    """Call a member; whatever it can't cope with is said of it by name."""
    rt.step()
    rt.look(owner)
    rt.look(bound)
    extra = {"types": types} if one.generic else {}
    try:
        value = one.function(*((rt,) if one.wants_runtime else ()), *owner, *bound, **extra)
    except BROKEN as error:
        if isinstance(error, RecursionError | MemoryError):
            raise Exhausted(f"'{one.name}' goes too deep.") from None
        missing = [given.name for given, value in zip(one.parameters or (), bound, strict=False) if value is None]
        if missing:
            raise null_argument(missing[0]) from None
        raise Refused(f"'{one.signature}' can't be evaluated with these values.") from error
    wrap = RESULTS.get(one.returns)
    return value if wrap is None or value is None else wrap(value)


def lookup(rt: Runtime, value: Any, name: str) -> tuple[Family, tuple[Member, ...]]:
    """Return the type of a value and the overloads of its member; raises where it has none."""
    if value is None:
        raise null_reference()
    owner = rt.types.by_name["Object"] if type(value) is Boxed else rt.types.of(value)
    found = rt.types.find(owner, name)
    if not found:
        shown = described(rt.types, value)
        raise Refused(f"'{shown}' does not contain a definition for '{name.removeprefix('set ')}'.")
    return owner, found


def get(rt: Runtime, value: Any, name: str) -> Any:
    """Read a property."""
    if value is None and name == "HasValue":
        return False
    owner, found = lookup(rt, value, name)
    one = next((one for one in found if one.parameters is None and not one.static), None)
    if one is None:
        raise Refused(f"'{owner.name}.{name}' is no property that can be read of a value.")
    return run(rt, one, (_self(value),), (), ())


def put(rt: Runtime, value: Any, name: str, new: Any) -> None:
    """Write a property."""
    owner, found = lookup(rt, value, f"set {name}")
    taken = rt.types.implicit(rt.types, new, _written(found[0]))
    if taken is NO:
        raise Refused(f"'{owner.name}.{name}' can't be set to a {described(rt.types, new)}.")
    run(rt, found[0], (_self(value),), (taken,), ())


def _written(one: Member) -> TypeRef:
    return type_named(one.returns)


def invoke(
    rt: Runtime, value: Any, name: str, args: Sequence[Any], names: Sequence[str], types: tuple[TypeRef, ...]
) -> Any:
    """Call a method of a value."""
    owner, found = lookup(rt, value, name)
    methods = _generic([one for one in found if one.parameters is not None and not one.static], types, name)
    one, bound = choose(rt, methods, f"{owner.name}.{name}", args, names)
    return run(rt, one, (_self(value),), bound, types)


def _generic(found: Sequence[Member], types: tuple[TypeRef, ...], name: str) -> list[Member]:
    """Return the overloads with so many type arguments; those without where only inference was spelt out."""
    fitting = [one for one in found if one.generic == len(types)] or [one for one in found if not one.generic]
    if found and not fitting:
        raise Refused(f"The type arguments for method '{name}' cannot be inferred from the usage")
    return fitting


def _self(value: Any) -> Any:
    return value.value if type(value) is Boxed else value


def static(
    rt: Runtime, owner: Family, name: str, args: Sequence[Any] | None, names: Sequence[str], types: tuple[TypeRef, ...]
) -> Any:
    """Read a type's own property (`args` is None), or call its own method."""
    found = [one for one in owner.members.get(name, ()) if one.static and (one.parameters is None) == (args is None)]
    if not found:
        raise Refused(f"'{owner.name}' does not contain a definition for '{name}'.")
    one, bound = choose(rt, _generic(found, types, name), f"{owner.name}.{name}", args or (), names)
    return run(rt, one, (), bound, types)


def construct(rt: Runtime, owner: Family, args: Sequence[Any], names: Sequence[str], types: tuple[TypeRef, ...]) -> Any:
    """Make a value of a type."""
    one, bound = choose(rt, owner.members["new"], f"new {owner.name}", args, names)
    return run(rt, one, (), bound, types)


def put_index(rt: Runtime, value: Any, args: Sequence[Any], new: Any) -> None:
    """Write through an indexer."""
    owner, found = lookup(rt, value, "set this")
    one, bound = choose(rt, [one for one in found if not one.static], f"{owner.name}[]", [*args, new], ())
    run(rt, one, (_self(value),), bound, ())
