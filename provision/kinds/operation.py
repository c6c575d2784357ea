"""Operations of an API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import StringConstraints

from provision.kinds.kind import Claim, Finding, Kind, Properties, Sdk, Shape
from provision.kinds.model import Default, Description, DisplayName, Flag, Integer, Json, Keyed, Model, named

if TYPE_CHECKING:
    from collections.abc import Iterator


class Example(Model):
    """An example of a value."""

    summary: str | None = None
    description: str | None = None
    value: Json = None
    external_value: str | None = None


class Parameter(Model):
    """A parameter in the template, the query, a header or a form."""

    name: str
    description: str | None = None
    type: str
    default_value: str | None = None
    # The service's default is a guess from its name: no recording leaves it out of a query parameter or header.
    required: Annotated[Flag | None, Default(False)] = None
    values: list[str] | None = None
    schema_id: str | None = None
    type_name: str | None = None
    examples: dict[str, Example] | None = None


class TemplateParameter(Parameter):
    """A parameter in the URL template: a required string unless said otherwise."""

    type: str = "string"


class Representation(Model):
    """A body of one content type."""

    content_type: str
    schema_id: str | None = None
    type_name: str | None = None
    form_parameters: Annotated[list[Parameter] | None, Keyed("name")] = None
    examples: dict[str, Example] | None = None


class Request(Model):
    """What a caller may send beside the URL template's parameters."""

    description: str | None = None
    query_parameters: Annotated[list[Parameter] | None, Keyed("name")] = None
    headers: Annotated[list[Parameter] | None, Keyed("name")] = None
    representations: Annotated[list[Representation] | None, Keyed("contentType")] = None


class Response(Model):
    """What a caller may get for one status."""

    status_code: Integer
    description: str | None = None
    representations: Annotated[list[Representation] | None, Keyed("contentType")] = None
    headers: Annotated[list[Parameter] | None, Keyed("name")] = None


class Operation(Model):
    """An operation: a method and a URL template."""

    display_name: DisplayName
    description: Description | None = None
    method: Annotated[str, StringConstraints(min_length=1, pattern=r"^\S+$")]
    url_template: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    template_parameters: Annotated[list[TemplateParameter] | None, Keyed("name")] = None
    request: Request | None = None
    responses: Annotated[list[Response] | None, Keyed("statusCode")] = None


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


# Of the Echo API, as templates exported from instances show them in public.
ECHO: Final = (
    "create-resource",
    "modify-resource",
    "remove-resource",
    "retrieve-header-only",
    "retrieve-resource",
    "retrieve-resource-cached",
)

OPERATION = Kind(
    type="apis/operations",
    title="operation",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-operation/create-or-update",
    key="operations",
    shape=Shape.MAP,
    model=Operation,
    name=named(r"^[^*#&+:<>?/%\\]+$", 80),
    read_only=frozenset({"policies"}),
    list_omits=frozenset({"request"}),
    in_new_instances=frozenset(f"apis/echo-api/operations/{name}" for name in ECHO),
    sdk=Sdk("api_operation", list="list_by_api"),
    to_wire=_to_wire,
    check=_check,
    claims=_claims,
)
