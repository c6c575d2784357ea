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
    check, reporter, before = _Check(node), Reporter(node), node.place.section in BEFORE

    async def act(transit: Transit) -> None:
        message = transit.context.request if before else transit.context.response
        text = await transit.body_text(before=before)
        if message is None or text is None:
            return
        sent = (message.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        kind = await check.types(transit, sent)
        findings = [await check.size(transit, len(text.encode())), await check.form(transit, kind, text)]
        await reporter.report(transit, [one for one in findings if one is not None])

    return act


class _Check:
    """What one `validate-content` looks at."""

    def __init__(self, node: Node) -> None:
        self._before = node.place.section in BEFORE
        self._noun = "request" if self._before else "response"
        self._unspecified = node.value("unspecified-content-type-action")
        self._most, self._oversized = node.optional("max-size"), node.value("size-exceeded-action", "ignore")
        self._contents, self.types = _contents(node), _Types(node)

    def _finding(self, rule: str, details: str, action: str) -> Finding:
        return Finding(f"{self._noun}Body", self._noun, rule, details, action.lower())

    async def size(self, transit: Transit, size: int) -> Finding | None:
        """Return what is said of a body that is too large."""
        if self._most is None or size <= await self._most.number(transit):
            return None
        details = f"{self._noun.title()}'s body is {size} bytes long and it exceeds the configured limit of "
        details += f"{await self._most.text(transit)} bytes."
        return self._finding("SizeLimit", details, await self._oversized.text(transit))

    async def form(self, transit: Transit, kind: str, text: str) -> Finding | None:
        """Return what is said of a body whose content type is not provided for, or that doesn't have its form."""
        content = next((one for one in self._contents if one.type in (kind, "")), None)
        ask = partial(_schema, subject=transit.subject, kind=kind, content=content, before=self._before)
        defined = await transit.tools.known(ask)
        if content is None:
            details = f"Unspecified content type {kind} is not allowed."
            action = await self._unspecified.text(transit)
            return None if defined is not None else self._finding("UnspecifiedContentType", details, action)
        problem = _problem(text, content, defined)
        details = f"Body of the {self._noun} does not conform to the definition which is associated with the "
        details += f"content type {kind}. {problem}"
        return self._finding("IncorrectMessage", details, await content.action.text(transit)) if problem else None


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


class _Types:
    """What a content type is taken for: by its name, by a condition, where there is none, or any."""

    def __init__(self, node: Node) -> None:
        self._anything = self._missing = ""
        self._named: list[tuple[str, Value | None, str]] = []
        holder = node.node("content-type-map")
        if holder is not None:
            holder.known({"any-content-type-value", "missing-content-type-value"}, {"type"})
            self._anything = holder.word("any-content-type-value", "").lower()
            self._missing = holder.word("missing-content-type-value", "").lower()
            for one in holder.nodes("type"):
                one.known({"from", "when", "to"}, ())
                self._named.append((one.word("from", "").lower(), one.optional("when"), one.word("to").lower()))

    async def __call__(self, transit: Transit, kind: str) -> str:
        """Return the content type to go by."""
        for name, condition, instead in self._named:
            if (name and name == kind) or (condition is not None and await condition.flag(transit)):
                return instead
        return (self._anything if kind else self._missing) or kind


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
