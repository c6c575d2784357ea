"""What the installed management SDK knows of every writable resource type, condensed: `make facts` writes it to
provision/kinds/facts.json, and tests/architecture/test_facts.py holds that file to the SDK.

The file is one object: the type as ARM paths have it below the instance (`apis/operations`; the instance is `service`)
-> what its PUT takes (its PATCH, where there is no PUT), in a small dialect of JSON Schema:

    outside      names that stand beside `properties` on the wire; all others stand inside, whose wrapper is dissolved
    properties   name -> type (`any` is any JSON), enum, minLength, maxLength, pattern, minimum, maximum, minItems,
                 maxItems, format (`date-time`, `duration`), readOnly; nested: items, properties, required,
                 additionalProperties
    required     as far as the SDK tells
    body         false where the request has none: the type is a link
    additionalProperties   the schema of any other property of the resource

`python -m tests.facts --groups` prints which methods of the SDK serve each type.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import typing
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import azure.mgmt.apimanagement
from azure.mgmt.apimanagement import models, operations
from azure.mgmt.resource.resources import models as resource_models

from provision import kinds

TABLE = Path(kinds.__file__).with_name("facts.json")
INSTANCE = re.compile(r"^/subscriptions/\{\}/resourceGroups/\{\}/providers/Microsoft\.ApiManagement/service/\{\}")
BUILDER = re.compile(
    r'^def build_(\w+)\(.*?"template_url",\s*((?:"[^"]*"\s*)+),?.*?method="(\w+)"', re.DOTALL | re.MULTILINE
)
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


class Method(NamedTuple):
    """One method of an operation group, with the request that it makes."""

    http: str
    path: str  # of the URL, every parameter `{}`
    group: str  # attribute of the client
    name: str
    parameters: tuple[str, ...]  # that must be passed, in their order
    options: tuple[str, ...]  # that may be passed
    body: type | None  # the model of what is sent


def methods() -> list[Method]:
    """Every request of the SDK that concerns an instance or what is in it."""
    client = inspect.getsource(azure.mgmt.apimanagement.ApiManagementClient)
    attributes = {name: attribute for attribute, name in re.findall(r"self\.(\w+) = (\w+Operations)\(", client)}
    return [
        method
        for name, attribute in sorted(attributes.items())
        for method in _methods(getattr(operations, name), attribute)
        if method.path.startswith(INSTANCE.pattern[1:].replace("\\", "").removesuffix("/{}"))
    ]


def _methods(group: type, attribute: str) -> list[Method]:
    source = Path(inspect.getfile(group)).read_text("utf-8")
    requests = {name: (verb, "".join(re.findall(r'"([^"]*)"', url))) for name, url, verb in BUILDER.findall(source)}
    found = []
    for own, method in inspect.getmembers(group, inspect.isfunction):
        built = re.search(r"_request = build_(\w+)\(", inspect.getsource(method))
        if not built:
            continue
        name = own if not own.startswith("_") else f"begin_{own[1:].removesuffix('_initial')}"
        public = inspect.unwrap(getattr(group, name))
        verb, url = requests[built[1]]
        parameters = [
            one
            for one in list(inspect.signature(public).parameters.values())[1:]
            if one.kind is one.POSITIONAL_OR_KEYWORD
        ]
        needed = tuple(one.name for one in parameters if one.default is one.empty)
        options = tuple(one.name for one in parameters if one.default is not one.empty)
        found.append(Method(verb, re.sub(r"\{\w+\}", "{}", url), attribute, name, needed, options, _body(public)))
    return found


def _body(method: Any) -> type | None:
    for name, hint in typing.get_type_hints(method).items():
        members = typing.get_args(hint)
        if name != "return" and typing.IO[bytes] in members:
            return typing.cast("type", members[0])
    return None


def types() -> dict[str, Method]:
    """The request that writes each type: PUT, or PATCH where there is none."""
    writes: dict[str, Method] = {}
    for method in methods():
        if method.http in {"PUT", "PATCH"} and (method.path not in writes or method.http == "PUT"):
            writes[method.path] = method
    return {_type(path, set(writes)): method for path, method in writes.items()}


def _type(path: str, paths: set[str]) -> str:
    """`apis/wikis` for its only name `default`, but `portalsettings/signin`: its siblings have other properties."""
    below = INSTANCE.sub("", path)
    collection, _, last = path.rpartition("/")
    siblings = [one for one in paths if one.rpartition("/")[0] == collection]
    kept = below if last == "{}" or len(siblings) > 1 else below.rpartition("/")[0]
    return kept.replace("/{}", "").strip("/") or "service"


def groups() -> dict[str, dict[str, Method]]:
    """The methods that serve each type: by `get`, `head`, `list`, `put`, `update`, `delete`, or the action POSTed."""
    verbs = {"GET": "get", "HEAD": "head", "PUT": "put", "PATCH": "update", "DELETE": "delete"}
    table: dict[str, dict[str, Method]] = {}
    for kind, write in types().items():
        served = table[kind] = {}
        for method in methods():
            if method.path == write.path and method.http in verbs:
                served[verbs[method.http]] = method
            elif method.path == write.path.rpartition("/")[0] and method.http == "GET":
                served["list"] = method
            elif method.path.rpartition("/")[0] == write.path and method.http == "POST":
                served[method.path.rpartition("/")[2]] = method
    return table


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
    found = {
        kind: _dissolved(_schema(write.body), _needed(write.body)) if write.body else link
        for kind, write in types().items()
    }
    return found | {"resourceGroup": _dissolved(_new_schema(resource_models.ResourceGroup), set())}


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


def main() -> None:
    """Write the table, or print who serves each type."""
    if "--groups" in sys.argv[1:]:
        for kind, served in sorted(groups().items()):
            for role, method in sorted(served.items()):
                needed, options = ", ".join(method.parameters), ", ".join(method.options)
                print(f"{kind:50} {role:10} {method.group}.{method.name}({needed}) {options}")  # noqa: T201
    else:
        TABLE.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
