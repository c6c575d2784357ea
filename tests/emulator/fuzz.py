"""Requests that no client should send: made from a seed, so that what fails can be made again."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
SERVICE = f"{GROUP}/providers/Microsoft.ApiManagement/service/demo-apim"


def words(text: str) -> list[str]:
    return text.split()


METHODS = words(
    "GET GET GET GET GET PUT PUT PUT PUT PUT PUT PUT PUT PATCH PATCH PATCH DELETE HEAD POST OPTIONS get MKCOL"
)
COLLECTIONS = words(
    "apis apis/pets/operations apis/pets/operations/o/policies apis/pets/policies apis/pets/releases apis/pets/schemas "
    "apis/pets/revisions apis/pets/diagnostics apis/pets/tags apis/pets/resolvers apis/pets/wikis products "
    "products/starter/apis products/starter/groups products/starter/policies products/starter/apiLinks subscriptions "
    "groups groups/administrators/users users users/1/keys namedValues backends loggers diagnostics certificates "
    "policies policyFragments tags apiVersionSets authorizationProviders authorizationProviders/p/authorizations "
    "gateways gateways/g/apis identityProviders openidConnectProviders authorizationServers caches workspaces "
    "workspaces/w/apis portalsettings notifications schemas documentations allPolicies skus tenant unheardOf"
)
NAMES = ("pets", "pets;rev=2", "pets;rev=1", "pets;rev=", ";rev=1", "pets;rev=9999999999999999999", "policy", "starter",
         "1", "o", "p", "w", "g", "x" * 257, "a b", "%", "%00", "%2e%2e", "..", "%2F", "%zz", "%C3%28", "%0d%0aX: y",
         "\u0130", "\ud83d\ude00", "'", '"', "delegation", "access", "listSecrets", "listValue", "revisions", "%F0%9F",
         "$", "*", "{x}", "<script>", "~", "\u2028", "x" * 4000)  # fmt: skip
ACTIONS = [""] * 12 + words("/listSecrets /listValue /revisions /regeneratePrimaryKey /products /x/y/z /")
ELSEWHERE = (
    "/", "//", "/subscriptions", "/subscriptions/s", GROUP, f"{GROUP}/resources",
    f"{SERVICE}/tenant/operationResults/x",
    "/subscriptions/s/providers/Microsoft.ApiManagement/locations/eastus/deletedservices/x", "/metadata/endpoints",
    "/subscriptions/s/providers/Microsoft.ApiManagement/locations/eastus/operationResults/x", "/exports/x", "*",
    "/subscriptions/s/providers/Microsoft.ApiManagement/checkNameAvailability", SERVICE.lower(), SERVICE + "/backup",
    f"{GROUP}/providers/Other.Kind/things/t", f"{GROUP}2/providers/Microsoft.ApiManagement/service/other", "/%",
    "/subscriptions/s/operationresults/x", f"{GROUP}/providers/Microsoft.ApiManagement/service", "http://example.com/x",
)  # fmt: skip
VERSIONS = ("2024-05-01", "2024-05-01", "2022-08-01", "2021-08-01", "2023-05-01-preview", "9999-99-99", "", "x", "2024")
FILTERS = ("name eq 'x'", "name eq", "((((", "contains(name,'x')", "startswith(", "name gt 1 and",
           "not not not name eq 1",
           "'" * 50, "(" * 3000, "a/b/c eq null", "name in ('a')", "1 eq 1", "name eq 'it''s'", "%00", "name eq 1e999",
           "displayName eq 'x' or " * 500 + "name eq 'y'", "isCurrent eq false", "substringof('a',name)")  # fmt: skip
NUMBERS = ("0", "1", "-1", "1.5", "x", "", "99999999999999999999", "\u0663", "1e3", " 1", "NaN", "+1", "999999999")
MATCHES = ("*", '"x"', "x", "", "W/*", '"', 'W/"AAAAAAAAAAE="', '"a", "b"', "\xff", "\t", '"AAAAAAAAAAE="')
KEYS = words(
    "displayName name path method urlTemplate templateParameters responses request protocols serviceUrl value format "
    "apiVersion apiVersionSetId apiId sourceApiId scope ownerId state email firstName lastName secret tags keyVault "
    "credentials loggerType loggerId type apiType subscriptionRequired authenticationSettings url protocol pool data "
    "contentType document sampling versioningScheme oauth2 identityProvider isCurrent apiRevision description license "
    "subscriptionKeyParameterNames hostnameConfigurations customProperties additionalLocations restore password"
)
TEXTS = ("", "x", "pets", "/apis/pets", "/apis/pets;rev=2", "/products/starter", "GET", "https", "<policies />",
         "rawxml",
         "<policies><inbound><set-header name='x'/></inbound></policies>", "<a", "@(", "@{ while(true){} }", "{{x}}",
         "openapi", "openapi+json", "swagger-json", "openapi-link", "graphql-link", "azureMonitor", "/{a}/{a}", "/{",
         '{"openapi": "3.0.0", "info": {"title": "x"}, "paths": {"/a": {"get": {}}}}', "data:,x", "\ud800", "\u0000",
         "/subscriptions/x", "x" * 5000, "\u0130", "active", "http", "ws", "soap", "Pool", "Segment")  # fmt: skip
CHUNKED = "chunked"


@dataclass(frozen=True)
class Wild:
    """One request as it goes over the wire."""

    method: str
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes | None

    def wire(self) -> bytes:
        lines = [self.method.encode() + b" " + self.target + b" HTTP/1.1"]
        lines += [key.encode() + b": " + value for key, value in self.headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + (self.body or b"")


def requests(seed: int, number: int) -> Iterator[Wild]:
    """Return `number` requests; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(number):
        yield _request(chance)


def _request(chance: random.Random) -> Wild:
    method = chance.choice(METHODS)
    target = _target(chance, method)
    body = _body(chance) if method not in ("GET", "HEAD") or chance.random() < 0.05 else None
    headers = [("Host", chance.choice((b"localhost", b"localhost", b"\xff\xfe", b"", b"a b:99999999")))]
    if chance.random() < 0.97:
        headers.append(("Authorization", chance.choice((b"Bearer x", b"Bearer x", b"bearer \xe9", b"Bearer x y"))))
    matches = [name for name in ("If-Match", "If-None-Match") if chance.random() < 0.15]
    headers += [(name, chance.choice(MATCHES).encode("latin-1")) for name in matches]
    if chance.random() < 0.2:
        kind = chance.choice((b"text/xml", b"application/json; charset=utf-16", b"\xff", b"", b"x" * 9000))
        headers.append(("Content-Type", kind))
    if chance.random() < 0.05:
        headers += [(f"X-{n}", b"y" * 50) for n in range(100)]
    if body is not None and chance.random() < 0.1:
        headers.append(("Transfer-Encoding", CHUNKED.encode()))
        body = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n" if body else b"0\r\n\r\n"
    elif body is not None:
        headers.append(("Content-Length", str(len(body)).encode()))
    return Wild(method, target, tuple(headers), body)


def _target(chance: random.Random, method: str) -> bytes:
    if chance.random() < 0.1 and method != "DELETE":
        path = chance.choice(ELSEWHERE)
    else:
        path = f"{SERVICE}/{chance.choice(COLLECTIONS)}"
        if chance.random() < (0.5 if method == "GET" else 0.97):
            path += "/" + chance.choice(NAMES) + chance.choice(ACTIONS)
    if chance.random() < 0.05:
        place = chance.randrange(len(path))
        path = path[:place] + chance.choice(("%", "\xff", "/", "..", "%00", "%%", ";", "\t")) + path[place:]
    # Blanks end a request's target; everything else goes as it is, in bytes that need not be UTF-8.
    query = "&".join(_query(chance))
    return f"{path}?{query}".replace(" ", "%20").encode(chance.choice(("utf-8", "utf-8", "latin-1")), "replace")


def _query(chance: random.Random) -> Iterator[str]:
    if chance.random() < 0.97:
        yield f"api-version={chance.choice(VERSIONS)}"
    if chance.random() < 0.3:
        found = chance.choice(FILTERS)
        yield f"$filter={quote(found) if chance.random() < 0.8 else found}"
    for key in ("$top", "$skip"):
        if chance.random() < 0.2:
            yield f"{key}={quote(chance.choice(NUMBERS))}"
    if chance.random() < 0.1:
        keys = (
            "asyncId",
            "azure-asyncId",
            "deleteRevisions",
            "format",
            "export",
            "api-version",
            "",
            "=",
            "&&",
            "%",
            "expand",
        )
        yield f"{chance.choice(keys)}={chance.choice(('true', 'rawxml', 'x', '', '%', 'openapi'))}"
    if chance.random() < 0.02:
        yield "x" * chance.choice((100, 20_000, 60_000))


def _body(chance: random.Random) -> bytes:
    draw = chance.random()
    if draw < 0.6:
        return json.dumps({"properties": _props(chance)}, ensure_ascii=chance.random() < 0.9).encode(
            "utf-8", "surrogatepass"
        )
    if draw < 0.7:
        return json.dumps(_value(chance, 0)).encode()
    if draw < 0.8:
        text = bytearray(json.dumps({"properties": _props(chance)}).encode())
        for _ in range(chance.randrange(1, 4)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        return bytes(text)
    if draw < 0.81:
        return b'{"properties": {"displayName": "x", "value": "' + b"y" * chance.choice((100_000, 2_000_000)) + b'"}}'
    return chance.choice(ODD)


ODD = (
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"properties": NaN}', b'{"properties": {"a": 1e999}}',
    b'{"properties": {"subscriptionsLimit": ' + b"9" * 5000 + b"}}", b"[" * 50_000, b'{"properties":' * 20_000,
    b'{"properties": {"a": ' + b"[" * 700 + b"]" * 700 + b"}}", b'{"properties": {"x": 1}, "properties": {"y": 2}}',
    '{"properties": {"displayName": "x"}}'.encode("utf-16"), b'{"properties": {"displayName": "\xe9"}}', b"\x00" * 1000,
    b'{"properties": {"displayName": "\\ud800", "path": "\\ud800"}}', b'{"properties": []}', b'{"properties": "x"}',
    b'{"properties": {"": {"": {"": null}}}}', b'{"location": 3, "sku": [], "properties": {}}', b'{"tags": "x"}',
    b'{"properties": {"a": -0.0, "b": 1E-400, "c": 123456789012345678901234567890}}', b"{'a': 1}", b'"x"',
    b"\x1f\x8b\x08",
    b'{"id": 3, "name": {}, "type": [], "etag": 1, "properties": {"displayName": "x", "path": "y"}}',
)  # fmt: skip


def _props(chance: random.Random) -> dict[str, Any]:
    base = (
        {"displayName": "x", "path": "p", "method": "GET", "urlTemplate": "/", "value": "v"}
        if chance.random() < 0.7
        else {}
    )
    return base | {chance.choice(KEYS): _value(chance, 0) for _ in range(chance.randrange(5))}


def _value(chance: random.Random, depth: int) -> Any:
    draw = chance.random()
    if draw < 0.5 or depth > 3:
        return chance.choice(TEXTS)
    if draw < 0.7:
        return chance.choice((None, True, False, 0, -1, 1.5, 10**30, 2**63))
    if draw < 0.85:
        return [_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {chance.choice(KEYS): _value(chance, depth + 1) for _ in range(chance.randrange(3))}
