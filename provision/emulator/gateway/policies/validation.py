"""Calls held to what the API's definition says: parameters, headers, bodies, statuses.

Sources: [doc] Microsoft's reference of the validation elements, [?] inferred, among that parts of the wording.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from provision.emulator.gateway.failing import GatewayError
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.headernames import STANDARD
from provision.emulator.gateway.templates import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.values import Value

ACTIONS = ("ignore", "prevent", "detect")
IGNORE, PREVENT = "ignore", "prevent"
BAD_REQUEST, BAD_GATEWAY = 400, 502
BEFORE = frozenset({"inbound", "backend"})
KINDS = MappingProxyType({"path": "path parameter", "query": "query parameter", "headers": "header"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that doesn't fit: what it is called, of which kind, which rule, and in words."""

    name: str
    kind: str
    rule: str
    details: str
    action: str


class Reporter:
    """What becomes of findings: into a variable, and an end of the call where one of them prevents it."""

    def __init__(self, node: Node) -> None:
        self._source, self._before = node.name, node.place.section in BEFORE
        self._variable = node.optional("errors-variable-name")

    async def report(self, transit: Transit, findings: Iterable[Finding]) -> None:
        """Raises GatewayError with the first that prevents: 400 of a request, 502 of a response."""
        found = [one for one in findings if one.action != IGNORE]
        if self._variable is not None and found:
            listed = [
                {"name": one.name, "type": one.kind, "validationRule": one.rule, "details": one.details}
                | {"action": one.action}
                for one in found
            ]
            transit.context.variables[await self._variable.text(transit)] = listed
        for one in found:
            if one.action == PREVENT:
                status = BAD_REQUEST if self._before else BAD_GATEWAY
                raise GatewayError(status, self._source, one.rule, one.details)


async def _action(value: Value, transit: Transit) -> str:
    found = (await value.text(transit)).strip().lower()
    return found if found in ACTIONS else PREVENT


class _Group:
    """The rules about one group of parameters: what a definition names, and what not."""

    def __init__(self, node: Node, noun: str, specified: Value, unspecified: Value) -> None:
        self._noun = noun
        self._specified = node.optional(f"specified-{noun}-action") or specified
        self._unspecified = node.optional(f"unspecified-{noun}-action") or unspecified
        self._own = []
        for one in node.nodes(noun):
            one.known({"name", "action"}, ())
            self._own.append((one.value("name"), one.value("action")))

    async def check(
        self, transit: Transit, kind: str, sent: dict[str, str], defined: list[dict[str, Any]]
    ) -> list[Finding]:
        """Return what of these doesn't fit the definition."""
        own = {(await name.text(transit)).lower(): await _action(action, transit) for name, action in self._own}
        specified, unspecified = await _action(self._specified, transit), await _action(self._unspecified, transit)
        known = {str(one.get("name")).lower(): one for one in defined}
        found = []
        for name, value in sent.items():
            if name.lower() in known:
                problem = _unfit(known[name.lower()], value)
                if problem:
                    details = f"Value of {kind} {name} does not conform to the definition: {problem}."
                    found.append(Finding(name, kind, "IncorrectValue", details, own.get(name.lower(), specified)))
            elif not (kind == "header" and name.lower() in STANDARD):
                details = f"Unspecified {kind} {name} is not allowed."
                found.append(Finding(name, kind, "Unspecified", details, own.get(name.lower(), unspecified)))
        there = {name.lower() for name in sent}
        for name, one in known.items():
            if one.get("required") and name not in there:
                details = f"Required {kind} {one.get('name')} is missing."
                found.append(Finding(str(one.get("name")), kind, "Required", details, own.get(name, specified)))
        return found


def _unfit(defined: dict[str, Any], value: str) -> str:
    """Return why a value doesn't fit a parameter's type and values; nothing where it does."""
    kind, values = str(defined.get("type") or "string").lower(), defined.get("values") or []
    if values and value not in [str(one) for one in values]:
        return f"it is none of {', '.join(map(str, values))}"
    try:
        if kind in ("integer", "int32", "int64"):
            int(value)
        elif kind in ("number", "double", "float"):
            float(value)
    except ValueError:
        return f"it is not of the type {kind}"
    return "it is not of the type boolean" if kind == "boolean" and value.lower() not in ("true", "false") else ""


def _operation(transit: Transit) -> dict[str, Any]:
    return transit.subject.operation.props if transit.subject.operation else {}


def validate_parameters(node: Node) -> Act:
    """`validate-parameters`: path, query and headers of the request."""
    reporter = Reporter(node)
    usual = node.value("specified-parameter-action"), node.value("unspecified-parameter-action")
    groups = {}
    for name in KINDS:
        inner = node.node(name)
        if inner is not None:
            inner.known({"specified-parameter-action", "unspecified-parameter-action"}, {"parameter"})
        groups[name] = _Group(inner or _bare(node), "parameter", *usual)

    async def act(transit: Transit) -> None:
        sent, defined = _sent(transit), _defined(_operation(transit))
        found = [
            one
            for name, kind in KINDS.items()
            for one in await groups[name].check(transit, kind, sent[name], defined[name])
        ]
        await reporter.report(transit, found)

    return act


def _defined(operation: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the parameters that an operation names, those of its URL template where they stand there."""
    template = parse(str(operation.get("urlTemplate") or ""))
    known = {str(one.get("name")): one for one in operation.get("templateParameters") or []}
    asked = operation.get("request") or {}
    return {
        "path": [known.get(name, {"name": name}) for name in template.names],
        "query": [
            *(asked.get("queryParameters") or []),
            *({**known.get(parameter, {}), "name": name, "required": True} for name, parameter, _ in template.query),
        ],
        "headers": asked.get("headers") or [],
    }


def _sent(transit: Transit) -> dict[str, dict[str, str]]:
    """Return the parameters of a request, but the subscription's key."""
    request, api = transit.context.request, transit.context.api
    keys = {api.key_query.lower(), api.key_header.lower()} if api else set()
    query = parse_qsl(urlsplit(request.original_url).query, keep_blank_values=True)
    template = parse(str(_operation(transit).get("urlTemplate") or ""))
    return {
        "path": {name: value for name, value in request.matched_parameters.items() if name in template.names},
        "query": {name: value for name, value in query if name.lower() not in keys},
        "headers": {name: request.headers.get(name) or "" for name in request.headers if name.lower() not in keys},
    }


def _bare(node: Node) -> Node:
    """Return the element without its children, as the rules of a group that isn't there."""
    return replace(node, element=replace(node.element, children=[]))


def validate_headers(node: Node) -> Act:
    """`validate-headers`: headers of the response."""
    reporter = Reporter(node)
    group = _Group(node, "header", node.value("specified-header-action"), node.value("unspecified-header-action"))

    async def act(transit: Transit) -> None:
        response = transit.context.response
        if response is None:
            return
        listed = _operation(transit).get("responses") or []
        defined: dict[str, Any] = next((one for one in listed if one.get("statusCode") == response.status_code), {})
        sent = {name: response.headers.get(name) or "" for name in response.headers}
        await reporter.report(transit, await group.check(transit, "header", sent, defined.get("headers") or []))

    return act


def validate_status_code(node: Node) -> Act:
    """`validate-status-code`: the status of the response is one that the operation names."""
    reporter, unspecified = Reporter(node), node.value("unspecified-status-code-action")
    own = []
    for one in node.nodes("status-code"):
        one.known({"code", "action"}, ())
        own.append((one.value("code"), one.value("action")))

    async def act(transit: Transit) -> None:
        response = transit.context.response
        if response is None:
            return
        code = response.status_code
        if any(one.get("statusCode") == code for one in _operation(transit).get("responses") or []):
            return
        actions = {await one.whole(transit): await _action(action, transit) for one, action in own}
        action = actions.get(code) or await _action(unspecified, transit)
        details = f"Response status code {code} is not allowed."
        await reporter.report(transit, [Finding(str(code), "StatusCode", "Unspecified", details, action)])

    return act


VARIABLE = "errors-variable-name"
POLICIES = (
    Policy(
        "validate-parameters",
        validate_parameters,
        frozenset({"specified-parameter-action", "unspecified-parameter-action", VARIABLE}),
        frozenset({"headers", "query", "path"}),
        ("inbound",),
    ),
    Policy(
        "validate-headers",
        validate_headers,
        frozenset({"specified-header-action", "unspecified-header-action", VARIABLE}),
        frozenset({"header"}),
        ("outbound", "on-error"),
    ),
    Policy(
        "validate-status-code",
        validate_status_code,
        frozenset({"unspecified-status-code-action", VARIABLE}),
        frozenset({"status-code"}),
        ("outbound", "on-error"),
    ),
)
