"""What the installed management SDK knows of every writable resource type, condensed: `make facts` writes it to
provision/kinds/facts.json, and tests/architecture/test_facts.py holds that file to the SDK.

The file is one object: the type as ARM paths have it below the instance (`apis/operations`; the instance is `service`)
-> what its PUT takes (its PATCH, where there is no PUT), in a small dialect of JSON Schema:

    outside      names that stand beside `properties` on the wire; all others stand inside, whose wrapper is dissolved
    properties   name -> type (`any` is any JSON), enum, minLength, maxLength, pattern, minimum, maximum, minItems,
                 maxItems, format (`date-time`, `duration`), readOnly; nested: items, properties, required,
                 additionalProperties
    required     as far as the SDK tells
    body         false where the request has none, as that of a link: nothing but that the resource exists is said
    additionalProperties   the schema of any other property of the resource
"""

from __future__ import annotations

import json
import re
import typing
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from azure.mgmt.apimanagement import models
from azure.mgmt.resource.resources import models as resource_models

from provision import kinds
from tests.sdk import groups, types

__all__ = ("TABLE", "groups", "table", "text")

TABLE = Path(kinds.__file__).with_name("facts.json")
# A resource's own address, which is no property of it.
ADDRESS = {"id", "name", "type"}
SIMPLE = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "object": {"type": "any"},
    "iso-8601": {"type": "string", "format": "date-time"},
    "duration": {"type": "string", "format": "duration"},
}
RULES = {
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "minimum": "minimum",
    "maximum": "maximum",
    "min_items": "minItems",
    "max_items": "maxItems",
    "readonly": "readOnly",
}

Schema = dict[str, Any]


def _wire(key: str) -> list[str]:
    return [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", key)]


def _leaf(spelled: str, allowed: list[Any], within: tuple[type, ...]) -> Schema:
    """The schema of a type as the SDK spells it: `str`, `[ParameterContract]`, `{[str]}`."""
    if spelled.startswith("["):
        return {"type": "array", "items": _leaf(spelled[1:-1], allowed, within)}
    if spelled.startswith("{"):
        return {"type": "object", "additionalProperties": _leaf(spelled[1:-1], allowed, within)}
    if spelled in SIMPLE:
        return SIMPLE[spelled] | ({"enum": allowed} if allowed and spelled == "str" else {})
    model = getattr(models, spelled)
    if model in within:
        return {"type": "any"}
    return {"type": "object"} | _schema(model, within)


def _allowed(hint: Any) -> list[Any]:
    """The values of the enumeration that an annotation names somewhere, if any."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    return next((found for part in typing.get_args(hint) if (found := _allowed(part))), [])


def _schema(model: Any, within: tuple[type, ...] = ()) -> Schema:
    """`properties` and `required` of a model, in the shape of the wire."""
    assert not getattr(model, "_subtype_map", None), f"{model}: variants by a discriminator are new here"
    hints = typing.get_type_hints(model.__init__, localns={"_models": models})
    whole: Schema = {"properties": {}}
    for name, attribute in model._attribute_map.items():
        rules = model._validation.get(name, {})
        assert rules.keys() <= RULES.keys() | {"required"}, f"{model}.{name}: {rules}"
        schema = _leaf(attribute["type"], _allowed(hints.get(name)), (*within, model))
        schema |= {RULES[rule]: value for rule, value in rules.items() if rule in RULES}
        *outer, last = _wire(attribute["key"])
        place = whole
        for step in outer:
            place = place["properties"].setdefault(step, {"type": "object", "properties": {}})
        place["properties"][last] = schema
        if rules.get("required") and not rules.get("readonly"):
            place.setdefault("required", []).append(last)
    return whole


def _needed(model: Any) -> set[str]:
    """Names that a model's wrapper `properties` must hold.

    Flattening loses them, where the wrapper itself is optional; the wrapper's own model, of the same names and types
    but for what is read-only, still has them.
    """
    own = {
        wire[1]: attribute["type"]
        for attribute in model._attribute_map.values()
        if len(wire := _wire(attribute["key"])) == 2 and wire[0] == "properties"
    }
    return {
        attribute["key"]
        for wrapper in vars(models).values()
        if own and _wraps(wrapper, own)
        for name, attribute in wrapper._attribute_map.items()
        if wrapper._validation.get(name, {}).get("required")
    }


def _wraps(wrapper: Any, own: dict[str, str]) -> bool:
    keys = {
        attribute["key"]: (attribute["type"], wrapper._validation.get(name, {}).get("readonly"))
        for name, attribute in getattr(wrapper, "_attribute_map", {}).items()
    }
    same = keys.keys() >= own.keys() and all(keys[key][0] == spelled for key, spelled in own.items())
    return same and len(own) > 1 and all(readonly for key, (_, readonly) in keys.items() if key not in own)


def _dissolved(whole: Schema, needed: set[str]) -> Schema:
    """A resource's schema without its wrapper `properties` and without its address."""
    inner = whole["properties"].pop("properties", {})
    beside = {
        name: schema for name, schema in whole["properties"].items() if not (name in ADDRESS and schema.get("readOnly"))
    }
    inside = inner.get("properties", {})
    assert not beside.keys() & inside.keys(), f"beside `properties` and in it: {beside.keys() & inside.keys()}"
    required = (needed | {*whole.get("required", ()), *inner.get("required", ())}) - {"properties"}
    more = {key: inner[key] for key in ("additionalProperties",) if key in inner}
    return {"outside": sorted(beside), "properties": beside | inside, "required": sorted(required)} | more


def table() -> dict[str, Schema]:
    """The facts of each type."""
    link: Schema = {"body": False, "outside": [], "properties": {}, "required": []}
    found = {"resourceGroup": _dissolved(_new_schema(resource_models.ResourceGroup), set())}
    for kind, write in types().items():
        found[kind] = _dissolved(_schema(write.body), _needed(write.body)) if write.body else link
    return found


def _new_schema(model: Any) -> Schema:
    """`properties` and `required` of a model of the SDKs' later generation, whose facts are in its annotations."""
    hints = {
        name: hint
        for base in reversed(model.__mro__)
        for name, hint in typing.get_type_hints(base, localns={"_models": resource_models}).items()
    }
    model({})  # makes the fields known
    whole: Schema = {"properties": {}}
    for name, field in model._attr_to_rest_field.items():
        whole["properties"][field._rest_name] = _annotated(hints[name])
        if field._visibility == ["read"]:
            whole["properties"][field._rest_name]["readOnly"] = True
        elif type(None) not in typing.get_args(hints[name]):
            whole.setdefault("required", []).append(field._rest_name)
    return whole


def _annotated(hint: Any) -> Schema:
    inner = [one for one in typing.get_args(hint) if one is not type(None)]
    if typing.get_origin(hint) is typing.Union:
        allowed = _allowed(hint)
        return SIMPLE["str"] | {"enum": allowed} if allowed else _annotated(inner[0])
    if typing.get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": _annotated(inner[1])}
    simple = {datetime: SIMPLE["iso-8601"], str: SIMPLE["str"]}.get(hint)
    return dict(simple) if simple else {"type": "object"} | _new_schema(hint)


def text() -> str:
    """The table as the file holds it: sorted, a line for each property of a type."""
    blocks = []
    for kind, facts in sorted(table().items()):
        lines = [f'    "{name}": {_json(schema)}' for name, schema in sorted(facts["properties"].items())]
        parts = {key: _json(value) for key, value in facts.items()}
        parts["properties"] = "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"
        body = ",\n".join(f'  "{key}": {value}' for key, value in sorted(parts.items()))
        blocks.append(f'"{kind}": {{\n{body}\n}}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    TABLE.write_text(text(), "utf-8")
