"""Policy documents at every scope, and policy fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provision.emulator.openapi.fetching import NoInternetError, linked
from provision.emulator.openapi.values import DocumentError
from provision.emulator.policy.policyxml import Element, PolicyError, Text, parse, render, root_of
from provision.emulator.rules.kind import Kind
from provision.emulator.world.errors import ArmError, invalid
from provision.emulator.world.store import service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.world.draft import Draft, Props, View
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call

INLINE = ("xml", "rawxml")
FORMATS = (*INLINE, "xml-link", "rawxml-link")
NAMED_VALUE = re.compile(r"\{\{([A-Za-z0-9\-._]+)\}\}")
REFERENCES = (("fragment-id", "policyfragments"), ("backend-id", "backends"))
SECTIONS = frozenset({"inbound", "backend", "outbound", "on-error"})


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document in both of the service's renderings, and what it refers to.

    `references` are (element, name, collection), `named_values` their names; `problem` says why it is none.
    """

    xml: str = ""
    raw: str = ""
    named_values: tuple[str, ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()
    problem: str = ""


def read_policy(_: Call, path: str, props: Props) -> Document | None:
    """Parse the document of a request, where it has one; a link is followed as far as one of an import is."""
    written, text = str(props.get("format") or "xml").lower(), props.get("value")
    if written not in FORMATS or not isinstance(text, str) or not text.strip():
        return None
    try:
        text = text if written in INLINE else linked(text)
        nodes = parse(text, raw=written.startswith("rawxml"))
        root = root_of(nodes)
        if "resolvers" not in path and "fragment" not in path:
            _check_sections(root.name, [c.name for c in root.children if isinstance(c, Element)])
    except NoInternetError as error:
        raise ArmError(501, "NotImplemented", str(error)) from None
    except (PolicyError, DocumentError) as error:
        return Document(problem=str(error))
    elements = list(_elements(root))
    names = {name for element in elements for text in _texts(element) for name in NAMED_VALUE.findall(text)}
    return Document(
        render(nodes, raw=False), render(nodes, raw=True), tuple(sorted(names)), tuple(_references(elements))
    )


def fill_policy(draft: Draft) -> None:
    """Take the document over; what is stored is the service's own rendering, in both formats."""
    written = str(draft.props.pop("format", None) or "xml").lower()
    document = draft.read
    if written not in FORMATS:
        draft.problem("format", f"'{written}' is none of: {', '.join(FORMATS)}.")
    elif not isinstance(document, Document):
        draft.problem("value", "'value' must not be empty.")
    elif document.problem:
        draft.problem("representation", document.problem)
    else:
        _check_references(draft, document)
        _judge(draft, document)
        draft.props["value"] = document.xml
        draft.private = {"raw": document.raw}


def _judge(draft: Draft, document: Document) -> None:
    """Refuse what the gateway could not execute, where that is asked for."""
    judge, store = draft.call.world.judge, draft.call.store
    if judge is None or draft.problems or "/resolvers/" in draft.path:
        return

    def named(name: str) -> str | None:
        for scope in dict.fromkeys((draft.scope, draft.service)):
            for row in store.pointing_at(f"{scope}/namedvalues#{name}".lower()):
                return str(row.props.get("value") or "")
        return None

    for problem in judge(document.raw, named):
        draft.problem("representation", problem)


def stored_policy(document: str) -> tuple[str, str]:
    """Return a document given as rawxml in both of the service's renderings."""
    nodes = parse(document, raw=True)
    return render(nodes, raw=False), render(nodes, raw=True)


def _check_sections(root: str, sections: list[str]) -> None:
    if root != "policies":
        raise PolicyError(f"The root element must be 'policies', not '{root}'.")
    for section in sections:
        if section not in SECTIONS:
            raise PolicyError(f"'{section}' is no section of a policy document.")
        if sections.count(section) > 1:
            raise PolicyError(f"The section '{section}' occurs twice.")


def _elements(node: Element) -> Iterator[Element]:
    yield node
    for child in node.children:
        if isinstance(child, Element):
            yield from _elements(child)


def _texts(element: Element) -> Iterator[str]:
    yield from element.attributes.values()
    if element.attributes.get("template", "").lower() != "liquid":  # Liquid has double braces of its own
        yield from (child.value for child in element.children if isinstance(child, Text))


def _references(elements: list[Element]) -> Iterator[tuple[str, str, str]]:
    for element in elements:
        for key, collection in REFERENCES:
            name = element.attributes.get(key, "")
            if name and not name.startswith("@") and "{{" not in name:
                yield element.name, name, collection


def _check_references(draft: Draft, document: Document) -> None:
    """Refuse references to named values, fragments and backends that are not there [Azure/apiops]."""
    store = draft.call.store
    scopes = dict.fromkeys((draft.scope, draft.service))
    for name in document.named_values:
        if not any(store.pointing_at(f"{scope}/namedvalues#{name}".lower()) for scope in scopes):
            draft.problem("representation", f"There is no named value '{name}'.")
    for element, name, collection in document.references:
        if not any(store.exists(f"{scope}/{collection}/{name}".lower()) for scope in scopes):
            draft.problem("representation", f"'{element}' refers to '{name}', which is not in '{collection}'.")


def refuse_used(call: Call, row: Row, needle: str) -> None:
    """Refuse to delete what a policy document or fragment contains a reference to."""
    found = call.store.mentioning(service_of(row.path), needle)
    if found:
        raise invalid([("id", f"It is used by '{found}'.")])


def deleting_fragment(call: Call, row: Row) -> None:
    """Keep a fragment that a policy includes [?]."""
    refuse_used(call, row, f'fragment-id="{row.name}"')


def show_policy(view: View) -> None:
    """Answer in the format asked for; xml where nothing is said [rec]."""
    asked = view.call.request.query.get("format", "xml").lower()
    raw = asked == "rawxml" and view.mode in ("get", "list")
    value = view.row.private.get("raw") if raw else view.props.get("value")
    view.props.clear()
    view.props.update({"format": "rawxml" if raw else "xml", "value": value})


def show_fragment(view: View) -> None:
    """Answer a fragment; `format` appears only where it was asked for [rec]."""
    asked = view.call.request.query.get("format", "").lower()
    if asked == "rawxml":
        view.props["value"] = view.row.private.get("raw")
    if asked:
        view.props["format"] = asked
    if view.version >= "2022":
        view.props["provisioningState"] = "Succeeded"


def _policy(scope: str) -> Kind:
    verbs = frozenset({"GET", "HEAD", "PUT", "DELETE", "LIST"})
    kind = f"{scope}policies"
    return Kind(
        kind,
        "PoliciesConfiguration",
        verbs=verbs,
        names=("policy",),
        reads=read_policy,
        fill=fill_policy,
        show=show_policy,
    )


POLICY_KINDS = (
    *(_policy(scope) for scope in ("", "apis/", "apis/operations/", "apis/resolvers/", "products/")),
    Kind(
        "policyFragments",
        "PolicyFragment",
        verbs=frozenset({"GET", "HEAD", "PUT", "DELETE", "LIST"}),
        required=("value",),
        defaults={"description": None},
        reads=read_policy,
        fill=fill_policy,
        show=show_fragment,
        deleting=deleting_fragment,
        later=lambda _: True,
    ),
)
