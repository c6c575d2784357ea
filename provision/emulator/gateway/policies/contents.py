"""`validate-content`: bodies held to the schemas of the API's definition.

Sources: [doc] Microsoft's reference of the element, [?] inferred, among that parts of the wording.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import SchemaError
from referencing.exceptions import Unresolvable

from provision.emulator.gateway import schemas
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.validation import BEFORE, Finding, Reporter
from provision.emulator.policy.policyxml import PolicyError, parse

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.schemas import Schema
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.subject import Subject
    from provision.emulator.gateway.transit import Transit
    from provision.emulator.gateway.values import Value

DEEPEST = 50
CONTENT = frozenset(
    {
        "type",
        "validate-as",
        "action",
        "schema-id",
        "schema-ref",
        "allow-additional-properties",
        "case-insensitive-property-names",
    }
)
ADDITIONAL = "additionalProperties"


@dataclass(frozen=True, slots=True)
class _Content:
    """The rule about one content type."""

    type: str
    kind: str
    action: Value
    schema_id: str
    schema_ref: str
    additional: bool | None  # whether properties that the schema doesn't name may be there, whatever it says


def validate_content(node: Node) -> Act:
    """`validate-content`: size, content type and form of a body."""
    reporter, before = Reporter(node), node.place.section in BEFORE
    unspecified, oversized = node.value("unspecified-content-type-action"), node.value("size-exceeded-action")
    most, contents = node.value("max-size"), _contents(node)
    mapped = _types(node)

    async def act(transit: Transit) -> None:
        headers = transit.context.request.headers if before else None
        if headers is None and transit.context.response is not None:
            headers = transit.context.response.headers
        text = await transit.body_text(before=before)
        if headers is None or text is None:
            return
        kind = mapped((headers.get("Content-Type") or "").partition(";")[0].strip().lower())
        noun, size = ("request" if before else "response"), len(text.encode())
        found = []
        if size > await most.number(transit):
            details = f"{noun.title()}'s body is {size} bytes long and it exceeds the configured limit of "
            details += f"{await most.text(transit)} bytes."
            action = (await oversized.text(transit)).lower()
            found.append(Finding(f"{noun}Body", noun, "SizeLimit", details, action))
        content = next((one for one in contents if one.type in (kind, "")), None)
        defined = await transit.tools.known(
            partial(_schema, subject=transit.subject, kind=kind, content=content, before=before)
        )
        if content is None and defined is None:
            details = f"Unspecified content type {kind} is not allowed."
            action = (await unspecified.text(transit)).lower()
            found.append(Finding(f"{noun}Body", noun, "UnspecifiedContentType", details, action))
        elif content is not None:
            problem = _problem(text, content, defined)
            if problem:
                details = f"Body of the {noun} does not conform to the definition which is associated with the "
                details += f"content type {kind}. {problem}"
                action = (await content.action.text(transit)).lower()
                found.append(Finding(f"{noun}Body", noun, "IncorrectMessage", details, action))
        await reporter.report(transit, found)

    return act


def _contents(node: Node) -> list[_Content]:
    found = []
    for one in node.nodes("content"):
        one.known(CONTENT, ())
        kind = one.word("validate-as", None, ("json", "xml", "soap"))
        words = (one.word("schema-id", ""), one.word("schema-ref", ""))
        if one.truth("case-insensitive-property-names", default=False):
            raise one.refuse("case-insensitive-property-names='true' is left out")
        key = "allow-additional-properties"
        additional = one.truth(key, default=True) if one.has(key) else None
        found.append(_Content(one.word("type", "").lower(), kind, one.value("action"), *words, additional))
    return found


def _types(node: Node) -> Any:
    """Return what a content type is taken for."""
    holder = node.node("content-type-map")
    if holder is None:
        return lambda kind: kind
    holder.known({"any-content-type-value", "missing-content-type-value"}, {"type"})
    anything, missing = holder.word("any-content-type-value", ""), holder.word("missing-content-type-value", "")
    named = {}
    for one in holder.nodes("type"):
        one.known({"from", "to"}, ())
        named[one.word("from").lower()] = one.word("to").lower()
    return lambda kind: named.get(kind) or (missing.lower() if not kind else anything.lower()) or kind


def _schema(reading: Reading, *, subject: Subject, kind: str, content: _Content | None, before: bool) -> Schema | None:
    """Return the schema that a body of a content type is held to."""
    if content is not None and content.schema_id:
        return schemas.find(reading, subject, content.schema_id, content.schema_ref)
    props = subject.operation.props if subject.operation else {}
    holders = [props.get("request") or {}] if before else list(props.get("responses") or [])
    for holder in holders:
        for one in holder.get("representations") or []:
            if str(one.get("contentType")).lower() == kind and one.get("schemaId"):
                return schemas.find(reading, subject, str(one["schemaId"]), str(one.get("typeName") or ""))
    return None


def _problem(text: str, content: _Content, schema: Schema | None) -> str:
    """Return what is wrong with a body; nothing where it fits. [?] Schemas of XML aren't looked at."""
    try:
        if content.kind != "json":
            parse(text.lstrip("\ufeff \r\n\t"), raw=False)
            return ""
        value = json.loads(text)
    except PolicyError as error:
        return str(error)
    except (ValueError, RecursionError) as error:
        return f"It is no JSON: {error}."
    return _unfit(value, schema, content.additional) if schema else ""


def _unfit(value: Any, schema: Schema, additional: bool | None) -> str:
    try:
        whole = _opened({**schema.document, **schema.schema}, additional)
        found = next(Draft4Validator(whole).iter_errors(value), None)
    except (SchemaError, Unresolvable, RecursionError) as problem:
        return f"The schema can't be used: {type(problem).__name__}."
    if found is None:
        return ""
    place = ".".join(str(part) for part in found.absolute_path)
    return f"{found.message[:300]} Path: '{place}'."


def _opened(schema: Any, additional: bool | None, depth: int = 0) -> Any:
    """Return a schema with what it says of further properties overruled."""
    if additional is None or depth > DEEPEST:
        return schema
    if isinstance(schema, list):
        return [_opened(one, additional, depth + 1) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _opened(value, additional, depth + 1) for key, value in schema.items()}
    return {**found, ADDITIONAL: additional} if isinstance(schema.get("properties"), dict) else found


POLICIES = (
    Policy(
        "validate-content",
        validate_content,
        frozenset({"unspecified-content-type-action", "max-size", "size-exceeded-action", "errors-variable-name"}),
        frozenset({"content-type-map", "content"}),
        ("inbound", "outbound", "on-error"),
    ),
)
