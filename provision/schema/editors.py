"""The JSON Schema of a spec, for editors."""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.schema.grammar import FREE, document

if TYPE_CHECKING:
    from provision.kinds.table import Property

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_VARIABLE: Final = MappingProxyType({"type": "string", "pattern": r"\$\{"})
_PROVIDER: Final = "Microsoft.ApiManagement/service"
Json = dict[str, Any]


def json_schema() -> str:
    """The schema as text that ends with a newline."""
    nodes: dict[str, Json] = {}
    whole = _maps(document(), nodes)
    whole["patternProperties"] = {f"^{FREE}": {"description": "anything, to be referred to by YAML aliases"}}
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Spec",
        "$defs": dict(sorted(nodes.items())),
        **whole,
    }
    return json.dumps(found, indent=2) + "\n"


def _maps(prop: Property, nodes: dict[str, Json]) -> Json:
    inside = {name: one for name, one in prop.inside.items() if one.written}
    result: Json = {"type": "object", "additionalProperties": False}
    if prop.about:
        result["description"] = prop.about
    result["properties"] = {name: {**_field(one, nodes), "title": _title(name)} for name, one in inside.items()}
    required = [name for name, one in inside.items() if one.required]
    return {**result, "required": required} if required else result


def _title(name: str) -> str:
    return _WORD.sub(" ", name).capitalize()


def _field(prop: Property, nodes: dict[str, Json]) -> Json:
    found = _several(prop, nodes)
    if prop.otherwise:
        found = {"anyOf": [found, _several(prop.otherwise, nodes)]}
    if prop.required:
        return found
    return {"anyOf": [*(found["anyOf"] if list(found) == ["anyOf"] else [found]), {"type": "null"}]}


def _several(prop: Property, nodes: dict[str, Json]) -> Json:
    found = _node(prop, nodes) if prop.kind else _one(prop, nodes)
    if prop.many == "list":
        found = {"type": "array", "items": found}
    elif prop.many == "map":
        found = {"type": "object", "additionalProperties": found}
        if prop.names and not prop.names.words:
            found["propertyNames"] = {
                "anyOf": [_text(prop.names), {**_VARIABLE}],
            }
        elif prop.names:
            found["propertyNames"] = {"enum": list(prop.names.words)}
    return found


def _node(prop: Property, nodes: dict[str, Json]) -> Json:
    """The node of a resource, once in the whole schema for each of its types."""
    if prop.type != "object":
        return {**_one(prop, nodes), "description": prop.about, "x-arm-type": _arm(prop.kind)}
    name = "".join(part[:1].upper() + part[1:] for part in prop.kind.split("/"))
    if name not in nodes:
        nodes[name] = {}  # so that it isn't begun twice
        nodes[name] = {**_maps(prop, nodes), "x-arm-type": _arm(prop.kind)}
    return {"$ref": f"#/$defs/{name}"}


def _arm(kind: str) -> str:
    if kind in ("service", "resourceGroup"):
        return _PROVIDER if kind == "service" else "Microsoft.Resources/resourceGroups"
    return f"{_PROVIDER}/{kind}"


def _one(prop: Property, nodes: dict[str, Json]) -> Json:
    if prop.words and prop.type != "string":
        return {"enum": list(prop.words), **({"description": prop.about} if prop.about else {})}
    if prop.type == "object":
        return _maps(prop, nodes) if prop.inside else {"type": "object"}
    if prop.type == "string":
        free = not prop.words and not prop.pattern
        return _text(prop) if free else {"anyOf": [_text(prop), {**_VARIABLE}]}
    if prop.type in ("integer", "number"):
        bounds = {"minimum": prop.least, "maximum": prop.most}
        number = {"type": prop.type, **{key: value for key, value in bounds.items() if value is not None}}
        return {"anyOf": [number, {**_VARIABLE}]}
    return {"anyOf": [{"type": "boolean"}, {**_VARIABLE}]} if prop.type == "boolean" else {}


def _text(prop: Property) -> Json:
    if prop.words:
        return {"enum": list(prop.words)}
    limits = {"minLength": prop.shortest, "maxLength": prop.longest, "pattern": prop.pattern or None}
    return {"type": "string", **{key: value for key, value in limits.items() if value is not None}}
