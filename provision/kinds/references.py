"""References between resources, as a spec and as Azure write them: one reading for checks, order, wire and export."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from provision import policyxml
from provision.address import SERVICE, Address
from provision.kinds.facts import Ref
from provision.kinds.table import in_workspaces, properties_of
from provision.kinds.walk import bears, folded, visit

if TYPE_CHECKING:
    from provision.kinds.kind import Kind, Properties
    from provision.kinds.table import Property


@dataclass(frozen=True, slots=True)
class Reference:
    """What is referred to. `there`: written as something that is there and not the spec's; `at`: in which property."""

    target: Address
    there: bool = False
    at: tuple[str | int, ...] = ()


def read(ref: Ref, text: str, base: Address = SERVICE) -> Reference | None:
    """Read a short name, `/groups/partners`, or a full ARM id; None for what names nothing of these collections."""
    if text.lower().startswith("/subscriptions/"):
        address = Address.from_arm_id(text)
    elif "/" in text.strip("/") or text.startswith("/"):
        path = text.strip("/")
        address = Address(path) if len(path.split("/")) % 2 == 0 and path else None
        if address and not text.startswith("/"):
            return Reference(_near(ref, base, address.kind, address.name)) if _fits(ref, address) else None
    else:
        return Reference(_near(ref, base, ref.collections[0], text)) if len(ref.collections) == 1 and text else None
    return Reference(address, there=True) if address and _fits(ref, address) else None


def _near(ref: Ref, base: Address, collection: str, name: str) -> Address:
    """What a short name means: something in the same workspace, unless such things are the instance's alone."""
    return (base if ref.within or in_workspaces(collection) else SERVICE).child(collection, name)


def base_of(ref: Ref, address: Address) -> Address:
    """What the short names of a resource are looked for in: its scope, or what of one type is around it."""
    around = (one for one in (address, *address.ancestors) if ref.within and one.kind == ref.within)
    return next(around, address.scope)


def _fits(ref: Ref, address: Address) -> bool:
    return bool(address.name) and address.kind.lower() in {one.lower() for one in ref.types}


def comparable(ref: Ref, text: str) -> str:
    """One form of all ways to write the same reference: the address below the instance; of bare ones, the name."""
    found = read(ref, text)
    if found is None:
        return text.strip("/").lower()
    return found.target.name.lower() if ref.bare else found.target.key


def key_of(prop: Property, item: Any) -> str:
    """What tells an item of a keyed list from the others."""
    key = str(item.get(prop.keyed) if isinstance(item, Mapping) else item)
    by = prop.inside.get(prop.keyed)
    if by is not None and by.ref:
        return comparable(by.ref, key)
    return folded(key) if by is not None and by.folded else key


def wire(ref: Ref, text: str, address: Address) -> str:
    """A reference of the resource at an address as ARM takes it."""
    found = read(ref, text, base_of(ref, address))
    if found is None or (text.startswith("/") and not ref.bare):
        return text
    return found.target.name if ref.bare else f"/{found.target}"


def short(ref: Ref, text: str, address: Address, ours: Container[Address]) -> str:
    """A reference of the resource at an address as a spec writes it, the inverse of `wire`.

    That is by its short name to what is `ours`, else by its path.
    """
    base = base_of(ref, address)
    arm_id = text.lower().startswith("/subscriptions/")
    found = read(ref, text if arm_id or not text.startswith("/") else f"/{text.strip('/')}", base)
    if found is None or text in ref.words:
        return text
    target = found.target
    if target not in ours or (target.parent or SERVICE) != base:
        return f"/{target}"
    return target.name if len(ref.collections) == 1 else f"{target.kind}/{target.name}"


@dataclass(frozen=True, slots=True)
class Written:
    """A reference in the properties of a resource, as it is written."""

    ref: Ref
    text: str
    loc: tuple[str | int, ...]


def written(kind: Kind, properties: Mapping[str, Any]) -> Iterator[Written]:
    """All of them, malformed ones too; of a list of references each one."""
    for place in visit(properties_of(kind), properties, "ref"):
        ref, value = place.prop.ref if place.prop else None, place.value
        several = enumerate(value) if isinstance(value, list) else ()
        if ref and isinstance(value, str) and value:
            yield Written(ref, value, place.loc)
        yield from (Written(ref, text, (*place.loc, at)) for at, text in several if ref and isinstance(text, str))


def malformed(kind: Kind, properties: Mapping[str, Any]) -> Iterator[Written]:
    """Those that are neither a name, nor a path or an id of what they may lead to."""
    return (one for one in written(kind, properties) if one.text not in one.ref.words and not read(one.ref, one.text))


def as_sent(kind: Kind, properties: Properties, address: Address) -> Properties:
    """The properties with every reference as ARM takes it."""
    result = properties
    for one in written(kind, properties):
        result = _put(result, one.loc, wire(one.ref, one.text, address))
    return result


def _put(body: Any, loc: tuple[Any, ...], value: Any) -> Any:
    """A copy of a body with another value at one place."""
    if not loc:
        return value
    if isinstance(body, Mapping):
        return {**body, loc[0]: _put(body[loc[0]], loc[1:], value)}
    return [_put(item, loc[1:], value) if index == loc[0] else item for index, item in enumerate(body)]


def referring(kind: Kind, name: str, properties: Mapping[str, Any], address: Address) -> Iterator[Reference]:
    """All that the resource at an address refers to; `name`: its own, or that of a link as the spec writes it."""
    if kind.leads_to:
        ref = Ref((kind.leads_to,), within=kind.leads_within)
        found = read(ref, name, base_of(ref, address))
        yield from (found,) if found else ()
    for one in written(kind, properties):
        found = read(one.ref, one.text, base_of(one.ref, address))
        if found:
            yield Reference(found.target, found.there, one.loc)


def mentioned(kind: Kind, properties: Mapping[str, Any], scope: Address = SERVICE) -> Iterator[Address]:
    """All that a resource's documents and texts refer to; a named value by its display name."""
    inside = properties_of(kind)
    for place in visit(inside, properties, "document") if holds(kind, "document") else ():
        for one in policyxml.references(place.value) if isinstance(place.value, str) else ():
            yield scope.child(one.collection, one.name)
    for place in visit(inside, properties, "interpolated") if holds(kind, "interpolated") else ():
        for _, text in texts(place.value):
            yield from (scope.child(*one) for one in policyxml.named_values(text))


@cache
def holds(kind: Kind, about: str) -> bool:
    """Whether an attribute is true of any property of a kind."""
    return any(bears(one, about) for one in properties_of(kind).values())


def texts(value: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in a value, and where in it."""
    several = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in several:
        yield from texts(item, (*loc, key))
    if isinstance(value, str):
        yield loc, value


def handled(kind: Kind, address: Address, properties: Mapping[str, Any]) -> Address:
    """The address that mentions of a resource have: of some kinds they don't give its name."""
    handle = str(properties.get(kind.handle) or address.name) if kind.handle else ""
    return address.scope.child(kind.type, handle) if handle else address


def refers(kind: Kind, address: Address, properties: Mapping[str, Any]) -> Iterator[Address]:
    """The addresses of all that a resource refers to; a named value has its display name there."""
    yield from (one.target for one in referring(kind, address.name, properties, address))
    yield from mentioned(kind, properties, address.scope)
    if kind.follows and address.parent:
        yield address.parent.child(kind.follows, address.name)
