"""Random instances: what the table of facts and the kinds allow, as ARM takes it.

Nothing here knows a kind by its name: a new one is drawn as soon as it is in KINDS. What no table tells, such as what
a URL looks like, follows from the names of properties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zlib import crc32

from provision.address import SERVICE, Address
from provision.kinds import KINDS, Kind, Shape, children_at, kind_of
from provision.kinds.collections import collections
from provision.kinds.facts import Ref
from provision.kinds.references import base_of
from provision.kinds.table import named_of, outside_of, properties_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

from provision.kinds.table import Property

TRICKY = (
    *("yes", "No", "null", "~", "0o17", "1e5", "12:30:00", "2001-01-01", "true", "1.", "=", "<<", "- x", "#x", "a: b"),
    *(
        "$",
        "$$",
        "${HOME}",
        "${secret:X}",
        "a$b",
        "$${X}",
        "{{x}}",
        '"',
        "'",
        "\\",
        "a\nb\n",
        "a\n  b",
        " lead",
        "trail ",
    ),
    *("é", "日本", "😀", "\u00a0", "a\tb", "x\r\ny", "%", "&amp;", "<b>", "@(1 < 2)", "!x", "*x", "|", ">", "?", "[x]"),
)
_SET = '<set-header name="x"><value>'
DOCUMENTS = MappingProxyType(
    {
        "policies": (
            "<policies><inbound><base /></inbound><backend><base /></backend></policies>",
            f'<policies>\n\t<inbound> \n{_SET}@(1 < 2 ? "a$" : "${{x}}")</value></set-header>\n</inbound>\n</policies>',
            '<policies>\r\n<outbound><set-body>@{ return "é 😀 $$" + (1 < 2); }</set-body></outbound></policies>',
        ),
        "fragment": (
            f"<fragment>{_SET}1</value></set-header></fragment>",
            '<fragment>\n\t<set-variable name="v" value="@(1 < 2)" />\n</fragment>',
        ),
        "http-data-source|sql-data-source|cosmosdb-data-source": (
            "<http-data-source><http-request><set-method>GET</set-method></http-request></http-data-source>",
        ),
    }
)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
ODD = "ABCéß日 -_.~!$'(),;=@[]^`{|}"
# What a property's name says of its value; a word makes it.
LOOKS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        r"urlTemplate": lambda word: f"/{word}/{{id}}?q={{q{word}}}",
        r"\w*(url|uri|endpoint)": lambda word: f"https://{word}.example.com/{word}?a=$b",
        r"\w*email\w*": lambda word: f"{word}@example.com",
        r"\w*(date|time)": lambda _: "2031-05-06T07:08:09Z",
        r"\w*(window|interval|duration)": lambda _: "PT1H",
    }
)


@dataclass
class Put:
    """One resource as it is put."""

    address: Address
    properties: dict[str, Any]
    least: dict[str, Any]  # the same with nothing that need not be there

    target: Address | None = None  # of a link in a workspace, which is written in another form there

    @property
    def kind(self) -> Kind:
        return kind_of(self.address.kind)

    @property
    def path(self) -> str:
        """Where it is put."""
        form = self.kind.linked if self.address.in_workspace else None
        if form is None or self.target is None:
            return self.address.text
        holder = self.target if form.turned else self.address.parent
        return f"{holder}/{form.collection}/{crc32(self.address.key.encode()):x}"  # an id of its own

    def body(self, *, least: bool = False) -> dict[str, Any]:
        """The body of its PUT."""
        if self.kind.is_link:
            form = self.kind.linked if self.address.in_workspace else None
            return {"properties": {form.key: f"/{self.address.parent if form.turned else self.target}"}} if form else {}
        given = self.kind.to_wire(dict(self.least if least else self.properties))
        outside = outside_of(self.kind)
        inner = {name: value for name, value in given.items() if name not in outside}
        return {**{name: value for name, value in given.items() if name in outside}, "properties": inner}


@dataclass
class Instance:
    """A random instance that grows: what is put into a new one, in this order, and what is deleted from it first."""

    random: Random
    gone: list[Address]
    factory: frozenset[Address]
    puts: list[Put] = field(default_factory=list)
    drawn: set[str] = field(default_factory=set)  # kinds
    claimed: set[Any] = field(default_factory=set)
    there: dict[str, list[Address]] = field(default_factory=dict)  # by kind

    def add(self, one: Put) -> None:
        self.puts.append(one)
        self.note(one.address)

    def note(self, address: Address) -> None:
        self.there.setdefault(address.kind.lower(), []).append(address)

    def inside(self, parent: Address) -> None:
        """What lies in one resource, outermost first, and no links."""
        kinds = [kind for kind in children_at(parent) if kind.shape is not Shape.ROOT and not kind.is_link]
        kinds = [kind for kind in kinds if not kind.made_elsewhere]
        for kind in in_order([one for one in kinds if not (one.follows or one.closing)]):
            least = int(kind.type not in self.drawn)  # one of each at least
            self.drawn.add(kind.type)
            count = max(least, self.random.choice((0, 1) if kind.is_single else (0, 1, 2)))
            for _ in range(count):
                # One that is named by another resource is given the name of such a one.
                name = next(iter(self.targets(kind, parent)), "") if kind.leads_to else kind.only or self.name(kind)
                if name:
                    self.resource(kind, parent.child(kind.collection, name))

    def links(self) -> None:
        """The links of everything that is there."""
        for parent in [SERVICE, *(one.address for one in self.puts)]:
            kinds = children_at(parent)
            for kind in (kind for kind in kinds if kind.is_link):
                for name in self.targets(kind, parent):
                    target = base_of(leading(kind), parent).child(kind.leads_to, name) if kind.leads_to else None
                    self.add(Put(parent.child(kind.collection, name), {}, {}, target))
            for kind in (kind for kind in kinds if kind.follows):
                first = self.there.get(f"{parent.kind}/{kind.follows}".lower(), ())
                for one in [one for one in first if one.parent == parent and self.random.random() < 0.5]:
                    self.resource(kind, parent.child(kind.collection, one.name))

    def targets(self, kind: Kind, parent: Address) -> list[str]:
        if not kind.leads_to:
            return [name for _ in range(self.random.randint(1, 2)) if (name := self.name(kind))][:1]
        ref = leading(kind)
        base = base_of(ref, parent)
        fit = {one.name for one in self.there.get(ref.types[0].lower(), ()) if one.parent == base}
        free = sorted(name for name in fit if not self.has(parent.child(kind.collection, name)))
        return self.random.sample(free, min(len(free), self.random.randint(1, 2)))

    def has(self, address: Address) -> bool:
        return address in self.there.get(address.kind.lower(), ())

    def name(self, kind: Kind) -> str:
        """A name that a kind takes: a plain one mostly; empty where none is found."""
        if kind.names.words:
            return self.random.choice(kind.names.words)
        for _ in range(20):
            odd = self.random.random() < 0.3
            name = self.word() + ("".join(self.random.choices(ODD, k=3)) + self.word() if odd else "")
            if re.search(kind.names.pattern, name) and len(name) <= kind.names.longest:
                return name
        return ""

    def word(self) -> str:
        return self.random.choice(LETTERS[:26]) + "".join(self.random.choices(LETTERS, k=self.random.randint(2, 7)))

    def resource(self, kind: Kind, address: Address) -> None:
        """One resource, if the kind and the rest of the instance allow it."""
        if self.has(address) and (address not in self.factory or address in {one.address for one in self.puts}):
            return
        inside = properties_of(kind, address.name)
        least = self.properties({name: prop for name, prop in inside.items() if prop.required}, address)
        least |= dict.fromkeys(named_of(kind), address.name)
        wished = {**self.properties(inside, address), **least}
        if address in self.factory:  # what can't be changed stays as Azure made it
            wished = {name: value for name, value in wished.items() if not inside[name].fixed}
        full = self.allowed(kind, wished, least)
        if full is None or None in least.values() or (kind.partial and not full):
            return
        keys = {(address.parent, kind.type, one.what, one.value) for one in kind.claims(kind.normal(dict(full)))}
        if keys & self.claimed:
            return
        self.claimed |= keys
        self.add(Put(address, full, {name: value for name, value in full.items() if name in least}))
        self.inside(address)

    def allowed(self, kind: Kind, full: dict[str, Any], least: dict[str, Any]) -> dict[str, Any] | None:
        """The properties without those that the kind says can't stand there; None where it takes not even the least."""
        for _ in range(9):
            found = list(kind.check(full))
            if not found:
                return full
            wrong = ({name for one in found for name in one.about} & full.keys()) - least.keys()
            full = {name: value for name, value in full.items() if name not in wrong} if wrong else dict(least)
        return None

    def properties(self, inside: Mapping[str, Property], address: Address) -> dict[str, Any]:
        """Some of these properties, those that must be there among them."""
        found: dict[str, Any] = {}
        for name, prop in inside.items():
            if not prop.written or prop.mirrored or not (prop.required or self.random.random() < 0.5):
                continue
            value = self.value(prop, address)
            if value is not None or prop.required:
                found[name] = value
        return found

    def value(self, prop: Property, address: Address) -> Any:
        """A value; None where there is none, since nothing is there that it could refer to."""
        if not prop.many:
            return self.one(prop, address)
        several = [one for _ in range(self.random.randint(1, 2)) if (one := self.one(prop, address)) is not None]
        if prop.many == "map":
            return {self.word(): one for one in several} or None
        return distinct(prop, several) or None

    def one(self, prop: Property, address: Address) -> Any:
        if prop.nested:
            found = self.properties(prop.inside, address)
            key = prop.inside.get(prop.keyed)
            return found | ({key.name: self.value(key, address)} if key and key.name not in found else {}) or None
        if prop.ref:
            return self.reference(prop.ref, address)
        return self.leaf(prop)

    def reference(self, ref: Ref, address: Address) -> str | None:
        fit = [one for name in ref.types for one in self.there.get(name.lower(), ())]
        fit = [one for one in fit if one.parent == base_of(ref, address) and one != address]
        words = [*ref.words, *(one.name if ref.bare else f"/{one}" for one in fit)]
        return self.random.choice(words) if words else None

    def leaf(self, prop: Property) -> Any:
        """A value of a property without properties."""
        if prop.words:
            return self.random.choice(prop.words)
        if prop.document:
            return self.random.choice(DOCUMENTS[prop.document])
        if prop.type == "boolean":
            return self.random.random() < 0.5
        if prop.type in ("integer", "number"):
            least = max(prop.least if prop.least is not None else 0, 0)
            return self.random.randint(least, min(prop.most if prop.most is not None else 1000, least + 1000))
        if prop.type == "string":
            return self.text(prop)
        return {self.word(): self.random.choice((self.word(), *TRICKY))}

    def text(self, prop: Property) -> str | None:
        """A text that a property takes; None where none is found."""
        look = next((make for name, make in LOOKS.items() if re.fullmatch(name, prop.name, re.IGNORECASE)), None)
        for attempt in range(20):
            odd = self.random.random() < 0.5 and not prop.pattern and not prop.secret  # which has four characters
            plain = self.random.choice(TRICKY) if odd else self.word()
            text = look(self.word()) if look and attempt < 10 else f"{plain}-{plain}" if prop.secret else plain
            fits = (prop.shortest or 1) <= len(text) <= (prop.longest or 10_000)
            if fits and (not prop.pattern or re.search(prop.pattern, text)):
                return text
        return None


def leading(kind: Kind) -> Ref:
    """How a link names what it leads to."""
    return Ref((kind.leads_to,), within=kind.leads_within)


def distinct(prop: Property, items: list[Any]) -> list[Any]:
    """Items of a list: of a set each once, of a keyed list each key once."""
    if not prop.keyed and not prop.any_order:
        return items
    return list({str(item.get(prop.keyed) if prop.keyed else item).lower(): item for item in items}.values())


def in_order(kinds: list[Kind]) -> Iterator[Kind]:
    """Kinds after those that they, or what lies in them, may refer to."""
    waiting = list(kinds)
    while waiting:
        free = [one for one in waiting if not needs(one) & {other.type for other in waiting if other is not one}]
        for one in free or waiting[:1]:
            yield one
            waiting.remove(one)


def needs(kind: Kind) -> set[str]:
    below = [one for one in KINDS if one.type == kind.type or one.type.startswith(f"{kind.type}/")]
    return {name for one in below for name in _refs(properties_of(one))}


def _refs(inside: Mapping[str, Property]) -> Iterator[str]:
    for prop in inside.values():
        yield from prop.ref.collections if prop.ref else ()
        yield from _refs(prop.inside)


def builtin(known: AbstractSet[Address]) -> list[Address]:
    """What is there by name alone, of kinds that nothing more is known of."""
    every = {SERVICE.child(one.name, name) for one in collections() for name in one.factory}
    return sorted(one for one in every - known if not any(one.kind == other.kind for other in known))


def instance(random: Random) -> Instance:
    """An instance with something of every kind, as far as chance has it."""
    made = sorted({Address(text) for kind in KINDS for text in kind.in_new_instances})
    outer = [one for one in made if one.parent == SERVICE and kind_of(one.kind).shape is Shape.MAP]
    mortal = [one for one in outer if not kind_of(one.kind).stays(one)]
    gone = random.sample(mortal, random.randint(0, min(2, len(mortal))))
    kept = frozenset(one for one in made if not any(one.within(other) for other in gone))
    found = Instance(random, gone, kept)
    for one in (*sorted(kept), *builtin(frozenset(made))):
        found.note(one)
    found.inside(SERVICE)
    for one in random.sample(sorted(one for one in kept if one in mortal), random.randint(0, 1)):
        found.resource(kind_of(one.kind), one)
    found.links()
    return found
