"""Policy documents at every scope, and policy fragments."""

from __future__ import annotations

from provision.emulator.policyxml import PolicyError, parse, render, root_of
from provision.emulator.rules.kind import Draft, Kind, View

FORMATS = ("xml", "rawxml", "xml-link", "rawxml-link")
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
            _check_sections(root.name, [c.name for c in root.children if hasattr(c, "name")])
    except PolicyError as error:
        draft.problem("representation", str(error))
        return
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
        longest={"description": 1000},
        defaults={"description": None},
        fill=fill_policy,
        show=show_fragment,
        later=lambda _: True,
    ),
)
