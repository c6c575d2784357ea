"""One body as a spec writes it: without defaults and what only comes back, references by short name, secrets apart."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision import policyxml
from provision.kinds.canonical import canonical, form_of
from provision.kinds.confidential import is_reference
from provision.kinds.references import as_sent, short
from provision.kinds.table import ABSENT, Property, properties_of

if TYPE_CHECKING:
    from provision.address import Address
    from provision.kinds import Kind
    from provision.resource import Resource

Loc = tuple[str | int, ...]
_FIRST = ("name", "displayName")
# What the service calls that, where it isn't listed: recorded `Logger-Credentials--6a21f8b412d99120584f3ca9`.
_GENERATED = re.compile(r"(?:[A-Za-z-]+--)?[0-9a-f]{24}")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A secret in a body: where it stands, and its value as far as Azure shows it."""

    loc: Loc
    value: str | None


@dataclass(frozen=True, slots=True)
class _Form:
    """How bodies of one scope are written. `ours`: what may be referred to by its short name."""

    address: Address
    ours: Container[Address]
    kept: Container[Address]
    hidden: list[Hidden]

    def inside(self, inside: Mapping[str, Property], values: Mapping[str, Any], loc: Loc) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, prop in _ordered(inside):
            value = values.get(name)
            if not prop.written or prop.mirrored or (prop.named and value == self.address.name):
                continue
            if prop.is_secret(values) or (prop.secret and self.is_kept(value)):
                found = self.secret(prop, value, values, (*loc, name))
            elif prop.unseen(values) or _goes_without_saying(prop, value, values):
                continue
            else:
                found = self.value(prop, value, (*loc, name))
            if not _empty(found) or (prop.required and found is not None):
                result[name] = found
        return result

    def value(self, prop: Property, value: Any, loc: Loc) -> Any:
        if isinstance(value, list | tuple):
            found = [self.item(prop, item, (*loc, at)) for at, item in enumerate(value)]
            return sorted(found, key=str) if prop.any_order else found
        if prop.many == "map" and isinstance(value, Mapping):
            held = (key for key in sorted(value) if value[key] is not None)
            return {key: self.item(prop, value[key], (*loc, key)) for key in held}
        return self.item(prop, value, loc)

    def item(self, prop: Property, value: Any, loc: Loc) -> Any:
        if isinstance(value, Mapping):
            return self.inside(prop.inside, value, loc) if prop.nested else dict(value)
        if not isinstance(value, str) or not value:
            return value
        if prop.ref:
            return short(prop.ref, value, self.address, self.ours)
        return tidy(value) if prop.document else value

    def secret(self, prop: Property, value: Any, siblings: Mapping[str, Any], loc: Loc) -> Any:
        """A secret: what Azure shows of it, or an empty text in its place where it never does."""
        if not _empty(value) and not self.is_kept(value):
            self.hidden.extend(Hidden(at, text) for at, text in _texts(value, loc))
            return value
        if not (self.is_kept(value) or prop.unseen(siblings)) or (prop.write_only and prop.write_only.kept):
            return None
        self.hidden.append(Hidden(loc, None))
        return ABSENT

    def is_kept(self, value: Any) -> bool:
        """Whether a value is the name of what Azure keeps a secret in by itself."""
        if not is_reference(value):
            return False
        named = [self.address.scope.child(*one) for one in policyxml.named_values(value)]
        return any(one in self.kept or (_GENERATED.fullmatch(one.name) and one not in self.ours) for one in named)


def properties(
    kind: Kind, item: Resource, ours: Container[Address], kept: Container[Address] = frozenset()
) -> tuple[dict[str, Any], list[Hidden]]:
    """What a spec says of a resource, and the secrets in it, which stand there as ABSENT where Azure hides them.

    `kept`: what Azure made by itself, as values refer to it.
    """
    if kind.is_link:
        return {}, []
    form = _Form(item.address, ours, kept, [])
    found = form.inside(properties_of(kind, item.address.name), kind.normal(dict(item.body)), ())
    idle = _idle(kind, found)
    hidden = [one for one in form.hidden if one.value is not None or one.loc[:1] not in idle]
    found = {name: value for name, value in found.items() if value is not ABSENT or (name,) not in idle}
    return _without_derived(kind, found, item), hidden


def _idle(kind: Kind, found: Mapping[str, Any]) -> set[Loc]:
    """The secrets that the kind refuses beside what there is: the service has none there."""
    hidden = {name for name, value in found.items() if value is ABSENT}
    said = kind.check({name: "hidden" if value is ABSENT else value for name, value in found.items()}) if hidden else ()
    return {one.at[:1] for one in said if one.at[:1] and one.at[0] in hidden}


def _without_derived(kind: Kind, found: dict[str, Any], item: Resource) -> dict[str, Any]:
    """Without what the kind itself makes of the rest, where that comes to the same."""
    inside, same = properties_of(kind), canonical(kind, item.body, partial=False)
    for name in [name for name in found if not inside[name].required]:
        less = {key: value for key, value in found.items() if key != name and value is not ABSENT}
        sent = kind.to_wire(less)
        if name in sent and canonical(kind, as_sent(kind, sent, item.address), partial=False) == same:
            found = {key: value for key, value in found.items() if key != name}
    return found


def _goes_without_saying(prop: Property, value: Any, siblings: Mapping[str, Any]) -> bool:
    """Whether the service puts the same where nothing is said."""
    if prop.required:
        return value is None
    if _empty(value) or not _has_defaults(prop):
        return _empty(value)
    default = None if prop.default is ABSENT else prop.default
    usual = default(siblings) if callable(default) else default
    holder = Property("", "object", inside={prop.name: prop})
    return form_of(holder, siblings) == form_of(
        holder, {**siblings, prop.name: list(usual) if isinstance(usual, tuple) else usual}
    )


def _has_defaults(prop: Property) -> bool:
    return prop.default is not ABSENT or any(_has_defaults(one) for one in prop.inside.values())


def _ordered(inside: Mapping[str, Property]) -> Iterator[tuple[str, Property]]:
    """The name first, then what must be there."""
    yield from sorted(inside.items(), key=lambda item: (item[0] not in _FIRST, not item[1].required))


def _texts(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _texts(value[key], (*loc, key))
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _texts(item, (*loc, at))
    elif isinstance(value, str) and not is_reference(value):
        yield loc, value


def tidy(document: str) -> str:
    """A document with plain ends of lines, as far as that is the same document."""
    lines = document.replace("\r\n", "\n").strip().split("\n")
    stripped = _INDENT.sub(lambda match: match[0].expandtabs(4), "\n".join(line.rstrip() for line in lines))
    found = stripped if policyxml.canonical(stripped) == policyxml.canonical(document) else document
    return f"{found}\n" if "\n" in found else found


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)
