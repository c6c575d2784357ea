"""Policy documents at every scope, and policy fragments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provision.emulator.policy.policyxml import Comment, Element, PolicyError, Text, parse, render, root_of
from provision.emulator.rules.kind import Kind
from provision.emulator.world.errors import invalid
from provision.emulator.world.store import service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.world.draft import Draft, View
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call

FORMATS = ("xml", "rawxml", "xml-link", "rawxml-link")
NAMED_VALUE = re.compile(r"\{\{([A-Za-z0-9\-._]+)\}\}")
REFERENCES = (("fragment-id", "policyfragments"), ("backend-id", "backends"))
SECTIONS = frozenset({"inbound", "backend", "outbound", "on-error"})


def fill_policy(draft: Draft) -> None:
    """Parse the document; what is stored is the service's own rendering, in both formats."""
    text, raw = _source(draft)
    if text is None:
        return
    try:
        nodes = parse(text, raw=raw)
        root = root_of(nodes)
        if "resolvers" not in draft.path and "fragment" not in draft.path:
            _check_sections(root.name, [c.name for c in root.children if isinstance(c, Element)])
    except PolicyError as error:
        draft.problem("representation", str(error))
        return
    _check_references(draft, nodes)
    draft.props["value"] = render(nodes, raw=False)
    draft.private = {"raw": render(nodes, raw=True)}


def stored_policy(document: str) -> tuple[str, str]:
    """Return a document given as rawxml in both of the service's renderings."""
    nodes = parse(document, raw=True)
    return render(nodes, raw=False), render(nodes, raw=True)


def _source(draft: Draft) -> tuple[str | None, bool]:
    written = str(draft.props.pop("format", None) or "xml").lower()
    text = draft.props.get("value")
    if written not in FORMATS:
        draft.problem("format", f"'{written}' is none of: {', '.join(FORMATS)}.")
    elif written.endswith("-link"):
        # Nothing is fetched: the emulator makes no connections.
        draft.problem("value", "The emulator cannot fetch a policy document from a link; give it inline.")
    elif not isinstance(text, str) or not text.strip():
        draft.problem("value", "'value' must not be empty.")
    else:
        return text, written == "rawxml"
    return None, False


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


def _check_references(draft: Draft, nodes: list[Element | Text | Comment]) -> None:
    """Refuse references to named values, fragments and backends that are not there [Azure/apiops]."""
    store = draft.call.store
    scopes = dict.fromkeys((draft.scope, draft.service))
    root = root_of(nodes)
    texts = [text for element in _elements(root) for text in _texts(element)]
    for name in sorted({name for text in texts for name in NAMED_VALUE.findall(text)}):
        if not any(store.pointing_at(f"{scope}/namedvalues#{name}".lower()) for scope in scopes):
            draft.problem("representation", f"There is no named value '{name}'.")
    for element in _elements(root):
        for key, collection in REFERENCES:
            name = element.attributes.get(key, "")
            if not name or name.startswith("@") or "{{" in name:
                continue
            if not any(store.exists(f"{scope}/{collection}/{name}".lower()) for scope in scopes):
                draft.problem("representation", f"'{element.name}' refers to '{name}', which is not in '{collection}'.")


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
    return Kind(kind, "PoliciesConfiguration", verbs=verbs, names=("policy",), fill=fill_policy, show=show_policy)


POLICY_KINDS = (
    *(_policy(scope) for scope in ("", "apis/", "apis/operations/", "apis/resolvers/", "products/")),
    Kind(
        "policyFragments",
        "PolicyFragment",
        verbs=frozenset({"GET", "HEAD", "PUT", "DELETE", "LIST"}),
        required=("value",),
        defaults={"description": None},
        fill=fill_policy,
        show=show_fragment,
        deleting=deleting_fragment,
        later=lambda _: True,
    ),
)
