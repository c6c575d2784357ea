"""Operations of an API."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.facts import Default, Keyed, Limits, Optional, ReadOnly, Ref
from provision.kinds.kind import EVERYWHERE, Claim, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(template: str) -> list[str]:
    """The names in braces, each once, in their order; `{*}` at the end is a wildcard, and `{*name}` names one."""
    names = [name.lstrip("*") for name in _PLACEHOLDER.findall(template)]
    return list(dict.fromkeys(name for name in names if name))


def _template_fault(template: str) -> str:
    """What is wrong with a URL template, or an empty text."""
    if not template.startswith("/"):
        return "it doesn't start with /"
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        return "its braces don't pair"
    names = [name.lstrip("*") for name in _PLACEHOLDER.findall(template)]
    if "" in _PLACEHOLDER.findall(template):
        return "a placeholder has no name"
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        return f"the placeholder {{{twice[0]}}} stands in it twice"
    odd = next((char for char in rest if char.isspace() or char in '#\\<>"'), "")
    return f"it holds {odd!r}" if odd else ""


def _check(properties: Properties) -> Iterator[Finding]:
    """The template is well-formed, and its parameters are the ones it has."""
    template = properties.get("urlTemplate") or ""
    fault = _template_fault(template)
    if fault:
        fix = "write it like /orders/{id}?status={status}"
        yield Finding(("urlTemplate",), f"'{template}' is no URL template", fault, fix)
    if fault or properties.get("templateParameters") is None:
        return
    given = [str(parameter.get("name")) for parameter in properties["templateParameters"]]
    wanted = placeholders(template)
    for index, name in enumerate(given):
        at = ("templateParameters", index)
        if name not in wanted:
            why = f"urlTemplate has no {{{name}}}"
            what = f"the template parameter {name} has no placeholder"
            yield Finding(at, what, why, _rename(wanted, given), ("urlTemplate",))
    for name in wanted:
        if name not in given:
            why = "templateParameters, where given, lists all of them"
            what = f"the placeholder {{{name}}} has no template parameter"
            yield Finding(("templateParameters",), what, why, f"add {name}", ("urlTemplate",))


def _rename(wanted: list[str], given: list[str]) -> str:
    missing = [name for name in wanted if name not in given]
    return f"did you mean {missing[0]}?" if missing else "remove it, or add the placeholder"


def _to_wire(properties: Properties) -> Properties:
    """Template parameters follow from the template: required strings unless given."""
    given = properties.get("templateParameters")
    if given is None:
        given = [{"name": name} for name in placeholders(properties["urlTemplate"])]
    filled = [
        {**entry, "type": entry.get("type") or "string", "required": entry.get("required") is not False}
        for entry in given
    ]
    return {**properties, "templateParameters": filled}


def _claims(properties: Properties) -> Iterator[Claim]:
    """Names of placeholders don't tell templates apart."""
    template = _PLACEHOLDER.sub("{}", str(properties.get("urlTemplate"))).lower()
    value = (str(properties.get("method")).upper(), template)
    yield Claim("method and urlTemplate", value, ("urlTemplate",), ("method",))


# Of the Echo API, as templates exported from instances show them in public: displayName, method, urlTemplate.
_ECHO: Final = MappingProxyType(
    {
        "create-resource": ("Create resource", "POST", "/resource"),
        "modify-resource": ("Modify Resource", "PUT", "/resource"),
        "remove-resource": ("Remove resource", "DELETE", "/resource"),
        "retrieve-header-only": ("Retrieve header only", "HEAD", "/resource"),
        "retrieve-resource": ("Retrieve resource", "GET", "/resource"),
        "retrieve-resource-cached": ("Retrieve resource (cached)", "GET", "/resource-cached"),
    }
)
ECHO: Final = tuple(_ECHO)


def _echo(title: str, method: str, template: str) -> Mapping[str, Any]:
    said = {"displayName": title, "method": method, "urlTemplate": template}
    return MappingProxyType({**said, "responses": [{"statusCode": 200}]})


OPERATION = Kind(
    type="apis/operations",
    title="operation",
    about="An operation: a method and a URL template.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-operation/create-or-update",
    key="operations",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    counted=True,
    per_revision=True,
    # A websocket API has this one by itself: learn.microsoft.com/azure/api-management/websocket-api
    factory=frozenset({"onhandshake"}),
    comes_along=True,
    facts=MappingProxyType(
        {
            "method": Limits(r"^\S+$", shortest=1),
            "templateParameters": Keyed("name"),
            "templateParameters[].type": Optional(),
            "**.queryParameters": Keyed("name"),
            "**.headers": Keyed("name"),
            "**.formParameters": Keyed("name"),
            "**.representations": Keyed("contentType"),
            # A guess from the property's name: no recording leaves it out of a query parameter or header.
            "**.required": Default(False),
            "templateParameters[].required": Default(True),
            "responses": Keyed("statusCode"),
            "policies": ReadOnly(),
            # "Schema identifier": the bare one, as exported templates show it.
            "**.schemaId": Ref(("schemas",), bare=True, within="apis"),
        }
    ),
    list_omits=frozenset({"request"}),
    in_new_instances=frozenset(f"apis/echo-api/operations/{name}" for name in ECHO),
    made=MappingProxyType({f"apis/echo-api/operations/{name}": _echo(*said) for name, said in _ECHO.items()}),
    to_wire=_to_wire,
    check=_check,
    claims=_claims,
)
