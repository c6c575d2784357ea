"""What a kind of resource is: one frozen descriptor that every stage reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from provision.address import Address
    from provision.kinds.facts import Facts
    from provision.kinds.table import Property
    from provision.resource import Resource

Properties = dict[str, Any]


class Shape(Enum):
    """How a parent's node in the spec writes its children of one kind."""

    ROOT = "root"  # the resource group and the instance: a key of the document
    MAP = "map"  # name -> properties
    LINKS = "links"  # a list of names of other resources
    POLICY = "policy"  # the one of its kind, written as a text
    ONE = "one"  # the one of its kind, with properties


class Where(Enum):
    """Where resources of a kind may live."""

    SERVICE = "service"
    WORKSPACE = "workspace"


EVERYWHERE: Final = frozenset(Where)
IN_SERVICE: Final = frozenset({Where.SERVICE})


@dataclass(frozen=True, slots=True)
class Names:
    """What ARM accepts as names of a kind."""

    pattern: str = ""
    longest: int = 256
    words: tuple[str, ...] = ()  # the only ones there are


@dataclass(frozen=True, slots=True)
class Linked:
    """The form that a link has in workspaces: its collection there, and the property that holds the other end's id.

    `turned`: the collection is one of what the link leads to, as the APIs of a tag are.
    """

    collection: str
    key: str
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Revisions:
    """The properties of a revision: its number, what it is made a copy of, and whether it is the current one."""

    number: str
    source: str
    current: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The property that names a revision in a spec, and the one in which ARM takes its path."""

    names: str
    sent: str


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


def _over(parent: Properties, own: Properties) -> Properties:
    return {**parent, **own}


def _same(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One kind of resource. `authority` is Microsoft's own description of it."""

    type: str  # below the instance, as in addresses: "apis/operations"
    title: str
    about: str  # one sentence
    authority: str
    key: str  # in the spec: the key of the parent's node (or of the document) that holds these
    shape: Shape = Shape.MAP
    table: str = ""  # the entry of the table of facts, where that isn't the type
    facts: Facts = field(default_factory=lambda: MappingProxyType({}))
    own: tuple[Property, ...] = ()  # keys of a spec that ARM's resource doesn't have
    names: Names = field(default_factory=lambda: Names(r"^[^*#&+:<>?/%\\]+$"))
    apart: bool = False  # each of its names has properties of its own, and an entry in the table
    only: str = ""  # of the one of its kind: the name that it has in ARM
    where: frozenset[Where] = IN_SERVICE
    counted: bool = False  # where the spec doesn't have the key, what there is is counted all the same, and told
    belongs: bool = False  # to its parent: one that the spec doesn't have is drift even where the key isn't written
    partial: bool = False  # only what the spec writes is compared and sent
    patched: bool = False  # updated by a PATCH of what changed, not by a PUT of everything
    factory: frozenset[str] = frozenset()  # names that Azure makes by itself
    made_by_azure: Callable[[Resource], bool] | None = None  # where names alone don't tell
    made_elsewhere: str = ""  # who makes it: it can't be created here
    undeletable: frozenset[str] = frozenset()  # names of those that Azure has always and lets nobody delete
    comes_along: bool = False  # what Azure makes comes with other resources, declared ones too: exclusive lets it be
    in_new_instances: frozenset[str] = frozenset()  # addresses of those that it may put into a new instance
    # Of those, the properties that they have there: what is still so need not stand in a spec.
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    # paths of properties that only ever come back, and that the table does not know
    returned: frozenset[str] = frozenset()
    list_omits: frozenset[str] = frozenset()  # properties that lists were recorded without
    reveal: str = ""  # the POST that answers with what is secret and GET doesn't show, under the same names
    handle: str = ""  # the property that policies name its members by, where that isn't the id
    file: str = ""  # in a spec of several files: the name of the one that each has, in a folder of its own
    revision: str = ""  # what parts a name from a revision's: that one lies beside, and belongs to it
    per_revision: bool = False  # each revision of what it lies in has its own
    revisions: Revisions | None = None  # how a revision says what it is
    # A child in a spec that lies beside its parent: what stands between the parent's name and its own; and all of its
    # properties, made of the parent's and its own.
    beside: str = ""
    completed: Callable[[Properties, Properties], Properties] = _over
    closing: Closing | None = None  # written after all else in what it lies in, since it makes a revision current
    to_wire: Callable[[Properties], Properties] = _same  # from the spec's properties to ARM's
    normal: Callable[[Properties], Properties] = _same  # one form for what Azure treats as the same
    check: Callable[[Properties], Iterable[Finding]] = _nothing
    applies_to: str = ""  # of a policy: what Microsoft's documentation calls its scope
    leads_to: str = ""  # the collection that its name is one of: of a link, and of what describes another resource
    follows: str = ""  # the collection beside it whose member of the same name is there first
    leads_within: str = ""  # the type of what that collection lies in: the one around it; else the scope
    linked: Linked | None = None  # of a link: how it is written in workspaces
    read_options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # of the SDK's get
    delete_options: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))  # of the SDK's delete
    always_there: bool = False  # Azure makes it with what it lies in, and answers even the first PUT as a change
    ends_with_last: str = ""  # the type of what is in it: Azure removes it with the last of those
    traceless: bool = False  # no ETags, and the first PUT is answered as a change too
    has_subscribers: bool = False  # users' keys to it die with it
    holds_keys: bool = False  # with which users call: they die only where that was said
    one_writer: bool = False  # at a time, for it, what lies in it and the links to it
    claims: Callable[[Properties], Iterable[Claim]] = _nothing

    @property
    def is_link(self) -> bool:
        """Whether it exists or doesn't, and has no properties."""
        return self.shape is Shape.LINKS

    @property
    def is_single(self) -> bool:
        """Whether its parent has one at most, which has no name of its own."""
        return self.shape in (Shape.POLICY, Shape.ONE)

    @property
    def unsent(self) -> frozenset[str]:
        """Keys of a spec that ARM's resource doesn't have."""
        return frozenset({self.closing.names} if self.closing else ())

    @property
    def of(self) -> str:
        """Its entry in the table of facts."""
        return self.table or self.type

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

    @property
    def removable(self) -> bool:
        """Whether there are members that can be deleted."""
        return not self.names.words or not {one.lower() for one in self.names.words} <= self.undeletable

    def is_bare(self, one: Resource) -> bool:
        """Whether there is nothing of it to delete: Azure has it always, and it is as Azure made it."""
        return self.always_there and self.is_azures(one)

    def stays(self, address: Address) -> bool:
        """Whether nobody can delete this one. Of such a one only what the spec says is compared and sent."""
        return address.name.lower() in self.undeletable

    def comes_with_others(self, address: Address) -> bool:
        """Whether Azure makes this one together with what it lies in."""
        return self.comes_along and address.name.lower() in self.factory

    def is_azures(self, one: Resource) -> bool:
        """Whether Azure made this one."""
        return self.made_by_azure(one) if self.made_by_azure else one.address.name.lower() in self.factory
