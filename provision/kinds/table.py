"""The properties of a kind: what the table of facts says of its type, and what the kind's own file adds.

`facts.json` is condensed from the models of the management SDK (`make facts`): names, base types, what is required
and read-only, closed sets, lengths.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.facts import (
    AnyOrder,
    Default,
    Document,
    Entries,
    Fixed,
    Folded,
    Interpolated,
    Keyed,
    LeftOut,
    Limits,
    Mirrored,
    Named,
    Optional,
    ReadOnly,
    Ref,
    Required,
    Secret,
    Unsure,
    Whole,
    WriteOnly,
)

if TYPE_CHECKING:
    from provision.kinds.facts import Fact, Facts, Siblings
    from provision.kinds.kind import Kind

ABSENT: Final = object()
ANYWHERE: Final = "**."  # before a fact's path: wherever a path ends so
Returned = AbstractSet[str]
_INT32: Final = 2**31  # ARM's integers are of 32 bits


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """One property. `many`: it is a "list" or a "map" of what the rest describes; `inside`: the properties of those.

    `type`: string, integer, number, boolean, object, or any.
    """

    name: str
    type: str = "any"
    many: str = ""
    inside: Mapping[str, Property] = field(default_factory=lambda: MappingProxyType({}))
    required: bool = False
    returned: bool = True  # of what is required: whether all that is read has it
    words: tuple[Any, ...] = ()  # the only ones that it may hold
    pattern: str = ""
    shortest: int | None = None
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    default: Any = ABSENT
    named: bool = False
    unsure: bool = False
    otherwise: Property | None = None  # what may stand there instead: a map for a list, a text for a fixed word
    keyed: str = ""
    any_order: bool = False
    whole: bool = False
    folded: bool = False
    fixed: str = ""
    mirrored: bool = False
    write_only: WriteOnly | None = None
    secret: Secret | None = None
    ref: Ref | None = None
    document: str = ""
    interpolated: bool = False
    duration: bool = False  # an ISO 8601 duration, of which there are several spellings
    read_only: bool = False  # never sent, and no key of a spec
    left_out: str = ""  # why it is no key of a spec though it could be written
    told: bool = False  # it is said where Azure has a value for what is left out
    entries: Mapping[str, Property] = field(default_factory=lambda: MappingProxyType({}))  # known ones of a free map
    about: str = ""  # for editors
    names: Property | None = None  # of a map: what its keys may be
    kind: str = ""  # the ARM type that this describes

    @property
    def nested(self) -> bool:
        """Whether there are properties in it."""
        return self.type == "object" and bool(self.inside)

    @property
    def written(self) -> bool:
        """Whether a spec may hold it."""
        return not self.read_only and not self.left_out

    def as_written(self, value: Any) -> Property:
        """What describes this value: itself, or what may stand there instead."""
        other = self.otherwise
        fits = other is not None and isinstance(value, Mapping if other.type == "object" else str)
        return other if other is not None and fits else self

    def unseen(self, siblings: Siblings) -> str:
        """Why Azure doesn't give it back beside these properties; empty where it does."""
        fact = self.write_only
        return fact.reason if fact and (fact.when is None or fact.when(siblings)) else ""

    def is_secret(self, siblings: Siblings) -> bool:
        """Whether nobody may see its value beside these properties."""
        return self.secret is not None and (self.secret.when is None or self.secret.when(siblings))


@cache
def _table() -> Mapping[str, Any]:
    from importlib import resources  # noqa: PLC0415 - formats know of kinds, and read none

    found: dict[str, Any] = json.loads((resources.files(__package__) / "facts.json").read_text("utf-8"))
    return found


@cache
def properties_of(kind: Kind, name: str = "") -> Mapping[str, Property]:
    """The properties of a kind by their names, those that no spec may hold included; none of a link.

    `name`: where each of the kind's names has properties of its own, those of that one; else those of all of them.
    """
    if kind.is_link:
        return MappingProxyType({})
    found: dict[str, Property] = {}
    for entry in entries_of(kind, name):
        found |= _inside(_table()[entry], kind.facts, kind.returned, "")
    return MappingProxyType({**found, **{one.name: one for one in kind.own}})


def entries_of(kind: Kind, name: str = "") -> tuple[str, ...]:
    """The entries of the table that describe a kind."""
    if not kind.apart:
        return (kind.of,)
    return tuple(f"{kind.of}/{one}" for one in kind.names.words if name.lower() in ("", one.lower()))


@cache
def named_of(kind: Kind) -> tuple[str, ...]:
    """The properties that are the resource's name where a spec says nothing of them."""
    return tuple(name for name, prop in properties_of(kind).items() if prop.named)


@cache
def outside_of(kind: Kind) -> frozenset[str]:
    """Properties that stand beside `properties` on the wire; everything else is inside."""
    return frozenset(() if kind.is_link else _table()[entries_of(kind)[0]].get("outside", ()))


def in_workspaces(kind_type: str) -> bool:
    """Whether workspaces have resources of a type too."""
    return f"workspaces/{kind_type}".lower() in _types()


@cache
def _types() -> frozenset[str]:
    return frozenset(name.lower() for name in _table())


def _inside(entry: Mapping[str, Any], facts: Facts, returned: Returned, path: str) -> dict[str, Property]:
    required = frozenset(entry.get("required", ()))
    here = (one.removeprefix(path) for one in returned if one.startswith(path))
    noise = {name: Property(name, read_only=True) for name in here if "." not in name}
    known = {
        name: _property(name, schema, facts, returned, f"{path}{name}", required=name in required)
        for name, schema in entry["properties"].items()
    }
    return {**noise, **known}


def _property(
    name: str, schema: Mapping[str, Any], facts: Facts, returned: Returned, path: str, *, required: bool
) -> Property:
    many, of = _many(schema)
    inside = _inside(of, facts, returned, f"{path}{'[]' if many else ''}.") if "properties" in of else {}
    found = Property(
        name=name,
        type=of.get("type", "any"),
        many=many,
        inside=MappingProxyType(inside),
        required=required,
        words=tuple(of.get("enum", ())),
        pattern=of.get("pattern", ""),
        shortest=of.get("minLength"),
        longest=of.get("maxLength"),
        least=of.get("minimum", -_INT32 if of.get("type") == "integer" else None),
        most=of.get("maximum", _INT32 - 1 if of.get("type") == "integer" else None),
        duration=of.get("format") == "duration",
        read_only=bool(schema.get("readOnly")),
    )
    given = facts_at(facts, path)
    return replace(found, **{key: value for fact in given for key, value in _said(fact)}) if given else found


def _many(schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Whether a list or a map is meant, and of what."""
    if schema.get("type") == "array":
        return "list", schema.get("items") or {}
    values = schema.get("additionalProperties")
    return ("map", values) if isinstance(values, Mapping) else ("", schema)


def facts_at(facts: Facts, path: str) -> tuple[Fact, ...]:
    """What a kind's file says of the property at a path."""
    found: list[Fact] = []
    for where, said in facts.items():
        ends = where.removeprefix(ANYWHERE)
        if path == where or (ends != where and f".{path}".endswith(f".{ends}")):
            found += said if isinstance(said, tuple) else (said,)
    return tuple(found)


_PLAIN: Final[Mapping[type, Callable[[Any], tuple[str, Any]]]] = MappingProxyType(
    {
        Default: lambda fact: ("default", fact.value),
        Named: lambda _: ("named", True),
        Unsure: lambda _: ("unsure", True),
        Keyed: lambda fact: ("keyed", fact.by),
        AnyOrder: lambda _: ("any_order", True),
        Whole: lambda _: ("whole", True),
        Folded: lambda _: ("folded", True),
        Fixed: lambda fact: ("fixed", fact.advice),
        Mirrored: lambda _: ("mirrored", True),
        WriteOnly: lambda fact: ("write_only", fact),
        Secret: lambda fact: ("secret", fact),
        Ref: lambda fact: ("ref", fact),
        Document: lambda fact: ("document", fact.root),
        Interpolated: lambda _: ("interpolated", True),
        Optional: lambda _: ("required", False),
        ReadOnly: lambda _: ("read_only", True),
        Entries: lambda fact: ("entries", MappingProxyType(dict(_entries(fact)))),
    }
)


def _said(fact: Fact) -> Iterator[tuple[str, Any]]:
    """The fields of a property that a fact sets."""
    if isinstance(fact, LeftOut):
        yield from (("left_out", fact.reason), ("told", fact.told))
    elif isinstance(fact, Limits):
        names = ("pattern", "shortest", "longest", "least", "most", "words")
        yield from ((name, getattr(fact, name)) for name in names if getattr(fact, name) is not None)
    elif isinstance(fact, Required):
        yield from (("required", True), ("returned", fact.returned))
    else:
        yield _PLAIN[type(fact)](fact)


def _entries(fact: Entries) -> Iterator[tuple[str, Property]]:
    for name, said in fact.known.items():
        yield name, _property(name, {"type": "string"}, {name: said}, frozenset(), name, required=False)


def paths(inside: Mapping[str, Property], path: str = "") -> Iterator[tuple[str, Property]]:
    """Every property with its path, `[]` behind what is many."""
    for name, prop in inside.items():
        at = f"{path}{name}"
        yield at, prop
        yield from paths(prop.inside, f"{at}{'[]' if prop.many else ''}.")
