"""Members as a table writes them: `"string Substring(int start, int length=)": function`.

    int Length                          a property, read;  `set int Length` writes it
    static double PI                    of the type itself
    string Trim(params char[] chars)    a method; `=` behind a parameter: it may be left out
    T Value<T>(object key)              its type arguments are handed over as `types`
    new(string text)                    a constructor
    this[int index]                     an indexer, `set this[int index]` writes it

A function whose first parameter is called `rt` is handed the Runtime.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.values import EnumValue, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NO = object()  # where a value is of no use
SIGNATURE = re.compile(
    r"(?P<set>set )?(?P<static>static )?(?:(?P<returns>[^ (]+) )?(?P<name>\w+)(?P<generic><[\w, ]+>)?"
    r"(?:[(\[](?P<parameters>.*)[)\]])?"
)
ALIASES = MappingProxyType(
    {
        "string": "String", "object": "Object", "bool": "Boolean", "char": "Char", "int": "Int32", "long": "Int64",
        "short": "Int16", "byte": "Byte", "sbyte": "SByte", "uint": "UInt32", "ulong": "UInt64", "ushort": "UInt16",
        "double": "Double", "float": "Single", "decimal": "Decimal", "void": "Void",
    }
)  # fmt: skip
TOKEN = re.compile(r"\w+(?:\.\w+)*|<|>|,|\[\]|\?")


def type_named(text: str) -> TypeRef:
    """Return the type that a table's text names: `string`, `int?`, `byte[]`, `Dictionary<string, object>`."""
    tokens = TOKEN.findall(text)
    found, rest = _type(tokens)
    if rest:
        raise ValueError(text)
    return found


def _type(tokens: list[str]) -> tuple[TypeRef, list[str]]:
    name, rest = tokens[0].rpartition(".")[2], tokens[1:]
    args: list[TypeRef] = []
    while rest and rest[0] in ("<", ",") and (rest[0] == "<" or args):
        one, rest = _type(rest[1:])
        args.append(one)
    if args:
        rest = rest[1:]
    found = TypeRef(ALIASES.get(name, name), tuple(args))
    while rest and rest[0] in ("?", "[]"):
        found = TypeRef(found.name, found.args, nullable=True) if rest[0] == "?" else TypeRef("[]", (found,))
        rest = rest[1:]
    return found, rest


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: `out` for those that are written, `many` for `params`."""

    type: TypeRef
    name: str
    optional: bool = False
    out: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One way to use one member."""

    signature: str
    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...] | None  # None: a property
    returns: str
    static: bool
    setter: bool
    generic: int
    wants_runtime: bool


@dataclass(frozen=True, slots=True)
class Family:
    """A type: its full name, what it inherits, its members by name; `classes` are Python's of its values.

    `value` types have no null but a `zero`. `accepts` makes one of what converts by itself, `casts` converts one where
    a cast asks for it; both return NO where there is no such conversion.
    """

    name: str
    full: str
    bases: tuple[str, ...] = ()
    classes: tuple[type, ...] = ()
    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    value: bool = False
    accepts: Callable[[Any], Any] | None = None
    casts: Callable[[Any, TypeRef], Any] | None = None
    zero: Any = None


def _parameter(text: str) -> Parameter:
    kind, _, name = text.strip().removesuffix("=").rpartition(" ")
    word, _, rest = kind.partition(" ")
    out, many = word in ("out", "ref"), word == "params"
    return Parameter(type_named(rest if out or many else kind), name, text.endswith("="), out, many)


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += {"<": 1, ">": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def member(signature: str, function: Callable[..., Any]) -> Member:
    """Read one line of a table."""
    found = SIGNATURE.fullmatch(signature)
    if not found:
        raise ValueError(signature)
    inner = found["parameters"]
    code = getattr(function, "__code__", None)
    return Member(
        signature,
        found["name"],
        function,
        None if inner is None else tuple(_parameter(one) for one in _split(inner)),
        found["returns"] or "",
        bool(found["static"]) or found["name"] == "new",
        bool(found["set"]),
        (found["generic"] or "").count(",") + 1 if found["generic"] else 0,
        code is not None and code.co_varnames[:1] == ("rt",),
    )


def family(
    full: str,
    table: Mapping[str, Callable[..., Any]],
    *,
    classes: tuple[type, ...] = (),
    bases: tuple[str, ...] = (),
    value: bool = False,
    accepts: Callable[[Any], Any] | None = None,
    casts: Callable[[Any, TypeRef], Any] | None = None,
    zero: Any = None,
) -> Family:
    """Make a type of its table."""
    members: dict[str, list[Member]] = {}
    for signature, function in table.items():
        one = member(signature, function)
        members.setdefault(("set " if one.setter else "") + one.name, []).append(one)
    by_name = MappingProxyType({name: tuple(found) for name, found in members.items()})
    short = full.rpartition(".")[2]
    return Family(short, full, bases, classes, by_name, value, accepts, casts, zero)


def enumeration(full: str, *names: str, numbers: Mapping[str, int] | None = None) -> Family:
    """Make an enumeration; its members count from 0 unless numbers are given."""
    from_zero = {name: number for number, name in enumerate(names)}
    short = full.rpartition(".")[2]
    found = {name: EnumValue(short, name, number) for name, number in (numbers or from_zero).items()}
    table = {f"static {short} {name}": _constant(one) for name, one in found.items()}
    return family(full, table, value=True, bases=("Enum",), zero=next(iter(found.values())))


def _constant(one: Any) -> Callable[[], Any]:
    return lambda: one
