"""Schemas that operations refer to, and what a document that fits one looks like."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.gateway.subject import Subject

DEEPEST = 8
EXAMPLES = ("example", "default")
SCALARS = MappingProxyType({"integer": 0, "number": 0, "boolean": True})
FORMATS = MappingProxyType(
    {
        "date-time": "2000-01-23T04:56:07Z",
        "date": "2000-01-23",
        "uuid": "00000000-0000-0000-0000-000000000000",
    }
)


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema, within the document that its references point into."""

    schema: dict[str, Any]
    document: dict[str, Any]

    def resolved(self, schema: Any) -> dict[str, Any]:
        """Return a schema, or what its `$ref` points at."""
        for _ in range(DEEPEST):
            if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
                break
            schema = _at(self.document, schema["$ref"])
        return schema if isinstance(schema, dict) else {}


def _at(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for part in reference.partition("#")[2].strip("/").split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found


def find(reading: Reading, subject: Subject, schema_id: str, type_name: str) -> Schema | None:
    """Return a schema of the call's API, or of the instance, by what a representation says of it."""
    holders = [holder.path for holder in (subject.api, subject.service) if holder is not None]
    for holder in holders:
        row = reading.row(f"{holder}/schemas/{schema_id}".lower())
        if row is None:
            continue
        document = row.props.get("document") or {}
        inner = document.get("value", document)
        named = (inner.get("components") or {}).get("schemas") or inner.get("definitions") or {}
        if not type_name:
            return Schema(inner, inner)
        wanted = type_name.rpartition("/")[2]
        return Schema(named[wanted], inner) if isinstance(named.get(wanted), dict) else None
    return None


def example(schema: Schema, part: Any = None, depth: int = 0) -> Any:
    """Return a value that fits a schema: its own example where it has one."""
    found = schema.resolved(schema.schema if part is None else part)
    given = [found[key] for key in EXAMPLES if key in found]
    given += found["enum"][:1] if isinstance(found.get("enum"), list) else []
    if given or depth > DEEPEST:
        return given[0] if given else None
    if isinstance(found.get("allOf"), list):
        parts = [example(schema, one, depth + 1) for one in found["allOf"]]
        return {key: value for one in parts if isinstance(one, dict) for key, value in one.items()}
    kind = "object" if "properties" in found else str(found.get("type"))
    return _plain(schema, found, kind, depth)


def _plain(schema: Schema, found: dict[str, Any], kind: str, depth: int) -> Any:
    if kind == "object":
        return {key: example(schema, one, depth + 1) for key, one in (found.get("properties") or {}).items()}
    if kind == "array":
        return [example(schema, found.get("items") or {}, depth + 1)]
    if kind == "string":
        return FORMATS.get(str(found.get("format")), "string")
    return SCALARS.get(kind)
