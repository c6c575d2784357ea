"""Which API, revision and operation a URL leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provision.emulator import Emulator
from provision.emulator.gateway.routing import decoded
from provision.emulator.gateway.templates import parse
from tests.conftest import Arm, embedded
from tests.gateway.conftest import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import Backend

MADE_ELSEWHERE = "<return-response><set-body>second</set-body></return-response>"


def which(site: Site, method: str, target: str, **headers: str) -> str:
    """The operation that answered, as its policy tells; the status where none did."""
    told = site.call(method, target, headers={key.replace("_", "-"): value for key, value in headers.items()})
    return told.text if told.status == 200 else str(told.status)


def naming(site: Site, api: str, *operations: str) -> None:
    """Let each operation answer with its own name."""
    for one in operations:
        site.policy(
            f"apis/{api}/operations/{one}", f"<return-response><set-body>{api}/{one}</set-body></return-response>"
        )


def test_operations_by_method_and_template(site: Site) -> None:
    operations = {
        "list": "GET /items",
        "new": "GET /items/new",
        "one": "GET /items/{id}",
        "put": "PUT /items/{id}",
        "part": "GET /items/{id}/parts/{part}",
        "file": "GET /items/report-{year}.{kind}",
        "rest": "GET /items/*",
        "root": "GET /",
    }
    site.api("shop", "shop", operations)
    naming(site, "shop", *operations)
    wanted = {
        "/shop/items": "list",
        "/shop/items/": "list",
        "/SHOP/Items/NEW": "new",
        "/shop/items/7": "one",
        "/shop/items/a%2Fb": "one",
        "/shop/items/7/parts/8": "part",
        "/shop/items/report-2024.pdf": "file",
        "/shop/items/7/8/9": "rest",
        "/shop": "root",
        "/shop/": "root",
    }
    assert {target: which(site, "GET", target) for target in wanted} == {
        target: f"shop/{name}" for target, name in wanted.items()
    }
    assert which(site, "PUT", "/shop/items/7") == "shop/put"
    assert which(site, "DELETE", "/shop/items/7") == "404"
    assert which(site, "GET", "/shop/nothing") == "404"
    assert which(site, "GET", "/shops/items") == "404"


def test_operations_by_query_parameters(site: Site) -> None:
    operations = {
        "plain": "GET /search",
        "fixed": "GET /search?kind=book",
        "free": "GET /search?kind={kind}",
        "two": "GET /search?kind={kind}&page={page}",
    }
    site.api("find", "find", operations)
    naming(site, "find", *operations)
    assert which(site, "GET", "/find/search") == "find/plain"
    assert which(site, "GET", "/find/search?KIND=Book&x=1") == "find/fixed"
    assert which(site, "GET", "/find/search?x=1&kind=film") == "find/free"
    assert which(site, "GET", "/find/search?page=2&kind=film") == "find/two"


def test_the_longest_path_is_meant(site: Site) -> None:
    site.api("outer", "a", {"any": "GET /*"})
    site.api("inner", "a/b", {"any": "GET /*"})
    site.api("bare", "", {"any": "GET /*"})
    for api in ("outer", "inner", "bare"):
        naming(site, api, "any")
    assert which(site, "GET", "/a/c") == "outer/any"
    assert which(site, "GET", "/a/b/c") == "inner/any"
    assert which(site, "GET", "/a/bc") == "outer/any"
    assert which(site, "GET", "/anything") == "bare/any"


@pytest.mark.parametrize("scheme", ["Segment", "Header", "Query"])
def test_versions(site: Site, scheme: str) -> None:
    body = {"displayName": "v", "versioningScheme": scheme, "versionHeaderName": "Api-Version", "versionQueryName": "v"}
    site.arm.put("apiVersionSets/set", {"properties": body})
    reference = f"{site.arm.service}/apiVersionSets/set"
    for name, version in (("original", ""), ("first", "v1"), ("second", "v2")):
        more = {"apiVersion": version} if version else {}
        site.api(name, "shop", {"op": "GET /x"}, apiVersionSetId=reference, **more)
        naming(site, name, "op")

    def ask(version: str) -> str:
        if scheme == "Segment":
            return which(site, "GET", f"/shop/{version}/x" if version else "/shop/x")
        if scheme == "Header":
            return which(site, "GET", "/shop/x", **({"Api_Version": version} if version else {}))
        return which(site, "GET", f"/shop/x?v={version}" if version else "/shop/x")

    assert [ask("v1"), ask("V2"), ask(""), ask("v3")] == ["first/op", "second/op", "original/op", "404"]


def test_revisions(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    naming(site, "shop", "op")
    props = {"sourceApiId": "/apis/shop", "apiRevisionDescription": "next", "displayName": "shop", "path": "shop"}
    site.arm.put("apis/shop;rev=2", {"properties": {**props, "serviceUrl": site.backend.url, "protocols": ["https"]}})
    document = "<return-response><set-body>second</set-body></return-response>"
    site.policy("apis/shop;rev=2/operations/op", document)
    assert which(site, "GET", "/shop/x") == "shop/op"
    assert which(site, "GET", "/shop;rev=1/x") == "shop/op"
    assert which(site, "GET", "/shop;rev=2/x") == "second"
    assert which(site, "GET", "/shop;rev=3/x") == "404"
    site.arm.put("apis/shop/releases/r", {"properties": {"apiId": f"{site.arm.service}/apis/shop;rev=2"}})
    assert which(site, "GET", "/shop/x") == "second"


def test_workspaces_have_apis_and_policies_of_their_own(site: Site) -> None:
    site.arm.put("workspaces/team", {"properties": {"displayName": "Team"}})
    props = {"displayName": "w", "path": "team/shop", "protocols": ["https"], "serviceUrl": site.backend.url}
    site.arm.put("workspaces/team/apis/shop", {"properties": {**props, "subscriptionRequired": False}})
    body = {"displayName": "op", "method": "GET", "urlTemplate": "/x", "templateParameters": []}
    site.arm.put("workspaces/team/apis/shop/operations/op", {"properties": body})
    site.arm.put("workspaces/team/namedValues/color", {"properties": {"displayName": "color", "value": "red"}})
    way = '<set-header name="X-Way" exists-action="append"><value>{}</value></set-header>'
    site.policy("workspaces/team", way.format("workspace {{color}}"))
    site.policy("workspaces/team/apis/shop", way.format("@(context.Api.Workspace.Name)"))
    site.backend.answer = lambda asked: (200, {}, asked.headers["x-way"].encode())
    told = site.call("GET", "/team/shop/x")
    assert told.text == "Team", told  # the backend of the tests keeps the last of several
    assert site.backend.asked[-1].target == "/x"


def test_many_operations_are_told_apart_at_once(site: Site) -> None:
    """By the first segment: what doesn't begin as the path is never looked at."""
    operations = {f"o{n}": f"GET /thing{n}/{{id}}" for n in range(40)} | {"any": "GET /{what}/{id}", "all": "* /*"}
    site.api("many", "many", operations)
    naming(site, "many", "o7", "any", "all")
    assert which(site, "GET", "/many/thing7/1") == "many/o7"
    assert which(site, "GET", "/many/thing/1") == "many/any"
    assert which(site, "POST", "/many/thing7/1") == "many/all"


def test_instances_by_host(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    naming(site, "shop", "op")
    gateway = site.cloud.emulator.gateway_url
    caller = type(site.call)(gateway)
    for host, status in (
        ("demoazureml.azure-api.net", 200),
        ("DemoAzureML.Azure-Api.Net:443", 200),
        ("other.azure-api.net", 404),
        ("localhost", 404),
    ):
        told = caller("GET", "/shop/x", headers={"Host": host, "Origin": "https://a.example"})
        assert told.status == status, host
    assert caller("GET", "/DemoAzureML/shop/x").status == 200
    assert caller("GET", "/nobody/shop/x").status == 404


def test_a_change_holds_from_the_next_call_on(site: Site) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    for turn in range(3):
        site.policy("apis/shop", f"<return-response><set-body>{turn}</set-body></return-response>")
        assert which(site, "GET", "/shop/x") == str(turn)
    site.arm.delete("apis/shop")
    assert which(site, "GET", "/shop/x") == "404"


def test_what_another_process_changes_holds_too(backend: Backend, tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    with embedded(state=state) as cloud, Emulator(state) as other:
        site = Site(cloud, backend)
        site.instance()
        site.api("shop", "shop", {"op": "GET /x"})
        site.policy("apis/shop", "<return-response><set-body>first</set-body></return-response>")
        assert which(site, "GET", "/shop/x") == "first"
        document = f"<policies><inbound>{MADE_ELSEWHERE}</inbound></policies>"
        Arm(other.url).put("apis/shop/policies/policy", {"properties": {"format": "rawxml", "value": document}})
        assert which(site, "GET", "/shop/x") == "second"


def test_by_path_under_a_name_of_its_own(backend: Backend) -> None:
    with embedded(allow_hosts=["azure.example"]) as cloud:
        site = Site(cloud, backend)
        site.instance()
        site.api("shop", "shop", {"op": "GET /x"})
        statuses = [
            site.call("GET", "/shop/x", headers={"Host": host}).status for host in ("azure.example:80", "evil.example")
        ]
        assert statuses == [200, 404]


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("/a/{b}/c", "/a/1/c", {"b": "1"}),
        ("/a/{b}", "/a/x%20y", {"b": "x y"}),
        ("/a/{b}", "/a/x%2Fy", {"b": "x/y"}),
        ("/a/{b}", "/a/x%252Fy", {"b": "x%2Fy"}),
        ("/a/{*rest}", "/a/b/c", {"rest": "b/c"}),
        ("/{a}-{b}", "/1-2", {"a": "1", "b": "2"}),
        ("/a.b", "/axb", None),
        ("/*", "/", {}),
        ("/a/*", "/a", {}),
        ("/a/*", "/ab", None),
    ],
)
def test_templates(template: str, path: str, found: dict[str, str] | None) -> None:
    assert parse(template).match(decoded(path), {}) == found
