"""What Microsoft's own extract and publish, apiops-cli, needs to carry one instance over to another."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import timedelta
from typing import Any

import pytest

from provision.emulator import Emulator

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
OTHER = f"{GROUP}/providers/Microsoft.ApiManagement/service/other-apim"
POLICY = "<policies><inbound><base /></inbound></policies>"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Title", "version": "1"},
    "tags": [{"name": "Pets & more", "description": "Animals"}],
    "paths": {
        "/a": {"get": {"operationId": "a", "tags": ["Pets & more", "Blue", "Pets & more"], "responses": {}}},
        "/b": {"get": {"operationId": "b", "tags": ["blue", 3, " "], "responses": {}}},
        "/c": {"get": {"operationId": "c", "tags": "none", "responses": {}}},
    },
}


IMPORT = {"path": "a", "format": "openapi+json", "value": json.dumps(DOCUMENT)}


def put_document(apim: Any, path: str = "/apis/a", /, **props: Any) -> Any:
    return apim.put(path, **{**IMPORT, **props})


@pytest.mark.parametrize(
    ("version", "where"),
    [
        ("2019-12-01", ()),
        ("2021-08-01", ("properties", "value")),
        ("2022-08-01", ("properties", "value")),
        ("2022-09-01-preview", ("value",)),
        ("2024-05-01", ("value",)),
    ],
)
def test_an_export_has_its_link_where_the_version_has_it(apim: Any, version: str, where: tuple[str, ...]) -> None:
    put_document(apim)
    apim.version = version
    shown = apim("GET", "/apis/a?export=true&format=openapi-link").body
    for key in where:
        shown = shown[key]
    with urllib.request.urlopen(shown["link"]) as found:
        assert b"Title" in found.read()


def test_an_export_of_a_workspaces_api_has_its_link_among_the_properties(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    put_document(apim, "/workspaces/w/apis/a")
    exported = apim("GET", "/workspaces/w/apis/a?export=true&format=openapi-link")
    assert exported.props["value"]["link"].startswith("http")


@pytest.mark.parametrize(("version", "name"), [("2019-12-01", "Title"), ("2021-08-01", "Mine"), ("2024-05-01", "Mine")])
def test_a_display_name_beside_a_document_wins(apim: Any, version: str, name: str) -> None:
    apim.version = version
    put_document(apim, displayName="Mine")
    assert apim("GET", "/apis/a").props["displayName"] == name
    put_document(apim, "/apis/b", path="b")
    assert apim("GET", "/apis/b").props["displayName"] == "Title"


def operation_tags(apim: Any, api: str = "/apis/a") -> dict[str, list[str]]:
    found = {name: apim("GET", f"{api}/operations/{name}/tags").body["value"] for name in "abc"}
    return {name: [tag["properties"]["displayName"] for tag in tags] for name, tags in found.items()}


def test_an_import_makes_the_tags_of_its_document(apim: Any) -> None:
    apim.put("/tags/mine", displayName="Blue")
    put_document(apim)
    tags = {tag["properties"]["displayName"]: tag["name"] for tag in apim("GET", "/tags").body["value"]}
    assert (sorted(tags), tags["Blue"]) == (["Blue", "Pets & more"], "mine")
    start, _, end = tags["Pets & more"].rpartition("-")
    assert (start, len(end), len(end.strip("0123456789abcdef"))) == ("pets-more", 24, 0)
    assert {name: sorted(found) for name, found in operation_tags(apim).items()} == {
        "a": ["Blue", "Pets & more"],
        "b": ["Blue"],
        "c": [],
    }
    assert len(apim("GET", "/tags/mine/operationLinks").body["value"]) == 2
    refused = apim.put("/tags/other", displayName="pets & more")
    assert refused.targets == ["name"]
    put_document(apim)
    put_document(apim, "/apis/b", path="b")
    assert len(apim("GET", "/tags").names) == 2
    assert operation_tags(apim, "/apis/b") == operation_tags(apim)


def test_imports_that_make_one_tag_at_the_same_time_fail_but_for_the_first(client: Any) -> None:
    with Emulator(lro_polls=0, lro_seconds=10, create_seconds=0) as azure:
        arm = client(azure.url)
        arm.ready()
        first, second = (put_document(arm, f"/apis/{name}", path=name) for name in "ab")
        again = put_document(arm)
        azure.clock.advance(timedelta(seconds=11))
        ends = [arm("GET", one.headers["location"]) for one in (first, second, again)]
        assert [one.status for one in ends] == [201, 400, 200]
        assert (ends[1].code, ends[1].targets) == ("ValidationError", ["name"])
        status = arm("GET", second.headers["azure-asyncoperation"]).body
        assert (status["status"], status["error"]["code"]) == ("Failed", "ValidationError")
        third = put_document(arm, "/apis/b", path="b")
        azure.clock.advance(timedelta(seconds=11))
        assert arm("GET", third.headers["location"]).status == 200
        assert len(arm("GET", "/tags").names) == 2


def test_an_import_into_a_workspace_makes_its_tags_there(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    put_document(apim, "/workspaces/w/apis/a")
    tags = apim("GET", "/workspaces/w/tags").body["value"]
    assert sorted(tag["properties"]["displayName"] for tag in tags) == ["Blue", "Pets & more"]
    blue = next(tag["name"] for tag in tags if tag["properties"]["displayName"] == "Blue")
    links = apim("GET", f"/workspaces/w/tags/{blue}/operationLinks").body["value"]
    assert [link["properties"]["operationId"].rpartition("/")[2] for link in links] == ["a", "b"]
    assert apim("GET", "/tags").names == []


def test_a_built_in_group_may_be_sent_as_it_is(apim: Any) -> None:
    shown = apim("GET", "/groups/developers")
    before = shown.headers["etag"]
    assert apim("PUT", "/groups/developers", {"properties": shown.props}).status == 200
    assert apim.put("/groups/developers", displayName="Developers").status == 200
    now = apim("GET", "/groups/developers")
    assert (now.body, now.headers["etag"]) == (shown.body, before)
    for refused in (
        apim("PUT", "/groups/developers", {"properties": {**shown.props, "description": "Mine"}}),
        apim("PATCH", "/groups/developers", {"properties": {"displayName": "Mine"}}, If_Match="*"),
    ):
        assert (refused.status, refused.code) == (405, "MethodNotAllowed")
        assert refused.body["error"]["details"] is None
    assert apim("GET", "/groups/developers").body == shown.body


def test_a_resolver_needs_no_display_name(apim: Any) -> None:
    apim.api("g", apiType="graphql")
    assert apim.put("/apis/g/resolvers/r", path="Query/r").status == 201


def test_a_product_of_a_workspace_is_linked_to_the_administrators(apim: Any) -> None:
    apim.put("/workspaces/w", displayName="W")
    apim.put("/workspaces/w/products/p", displayName="P")
    [link] = apim("GET", "/workspaces/w/products/p/groupLinks").body["value"]
    assert link["type"] == "Microsoft.ApiManagement/service/workspaces/products/groupLinks"
    assert link["properties"]["groupId"] == apim.path("/groups/administrators")
    again = apim.put("/workspaces/w/products/p/groupLinks/mine", groupId=apim.path("/groups/administrators"))
    assert again.status == 409
    assert apim("DELETE", f"/workspaces/w/products/p/groupLinks/{link['name']}").status == 200


@pytest.fixture
def crowded(apim: Any, body: Any) -> Any:
    """A client of two instances and two foreign resources, one of which has tags."""
    apim("PUT", OTHER, {**body(), "tags": {"team": "a", "cost": "b"}})
    insights = f"{GROUP}/providers/Microsoft.Insights/components"
    apim("PUT", f"{insights}/ai", {"location": "westus", "tags": {"team": "b"}})
    apim("PUT", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/sa", {"location": "westus"})
    return apim


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("resourceType eq 'Microsoft.ApiManagement/service'", ["demo-apim", "other-apim"]),
        ("resourceType ne 'microsoft.apimanagement/service'", ["ai", "sa"]),
        ("location eq 'westus' and name eq 'ai'", ["ai"]),
        ("substringof('apim', name)", ["demo-apim", "other-apim"]),
        ("resourceGroup eq 'demo' and startswith(name, 's')", ["sa"]),
        ("resourceGroup eq 'none'", []),
        ("tagName eq 'team'", ["ai", "other-apim"]),
        ("tagName eq 'team' and tagValue eq 'b'", ["ai"]),
        ("tagName eq 'cost' and tagValue eq 'a'", []),
        ("startswith(tagName, 'co')", ["other-apim"]),
    ],
)
def test_resources_are_filtered(crowded: Any, expression: str, names: list[str]) -> None:
    query = f"$filter={expression}".replace(" ", "%20")
    for where in (SUBSCRIPTION, GROUP):
        assert sorted(crowded("GET", f"{where}/resources?{query}").names) == names


def test_a_filter_of_resources_that_is_not_served_is_501_and_a_wrong_one_400(crowded: Any) -> None:
    assert crowded("GET", f"{GROUP}/resources?$filter=plan/publisher%20eq%20'x'").status == 501
    assert crowded("GET", f"{GROUP}/resources?$filter=name%20is%20'x'").status == 400


def test_resource_groups_are_filtered_by_tags(arm: Any) -> None:
    arm("PUT", GROUP, {"location": "eastus", "tags": {"team": "a"}})
    arm("PUT", f"{GROUP}2", {"location": "eastus"})
    assert arm("GET", f"{SUBSCRIPTION}/resourceGroups?$filter=tagName%20eq%20'team'").names == ["demo"]


# What a publisher writes, in its order: collections below the instance, and what is in them.
COLLECTIONS = (
    *("namedValues", "tags", "apiVersionSets", "backends", "loggers", "groups", "policyFragments"),
    *("diagnostics", "schemas", "apis", "products", "gateways"),
)
BELOW = {
    "apis": ("tags", "diagnostics", "releases", "resolvers", "tagDescriptions"),
    "products": ("tags", "apis", "groups"),
    "gateways": ("apis",),
}


ONE = {"displayName": "One", "path": "v", "serviceUrl": "https://v"}


def fill(arm: Any) -> None:
    """Put something of every kind into an instance."""
    for path, props in (
        ("/namedValues/n", {"displayName": "n", "value": "v", "tags": ["x"]}),
        ("/tags/t", {"displayName": "T"}),
        ("/gateways/g", {"description": "G", "locationData": {"name": "here"}}),
        ("/apiVersionSets/v", {"displayName": "V", "versioningScheme": "Segment"}),
        ("/backends/b", {"url": "https://b", "protocol": "http"}),
        ("/loggers/l", {"loggerType": "azureMonitor"}),
        ("/groups/partners", {"displayName": "Partners"}),
        ("/policyFragments/f", {"value": "<fragment><base /></fragment>"}),
        ("/diagnostics/azuremonitor", {"loggerId": "/loggers/l"}),
        ("/products/p", {"displayName": "P", "state": "published"}),
        ("/products/p/policies/policy", {"value": POLICY}),
        ("/schemas/s", {"schemaType": "json", "document": {"type": "object"}}),
        ("/apis/a", {**IMPORT, "displayName": "Mine", "serviceUrl": "https://a"}),
        ("/apis/a/policies/policy", {"value": POLICY}),
        ("/apis/a/operations/a/policies/policy", {"value": POLICY}),
        ("/apis/a/tagDescriptions/t", {"description": "About T"}),
        ("/apis/a/diagnostics/azuremonitor", {"loggerId": "/loggers/l"}),
        ("/apis/a/releases/r", {"apiId": "/apis/a;rev=1", "notes": "N"}),
        ("/apis/v1", {**ONE, "apiVersionSetId": "/apiVersionSets/v", "apiVersion": "1"}),
        ("/apis/g", {"displayName": "G", "path": "g", "apiType": "graphql", "serviceUrl": "https://g"}),
        ("/apis/g/resolvers/r", {"displayName": "R", "path": "Query/r"}),
        ("/apis/g/resolvers/r/policies/policy", {"value": "<http-data-source></http-data-source>"}),
        ("/subscriptions/s", {"displayName": "S", "scope": "/products/p"}),
    ):
        assert arm.put(path, **props).status in (200, 201), path
    for link in ("products/p/apis/a", "products/p/groups/partners", "products/p/tags/t", "gateways/g/apis/a"):
        assert arm("PUT", f"/{link}").status == 201, link


def extracted(arm: Any) -> dict[str, Any]:
    """Everything that an extractor reads, by path, in the order in which a publisher writes it; None is a link."""
    found: dict[str, Any] = {}
    take(arm, found, "/policies/policy")
    for collection in COLLECTIONS:
        for name in arm("GET", f"/{collection}").names:
            take(arm, found, f"/{collection}/{name}")
            if collection == "apis":
                with_document(arm, found, f"/apis/{name}")
    return found


def take(arm: Any, found: dict[str, Any], path: str) -> None:
    """Read a resource, its policy, and what is below it."""
    shown = arm("GET", f"{path}?format=rawxml")
    if shown.status != 200:
        return
    found[path] = shown.body
    if path.split("/")[-2] in ("apis", "products", "operations", "resolvers"):
        take(arm, found, f"{path}/policies/policy")
    for last in BELOW.get(path.split("/")[-2], ()) if path.count("/") == 2 else ():
        for name in arm("GET", f"{path}/{last}").names:
            found[f"{path}/{last}/{name}"] = None
            if last not in ("apis", "groups"):
                take(arm, found, f"{path}/{last}/{name}")


def with_document(arm: Any, found: dict[str, Any], path: str) -> None:
    """Put an API's document into what will be sent, as a publisher does, and its operations' policies after it."""
    shown = found[path]["properties"]
    if shown.get("type") != "graphql":
        link = arm("GET", f"{path}?export=true&format=openapi-link").body["value"]["link"]
        with urllib.request.urlopen(link) as document:
            sent = {"format": "openapi", "value": document.read().decode()}
        found[path] = {"properties": {**{key: value for key, value in shown.items() if value is not None}, **sent}}
    for operation in arm("GET", f"{path}/operations").names:
        take(arm, found, f"{path}/operations/{operation}/policies/policy")


def test_one_instance_is_carried_over_to_another(apim: Any, body: Any) -> None:
    fill(apim)
    source = extracted(apim)
    apim("PUT", OTHER, body())
    while apim("GET", OTHER).props["provisioningState"] != "Succeeded":
        pass
    target = Below(apim, OTHER)
    for path, shown in source.items():
        moved = None if shown is None else json.loads(json.dumps(shown).replace(apim.path(""), OTHER))
        answer = target("PUT", path, None if moved is None else {"properties": moved["properties"]})
        assert answer.status in (200, 201), (path, answer)
    assert plain(extracted(target), OTHER) == plain(source, apim.path(""))


GENERATED = re.compile(r"[0-9a-f]{24}|[0-9T:.-]{19,}Z")


def plain(found: dict[str, Any], service: str) -> dict[str, Any]:
    """What was read without what each instance makes by itself: ids and stamps."""
    text = GENERATED.sub(
        "generated", json.dumps(found).replace(service, "").replace(service.rpartition("/")[2], "name")
    )
    return dict(json.loads(text))


class Below:
    """A client whose short paths are below another instance."""

    def __init__(self, arm: Any, service: str) -> None:
        self.arm, self.service = arm, service

    def __call__(self, method: str, path: str, *rest: Any) -> Any:
        return self.arm(method, f"{self.service}{path}", *rest)
