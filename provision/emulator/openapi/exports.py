"""Export of an API as a document: inline, or behind a link that is valid for five minutes.

Inline the document comes as it is. Where an answer has its link depends on the api-version: alone in 2019-12-01
[Azure/azure-sdk-for-js#13123], under `properties` in 2022-08-01, though the specification says otherwise
[Azure/azure-sdk-for-java#36332; ?: since 2021], at the top in later ones [Azure/apiops, Azure/apiops-cli], save for a
workspace's APIs [Azure/apiops].
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from provision.emulator.openapi.writer import Writer
from provision.emulator.world import operations
from provision.emulator.world.errors import ArmError, invalid
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.store import Row

VALID = timedelta(minutes=5)
YAML, JSON = "application/vnd.oai.openapi", "application/json; charset=utf-8"
# Format: what is written, its media type, and the name of the format in the answer with a link.
FORMATS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "openapi": ("openapi", YAML, "openapi-link"),
        "openapi+json": ("openapi", JSON, "openapi-link"),
        "swagger": ("swagger", JSON, "swagger-link-json"),
    }
)
WRAPPED, FLAT = "2021", "2022-09"
ELSEWHERE = ("wadl", "wsdl")


def is_export(call: Call) -> bool:
    """Tell whether a GET asks for an API's export."""
    if call.type not in ("apis", "workspaces/apis"):
        return False
    return call.request.query.get("export", "").lower() == "true"


def export(call: Call, api: Row) -> Answer:
    """GET of an API with `export=true`."""
    # A "+" in a query is a blank to the parser, and clients write it unescaped.
    wanted = call.request.query.get("format", "").lower().replace(" ", "+")
    name, is_link = wanted.removesuffix("-link"), wanted.endswith("-link")
    if name in ELSEWHERE:
        raise ArmError(501, "NotImplemented", f"The emulator cannot export '{wanted}'.")
    if name == "graphql":  # [Azure/apiops-cli: what the service says of an API whose schema stands in `schemas`]
        raise ArmError(406, "NotAcceptable", "The API has no schema that can be downloaded.")
    if name not in FORMATS:
        allowed = ", ".join(f"{one}, {one}-link" for one in FORMATS)
        raise invalid([("format", f"'{wanted}' is none of: {allowed}.")])
    version, media, answered = FORMATS[name]
    text = _written(call, api, version, as_yaml=media == YAML)
    if not is_link:
        return Answer(200, text, {"Content-Type": media})
    expires = call.world.clock.now() + VALID
    made = operations.start(call, text=text, media=media, expires=expires.isoformat())
    return Answer(200, _with_link(call, api, answered, f"{call.request.base}/exports/{made}"))


def _with_link(call: Call, api: Row, form: str, link: str) -> dict[str, Any]:
    if call.version < WRAPPED:
        return {"link": link}
    shown = {"id": api.id, "type": api.type_name, "name": api.name}
    found = {"format": form, "value": {"link": link}}
    flat = call.version >= FLAT and call.type == "apis"
    return {**shown, **found} if flat else {**shown, "properties": found}


def _written(call: Call, api: Row, version: str, *, as_yaml: bool) -> str:
    store = call.store
    host = f"{api.id.split('/')[8].lower()}.azure-api.net"
    parts = (store.page(f"{api.path}/operations"), store.page(f"{api.path}/schemas"))
    document = Writer(api, *parts, host, version).document()
    if not as_yaml:
        return json.dumps(document)
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times as fast
    return str(yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=True))


def download(call: Call) -> Answer:
    """GET of an exported document, by the link alone."""
    record = call.store.operation(call.request.segments[-1]) or {}
    if "text" not in record or datetime.fromisoformat(record["expires"]) < call.world.clock.now():
        raise ArmError(403, "AuthenticationFailed", "The link is not valid, or no longer.")
    return Answer(200, record["text"], {"Content-Type": record["media"]})
