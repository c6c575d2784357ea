"""What a kind of resource is: one frozen descriptor that every stage reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.address import SERVICE, Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from provision.kinds.model import Model

    ModelClass = type[Model]

Properties = dict[str, Any]


class Shape(Enum):
    """How a parent's node in the spec writes its children of one kind."""

    ROOT = "root"  # the resource group and the instance: a key of the document
    MAP = "map"  # name -> properties
    LINKS = "links"  # a list of names of other resources
    SINGLE = "single"  # the one of its kind, written as a text


@dataclass(frozen=True, slots=True)
class Sdk:
    """The operation group of azure-mgmt-apimanagement (or -resource) that serves a kind, and how its methods differ."""

    group: str
    list: str = ""
    put: str = "create_or_update"
    update: str = ""  # a PATCH, where that is safer than a PUT of everything
    delete: str = "delete"
    if_match: bool = True  # PUT and DELETE take an ETag
    read: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    on_delete: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one resource of a spec; `at` is the path below the resource's own node.

    `of`: further properties that it follows from. Where one of them has a fault of its own, it is not told.
    """

    at: tuple[str | int, ...]
    what: str
    why: str = ""
    fix: str = ""
    of: tuple[str, ...] = ()

    @property
    def about(self) -> frozenset[str | int]:
        """The properties that it follows from."""
        return frozenset((*self.at[:1], *self.of))


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that only one resource may have at a time, made of the property at `at` and the properties `of`."""

    what: str
    value: tuple[str, ...]
    at: tuple[str | int, ...] = ()
    of: tuple[str, ...] = ()

    @property
    def about(self) -> frozenset[str | int]:
        """The properties that it follows from."""
        return frozenset((*self.at[:1], *self.of))


def _nothing(_: Properties) -> tuple[()]:
    return ()


def _same(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True, slots=True)
class Reference:
    """What is referred to. `there`: written as something that is there and not the spec's; `at`: in which property."""

    target: Address
    there: bool = False
    at: tuple[str, ...] = ()


def reference(collection: str, text: str) -> Reference | None:
    """Read a short name, `/groups/partners`, or a full ARM id; None for anything else."""
    if "/" not in text:
        return Reference(SERVICE.child(collection, text))
    full = text.lower().startswith("/subscriptions/")
    address = Address.from_arm_id(text) if full else Address(text.strip("/"))
    fits = address is not None and address.kind.lower() == collection.lower()
    return Reference(SERVICE.child(collection, address.name), there=True) if fits and address else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One kind of resource. `authority` is Microsoft's own description of it."""

    type: str  # below the instance, as in addresses: "apis/operations"
    title: str
    authority: str
    key: str  # in the spec: the key of the parent's node (or of the document) that holds these
    shape: Shape
    sdk: Sdk
    model: ModelClass | None = None  # None: a link, which exists or doesn't
    name: Any = str  # the type of its names in a spec
    top_level: frozenset[str] = frozenset()  # beside `properties` on the wire; everything else is inside
    read_only: frozenset[str] = frozenset()  # sent back by nobody
    belongs: bool = False  # to its parent: one that the spec doesn't have is drift even where the key isn't written
    partial: bool = False  # only what the spec writes is compared and sent
    factory: frozenset[str] = frozenset()  # names that Azure makes by itself
    in_new_instances: frozenset[str] = frozenset()  # addresses of those that it may put into a new instance
    list_omits: frozenset[str] = frozenset()  # properties that lists were recorded without
    revision: str = ""  # what parts a name from a revision's: such entries of lists are no resources of their own
    to_wire: Callable[[Properties], Properties] = _same  # from the spec's properties to ARM's
    normal: Callable[[Properties], Properties] = _same  # one form for what Azure treats as the same
    check: Callable[[Properties], Iterable[Finding]] = _nothing
    leads_to: str = ""  # of a link: the collection that its name is one of
    references: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # property -> collection
    always_there: bool = False  # Azure makes it with what it lies in, and answers even the first PUT as a change
    has_subscribers: bool = False  # users' keys to it die with it
    one_writer: bool = False  # at a time, for it, what lies in it and the links to it
    claims: Callable[[Properties], Iterable[Claim]] = _nothing

    def referring(self, name: str, properties: Mapping[str, Any]) -> Iterator[Reference]:
        """All that a resource refers to; `name`: of a link, its own, or as the spec writes it."""
        found = reference(self.leads_to, name) if self.leads_to else None
        if found:
            yield found
        for key, collection in self.references.items():
            text = properties.get(key)
            found = reference(collection, text) if isinstance(text, str) and text else None
            if found:
                yield replace(found, at=(key,))

    def refers(self, address: Address, properties: Mapping[str, Any]) -> Iterator[Address]:
        """The addresses of all that a resource refers to."""
        return (one.target for one in self.referring(address.name, properties))

    @property
    def collection(self) -> str:
        """The last segment of the type: `operations` of `apis/operations`."""
        return self.type.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The type of what this lies in: `service` for what lies in the instance, empty for the resource group."""
        if self.shape is Shape.ROOT:
            return "resourceGroup" if self.type == "service" else ""
        return self.type.rpartition("/")[0] or "service"
