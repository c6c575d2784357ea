"""APIs, operations, revisions, version sets."""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_an_api_is_filled_in(apim: Any) -> None:
    made = apim.put("/apis/a", displayName="A", path="/a/", serviceUrl="https://a").props
    assert (made["path"], made["protocols"], made["subscriptionRequired"]) == ("a", ["https"], True)
    assert (made["apiRevision"], made["isCurrent"], made["description"]) == ("1", True, None)
    assert made["subscriptionKeyParameterNames"]["header"] == "Ocp-Apim-Subscription-Key"
    assert made["authenticationSettings"]["oAuth2AuthenticationSettings"] == []


def test_a_type_is_written_as_one_property_and_read_as_another(apim: Any) -> None:
    assert "type" not in apim.put("/apis/a", displayName="A", path="a", apiType="http").props
    made = apim.put("/apis/b", displayName="B", path="b", apiType="websocket", serviceUrl="wss://b").props
    assert (made["type"], made["protocols"], "apiType" in made) == ("websocket", ["wss"], False)


@pytest.mark.parametrize("single", [{"oAuth2": {"authorizationServerId": "s"}}, {"openid": {"openidProviderId": "p"}}])
def test_both_forms_of_authentication_are_refused_together(apim: Any, single: dict[str, Any]) -> None:
    settings = {**single, "oAuth2AuthenticationSettings": [{"authorizationServerId": "s"}]}
    refused = apim.put("/apis/a", displayName="A", path="a", authenticationSettings=settings)
    assert (refused.status, refused.targets) == (400, ["AuthenticationSettings"])


@pytest.mark.parametrize(
    ("props", "targets"),
    [
        ({"displayName": "A"}, ["path"]),
        ({"path": "a"}, ["displayName"]),
        ({"displayName": "A", "path": "a", "protocols": ["gopher"]}, ["protocols"]),
        ({"displayName": "x" * 301, "path": "a"}, ["displayName"]),
        ({"displayName": 3, "path": ["a"]}, ["displayName", "path"]),
        ({"displayName": "A", "path": "a", "apiVersionSetId": "/apiVersionSets/none"}, ["apiVersionSetId"]),
        ({"displayName": "A", "path": "ECHO"}, ["path"]),
    ],
)
def test_what_an_api_needs(apim: Any, props: dict[str, Any], targets: list[str]) -> None:
    refused = apim("PUT", "/apis/a", {"properties": props})
    assert (refused.status, refused.code, refused.targets) == (400, "ValidationError", targets)


def test_a_path_is_unique_among_one_version(apim: Any) -> None:
    apim.put("/apiVersionSets/v", displayName="V", versioningScheme="Segment")
    apim.api("one", path="shared", apiVersionSetId="/apiVersionSets/v", apiVersion="1")
    apim.api("two", path="shared", apiVersionSetId="/apiVersionSets/v", apiVersion="2")
    apim.api("three", path="shared")
    clash = apim.put("/apis/four", displayName="4", path="shared", apiVersionSetId="/apiVersionSets/v", apiVersion="2")
    assert clash.targets == ["path"]
    apim("DELETE", "/apis/two")
    apim.api("four", path="shared", apiVersionSetId="/apiVersionSets/v", apiVersion="2")


def test_a_path_is_free_once_its_api_has_moved(apim: Any) -> None:
    apim.api("one", path="shared")
    assert apim.put("/apis/one", displayName="1", path="elsewhere").status == 200
    apim.api("two", path="shared")


def test_a_version_set_goes_with_its_last_api(apim: Any) -> None:
    apim.put("/apiVersionSets/v", displayName="V", versioningScheme="Segment")
    full = apim.api("one", apiVersionSetId="/apiVersionSets/v", apiVersion="1").props["apiVersionSetId"]
    assert full.endswith("/service/demo-apim/apiVersionSets/v")
    assert apim("DELETE", "/apiVersionSets/v").status == 400
    apim("DELETE", "/apis/one")
    assert apim("GET", "/apiVersionSets/v").status == 404


def operation(**props: Any) -> dict[str, Any]:
    return {"displayName": "O", "method": "GET", "urlTemplate": "/o", **props}


def test_an_operation_is_filled_in_and_its_list_omits_the_request(apim: Any) -> None:
    apim.api()
    parameters = [{"name": "id", "type": "string", "required": True}]
    made = apim.put(
        "/apis/pets/operations/o",
        **operation(
            urlTemplate="/o/{id}?d={d}",
            templateParameters=[*parameters, {"name": "d", "type": "string"}],
            responses=[{"statusCode": 200}],
        ),
    )
    assert made.status == 201
    assert made.props["templateParameters"][0]["values"] == []
    assert made.props["request"] == {"queryParameters": [], "headers": [], "representations": []}
    assert made.props["responses"] == [{"statusCode": 200, "representations": [], "headers": []}]
    assert made.props["policies"] is None
    listed = apim("GET", "/apis/pets/operations").body["value"][0]["properties"]
    assert {**listed, "request": made.props["request"]} == made.props


TEXT = {"name": "a", "type": "string"}


@pytest.mark.parametrize(
    ("props", "targets"),
    [
        ({"urlTemplate": "/o/{id}"}, ["templateParameters"]),
        ({"templateParameters": [{"name": "id", "type": "string"}]}, ["templateParameters"]),
        ({"urlTemplate": "/{a}", "templateParameters": [TEXT, TEXT]}, ["templateParameters"]),
        ({"method": ""}, ["method"]),
        ({"displayName": None}, ["displayName"]),
        ({"urlTemplate": "/" + "x" * 1000}, ["urlTemplate"]),
        ({"templateParameters": ["id"]}, ["templateParameters[0]"]),
        ({"templateParameters": [{"name": "id"}]}, ["templateParameters[0].type"]),
        ({"responses": {}}, ["responses"]),
    ],
)
def test_what_an_operation_needs(apim: Any, props: dict[str, Any], targets: list[str]) -> None:
    apim.api()
    refused = apim.put("/apis/pets/operations/o", **operation(**props))
    assert (refused.status, refused.targets) == (400, targets)


def test_a_method_and_template_occur_once(apim: Any) -> None:
    apim.api()
    parameters = {"templateParameters": [{"name": "a", "type": "string"}]}
    assert apim.put("/apis/pets/operations/o", **operation(urlTemplate="/{a}", **parameters)).status == 201
    assert apim.put("/apis/pets/operations/p", **operation(urlTemplate="/{a}", **parameters)).targets == ["urlTemplate"]
    assert (
        apim.put("/apis/pets/operations/p", **operation(urlTemplate="/{a}", method="put", **parameters)).status == 201
    )
    assert apim.put("/apis/pets/operations/o", **operation(urlTemplate="/b")).status == 200
    assert apim.put("/apis/pets/operations/q", **operation(urlTemplate="/{a}", **parameters)).status == 201


def test_an_api_dies_with_everything_that_belongs_to_it(apim: Any) -> None:
    apim.api()
    apim.put("/apis/pets/operations/o", **operation())
    apim.put("/apis/pets/operations/o/policies/policy", value="<policies />")
    apim("PUT", "/products/starter/apis/pets")
    apim("DELETE", "/apis/pets")
    apim.api()
    assert apim("GET", "/apis/pets/operations").names == []
    assert apim("HEAD", "/products/starter/apis/pets").status == 404


def test_the_first_revision_has_two_names(apim: Any) -> None:
    made = apim.put("/apis/a;rev=1", displayName="A", path="a")
    assert (made.status, made.body["name"]) == (201, "a")
    assert apim("GET", "/apis/a%3Brev%3D1").body == apim("GET", "/apis/a").body
    assert apim.put("/apis/a;rev=1/operations/o", **operation()).status == 201
    assert apim("GET", "/apis/a/operations").names == ["o"]


def test_a_revision_starts_as_a_copy_and_becomes_current_by_a_release(apim: Any) -> None:
    apim.api("a", description="text")
    apim.put("/apis/a/operations/o", **operation())
    second = apim.put("/apis/a;rev=2", path="a", displayName="a", sourceApiId="/apis/a", apiRevisionDescription="two")
    assert (second.status, second.props["apiRevision"], "isCurrent" in second.props) == (201, "2", False)
    assert second.props["description"] == "text"
    assert apim("GET", "/apis/a;rev=2/operations").names == ["o"]
    apim.put("/apis/a;rev=2/operations/p", **operation(urlTemplate="/p"))
    assert apim("GET", "/apis/a/operations").names == ["o"]
    numbers = [(r["apiRevision"], r["isCurrent"]) for r in apim("GET", "/apis/a/revisions").body["value"]]
    assert numbers == [("1", True), ("2", False)]
    assert apim.put("/apis/a/releases/r", apiId="/apis/a;rev=2", notes="go").status == 201
    assert (apim("GET", "/apis/a").props["apiRevision"], apim("GET", "/apis/a").props["isCurrent"]) == ("2", True)
    assert apim("GET", "/apis/a/operations").names == ["o", "p"]
    assert apim("GET", "/apis/a;rev=1/operations").names == ["o"]
    assert "isCurrent" not in apim("GET", "/apis/a;rev=1").props
    assert apim("GET", "/apis/a;rev=2").body["name"] == "a"
    assert apim("GET", "/apis/a/releases").names == ["r"]
    for revision in ("a", "a;rev=1"):  # what was moved collides with itself as little as before
        assert apim.put(f"/apis/{revision}/operations/o", **operation(displayName="O")).status == 200
        assert apim.put(f"/apis/{revision}/operations/q", **operation(displayName="Q")).status == 400


def test_deleting_one_revision_leaves_the_api_and_deleting_the_api_needs_a_word(apim: Any) -> None:
    apim.api("a")
    for number in (2, 3):
        assert apim.put(f"/apis/a;rev={number}", path="a", displayName="a", sourceApiId="/apis/a").status == 201
    assert apim("DELETE", "/apis/a;rev=2").status == 202
    assert apim("GET", "/apis/a").status == 200
    for name in ("a", "a;rev=1"):
        refused = apim("DELETE", f"/apis/{name}")
        assert (refused.status, refused.code) == (400, "ValidationError")
        assert "current revision" in refused.body["error"]["message"]
    assert apim("DELETE", "/apis/a?deleteRevisions=true").status == 202
    assert apim("GET", "/apis").names == ["echo-api"]


def test_every_part_of_a_revision_is_its_own(apim: Any) -> None:
    apim.api("a")
    apim.put("/apis/a/operations/o", **operation())
    apim.put("/apis/a/operations/o/policies/policy", value="<policies><inbound /></policies>")
    apim.put("/apis/a/policies/policy", value="<policies><inbound /></policies>")
    apim.put("/apis/a/schemas/s", contentType="application/json", document={"value": "{}"})
    apim.put("/apis/a;rev=2", path="a", displayName="a", sourceApiId="/apis/a;rev=1")
    parts = ("operations/o", "operations/o/policies/policy", "policies/policy", "schemas/s")
    for part in parts:
        first, second = (apim("GET", f"/apis/a{rev}/{part}") for rev in ("", ";rev=2"))
        assert (first.props, first.body["id"].replace("/a/", "/a;rev=2/")) == (second.props, second.body["id"])
    for part in reversed(parts):
        assert apim("DELETE", f"/apis/a;rev=2/{part}").status in (200, 204)
    assert [apim("GET", f"/apis/a/{part}").status for part in parts] == [200] * 4
    assert apim.put("/apis/a;rev=2/operations/o", **operation()).status == 201


def test_a_release_swaps_policies_and_keeps_products_and_tags(apim: Any) -> None:
    apim.api("a")
    apim.put("/tags/t", displayName="T")
    for link in ("/products/starter/apis/a", "/apis/a/tags/t"):
        assert apim("PUT", link).status in (200, 201)
    apim.put("/apis/a;rev=2", path="a", displayName="a", sourceApiId="/apis/a")
    for rev, text in (("", "one"), (";rev=2", "two")):
        apim.put(f"/apis/a{rev}/policies/policy", value=f"<policies><inbound><!-- {text} --></inbound></policies>")
    for number, text in (("2", "two"), ("1", "one"), ("2", "two")):
        assert apim.put(f"/apis/a/releases/r{number}", apiId=f"/apis/a;rev={number}").status in (200, 201)
        assert text in apim("GET", "/apis/a/policies/policy").props["value"]
        current = [r["apiRevision"] for r in apim("GET", "/apis/a/revisions").body["value"] if r["isCurrent"]]
        assert current == [number]
    assert apim("GET", "/products/starter/apis").names == ["a", "echo-api"]
    assert apim("GET", "/apis/a/tags").names == ["t"]
    assert apim("DELETE", "/apis/a;rev=2").status == 400
    assert apim("DELETE", "/apis/a;rev=1").status == 202
    assert len(apim("GET", "/apis/a/revisions").body["value"]) == 1


@pytest.mark.parametrize("reference", ["/apis/echo-api", "/apis/a;rev=9", "/apis/none;rev=1", "", None])
def test_a_release_needs_a_revision_of_its_api(apim: Any, reference: str | None) -> None:
    apim.api("a")
    assert apim.put("/apis/a/releases/r", apiId=reference).targets == ["apiId"]


def test_a_list_shows_version_sets_where_asked(apim: Any) -> None:
    apim.put("/apiVersionSets/v", displayName="V", versioningScheme="Segment")
    apim.api("a", apiVersionSetId="/apiVersionSets/v", apiVersion="1")
    plain, expanded = (
        apim("GET", f"/apis{q}").body["value"][0]["properties"] for q in ("", "?expandApiVersionSet=true")
    )
    assert "apiVersionSet" not in plain
    assert expanded["apiVersionSet"]["name"] == "V"


def test_revisions_are_found_by_filter_and_page(apim: Any) -> None:
    apim.api("a")
    for number in (2, 3):
        apim.put(f"/apis/a;rev={number}", path="a", displayName="a", sourceApiId="/apis/a")
    assert apim("GET", "/apis?$filter=isCurrent%20eq%20false").names == ["a;rev=2", "a;rev=3"]
    assert apim("GET", "/apis?$filter=isCurrent%20eq%20true").names == ["a", "echo-api"]
    page = apim("GET", "/apis/a/revisions?$skip=1&$top=1").body
    assert ([r["apiRevision"] for r in page["value"]], page["count"]) == (["2"], 3)
    assert apim("GET", "/apis/a/revisions?$top=x").targets == ["$top"]


def test_a_version_needs_a_version_set_which_may_come_with_it(apim: Any) -> None:
    assert apim.put("/apis/a", displayName="A", path="a", apiVersion="v1").targets == ["ApiVersion"]
    new = {"name": "Set", "versioningScheme": "Segment"}
    made = apim.api("a", apiVersion="v1", apiVersionSet=new).props
    reference = made["apiVersionSetId"]
    assert made["apiVersionSet"]["name"] == "Set"
    assert apim("GET", reference).props["displayName"] == "Set"
    other = apim.api("b", path="a", apiVersion="v2", apiVersionSet={"id": reference}).props
    assert other["apiVersionSetId"] == reference
    assert "apiVersionSet" not in apim("GET", "/apis/a").props
    assert apim.put("/apis/c", displayName="C", path="c", apiVersionSet={"name": "x"}).targets == ["apiVersionSet"]
    apim("DELETE", "/apis/a")
    assert apim("GET", reference).status == 200
    apim("DELETE", "/apis/b")
    assert apim("GET", reference).status == 404


def test_a_graphql_import_needs_no_network(apim: Any) -> None:
    made = apim.put("/apis/g", displayName="G", path="g", format="graphql-link", value="https://example.com/graphql")
    assert (made.status, made.props["type"], made.props["serviceUrl"]) == (
        201,
        "graphql",
        "https://example.com/graphql",
    )


DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "Pet Shop", "version": "1", "license": {"name": "MIT"}},
    "servers": [{"url": "https://pets.example.com/v1/"}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "get": {
                "operationId": "Show  Pet_By Id",
                "summary": "Show a pet",
                "parameters": [{"name": "full", "in": "query", "schema": {"type": "boolean"}}],
                "responses": {"200": {"description": "ok", "content": {"application/json": {}}}, "default": {}},
            },
            "delete": {},
        }
    },
    "components": {
        "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "schemas": {"Pet": {"type": "object"}},
    },
}


def test_an_inline_document_is_imported_and_wins(apim: Any) -> None:
    apim.put("/apis/a", displayName="A", path="a")
    apim.put("/apis/a/operations/old", **operation())
    value = json.dumps(DOCUMENT)
    made = apim.put("/apis/a", path="a", format="openapi+json", value=value)
    assert (made.status, made.props) == (200, {"ProvisioningState": "InProgress"})
    found = apim("GET", "/apis/a").props
    assert (found["displayName"], found["serviceUrl"]) == ("Pet Shop", "https://pets.example.com/v1")
    assert not {"format", "value"} & found.keys()
    assert sorted(apim("GET", "/apis/a/operations").names) == ["delete-pets-id", "show-pet-by-id"]
    shown = apim("GET", "/apis/a/operations/show-pet-by-id").props
    assert (shown["method"], shown["urlTemplate"], shown["displayName"]) == ("GET", "/pets/{id}", "Show a pet")
    assert [p["name"] for p in shown["templateParameters"]] == ["id"]
    assert [p["name"] for p in shown["request"]["queryParameters"]] == ["full"]
    assert len(apim("GET", "/apis/a/schemas").names) == 1
    again = apim.put("/apis/a", path="a", format="openapi+json", value=value, serviceUrl="https://mine")
    assert again.status == 200
    assert apim("GET", "/apis/a").props["serviceUrl"] == "https://mine"
    assert len(apim("GET", "/apis/a/schemas").names) == 1
    assert "displayName" in apim.put("/apis/a", displayName="Plain", path="a").props


@pytest.mark.parametrize("value", ["{", "{}", "x: [", '{"openapi": "3.0.0"}', '{"openapi": "3.0.0", "info": 3}'])
def test_a_document_that_cannot_be_read_is_refused(apim: Any, value: str) -> None:
    assert "representation" in apim.put("/apis/a", path="a", format="openapi", value=value).targets
