"""What a spec may hold, as properties in properties: the kinds' own, their children's, and the document's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds import KINDS, Kind, Shape, Where, children_of, kind_of
from provision.kinds.table import Property, properties_of

if TYPE_CHECKING:
    from provision.kinds.kind import Names

LIFECYCLE: Final = "lifecycle"
FREE: Final = "x-"  # keys of the document that begin so are the user's own, for anchors above all
_PATTERN: Final = r"^[^#&+:<>?/%\\]+$"  # a name in which * is any run of characters
_LONGEST_ID: Final = 1000  # characters of a full ARM id


class Lazy(Mapping[str, Property]):
    """Properties that are made when somebody looks: a spec uses few of the kinds."""

    def __init__(self, make: Callable[[], Mapping[str, Property]]) -> None:
        self._make = cache(make)

    def __getitem__(self, name: str) -> Property:
        return self._make()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())


_LIFECYCLE: Final = Property(
    LIFECYCLE,
    "object",
    inside=MappingProxyType(
        {
            "prevent_destroy": Property("prevent_destroy", "boolean"),
            "ignore_changes": Property("ignore_changes", "string", many="list"),
        }
    ),
    about="What must not happen to this resource.",
)


def in_document(kind: Kind) -> bool:
    """Whether a kind is a key of the document itself: what lies directly in the instance is."""
    return kind.shape is Shape.ROOT or kind.parent == "service"


@cache
def node(kind: Kind, where: Where = Where.SERVICE) -> Property:
    """What stands in the spec for one resource of a kind: its properties, its children and its lifecycle."""
    arm = f"workspaces/{kind.type}" if where is Where.WORKSPACE else kind.type
    if kind.shape is Shape.POLICY:
        return Property(kind.key, "string", about=kind.about, kind=arm)
    if kind.is_link:
        return Property(kind.key, "string", many="list", kind=arm, about=kind.about, **_link(kind))
    return Property(kind.key, "object", inside=Lazy(partial(_inside, kind, where)), kind=arm, about=_about(kind))


def _about(kind: Kind) -> str:
    return f"{kind.about} {kind.authority}"


def _link(kind: Kind) -> dict[str, Any]:
    """A name, /groups/name or a full id; or a name of the link's own."""
    if not kind.leads_to:
        return _named(kind.names)
    return {"pattern": rf"^(?:/(?:.+/)?{kind.leads_to}/)?[^*#&+:<>?/%\\]+$", "shortest": 1, "longest": _LONGEST_ID}


def _named(names: Names) -> dict[str, Any]:
    if names.words:
        return {"words": names.words}
    return {"pattern": names.pattern, "shortest": 1, "longest": names.longest}


def _with_revisions(kind: Kind) -> Names:
    """A revision can be gone too."""
    if not kind.revision:
        return kind.names
    pattern = kind.names.pattern.removesuffix("$") + rf"(?:{kind.revision}[^*#&+:<>?/%\\;=]+)?$"
    return replace(kind.names, pattern=pattern)


def _inside(kind: Kind, where: Where) -> dict[str, Property]:
    found = {name: prop for name, prop in properties_of(kind).items() if prop.written}
    place = Where.WORKSPACE if kind.type == "workspaces" else where
    for child in children_of(kind, where):
        if not in_document(child) or kind.type == "workspaces" or child.shape is Shape.POLICY:
            found[child.key] = field(child, place)
    return {**found, LIFECYCLE: _LIFECYCLE}


def _apart(kind: Kind, name: str) -> Property:
    """What stands under one of the names of a kind of which each has properties of its own."""
    found = {key: prop for key, prop in properties_of(kind, name).items() if prop.written}
    return Property(name, "object", inside=MappingProxyType({**found, LIFECYCLE: _LIFECYCLE}), about=_about(kind))


@cache
def own(kind: Kind) -> Property:
    """The properties of one resource, without its children and its lifecycle."""
    return Property(kind.key, "object", inside=properties_of(kind))


@cache
def field(kind: Kind, where: Where = Where.SERVICE) -> Property:
    """What stands under a kind's key."""
    one = node(kind, where)
    if kind.shape is not Shape.MAP:
        return one
    if kind.apart:
        inside = {name: _apart(kind, name) for name in kind.names.words}
        return Property(kind.key, "object", inside=MappingProxyType(inside), kind=one.kind, about=one.about)
    names = Property("", "string", **_named(kind.names))
    return Property(kind.key, "object", many="map", inside=one.inside, names=names, kind=one.kind, about=one.about)


@cache
def document() -> Property:
    """The whole document."""
    return Property("", "object", inside=Lazy(_document), about="An Azure API Management instance and what is in it.")


def _document() -> dict[str, Property]:
    collections = [kind for kind in KINDS if in_document(kind) and kind.shape is not Shape.ROOT]
    named = [kind for kind in collections if kind.shape is Shape.MAP and kind.removable]
    absent = {
        kind.key: Property(kind.key, "string", many="list", **_named(_with_revisions(kind)), about=kind.title)
        for kind in named
    }
    return {
        "spec": Property("spec", words=(1,), required=True, about="the version of this language"),
        "include": Property(
            "include", "string", many="list", shortest=1, about="further files of this spec, such as apis/*/api.yaml"
        ),
        "resourceGroup": _required(node(kind_of("resourceGroup"))),
        "service": _required(node(kind_of("service"))),
        **{kind.key: field(kind) for kind in collections},
        "absent": Property("absent", "object", inside=MappingProxyType(absent), about="what must not exist, by name"),
        "exclusive": _exclusive(named),
    }


def _exclusive(named: list[Kind]) -> Property:
    """A list of collections, or a map from them to `true` or a pattern."""
    about = "collections in which only what is declared may exist; with a pattern, of what it names"
    patterns = {
        kind.key: Property(
            kind.key, words=(True,), otherwise=Property(kind.key, "string", pattern=_PATTERN, shortest=1, longest=256)
        )
        for kind in named
    }
    parts = Property("exclusive", "object", inside=MappingProxyType(patterns))
    words = tuple(kind.key for kind in named)
    return Property("exclusive", "string", many="list", words=words, about=about, otherwise=parts)


def _required(prop: Property) -> Property:
    return Property(prop.name, prop.type, inside=prop.inside, required=True, about=prop.about, kind=prop.kind)


def used(tree: Mapping[str, Any]) -> frozenset[str]:
    """The types of the kinds that a spec's data has something of."""
    found: set[str] = set()
    _note(document(), tree, found)
    return frozenset(found)


def _note(prop: Property, value: Mapping[str, Any], found: set[str]) -> None:
    """Look through the nodes of resources, not through their properties."""
    children = _children(prop)
    for key in children.keys() & value.keys():
        child, below = children[key], value[key]
        found.add(child.kind)
        several = below.values() if child.many == "map" and isinstance(below, Mapping) else (below,)
        for one in several:
            if isinstance(one, Mapping) and child.type == "object":
                _note(child, one, found)


@cache
def _children(prop: Property) -> Mapping[str, Property]:
    return {name: one for name, one in prop.inside.items() if one.kind}
