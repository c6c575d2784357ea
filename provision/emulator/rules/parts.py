"""What belongs to an API: operations, schemas, resolvers, diagnostics. Sources: [rec] recorded, [?] inferred."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind

if TYPE_CHECKING:
    from provision.emulator.world.draft import Draft, View

PLACEHOLDER = re.compile(r"\{(\*?[^{}]*)\}")


def fill_operation(draft: Draft) -> None:
    """Complete an operation."""
    props = draft.props
    parameters = props.get("templateParameters") or []
    if not all(isinstance(p, dict) and isinstance(p.get("name"), str) for p in parameters):
        draft.problem("templateParameters", "Every template parameter must be an object with a name.")
        return
    props["templateParameters"] = [{**p, "values": p.get("values") or []} for p in parameters]
    _check_template(draft, props["urlTemplate"], [p["name"] for p in parameters])
    request = {key: value for key, value in (props.get("request") or {}).items() if value is not None}
    props["request"] = {"queryParameters": [], "headers": [], "representations": [], **request}
    responses = props.get("responses") or []
    if not all(isinstance(r, dict) for r in responses):
        draft.problem("responses", "Every response must be an object.")
        return
    # [?] That a response gets both lists: seen in exported templates, not in recordings.
    props["responses"] = [
        {"representations": [], "headers": [], **{k: v for k, v in r.items() if v is not None}} for r in responses
    ]
    props["policies"] = props.get("policies")
    api = draft.path.rsplit("/", 2)[0]
    template = PLACEHOLDER.sub("{}", props["urlTemplate"])
    message = "Another operation of the API has this method and URL template."
    draft.claim("urlTemplate", f"{api}#{props['method']} {template}", message)  # [?] the code and target


def _check_template(draft: Draft, template: str, names: list[str]) -> None:
    placeholders = [found.removeprefix("*") for found in PLACEHOLDER.findall(template)]
    for name in placeholders:
        if name not in names:
            draft.problem("templateParameters", f"The URL template's parameter '{name}' is not defined.")
    for name in names:
        if name not in placeholders:
            draft.problem("templateParameters", f"The parameter '{name}' does not occur in the URL template.")
    for name in {n for n in names if names.count(n) > 1}:
        draft.problem("templateParameters", f"The parameter '{name}' is defined twice.")


def fill_resolver(draft: Draft) -> None:
    """Complete a GraphQL resolver [rec]; its display name does not come back, nor is it demanded [Azure/apiops-cli]."""
    draft.props["publicId"] = draft.name
    draft.props["internalId"] = draft.before.get("internalId") or f"{draft.call.store.next('id'):024x}"
    title = draft.props.pop("displayName", None)
    if title:
        draft.private["displayName"] = title


def show_resolver(view: View) -> None:
    """Hide the ids in lists [rec]."""
    if view.mode == "list":
        view.props["publicId"] = view.props["internalId"] = None


def fill_diagnostic(draft: Draft) -> None:
    """Complete a diagnostic [rec]."""
    props = draft.props
    _, path = draft.resolve(str(props["loggerId"]))
    row = draft.call.store.get(path)
    if row is None:
        draft.problem("loggerId", "The logger does not exist.")
        return
    props["loggerId"] = row.id
    if isinstance(props.get("sampling"), dict) and isinstance(props["sampling"].get("percentage"), int):
        props["sampling"]["percentage"] = float(props["sampling"]["percentage"])
    masked = {"queryParams": [{"value": "*", "mode": "Hide"}]}
    for side in ("frontend", "backend"):
        if not isinstance(props.get(side), dict):
            props[side] = {"request": {"headers": None, "body": None, "dataMasking": masked}, "response": None}


def show_schema(view: View) -> None:
    """Leave the document out of lists [rec: not yet in 2021-08-01]."""
    if view.mode == "list" and view.version >= "2022":
        view.props.pop("document", None)
        view.props.pop("value", None)


DIAGNOSTIC = MappingProxyType(
    {
        "alwaysLog": None,
        "httpCorrelationProtocol": "Legacy",
        "logClientIp": True,
        "largeLanguageModel": None,
        "mcp": None,
        "a2a": None,
        "tags": None,
    }
)

PART_KINDS = (
    Kind(
        "apis/operations",
        "Operation",
        required=("displayName", "method", "urlTemplate"),
        unlisted=("request",),
        fill=fill_operation,
    ),
    Kind("apis/schemas", "Schema", required=("contentType",), show=show_schema, later=lambda _: True),
    Kind("apis/resolvers", "Resolver", required=("path",), fill=fill_resolver, show=show_resolver),
    Kind("apis/diagnostics", "Diagnostic", required=("loggerId",), defaults=DIAGNOSTIC, fill=fill_diagnostic),
    Kind("diagnostics", "Diagnostic", required=("loggerId",), defaults=DIAGNOSTIC, fill=fill_diagnostic),
)
