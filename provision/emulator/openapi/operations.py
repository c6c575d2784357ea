"""The operations of a document, as the service keeps them.

Sources: [rec] recorded, [doc] "API import restrictions and known issues", [?] inferred.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision.emulator.openapi.document import followed, items
from provision.emulator.openapi.values import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")  # `trace` is not supported [doc]
WITHOUT_BODY = frozenset({"get", "head", "options"})  # their bodies are discarded [doc]
LONGEST_ID = 76  # four less than a name may have, for the suffix [doc]
LONGEST_NAME = 300  # of a display name [doc]
LONGEST_TAG = 160
MOST_ALIKE = 999
STATUSES = range(100, 600)
PLACEHOLDER = re.compile(r"\{\*?([^{}]*)\}")
NOT_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI: to be ignored as parameters
JSON_TYPE = "application/json"

Object = dict[str, Any]


@dataclass(slots=True)
class Reader:
    """Reads the operations of one document.

    `schema_id` is the name of the API's schema resource, to which parameters and representations refer; `schemas` are
    the reusable ones, to which unnamed ones are added under names made of their operation [?: the form of the names];
    `tags` are the names of each operation's tags, once it is read.
    """

    document: Object
    schema_id: str
    required_in_template: bool = True
    schemas: Object = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    _shared: list[Object] = field(default_factory=list)
    _prefix: str = ""

    def operations(self) -> dict[str, Object]:
        """Return all operations by id."""
        found: dict[str, Object] = {}
        taken: set[str] = set()
        for template, method, given in self._all():
            where = f"{method.upper()} {template}"
            props = self._operation(template, method, given)
            unique = f"{props['method']} {PLACEHOLDER.sub('{}', props['urlTemplate'])}".lower()
            if unique in taken:
                raise DocumentError(f"Operation with the same method and URL template already exists: {where}.")
            taken.add(unique)
            name = _unique(operation_id(str(given.get("operationId") or f"{method}-{template}")), found)
            found[name] = props
            self.tags[name] = _tags(given.get("tags"))
        return found

    def _all(self) -> Iterator[tuple[str, str, Object]]:
        for collection in ("paths", "x-ms-paths"):
            for template, item in items(self.document, self.document.get(collection), f"'{collection}'"):
                if template.startswith("x-"):
                    continue
                if not template.startswith("/"):
                    raise DocumentError(f"The path '{template}' does not begin with '/'.")
                self._shared = self._objects(item.get("parameters"), f"'parameters' of {template}")
                for method in METHODS:
                    if item.get(method) is not None:
                        yield template, method, followed(self.document, item[method], f"{method.upper()} {template}")

    def _objects(self, value: Any, where: str) -> list[Object]:
        if value is not None and not isinstance(value, list):
            raise DocumentError(f"{where} is not an array.")
        return [followed(self.document, one, f"{where}: one of them") for one in value or []]

    def _operation(self, template: str, method: str, given: Object) -> Object:
        where = f"{method.upper()} {template}"
        self._prefix = "".join(part[:1].upper() + part[1:] for part in re.findall(r"\w+", template)) + method.title()
        merged: dict[tuple[str, str], Object] = {}  # those of the operation override those of the path
        for one in [*self._shared, *self._objects(given.get("parameters"), f"'parameters' of {where}")]:
            if not isinstance(one.get("name"), str) or not isinstance(one.get("in"), str):
                raise DocumentError(f"A parameter of {where} lacks 'name' or 'in'.")
            merged[one["name"], one["in"]] = one
        parameters = list(merged.values())
        url, in_template = self._template(template, parameters, where)
        query = [p for p in parameters if p["in"] == "query" and p not in in_template]
        headers = [p for p in parameters if p["in"] == "header" and p["name"].lower() not in NOT_HEADERS]
        return {
            "displayName": str(given.get("summary") or given.get("operationId") or where_name(method, template))[
                :LONGEST_NAME
            ],
            "method": method.upper(),
            "urlTemplate": url,
            "templateParameters": [{**self._parameter(p), "required": True} for p in in_template],
            **_text(given),
            "request": {
                "queryParameters": [self._parameter(p) for p in query],
                "headers": [self._parameter(p) for p in headers],
                "representations": [] if method in WITHOUT_BODY else self._bodies(given, parameters, where),
            },
            "responses": list(self._responses(given, where)),
            "policies": None,
        }

    def _template(self, template: str, parameters: list[Object], where: str) -> tuple[str, list[Object]]:
        """Return the URL template with the required query parameters in it, and what is defined for it [doc]."""
        wanted = PLACEHOLDER.findall(template)
        named = {p["name"]: p for p in parameters if p["in"] == "path"}
        query = {p["name"]: p for p in parameters if p["in"] == "query"}
        for name in named:
            if name not in wanted:
                raise DocumentError(f"The path parameter '{name}' of {where} does not occur in the URL template.")
        for name in wanted:
            if name not in named and name not in query:
                raise DocumentError(f"The template parameter '{name}' of {where} is not defined.")
        found = [named.get(name) or query[name] for name in dict.fromkeys(wanted)]
        required = [p for p in query.values() if p.get("required") is True and p not in found]
        if required and self.required_in_template:
            added = "&".join(f"{p['name']}={{{p['name']}}}" for p in required)
            template += ("&" if "?" in template else "?") + added
            found += required
        names = [p["name"].lower() for p in found]
        if len(names) != len(set(names)):
            raise DocumentError(f"Required path and query parameters of {where} must have unique names.")
        return template, found

    def _parameter(self, given: Object) -> Object:
        schema = followed(self.document, given.get("schema") or {}, f"The schema of '{given.get('name')}'")
        facts = schema if "openapi" in self.document else given
        shown: Object = {"name": str(given["name"]), "type": _type(facts), "values": _values(facts)}
        description = _text(given).get("description")
        if isinstance(facts.get("format"), str):  # [rec: "Format - int32."]
            description = f"Format - {facts['format']}. {description or ''}".strip()
        if description:
            shown["description"] = description
        if facts.get("default") is not None:
            shown["defaultValue"] = _written(facts["default"])
        if given.get("required") is True:
            shown["required"] = True
        if "$ref" in (given.get("schema") or {}):
            shown |= self._typed(given["schema"], "")
        return shown

    def _bodies(self, given: Object, parameters: list[Object], where: str) -> list[Object]:
        if "openapi" in self.document:
            body = followed(self.document, given.get("requestBody") or {}, f"'requestBody' of {where}")
            return self._contents(body.get("content"), f"{self._prefix}Request", where)
        schemas = [p.get("schema") for p in parameters if p["in"] == "body"]
        kinds = given.get("consumes") or self.document.get("consumes") or [JSON_TYPE]
        return [
            self._representation(str(kind), {"schema": schemas[0]}, f"{self._prefix}Request")
            for kind in _listed(kinds, where)
            if schemas
        ]

    def _responses(self, given: Object, where: str) -> Iterator[Object]:
        for code, answer in items(self.document, given.get("responses"), f"'responses' of {where}"):
            if not code.isascii() or not code.isdigit():
                continue  # "default" and "2XX" have no counterpart
            if int(code) not in STATUSES:
                raise DocumentError(f"'{code}' of {where} is no status code.")
            name = f"{self._prefix}{code}"
            if "openapi" in self.document:
                found = self._contents(answer.get("content"), name, where)
            else:
                found = self._produced(given, answer, name, where)
            headers = items(self.document, answer.get("headers"), f"'headers' of {where}")
            yield {
                "statusCode": int(code),
                **_text(answer),
                "representations": found,
                "headers": [self._parameter({**header, "name": key}) for key, header in headers],
            }

    def _produced(self, given: Object, answer: Object, name: str, where: str) -> list[Object]:
        if answer.get("schema") is None:
            return []
        kinds = given.get("produces") or self.document.get("produces") or [JSON_TYPE]
        given_samples = answer.get("examples")
        samples = given_samples if isinstance(given_samples, dict) else {}
        return [
            self._representation(
                str(kind),
                {"schema": answer["schema"], **({"example": samples[kind]} if kind in samples else {})},
                f"{name}{_pascal(str(kind))}Response",
            )
            for kind in _listed(kinds, where)
        ]

    def _contents(self, contents: Any, name: str, where: str) -> list[Object]:
        suffix = "" if name.endswith("Request") else "Response"
        return [
            self._representation(kind, media, name if not suffix else f"{name}{_pascal(kind)}{suffix}")
            for kind, media in items(self.document, contents, f"'content' of {where}")
        ]

    def _representation(self, kind: str, media: Object, name: str) -> Object:
        shown: Object = {"contentType": kind}
        examples = media.get("examples")
        if media.get("example") is not None:
            shown["examples"] = {"default": {"value": media["example"]}}
        elif isinstance(examples, dict) and examples:
            shown["examples"] = {key: followed(self.document, one, "An example") for key, one in examples.items()}
        return shown | self._typed(media.get("schema"), name)

    def _typed(self, schema: Any, name: str) -> Object:
        """Refer to a reusable schema, making one of a schema that has no name."""
        if schema is None or schema == {}:
            return {}
        root = "#/components/schemas/" if "openapi" in self.document else "#/definitions/"
        pointer = schema.get("$ref") if isinstance(schema, dict) else None
        if isinstance(pointer, str) and pointer.startswith(root) and "/" not in pointer[len(root) :]:
            return {"schemaId": self.schema_id, "typeName": pointer[len(root) :]}
        if not name or not isinstance(schema, dict | bool):
            return {}
        self.schemas[name] = schema
        return {"schemaId": self.schema_id, "typeName": name}


def operation_id(text: str) -> str:
    """Return an id as the service normalises it: lower case, runs of other characters to one hyphen [doc]."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_ID] or "operation"


def _tags(value: Any) -> list[str]:
    names = (one.strip()[:LONGEST_TAG] for one in value if isinstance(one, str)) if isinstance(value, list) else ()
    return [name for name in dict.fromkeys(names) if name]


def _unique(name: str, taken: dict[str, Object]) -> str:
    if name not in taken:
        return name
    for number in range(1, MOST_ALIKE + 1):
        if f"{name}-{number}" not in taken:
            return f"{name}-{number}"
    raise DocumentError(f"More than {MOST_ALIKE} operations have the id '{name}'.")


def where_name(method: str, template: str) -> str:
    """Return the display name of an operation that has neither summary nor id."""
    return f"{method.capitalize()} - {template}"


def _pascal(kind: str) -> str:
    return "".join(part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", kind))


def _text(given: Object) -> dict[str, str]:
    text = given.get("description")
    return {"description": text} if isinstance(text, str) and text else {}


def _type(facts: Object) -> str:
    kinds = facts.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:  # OpenAPI 3.1 has lists, with "null" in them
        if isinstance(kind, str) and kind != "null":
            return kind
    return "string"


def _values(facts: Object) -> list[str]:
    allowed = facts.get("enum")
    return [_written(one) for one in allowed] if isinstance(allowed, list) else []


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _listed(kinds: Any, where: str) -> list[Any]:
    if not isinstance(kinds, list):
        raise DocumentError(f"'consumes' or 'produces' of {where} is not an array.")
    return kinds
