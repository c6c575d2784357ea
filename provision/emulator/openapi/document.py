"""Reading a document: text to JSON, the checks that hold for all of it, its references, its description of the API.

Sources: [rec] recorded, [doc] "API import restrictions and known issues", [?] inferred.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from provision.emulator.openapi.values import DEEPEST, DocumentError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_CHAIN = 20
VERSION_2 = "2.0"
VERSION_3 = re.compile(r"3\.[01](\.\d+)?$")


def parse(text: str, family: str) -> dict[str, Any]:
    """Return a document of a family ("swagger" or "openapi") that has the parts which all must have."""
    document = _json(text) if family == "swagger" or text.lstrip().startswith("{") else read_yaml(text)
    if not isinstance(document, dict):
        raise DocumentError("The document is not an object.")
    _version(document, family)
    info = document.get("info")
    if not isinstance(info, dict) or not isinstance(info.get("title"), str) or not info["title"].strip():
        raise DocumentError("'info.title' is missing.")
    if not isinstance(document.get("paths"), dict) and (document.get("paths") or "webhooks" not in document):
        raise DocumentError("'paths' is missing or not an object.")
    for pointer in set(_references(document, 0)):
        resolve(document, pointer)
    return document


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise DocumentError("The document is nested too deeply.") from None
    except ValueError as error:
        raise DocumentError(f"The document is not valid JSON: {error}.") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _version(document: dict[str, Any], family: str) -> None:
    # [?] That the format must fit the document: the service's own reader may take either.
    found = document.get(family)
    if family == "swagger" and str(found) != VERSION_2:
        raise DocumentError("The document is not Swagger: 'swagger' must be '2.0'.")
    if family == "openapi" and "swagger" in document:
        raise DocumentError("The document is Swagger, whose format is 'swagger-json' or 'swagger-link-json'.")
    if family == "openapi" and not VERSION_3.match(str(found)):
        raise DocumentError("The document is not OpenAPI: 'openapi' must be '3.0.x' or '3.1.x'.")


def _references(value: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise DocumentError("The document is nested too deeply.")
    if isinstance(value, dict):
        pointer = value.get("$ref")
        if isinstance(pointer, str):
            yield pointer
        for key, inner in value.items():
            if key not in ("example", "examples", "default", "enum"):  # what stands there is data
                yield from _references(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner, depth + 1)


def resolve(document: dict[str, Any], pointer: str) -> Any:
    """Return what a reference within the document points at."""
    if pointer != "#" and not pointer.startswith("#/"):
        raise DocumentError(f"'$ref' must not point at another file: '{pointer[:200]}'.")
    found: Any = document
    for part in unquote(pointer).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            raise DocumentError(f"'$ref' points at nothing: '{pointer[:200]}'.")
    return found


def followed(document: dict[str, Any], value: Any, where: str) -> dict[str, Any]:
    """Return an object, or the one that it refers to."""
    for _ in range(LONGEST_CHAIN):
        if not isinstance(value, dict):
            raise DocumentError(f"{where} is not an object.")
        if not isinstance(value.get("$ref"), str):
            return value
        value = resolve(document, value["$ref"])
    raise DocumentError(f"{where} refers to itself.")


def items(document: dict[str, Any], value: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the members of an object of objects; of nothing, none."""
    if value is None:
        return []
    if not isinstance(value, dict):
        raise DocumentError(f"{where} is not an object.")
    return [(key, followed(document, inner, f"{where}, '{key}',")) for key, inner in value.items()]


def described(document: dict[str, Any], source: str | None) -> dict[str, Any]:
    """Return the properties of the API that a document determines; `source` is the link it came from."""
    info = document["info"]
    found: dict[str, Any] = {
        "displayName": info["title"],
        "description": info.get("description"),
        "serviceUrl": service_url(document, source),
        "termsOfServiceUrl": info.get("termsOfService"),
    }
    for key, members in (("license", ("name", "url")), ("contact", ("name", "url", "email"))):
        if isinstance(info.get(key), dict):
            found[key] = {member: info[key].get(member) for member in members}  # [rec: absent ones are null]
    return {key: value for key, value in found.items() if value is not None}


def service_url(document: dict[str, Any], source: str | None) -> str | None:
    """Return the first https server, else the first of http [rec]; relative ones count from the link [doc]."""
    base = source if source and urlsplit(source).scheme in ("http", "https") else ""
    urls = [urljoin(base, url).rstrip("/") for url in _servers(document, base)]
    for scheme in ("https://", "http://"):
        for url in urls:
            if url.lower().startswith(scheme):
                return url
    return None


def _servers(document: dict[str, Any], base: str) -> Iterator[str]:
    servers = document.get("servers" if "openapi" in document else "x-servers")
    for server in servers if isinstance(servers, list) else []:
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            yield _filled(server["url"], server.get("variables"))
    if "swagger" in document and (document.get("host") or base):
        schemes = document.get("schemes")
        for scheme in schemes if isinstance(schemes, list) and schemes else [urlsplit(base).scheme or "https"]:
            yield f"{scheme}://{document.get('host') or urlsplit(base).netloc}{document.get('basePath') or ''}"


def _filled(url: str, variables: Any) -> str:
    for name, variable in (variables if isinstance(variables, dict) else {}).items():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return url
