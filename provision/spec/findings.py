"""What is wrong with the resources of a spec, one by one and as a whole."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from provision import complaints, document
from provision.address import SERVICE
from provision.complaints import Later, now
from provision.errors import Problem
from provision.kinds import Shape, children_of, current_of, find
from provision.kinds.canonical import twins
from provision.kinds.collections import Collection, collection_of
from provision.kinds.references import malformed, referring
from provision.kinds.table import properties_of
from provision.schema import LIFECYCLE, own
from provision.schema.validator import validator_of
from provision.spec.nodes import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from provision.address import Address
    from provision.errors import Mark
    from provision.spec.nodes import Loc, Node


def findings(
    every: Sequence[Node],
    tree: document.Map,
    unsettled: AbstractSet[Mark],
    mentions: Mapping[Address, Mark],
    *,
    sound: bool,
) -> Iterator[Later]:
    """What the kinds have to say, and what only the whole spec shows.

    `mentions`: what policies refer to and the spec doesn't declare.
    `sound`: the data has passed its model. Of scalars at `unsettled` the value is not known.
    """
    declared = {node.address: node for node in reversed(every)}
    names: dict[tuple[Address, str], list[str]] = defaultdict(list)
    for address in declared:
        names[address.scope, address.kind].append(address.name)
    gone = _absent(tree)
    existing = any(node.properties.get("existing") in (True, "true") for node in every if node.address == SERVICE)
    for node in every:
        first = declared[node.address]
        if first is not node:
            yield now(complaints.same_name(place_of(tree, node), node.address, place_of(tree, first)))
        yield from _dangling(tree, node, declared, gone, names, existing=existing)
        yield from _idle_rules(tree, node)
        yield from _only_in_a_revision(tree, node, declared)
    for target in mentions.keys() & gone.keys():
        collection = collection_of(target.kind)
        title = collection.title if collection else target.kind
        yield now(complaints.absent_but_used(mentions[target], title, target.name))
    good = every if sound and not unsettled else [_judged(node, tree, unsettled) for node in every]
    yield from chain.from_iterable(_said(tree, node) for node in good)
    yield from _taken(tree, [node for node in good if declared[node.address].loc == node.loc])
    yield from _contradictions(tree, declared, gone)


def _judged(node: Node, tree: document.Map, unsettled: AbstractSet[Mark]) -> Node:
    """The node with its properties as its model reads them; those that don't fit it are called wrong."""
    if node.kind.is_link or node.kind.shape is Shape.POLICY:
        return node
    found: Any = tree
    for step in node.loc:
        found = found[step]
    wrong = frozenset(map(str, _unsettled(found, unsettled))) if isinstance(found, document.Map) else frozenset[str]()
    try:
        properties = validator_of(own(node.kind)).validate_python(node.properties)
    except ValidationError as error:
        wrong |= {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
        return replace(node, properties={k: v for k, v in node.properties.items() if k not in wrong}, wrong=wrong)
    return replace(node, properties=properties, wrong=wrong)


def _unsettled(found: document.Map | document.Seq, unsettled: AbstractSet[Mark]) -> Iterator[str | int]:
    """The keys (indexes) below which the value of a scalar is not known."""
    entries = found.items() if isinstance(found, document.Map) else enumerate(found) if unsettled else ()
    for key, value in entries:
        inside = isinstance(value, document.Map | document.Seq) and next(_unsettled(value, unsettled), None) is not None
        if inside or document.mark_at(found, key) in unsettled:
            yield key


def _said(tree: document.Map, node: Node) -> Iterator[Later]:
    """What the kind says of one resource."""
    doubled = twins(node.kind, node.properties)
    # Where a key is misspelt, it is the one that is missing.
    misspelt = not node.wrong <= properties_of(node.kind).keys()
    for finding in (*node.kind.check(node.properties), *doubled):
        if node.wrong.isdisjoint(finding.about) and (finding.at or not misspelt):
            at = document.mark_of(tree, (*node.loc, *finding.at), key=not finding.at)
            yield now(Problem(at, finding.what, finding.why, finding.fix))


def _taken(tree: document.Map, every: Sequence[Node]) -> Iterator[Later]:
    """Values that only one resource may have, and several claim."""
    claimed: dict[tuple[Any, ...], Node] = {}
    for node in every:
        for claim in node.kind.claims(node.properties):
            if not node.wrong.isdisjoint(claim.about):
                continue
            owner = claimed.setdefault((node.address.parent, node.kind.type, claim.what, claim.value), node)
            if owner is not node:
                at = document.mark_of(tree, (*node.loc, *claim.at))
                first = place_of(tree, owner)
                yield now(complaints.claimed_twice(at, node.kind, claim, owner.address, first))


def _dangling(
    tree: document.Map,
    node: Node,
    declared: Mapping[Address, Node],
    gone: Mapping[Address, Loc],
    names: Mapping[tuple[Address, str], list[str]],
    *,
    existing: bool,
) -> Iterator[Later]:
    """Short names of what the spec doesn't declare and Azure doesn't make. What shall be there is looked up later."""
    for wrong in malformed(node.kind, node.properties):
        if node.wrong.isdisjoint(wrong.loc):
            at = document.mark_of(tree, (*node.loc, *wrong.loc))
            yield now(complaints.malformed_reference(at, wrong))
    for one in referring(node.kind, node.name, node.properties, node.address):
        target = one.target
        collection = collection_of(target.kind) or _inner(target, declared)
        if collection and node.kind.leads_to and target.in_workspace and not (node.address.in_workspace or one.at):
            yield now(complaints.elsewhere(place_of(tree, node), collection, target))
            continue
        if collection is None or target in declared or not node.wrong.isdisjoint(one.at):
            continue
        at = document.mark_of(tree, (*node.loc, *one.at))
        if target in gone:
            yield now(complaints.absent_but_used(at, collection.title, target.name))
        elif not one.there and not existing and target.name.lower() not in collection.factory:
            known = names.get((target.scope, target.kind), ())
            yield Later(at, partial(complaints.dangling, at, collection, target, known))


def _only_in_a_revision(tree: document.Map, node: Node, declared: Mapping[Address, Node]) -> Iterator[Later]:
    """Keys of collections that its API doesn't have: what a new revision would be a copy of isn't known then."""
    api = declared.get(current_of(node.address) or node.address)
    for kind in children_of(node.kind) if node.kind.beside and api else ():
        if kind.key in node.written and not kind.is_single and api and kind.key not in api.written:
            why = "a revision begins as a copy of its API, whose own have to be known"
            at = document.mark_of(tree, (*node.loc, kind.key), key=True)
            yield now(Problem(at, f"{kind.key} stands at a revision only", why, f"write {kind.key} at {api.address}"))


def _inner(target: Address, declared: Mapping[Address, Node]) -> Collection | None:
    """The collection of a resource that the spec has a key for: what it refers to in that is in it, or nowhere."""
    holder, kind = declared.get(target.parent) if target.parent else None, find(target.kind)
    if holder is None or kind is None or kind.key not in holder.written:
        return None
    return Collection(kind.type, kind.title, kind.factory)


def _idle_rules(tree: document.Map, node: Node) -> Iterator[Later]:
    """Paths of ignore_changes that start with no property of the kind."""
    rules = node.lifecycle.get("ignore_changes") if isinstance(node.lifecycle, dict) else ()
    known = properties_of(node.kind)
    for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        if isinstance(rule, str) and re.split(r"[.\[]", rule)[0] not in known:
            at = document.mark_of(tree, (*node.loc, LIFECYCLE, "ignore_changes", index))
            yield Later(at, partial(complaints.ignores_nothing, at, rule, known))


def _absent(tree: document.Map) -> dict[Address, Loc]:
    """What must not exist, and where that is said."""
    absent = tree.get("absent")
    collections = absent.items() if isinstance(absent, dict) else ()
    listed = [(key, names) for key, names in collections if isinstance(names, list)]
    every = [(key, index, name) for key, names in listed for index, name in enumerate(names) if isinstance(name, str)]
    return {SERVICE.child(key, name): ("absent", key, index) for key, index, name in every}


def _contradictions(
    tree: document.Map, declared: Mapping[Address, Node], gone: Mapping[Address, Loc]
) -> Iterator[Later]:
    """What is declared and absent at once."""
    for address, loc in gone.items():
        if address in declared:
            where = f"it is declared at {place_of(tree, declared[address])}"
            mark = document.mark_of(tree, loc)
            yield now(Problem(mark, f"{address} is declared and absent", where, "remove one of the two"))
        kind = find(address.kind)
        if kind and kind.stays(address):
            mark = document.mark_of(tree, loc)
            why = "an instance can't be without it"
            yield now(Problem(mark, f"{address} can't be deleted", why, "remove it here"))
