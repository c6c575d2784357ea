"""Policy documents made ready to run: scopes within each other, fragments, named values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from provision.emulator.gateway.failing import GatewayError, UnsupportedError, internal
from provision.emulator.gateway.nodes import EVERYWHERE, Node, Policy, Workshop
from provision.emulator.gateway.place import Place
from provision.emulator.gateway.shelf import root_element
from provision.emulator.gateway.steps import Sections, Step, refusing
from provision.emulator.policy.policyxml import Element, PolicyError, Text, parse, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.shelf import Shelf

DEFAULT = "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>"
BASE, FRAGMENT = "base", "include-fragment"
DEEPEST = 50  # of elements within each other, which fragments may be too


@dataclass(frozen=True, slots=True)
class Scope:
    """One document of an operation's: `name` is global, workspace, product, api or operation."""

    name: str
    document: str
    root: Element


def scope_of(reading: Reading, name: str, holder: str) -> Scope | None:
    """Return the document of a scope, where it has one; the instance always has one."""
    path = f"{holder}/policies/policy"
    row = reading.row(path)
    if row is None:
        return Scope(name, path, root_of(parse(DEFAULT, raw=True))) if name == "global" else None
    return Scope(name, path, root_element(row))


def sections(scopes: list[Scope], shelf: Shelf, policies: Mapping[str, Policy]) -> Sections:
    """Return the sections of documents that stand within each other, the innermost first."""
    workshop = Workshop(policies, compiled)
    inbound, backend, outbound, on_error = (
        tuple(_section(scopes, 0, section, shelf, workshop)) for section in EVERYWHERE
    )
    return Sections(inbound, backend, outbound, on_error)


def _section(scopes: list[Scope], depth: int, section: str, shelf: Shelf, workshop: Workshop) -> Iterable[Step]:
    """Return the steps of a section; one that a document lacks is the outer scope's [?]."""
    if depth == len(scopes):
        return
    scope = scopes[depth]
    place = Place(scope.name, section, scope.document)
    found = next((one for one in scope.root.children if isinstance(one, Element) and one.name == section), None)
    if found is None:
        yield from _section(scopes, depth + 1, section, shelf, workshop)
        return
    numbers: dict[str, int] = {}
    for element in _elements(found, shelf):
        if element.name == BASE:
            yield from _section(scopes, depth + 1, section, shelf, workshop)
        else:
            yield _step(workshop, element, place, numbers)


def _elements(holder: Element, shelf: Shelf, depth: int = 0) -> Iterable[Element]:
    return (child for child in _children(holder, shelf, depth) if isinstance(child, Element))


def _children(holder: Element, shelf: Shelf, depth: int) -> Iterable[Element | Text]:
    """Return what is inside an element, with fragments and named values put in their places."""
    liquid = holder.attributes.get("template", "").lower() == "liquid"  # which has double braces of its own
    for child in holder.children:
        if isinstance(child, Text):
            yield child if liquid else replace(child, value=shelf.filled(child.value))
        elif isinstance(child, Element) and child.name == FRAGMENT:
            yield from _included(shelf.filled(child.attributes.get("fragment-id", "")), shelf, depth)
        elif isinstance(child, Element):
            attributes = {key: shelf.filled(value) for key, value in child.attributes.items()}
            yield Element(child.name, attributes, list(_children(child, shelf, depth)), child.paired)


def _included(name: str, shelf: Shelf, depth: int) -> Iterable[Element | Text]:
    found = shelf.fragment(name)
    if found is None or depth > DEEPEST:
        why = "includes itself" if found else "is not there"
        yield Element(FRAGMENT, {"missing": f"the fragment '{name}' {why}"})
    else:
        yield from _children(found[1], shelf, depth + 1)


def compiled(workshop: Workshop, elements: Iterable[Element], place: Place) -> tuple[Step, ...]:
    """Return elements ready to run."""
    numbers: dict[str, int] = {}
    return tuple(_step(workshop, element, place, numbers) for element in elements)


def _step(workshop: Workshop, element: Element, place: Place, numbers: dict[str, int]) -> Step:
    number = numbers[element.name] = numbers.get(element.name, 0) + 1
    where = place.at(element.name, number, element.attributes.get("id", ""))
    node = Node(element, where, workshop)
    policy = workshop.policies.get(element.name)
    try:
        if policy is None:
            raise UnsupportedError(element.name, element.attributes.get("missing", ""))
        if place.section and place.section not in policy.sections:
            raise node.refuse(f"it is not allowed in the section '{place.section}'")
        node.known(policy.attributes, policy.children)
        return Step(where, policy.make(node))
    except GatewayError as error:
        error.place = error.place or where
        workshop.refused.append(error)
        return refusing(where, error)


def problem_of(error: PolicyError) -> GatewayError:
    """Return the failure of a document that isn't one."""
    return internal("configuration", "PolicyInvalid", str(error))
