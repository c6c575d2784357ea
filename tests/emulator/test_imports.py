"""APIs made from OpenAPI and Swagger documents, and documents made from APIs."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import re
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.emulator.openapi.document import parse, service_url
from provision.emulator.openapi.operations import Reader, operation_id
from provision.emulator.openapi.values import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator import Emulator

OPENAPI: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {
        "title": "Shop",
        "version": "7",
        "description": "Sells",
        "termsOfService": "https://terms",
        "license": {"name": "MIT"},
        "contact": {"email": "a@b.c"},
    },
    "servers": [
        {"url": "http://plain"},
        {"url": "https://{region}.shop/v1/", "variables": {"region": {"default": "eu"}}},
    ],
    "paths": {
        "/items/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "format": "int64"}},
                {"name": "shared", "in": "query", "schema": {"type": "string"}},
            ],
            "get": {
                "operationId": "Get__Item!",
                "description": "One item",
                "parameters": [
                    {"name": "shared", "in": "query", "description": "own", "schema": {"type": ["null", "boolean"]}},
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["a", "b"], "default": "a"}},
                    {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string"}},
                    {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {"application/json": {}}},
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"X-Left": {"schema": {"type": "integer"}, "description": "left"}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Item"}, "example": {"id": 1}},
                            "text/plain": {},
                        },
                    },
                    "404": {"$ref": "#/components/responses/Gone"},
                    "default": {"description": "else"},
                },
            },
        },
        "/items": {
            "post": {
                "summary": "Add",
                "parameters": [
                    {"name": "dry", "in": "query", "required": True, "schema": {"type": "boolean"}},
                    {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {"$ref": "#/components/requestBodies/Item"},
                "responses": {"201": {"description": ""}},
            },
            "trace": {},
        },
    },
    "components": {
        "schemas": {"Item": {"type": "object", "properties": {"id": {"type": "integer"}}}},
        "responses": {"Gone": {"description": "gone", "content": {"application/json": {"schema": {"type": "array"}}}}},
        "requestBodies": {"Item": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}},
    },
}
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Old shop", "version": "1"},
    "host": "old.shop",
    "basePath": "/api",
    "schemes": ["http", "https"],
    "consumes": ["application/json", "application/xml"],
    "paths": {
        "/items/{id}": {
            "put": {
                "operationId": "put",
                "produces": ["application/json"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "integer", "format": "int32"},
                    {"name": "kind", "in": "query", "type": "string", "enum": ["a"], "default": "a"},
                    {"name": "item", "in": "body", "schema": {"$ref": "#/definitions/Item"}},
                    {"name": "file", "in": "formData", "type": "string"},
                ],
                "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/Item"}}},
            }
        }
    },
    "definitions": {"Item": {"type": "object"}},
}


def imported(apim: Any, document: Any = OPENAPI, form: str = "openapi+json", name: str = "shop", **props: Any) -> Any:
    value = document if isinstance(document, str) else json.dumps(document)
    made = apim.put(f"/apis/{name}", path=name, format=form, value=value, **props)
    assert made.status in (200, 201), made
    return apim("GET", f"/apis/{name}").props


def operations(apim: Any, name: str = "shop") -> dict[str, Any]:
    names = apim("GET", f"/apis/{name}/operations").names
    return {one: apim("GET", f"/apis/{name}/operations/{one}").props for one in names}


def test_what_a_document_says_of_the_api(apim: Any) -> None:
    props = imported(apim, description="mine")
    assert (props["displayName"], props["description"], props["path"]) == ("Shop", "Sells", "shop")
    assert props["serviceUrl"] == "https://eu.shop/v1"
    assert props["license"] == {"name": "MIT", "url": None}
    assert props["contact"] == {"name": None, "url": None, "email": "a@b.c"}
    assert props["termsOfServiceUrl"] == "https://terms"
    assert not {"apiVersion", "format", "value"} & props.keys()
    assert imported(apim, serviceUrl="https://own")["serviceUrl"] == "https://own"


def test_the_version_of_a_document_counts_in_a_version_set(apim: Any) -> None:
    apim.put("/apiVersionSets/v", displayName="V", versioningScheme="Segment")
    assert imported(apim, apiVersionSetId="/apiVersionSets/v")["apiVersion"] == "7"
    assert imported(apim, apiVersionSetId="/apiVersionSets/v", apiVersion="9")["apiVersion"] == "9"


def test_an_operation_has_all_that_its_document_says(apim: Any) -> None:
    imported(apim)
    found = operations(apim)
    assert sorted(found) == ["get-item", "post-items"]
    schema = apim("GET", "/apis/shop/schemas").names[0]
    item = {"schemaId": schema, "typeName": "Item"}
    gone = {"schemaId": schema, "typeName": "ItemsIdGet404ApplicationJsonResponse"}
    assert found["get-item"] == {
        "displayName": "Get__Item!",
        "method": "GET",
        "urlTemplate": "/items/{id}",
        "templateParameters": [
            {"name": "id", "type": "integer", "values": [], "description": "Format - int64.", "required": True}
        ],
        "description": "One item",
        "request": {
            "queryParameters": [
                {"name": "shared", "type": "boolean", "values": [], "description": "own"},
                {"name": "sort", "type": "string", "values": ["a", "b"], "defaultValue": "a"},
            ],
            "headers": [{"name": "X-Trace", "type": "string", "values": [], "required": True}],
            "representations": [],
        },
        "responses": [
            {
                "statusCode": 200,
                "description": "ok",
                "representations": [
                    {"contentType": "application/json", "examples": {"default": {"value": {"id": 1}}}, **item},
                    {"contentType": "text/plain"},
                ],
                "headers": [{"name": "X-Left", "type": "integer", "values": [], "description": "left"}],
            },
            {
                "statusCode": 404,
                "description": "gone",
                "representations": [{"contentType": "application/json", **gone}],
                "headers": [],
            },
        ],
        "policies": None,
    }
    document = apim("GET", f"/apis/shop/schemas/{schema}").props["document"]
    assert sorted(document["components"]["schemas"]) == ["Item", "ItemsIdGet404ApplicationJsonResponse"]


def test_required_query_parameters_go_into_the_template_unless_told_otherwise(apim: Any) -> None:
    imported(apim)
    added = operations(apim)["post-items"]
    assert (added["displayName"], added["urlTemplate"]) == ("Add", "/items?dry={dry}&key={key}")
    assert [p["name"] for p in added["templateParameters"]] == ["dry", "key"]
    assert added["request"]["representations"][0]["typeName"] == "Item"
    imported(apim, translateRequiredQueryParameters="query")
    added = operations(apim)["post-items"]
    assert (added["urlTemplate"], added["templateParameters"]) == ("/items", [])
    assert [p["required"] for p in added["request"]["queryParameters"]] == [True, True]


def test_swagger_has_its_own_places_for_the_same(apim: Any) -> None:
    assert imported(apim, SWAGGER, "swagger-json")["serviceUrl"] == "https://old.shop/api"
    put = operations(apim)["put"]
    assert put["templateParameters"][0]["description"] == "Format - int32."
    assert put["request"]["queryParameters"][0]["values"] == ["a"]
    assert [r["contentType"] for r in put["request"]["representations"]] == ["application/json", "application/xml"]
    assert [r["typeName"] for r in put["responses"][0]["representations"]] == ["Item"]
    schema = apim("GET", "/apis/shop/schemas").names[0]
    assert apim("GET", f"/apis/shop/schemas/{schema}").props["document"] == {
        "definitions": {"Item": {"type": "object"}}
    }


def test_yaml_is_read_with_its_aliases_dates_and_numbers(apim: Any) -> None:
    text = """
      openapi: 3.1.0
      info: {title: Y, version: 2024-01-01}
      x: &ok {description: fine, content: {application/json: {example: 2024-01-01}}}
      paths:
        /a: {get: {responses: {200: *ok, 201: *ok}}}
    """
    imported(apim, text, "openapi")
    found = operations(apim)["get-a"]
    assert [r["statusCode"] for r in found["responses"]] == [200, 201]
    assert found["displayName"] == "Get - /a"


def test_a_second_import_changes_what_differs_and_nothing_else(apim: Any) -> None:
    imported(apim)
    apim.put("/apis/shop/operations/old", displayName="Old", method="GET", urlTemplate="/renamed")
    apim.put("/apis/shop/operations/old/policies/policy", value="<policies><inbound><base /></inbound></policies>")
    apim.put("/apis/shop/operations/get-item/policies/policy", value="<policies />")
    paths = [f"/apis/shop/operations/{o}" for o in ("get-item", "post-items")]
    paths += [f"/apis/shop/schemas/{s}" for s in apim("GET", "/apis/shop/schemas").names]
    before = [apim("GET", p).headers["etag"] for p in paths]
    more = {**OPENAPI["paths"], "/renamed": {"get": {"operationId": "renamed", "responses": {}}}}
    imported(apim, {**OPENAPI, "paths": more})
    assert sorted(operations(apim)) == ["get-item", "post-items", "renamed"]
    assert [apim("GET", p).headers["etag"] for p in paths] == before
    assert apim("GET", "/apis/shop/operations/get-item/policies/policy").status == 200
    assert "<base />" in apim("GET", "/apis/shop/operations/renamed/policies/policy").props["value"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET-/foo/{bar}?buzz={quix}", "get-foo-bar-buzz-quix"),
        ("--A  b__C--", "a-b-c"),
        ("x" * 100, "x" * 76),
        ("!!", "operation"),
        ("Ünï", "n"),
    ],
)
def test_ids_are_normalised(text: str, expected: str) -> None:
    assert operation_id(text) == expected


def test_ids_that_become_the_same_are_numbered() -> None:
    paths = {f"/{n}": {"get": {"operationId": f"Same{'!' * n}", "responses": {}}} for n in range(3)}
    assert list(Reader({**OPENAPI, "paths": paths}, "s").operations()) == ["same", "same-1", "same-2"]


@pytest.mark.parametrize(
    ("document", "source", "expected"),
    [
        ({"openapi": "3.0.0", "servers": [{"url": "/v2"}]}, "https://host/x/doc.json", "https://host/v2"),
        ({"openapi": "3.0.0", "servers": [{"url": "/v2"}]}, None, None),
        ({"openapi": "3.0.0", "servers": [{"url": "http://only"}]}, None, "http://only"),
        ({"openapi": "3.0.0"}, None, None),
        ({"swagger": "2.0", "basePath": "/b"}, "http://host/doc", "http://host/b"),
        ({"swagger": "2.0", "x-servers": [{"url": "https://x"}]}, None, "https://x"),
    ],
)
def test_where_the_service_is(document: dict[str, Any], source: str | None, expected: str | None) -> None:
    assert service_url(document, source) == expected


def with_get(**operation: Any) -> dict[str, Any]:
    return {**OPENAPI, "paths": {"/a": {"get": {"responses": {}, **operation}}}}


@pytest.mark.parametrize(
    ("form", "document", "message"),
    [
        ("openapi+json", "{", "not valid JSON"),
        ("openapi", "a: [", "not valid YAML"),
        ("openapi", "[" * 5000, "nested too deeply"),
        ("openapi", "- " * 100_000, "nested too deeply"),
        ("openapi", "a: !!timestamp 99999-99-99", "not valid YAML"),
        ("openapi", "a: !!python/object:os.system x", "not valid YAML"),
        ("openapi", "openapi: 3.0.0\ninfo: {title: 1" + "0" * 5000 + "}", "not valid YAML"),
        ("openapi", "a: &a [*a]", "nested too deeply|aliases"),
        (
            "openapi",
            "{" + ", ".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9 if n else 1}]" for n in range(9)) + "}",
            "large|YAML|JSON",
        ),
        ("openapi", "just text", "not an object"),
        ("openapi", "", "not empty"),
        ("openapi", "x: .nan", "no meaning"),
        ("openapi+json", '{"openapi": NaN}', "NaN"),
        ("openapi", "openapi: 2.0.0\ninfo: {title: x}\npaths: {}", "must be '3.0.x' or '3.1.x'"),
        ("openapi", SWAGGER, "swagger-json"),
        ("swagger-json", OPENAPI, "must be '2.0'"),
        ("openapi", {**OPENAPI, "info": {}}, "info.title"),
        ("openapi", {**OPENAPI, "paths": []}, "'paths'"),
        ("openapi", {**OPENAPI, "paths": {"a": {}}}, "begin with '/'"),
        ("openapi", {**OPENAPI, "paths": {"/a/{b}": {"get": {}}}}, "'b' of GET /a/{b} is not defined"),
        ("openapi", with_get(parameters=[{"name": "x", "in": "path"}]), "does not occur"),
        ("openapi", with_get(parameters=[{"name": "x"}]), "lacks 'name' or 'in'"),
        ("openapi", with_get(parameters={}), "not an array"),
        ("openapi", with_get(parameters=[{"$ref": "other.json#/x"}]), "another file"),
        ("openapi", with_get(parameters=[{"$ref": "#/components/nothing"}]), "points at nothing"),
        ("openapi", with_get(responses={"999": {}}), "no status code"),
        ("openapi", with_get(responses=[]), "not an object"),
        ("openapi", {**with_get(), "x": {"$ref": "#/x"}, "paths": {"/a": {"$ref": "#/x"}}}, "refers to itself"),
        (
            "openapi",
            {
                **OPENAPI,
                "paths": {
                    "/{a}": {
                        "get": {
                            "parameters": [{"name": "a", "in": "path"}, {"name": "A", "in": "query", "required": True}]
                        }
                    }
                },
            },
            "unique names",
        ),
        (
            "openapi",
            {**OPENAPI, "paths": {f"/{{{n}}}": {"get": {"parameters": [{"name": n, "in": "path"}]}} for n in "ab"}},
            "same method and URL template already exists: GET /{b}",
        ),
        ("openapi", "x" * (4 * 1024 * 1024 + 1), "larger than 4 MB"),
    ],
)
def test_what_is_wrong_with_a_document_is_said(apim: Any, form: str, document: Any, message: str) -> None:
    value = document if isinstance(document, str) else json.dumps(document)
    refused = apim.put("/apis/shop", path="shop", format=form, value=value)
    assert (refused.status, refused.code, refused.targets) == (400, "ValidationError", ["representation"])
    assert re.search(message, refused.body["error"]["details"][0]["message"])
    assert apim("GET", "/apis/shop").status == 404


@pytest.mark.parametrize("form", ["wsdl", "wsdl-link", "wadl-xml", "wadl-link-json", "odata", "grpc"])
def test_formats_that_are_not_served_answer_501(apim: Any, form: str) -> None:
    refused = apim.put("/apis/shop", displayName="S", path="shop", format=form, value="x")
    assert (refused.status, refused.code) == (501, "NotImplemented")
    assert f"'{form}'" in refused.body["error"]["message"]
    assert apim("GET", "/apis/shop").status == 404


def test_an_unknown_format_is_refused_by_name(apim: Any) -> None:
    refused = apim.put("/apis/shop", displayName="S", path="shop", format="smoke", value="x")
    assert (refused.status, refused.targets) == (400, ["format"])
    assert "'smoke'" in refused.body["error"]["details"][0]["message"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["#/paths", "body", "path"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["$ref", "name", "in", "schema", "content", "200", "get", "headers", "enum", "type", "/a", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["openapi", "swagger"]),
    st.dictionaries(
        st.sampled_from(["paths", "components", "definitions", "servers", "host", "schemes", "x-ms-paths", "consumes"]),
        VALUES
        | st.fixed_dictionaries(
            {
                "/a": st.fixed_dictionaries(
                    {
                        "post": VALUES
                        | st.dictionaries(
                            st.sampled_from(
                                ["parameters", "responses", "requestBody", "produces", "consumes", "operationId"]
                            ),
                            VALUES | st.lists(VALUES) | st.dictionaries(st.just("200"), VALUES),
                        )
                    }
                )
            }
        ),
    ),
)
def test_no_document_breaks_the_reader(family: str, parts: dict[str, Any]) -> None:
    head = {"openapi": "3.0.0"} if family == "openapi" else {"swagger": "2.0"}
    with contextlib.suppress(DocumentError):
        document = parse(json.dumps({"info": {"title": "T"}, "paths": {}, **head, **parts}), family)
        service_url(document, None)
        Reader(document, "s").operations()


class Documents(http.server.BaseHTTPRequestHandler):
    content: ClassVar[dict[str, bytes]] = {"/shop.json?v=1": json.dumps(OPENAPI).encode(), "/latin": b"\xff\xfe{"}

    def do_GET(self) -> None:
        found = self.content.get(self.path)
        self.send_response(200 if found else 302)
        self.send_header("Location", "http://example.com/")
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def documents() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Documents) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_link_to_loopback_is_followed(apim: Any, documents: str) -> None:
    apim.version = "2022-08-01"
    made = apim.put("/apis/shop", path="shop", format="openapi+json-link", value=f"{documents}/shop.json?v=1")
    assert (made.status, made.body) == (202, None)
    location = made.headers["location"]
    assert "asyncId=" in location
    assert "asyncCode=201" in location
    statuses = [apim("GET", location.removeprefix(apim.url)).status for _ in range(2)]
    assert statuses[-1] == 201
    assert sorted(operations(apim)) == ["get-item", "post-items"]


def test_a_link_with_the_document_in_it(apim: Any) -> None:
    packed = base64.b64encode(json.dumps(OPENAPI).encode()).decode()
    imported(apim, f"data:application/json;base64,{packed}", "openapi-link")
    assert len(operations(apim)) == 2


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("file:///etc/passwd", "no internet"),
        ("//127.0.0.1/x", "no internet"),
        ("http://127.0.0.1:1/x", "cannot be read"),
        ("http://127.0.0.1:99999/x", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http://127.0.0.1/\r\nX: y", "cannot be read|no internet"),
        ("data:text/plain", "comma"),
        ("data:;base64,???", "base64"),
        ("DOCUMENTS/moved", "answered 302"),
        ("DOCUMENTS/latin", "UTF-8"),
        ("", "not empty"),
    ],
)
def test_other_links_are_refused(apim: Any, documents: str, link: str, message: str) -> None:
    refused = apim.put("/apis/a", path="a", format="openapi-link", value=link.replace("DOCUMENTS", documents))
    assert refused.targets == ["representation"]
    assert re.search(message, refused.body["error"]["details"][0]["message"])


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/a.json",
        "http://127.0.0.1.example.com/",
        "http://user@example.com:80#@127.0.0.1/",
        "https://127.0.0.1/",
    ],
)
def test_the_internet_is_not_there(apim: Any, link: str) -> None:
    refused = apim.put("/apis/a", path="a", format="openapi-link", value=link)
    assert (refused.status, refused.code) == (501, "NotImplemented")
    assert "no internet" in refused.body["error"]["message"]


@pytest.mark.parametrize(
    ("form", "again"), [("openapi+json", "openapi+json"), ("openapi", "openapi"), ("swagger", "swagger-json")]
)
def test_what_is_exported_can_be_imported_again(apim: Any, form: str, again: str) -> None:
    imported(apim)
    first = operations(apim)
    exported = apim("GET", f"/apis/shop?export=true&format={form}")
    assert exported.status == 200
    document = yaml.safe_load(exported.text)
    assert (document["info"]["title"], sorted(document["paths"])) == ("Shop", ["/items", "/items/{id}"])
    imported(apim, exported.text, again, name="copy")
    second = operations(apim, "copy")
    if form == "swagger":  # one schema for all representations of an answer, and no examples, are all it can say
        assert {
            k: (v["method"], v["urlTemplate"], v["templateParameters"], v["request"]["queryParameters"])
            for k, v in second.items()
        } == {
            k: (v["method"], v["urlTemplate"], v["templateParameters"], v["request"]["queryParameters"])
            for k, v in first.items()
        }
        return
    schema = apim("GET", "/apis/copy/schemas").names[0]
    text = re.sub(r'"schemaId": "\w+"', f'"schemaId": "{schema}"', json.dumps(first))
    assert second == json.loads(text)


@pytest.mark.parametrize("form", ["openapi-link", "openapi+json-link", "swagger-link"])
def test_a_link_to_an_export_is_valid_for_five_minutes(azure: Emulator, apim: Any, form: str) -> None:
    imported(apim)
    answer = apim("GET", f"/apis/shop?export=true&format={form}").body
    link = answer["value"]["link"]
    with urllib.request.urlopen(link) as found:
        assert b"Shop" in found.read()
    again = "swagger-link-json" if form == "swagger-link" else form
    imported(apim, link, again, name="copy")
    assert operations(apim, "copy").keys() == operations(apim).keys()
    azure.clock.advance(timedelta(minutes=6))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link)
    for gone in (link, f"{azure.url}/exports/x", f"{azure.url}/metadata/endpoints"):
        assert apim.put("/apis/x", path="x", format=again, value=gone).targets == ["representation"]


def test_what_cannot_be_exported_is_said(apim: Any) -> None:
    assert apim("GET", "/apis/echo-api?export=true&format=wadl-link").status == 501
    assert apim("GET", "/apis/echo-api?export=true&format=odd").targets == ["format"]
    assert apim("GET", "/apis/none?export=true&format=openapi").status == 404


def test_operations_that_differ_in_their_query_alone_are_exported(apim: Any) -> None:
    apim.api("shop")
    for kind in ("x", "y"):
        apim.put(f"/apis/shop/operations/{kind}", displayName=kind, method="GET", urlTemplate=f"/a?kind={kind}")
    exported = apim("GET", "/apis/shop?export=true&format=openapi%2Bjson").body
    assert sorted(exported["x-ms-paths"]) == ["/a?kind=x", "/a?kind=y"]
    imported(apim, exported, name="copy")
    assert operations(apim, "copy") == operations(apim)
