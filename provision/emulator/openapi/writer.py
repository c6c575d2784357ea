"""Writing an API as a document: OpenAPI 3.0 or Swagger 2.0.

Names are exported as ids and display names as summaries [doc]; what an import makes of the result are the same
operations, as long as their names are normalised and their methods are ones that OpenAPI knows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.openapi.operations import METHODS

if TYPE_CHECKING:
    from provision.emulator.world.store import Row

PLACEHOLDER = re.compile(r"\{\*?([^{}]*)\}")
IN_QUERY = re.compile(r"([^=&]+)=\{\1\}")
FORMAT = re.compile(r"^Format - ([\w-]+)\. ?")
REUSABLE = "#/components/schemas/"
DEFINED = "#/definitions/"

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one API, whose `schemas` are resources too; `version` is "openapi" or "swagger"."""

    api: Row
    operations: list[Row]
    schemas: list[Row]
    host: str
    version: str

    def document(self) -> Object:
        """Return the document."""
        props = self.api.props
        info: Object = {"title": props.get("displayName"), "version": str(props.get("apiVersion") or "1.0")}
        for key, name in (("description", "description"), ("termsOfServiceUrl", "termsOfService")):
            if props.get(key):
                info[name] = props[key]
        for key in ("license", "contact"):
            if isinstance(props.get(key), dict):
                info[key] = {name: value for name, value in props[key].items() if value is not None}
        base = "/".join(part for part in ("", props.get("path"), props.get("apiVersion")) if part is not None)
        found = self._paths()
        known = self._known()
        if self.version == "openapi":
            head: Object = {"openapi": "3.0.1", "info": info, "servers": [{"url": f"https://{self.host}{base}"}]}
            return {**head, **found, "components": {"schemas": known}}
        head = {"swagger": "2.0", "info": info, "host": self.host, "basePath": base or "/", "schemes": ["https"]}
        text = json.dumps({**head, **found, "definitions": known}).replace(f'"{REUSABLE}', f'"{DEFINED}')
        document: Object = json.loads(text)
        return document

    def _known(self) -> Object:
        found: Object = {}
        for row in self.schemas:
            document = row.props.get("document") or {}
            components = document.get("components")
            reusable = components.get("schemas") if isinstance(components, dict) else document.get("definitions")
            if isinstance(reusable, dict):
                found |= reusable
        result: Object = json.loads(json.dumps(found).replace(f'"{DEFINED}', f'"{REUSABLE}'))
        return result

    def _paths(self) -> Object:
        paths: dict[str, Object] = {}
        extended: dict[str, Object] = {}
        for row in self.operations:
            method = str(row.props.get("method")).lower()
            if method not in METHODS:
                continue  # OpenAPI has no place for it
            template = "/" + str(row.props.get("urlTemplate")).lstrip("/")
            path, _, query = template.partition("?")
            plain = all(IN_QUERY.fullmatch(part) for part in query.split("&")) if query else True
            if plain and method not in paths.get(path, {}):
                paths.setdefault(path, {})[method] = self._operation(row, path)
            else:
                extended.setdefault(template, {})[method] = self._operation(row, path)
        return {"paths": paths, **({"x-ms-paths": extended} if extended else {})}

    def _operation(self, row: Row, path: str) -> Object:
        props, request = row.props, row.props.get("request") or {}
        in_path = PLACEHOLDER.findall(path)
        parameters = [
            self._parameter({**p, "required": True}, "path" if p["name"] in in_path else "query")
            for p in props.get("templateParameters") or []
        ]
        parameters += [self._parameter(p, "query") for p in request.get("queryParameters") or []]
        parameters += [self._parameter(p, "header") for p in request.get("headers") or []]
        shown: Object = {"summary": props.get("displayName"), "operationId": row.name}
        if props.get("description"):
            shown["description"] = props["description"]
        bodies = request.get("representations") or []
        if bodies and self.version == "openapi":
            shown["requestBody"] = {"content": self._contents(bodies)}
        elif bodies:
            shown["consumes"] = [body.get("contentType") for body in bodies]
            parameters.append({"name": "body", "in": "body", "schema": self._reference(bodies[0]) or {}})
        responses = [r for r in props.get("responses") or [] if isinstance(r, dict)]
        if self.version == "swagger":
            kinds = [one.get("contentType") for r in responses for one in r.get("representations") or []]
            shown["produces"] = list(dict.fromkeys(kinds))
        return {
            **shown,
            "parameters": parameters,
            "responses": {str(r["statusCode"]): self._answer(r) for r in responses if "statusCode" in r},
        }

    def _answer(self, response: Object) -> Object:
        shown: Object = {"description": response.get("description") or ""}
        headers = {}
        for header in response.get("headers") or []:
            written = self._parameter(header, "header")
            headers[header.get("name")] = {k: v for k, v in written.items() if k not in ("name", "in")}
        if headers:
            shown["headers"] = headers
        found = response.get("representations") or []
        if found and self.version == "openapi":
            shown["content"] = self._contents(found)
        elif found:
            shown["schema"] = self._reference(found[0]) or {"type": "object"}
        return shown

    def _contents(self, representations: list[Object]) -> Object:
        contents: Object = {}
        for one in representations:
            media: Object = {"schema": schema} if (schema := self._reference(one)) else {}
            examples = one.get("examples")
            if isinstance(examples, dict) and set(examples) == {"default"} and isinstance(examples["default"], dict):
                media["example"] = examples["default"].get("value")
            elif isinstance(examples, dict) and examples:
                media["examples"] = examples
            contents[str(one.get("contentType"))] = media
        return contents

    def _reference(self, one: Object) -> Object:
        name = one.get("typeName")
        known = any(
            name in (((r.props.get("document") or {}).get("components") or {}).get("schemas") or {})
            or name in ((r.props.get("document") or {}).get("definitions") or {})
            for r in self.schemas
        )
        return {"$ref": f"{REUSABLE}{name}"} if name and known else {}

    def _parameter(self, given: Object, place: str) -> Object:
        shown: Object = {"name": given.get("name"), "in": place}
        if given.get("required"):
            shown["required"] = True
        facts: Object = {"type": given.get("type") or "string"}
        description = given.get("description") or ""
        if match := FORMAT.match(description):
            facts["format"] = match[1]
            description = description[match.end() :]
        if description:
            shown["description"] = description
        if given.get("values"):
            facts["enum"] = [_read(value, facts["type"]) for value in given["values"]]
        if given.get("defaultValue") is not None:
            facts["default"] = _read(given["defaultValue"], facts["type"])
        if self.version == "swagger":
            return {**shown, **facts}
        return {**shown, "schema": self._reference(given) or facts}


def _read(value: Any, kind: str) -> Any:
    """Return a value, which the service keeps as text, as what it is."""
    if kind == "string" or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
