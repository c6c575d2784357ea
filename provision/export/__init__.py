"""The way back: Survey -> the data of a spec whose plan is empty. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provision.address import GROUP, SERVICE, Address
from provision.document import Raw
from provision.export.leaks import leaks
from provision.export.made import filled, untouched
from provision.export.properties import properties
from provision.factory import made_in
from provision.kinds import Shape, children_at, kind_of
from provision.kinds.canonical import left_out, unknown_properties
from provision.kinds.collections import collection_of
from provision.kinds.facts import Ref
from provision.kinds.references import handled, short
from provision.kinds.table import ABSENT
from provision.kinds.walk import folded
from provision.resource import LeftAlone
from provision.schema import in_document
from provision.survey import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from provision.export.properties import Loc
    from provision.kinds import Kind
    from provision.resource import Resource
    from provision.survey import Choice, Survey

__all__ = ["Exported", "Needed", "Policy", "export"]

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_ONLY_VALUE: Final = "value"


class Policy(str):
    """A policy document in the data of a spec, which may as well be a file of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """A variable of the environment that the spec wants: which secret it is, and its value where Azure showed it."""

    name: str
    address: Address
    path: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Exported:
    """A spec as data, and what is to be said of it."""

    data: Mapping[str, Any]
    needed: tuple[Needed, ...]
    missing: tuple[LeftAlone, ...]  # what is in the instance and not in the spec
    leaks: tuple[str, ...]  # secrets that seem to stand in it in clear


def export(survey: Survey, choice: Choice = EVERYTHING) -> Exported:
    """The spec of what was found. Of two exports of the same instance the second is the same to the byte."""
    made = untouched(survey.snapshot)
    chosen = {address for address in survey.snapshot if address not in made and choice.takes(address)}
    around = {GROUP, SERVICE, *(one for address in chosen for one in address.ancestors)}
    found = {address: item for address, item in survey.snapshot.items() if address in chosen or address in around}
    taken = {address: item for address, item in found.items() if address in (GROUP, SERVICE) or _says_something(item)}
    writing = _Writing(survey, taken, _Ours(taken), _kept(survey, made))
    data = writing.document(absent=not choice.include)
    return Exported(data, tuple(writing.needed), tuple(writing.missing()), tuple(writing.leaks))


def branches(survey: Survey, ours: Container[Address]) -> Branches:
    """What stands in a spec for single resources of an instance. `ours`: what that spec declares beside them."""
    made = untouched(survey.snapshot)
    return Branches(_Writing(survey, survey.snapshot, _Ours(_Either(ours, survey.snapshot)), _kept(survey, made)))


@dataclass(frozen=True, slots=True)
class _Either:
    one: Container[Address]
    other: Container[Address]

    def __contains__(self, address: object) -> bool:
        return address in self.one or address in self.other


@dataclass(frozen=True, slots=True)
class Branches:
    """What stands in a spec for single resources; secrets are variables there."""

    _writing: _Writing

    @property
    def needed(self) -> tuple[Needed, ...]:
        """The variables in all that was asked for."""
        return tuple(self._writing.needed)

    def own(self, item: Resource) -> dict[str, Any]:
        """The properties of a resource, without what is in it."""
        return self._writing.own(item)

    def whole(self, item: Resource) -> Any:
        """All that stands for a resource: a map, the name that a link has in a list, or the text of a policy."""
        kind = kind_of(item.address.kind)
        if kind.is_link:
            return self._writing.link(kind, item)
        return Policy(self.own(item)["value"]) if kind.shape is Shape.POLICY else self._writing.node(item)


def _says_something(item: Resource) -> bool:
    """Whether a spec has anything to say of what is always there, and of which what it omits stays as it is."""
    kind = kind_of(item.address.kind)
    if not (kind.partial and kind.always_there):
        return True
    return any(value is not ABSENT for value in properties(kind, item, ())[0].values())


def _kept(survey: Survey, made: Container[Address]) -> frozenset[Address]:
    """What Azure made by itself, as values refer to it."""
    items = (item for address, item in survey.snapshot.items() if address in made)
    return frozenset(handled(kind_of(item.address.kind), item.address, item.body) for item in items)


@dataclass(frozen=True, slots=True)
class _Ours:
    """What a spec may refer to by a short name: what it declares, and what Azure always makes."""

    declared: Container[Address]

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, Address) or address in self.declared:
            return isinstance(address, Address)
        collection = collection_of(address.kind)
        return collection is not None and address.name.lower() in collection.factory


@dataclass(slots=True)
class _Writing:
    survey: Survey
    taken: Mapping[Address, Resource]
    ours: Container[Address]
    kept: Container[Address]
    needed: list[Needed] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    below: dict[tuple[Address, str], list[Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for address in sorted(self.taken):
            if address.parent is not None:
                self.below.setdefault((address.parent, address.kind), []).append(self.taken[address])

    def document(self, *, absent: bool) -> dict[str, Any]:
        """The whole spec."""
        group, service = self.taken.get(GROUP), self.taken[SERVICE]
        of_group = {"name": self.survey.scope.resource_group, **(self.own(group) if group else {})}
        of_service = {"name": self.survey.scope.service, **self.own(service)}
        if folded(str(of_service.get("location"))) == folded(str(of_group.get("location"))):
            del of_service["location"]
        inside = [kind for kind in children_at(SERVICE) if in_document(kind) and kind.shape is not Shape.ROOT]
        found = {"spec": 1, "resourceGroup": of_group, "service": of_service}
        found |= {kind.key: value for kind in inside if (value := self.collection(kind, SERVICE)) is not None}
        gone = self.absent() if absent else {}
        return {**found, **({"absent": gone} if gone else {})}

    def absent(self) -> dict[str, list[str]]:
        """What Azure would put into a new instance and this one doesn't have."""
        found: dict[str, list[str]] = {}
        for address in sorted(made_in(self.taken[SERVICE])):
            kind = kind_of(address.kind)
            goes = address.parent == SERVICE and kind.shape is Shape.MAP and not kind.always_there
            if goes and address not in self.survey.snapshot:
                found.setdefault(kind.key, []).append(address.name)
        return found

    def node(self, item: Resource) -> dict[str, Any]:
        """What stands for one resource: its properties and what is in it."""
        found = self.own(item)
        for kind in children_at(item.address):
            value = self.collection(kind, item.address)
            if value is not None:
                found[kind.key] = value
        return found

    def own(self, item: Resource) -> dict[str, Any]:
        """The properties of a resource, with a variable for each secret."""
        found, hidden = properties(kind_of(item.address.kind), item, self.ours, self.kept)
        for one in hidden:
            name = self.variable(item.address, one.loc, one.value)
            found = _put(found, one.loc, Raw(f"${{secret:{name}}}"))
        self.look(item.address, found)
        return {key: value for key, value in found.items() if value is not ABSENT}

    def collection(self, kind: Kind, parent: Address) -> Any:
        """What stands under a kind's key; None where it needs no key."""
        items = self.below.get((parent, kind.type), [])
        if not items:
            empty: Any = [] if kind.is_link else {}
            return empty if parent != SERVICE and not kind.is_single and filled(kind, parent) else None
        if kind.shape is Shape.POLICY:
            return Policy(self.own(items[0])["value"])
        if kind.shape is Shape.ONE:
            return self.node(items[0])
        if kind.is_link:
            return [self.link(kind, item) for item in items]
        return {item.address.name: self.node(item) for item in items}

    def link(self, kind: Kind, item: Resource) -> str:
        """A link as a list of the spec has it."""
        if not kind.leads_to:
            return item.address.name
        to = str(item.body.get("target") or item.address.name)
        return short(Ref((kind.leads_to,), within=kind.leads_within), to, item.address, self.ours)

    def variable(self, address: Address, loc: Loc, value: str | None) -> str:
        """The name of the variable that a secret is to be given in."""
        steps = [] if loc == (_ONLY_VALUE,) else loc
        words = "_".join(word for step in (address.text, *map(str, steps)) for word in _WORD.split(step) if word)
        name, count = words.upper(), 2
        while name in self.names:
            name, count = f"{words.upper()}_{count}", count + 1
        self.names.add(name)
        self.needed.append(Needed(name, address, ".".join(map(str, loc)), value))
        return name

    def look(self, address: Address, found: Any, path: str = "") -> None:
        """Note what seems to be a secret in clear."""
        if isinstance(found, dict | list):
            steps = found.items() if isinstance(found, dict) else enumerate(found)
            for step, value in steps:
                self.look(address, value, f"{path}.{step}" if path else str(step))
        elif isinstance(found, str) and not isinstance(found, Raw):
            several = "\n" in found
            for what, line in leaks(found):
                at = f"line {line} of its {path}" if several else f"its {path}"
                self.leaks.append(f"{address}: {at} seems to hold {what}")

    def missing(self) -> Iterator[LeftAlone]:
        """What is in the instance and can't stand in the spec."""
        yield from self.survey.left_alone
        for address, item in sorted(self.taken.items()):
            kind = kind_of(address.kind)
            for name in unknown_properties(kind, item.body):
                yield LeftAlone(address, f"its property {name}: provision does not know it")
            for name, why in left_out(kind, item.body):
                yield LeftAlone(address, f"its property {name}: {why}")


def _put(body: Any, loc: Loc, value: Any) -> Any:
    """A copy of a body with another value at one place, which need not be there."""
    if not loc:
        return value
    if isinstance(body, list):
        return [_put(item, loc[1:], value) if index == loc[0] else item for index, item in enumerate(body)]
    return {**body, loc[0]: _put(body.get(loc[0]), loc[1:], value)}
