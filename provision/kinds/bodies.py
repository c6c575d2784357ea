"""What is sent: bodies made of what Azure has and what a spec wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from provision.kinds.canonical import canonical, unsure
from provision.kinds.combine import UNSAID, Take, combine
from provision.kinds.table import properties_of

if TYPE_CHECKING:
    from provision.kinds.kind import Kind, Properties
    from provision.kinds.table import Property


def update_body(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> Properties:
    """The PUT that makes `observed` what `desired` says.

    What provision doesn't know keeps its value, since a PUT replaces everything; what it knows and `desired` omits is
    not sent, so that it falls back to the service's default.
    """
    return combine(properties_of(kind), observed, desired, _over)


def _over(prop: Property | None, _: str, old: Any, new: Any) -> Take:
    said = new is not UNSAID and new is not None
    if prop is None or prop.left_out:
        return Take.NEW if said else Take.OLD
    if prop.read_only:
        return Take.NEW if said else Take.NEITHER
    if said:
        return Take.BOTH if prop.nested and old else Take.NEW
    # What is in it and unknown is kept; an item that isn't wanted is not.
    inner = prop.nested and prop.name and not prop.many and not prop.mirrored and isinstance(old, Mapping)
    return Take.BOTH if inner and new is UNSAID else Take.NEW


def outspoken(kind: Kind, desired: Mapping[str, Any], source: Mapping[str, Any]) -> Properties:
    """What a PUT that copies `source` has to say beside `desired`: it takes over what it isn't told. Recorded.

    Whether null is told enough isn't: so what can be empty is sent so. [?]
    """
    inside, have, want = properties_of(kind), canonical(kind, source), canonical(kind, desired)
    unsaid = (name for name in have if name not in desired and have[name] != want.get(name))
    return {name: want[name] if name in want else _blank(inside[name], have[name]) for name in unsaid}


def _blank(prop: Property, value: Any) -> Any:
    if prop.many:
        return [] if prop.many == "list" else {}
    if prop.nested:
        return {name: _blank(prop.inside[name], below) for name, below in value.items()}
    return "" if prop.type == "string" else None


def holds(kind: Kind, observed: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a resource is what was sent; of a kind that is sent in part, that part of it."""
    given = {name: observed[name] for name in unsure(kind, sent) if name in observed}
    found, wanted = canonical(kind, observed), canonical(kind, {**sent, **given})
    if not kind.partial:
        return found == wanted
    both = canonical(kind, merged(kind, observed, sent))
    return all(found.get(name) == value for name, value in both.items())


def kept(
    kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any], ignores: Callable[[str], bool]
) -> Properties:
    """`desired` with the observed value of every property whose path `ignores` is true of."""

    def choose(prop: Property | None, at: str, _: Any, new: Any) -> Take:
        if ignores(at):
            return Take.OLD
        looks_inside = prop and (prop.keyed or prop.many == "map" or (prop.nested and not prop.many))
        if not looks_inside or (prop and not prop.name and new is UNSAID):
            return Take.NEW
        return Take.BOTH

    return combine(properties_of(kind), observed, desired, choose)


def fragment(kind: Kind, desired: Mapping[str, Any], ignores: Callable[[str], bool]) -> Properties:
    """What `desired` says of a kind whose rest isn't ours, without every property whose path `ignores` is true of."""
    return kept(kind, {}, desired, ignores)


def merged(kind: Kind, observed: Mapping[str, Any], desired: Mapping[str, Any]) -> Properties:
    """The properties of `desired`, and within them what `observed` has beside: of a kind whose rest isn't ours.

    Of items with a key the spec says only what it writes; a list without keys it says whole.
    """
    return combine(properties_of(kind), {name: observed.get(name) for name in desired}, desired, _beside)


def writable(kind: Kind, body: Mapping[str, Any]) -> Properties:
    """What of a body can be sent back."""
    inside = properties_of(kind)
    return {name: value for name, value in body.items() if name not in inside or not inside[name].read_only}


def _beside(prop: Property | None, _: str, old: Any, new: Any) -> Take:
    if new is UNSAID:
        return Take.OLD
    looks_inside = prop is not None and not prop.whole and (prop.nested or prop.many == "map") and old
    return Take.BOTH if looks_inside and new is not None else Take.NEW
