"""The generic resource: replace, merge, ETags, paging, filters, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = "/groups"


def test_unknown_properties_come_back_and_a_put_replaces_the_whole_resource(apim: Any) -> None:
    made = apim.put("/backends/b", url="https://a", protocol="http", futureThing={"deep": [1, None, "x"]})
    assert (made.status, made.props["futureThing"]) == (201, {"deep": [1, None, "x"]})
    again = apim.put("/backends/b", url="https://a", protocol="http")
    assert (again.status, "futureThing" in again.props) == (200, False)
    assert apim("GET", "/backends/b").body == again.body


def test_names_are_found_in_any_case_and_keep_the_first_one(apim: Any) -> None:
    apim.put("/groups/Partners", displayName="Partners")
    found = apim("GET", "/GROUPS/pARTNERS")
    assert found.body["name"] == "Partners"
    assert found.body["id"].endswith("/service/demo-apim/groups/Partners")


def test_the_etag_changes_exactly_when_the_content_does(apim: Any) -> None:
    first = apim.put("/groups/g", displayName="One").headers["etag"]
    assert first.startswith('"')
    assert first.endswith('"')
    assert apim.put("/groups/g", displayName="One").headers["etag"] == first
    changed = apim.put("/groups/g", displayName="Two").headers["etag"]
    assert changed != first
    assert apim("GET", "/groups/g").headers["etag"] == changed
    assert apim("HEAD", "/groups/g").headers["etag"] == changed


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_stale_etag_is_refused(apim: Any, method: str) -> None:
    old = apim.put("/groups/g", displayName="One").headers["etag"]
    apim.put("/groups/g", displayName="Two")
    body = None if method == "DELETE" else {"properties": {"displayName": "Three"}}
    refused = apim(method, "/groups/g", body, If_Match=old)
    assert (refused.status, refused.code) == (412, "PreconditionFailed")
    assert apim("GET", "/groups/g").props["displayName"] == "Two"


def test_if_match_with_a_star_creates_and_with_an_etag_does_not(apim: Any) -> None:
    body = {"properties": {"displayName": "G"}}
    assert apim("PUT", "/groups/g", body, If_Match="*").status == 201
    assert apim("PUT", "/groups/h", body, If_Match='"AAAAAAAAAAE="').status == 412
    assert apim("PUT", "/groups/g", body, If_None_Match="*").status == 412


def test_patch_merges_and_null_resets(apim: Any) -> None:
    apim.put("/groups/g", displayName="G", description="text")
    patched = apim("PATCH", "/groups/g", {"properties": {"displayName": "H"}}, If_Match="*")
    assert (patched.status, patched.props["displayName"], patched.props["description"]) == (200, "H", "text")
    assert apim("PATCH", "/groups/g", {"properties": {"description": None}}).props["description"] is None
    assert apim("PATCH", "/groups/absent", {"properties": {}}).status == 404


def test_delete_of_something_absent_is_204_and_of_a_missing_parent_404(apim: Any) -> None:
    assert apim("DELETE", "/groups/none").status == 204
    missing = apim("DELETE", "/apis/none/operations/o")
    assert (missing.status, missing.code, missing.body["error"]["details"]) == (404, "ResourceNotFound", None)


def test_a_missing_parent_is_named(apim: Any) -> None:
    message = apim("GET", "/apis/none/operations/o/policies/policy").body["error"]["message"]
    assert message == "Api not found."
    apim.api()
    assert apim("GET", "/apis/pets/operations/o").body["error"]["message"] == "Operation not found."
    assert apim("GET", "/apis/none/operations").status == 404


@pytest.fixture
def paged() -> Any:
    with Emulator(page_size=3) as azure:
        yield azure


def test_a_list_is_paged_and_its_links_are_absolute(paged: Emulator, client: Any) -> None:
    arm = client(paged.url)
    arm.ready()
    for number in range(7):
        arm.put(f"/backends/b{number}", url="https://a", protocol="http")
    names: list[str] = []
    url, pages = "/backends", 0
    while url:
        page = arm("GET", url)
        assert page.body["count"] == 7
        assert all("etag" not in item for item in page.body["value"])
        names, url, pages = names + page.names, page.body.get("nextLink"), pages + 1
        assert not url or url.startswith(paged.url)
    assert (names, pages) == ([f"b{number}" for number in range(7)], 3)


def test_top_and_skip_bound_a_list(paged: Emulator, client: Any) -> None:
    arm = client(paged.url)
    arm.ready()
    for number in range(7):
        arm.put(f"/backends/b{number}", url="https://a", protocol="http")
    assert arm("GET", "/backends?$top=2&$skip=1").names == ["b1", "b2"]
    first = arm("GET", "/backends?$top=5")
    assert first.names + arm("GET", first.body["nextLink"]).names == ["b0", "b1", "b2", "b3", "b4"]
    assert arm("GET", "/backends?$top=-1").status == 400


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("name eq 'b1'", ["b1"]),
        ("name%20ne%20'b1'", ["b0", "b2"]),
        ("contains(properties/url,'one')", ["b1"]),
        ("startswith(name,'b') and not (name eq 'b0')", ["b1", "b2"]),
        ("name eq 'b0' or endswith(url, 'two')", ["b0", "b2"]),
        ("substringof('ONE', url)", ["b1"]),
        ("name gt 'b0'", ["b1", "b2"]),
    ],
)
def test_filters(apim: Any, expression: str, names: list[str]) -> None:
    for number, word in enumerate(("zero", "one", "two")):
        apim.put(f"/backends/b{number}", url=f"https://{word}", protocol="http")
    assert apim("GET", f"/backends?$filter={expression.replace(' ', '%20')}").names == names


@pytest.mark.parametrize("expression", ["name", "name eq", "(name eq 'a'", "name like 'a'", "contains(name)", "'"])
def test_a_filter_that_is_not_understood_is_refused(apim: Any, expression: str) -> None:
    assert apim("GET", f"/backends?$filter={expression.replace(' ', '%20')}").status == 400


def test_a_second_process_sees_everything_at_once(tmp_path: Path, client: Any) -> None:
    state = tmp_path / "state.sqlite3"
    with Emulator(state) as one, Emulator(state) as two:
        first, second = client(one.url), client(two.url)
        first.ready()
        made = first.put("/groups/g", displayName="G")
        assert second("GET", "/groups/g").headers["etag"] == made.headers["etag"]
        changed = second.put("/groups/g", displayName="H")
        assert (
            first("PUT", "/groups/g", {"properties": {"displayName": "I"}}, If_Match=made.headers["etag"]).status == 412
        )
        assert first("GET", "/groups/g").headers["etag"] == changed.headers["etag"]
    with Emulator(state) as later:
        assert client(later.url)("GET", "/groups/g").props["displayName"] == "H"


def test_links_among_tags_and_apis_go_with_either_end(apim: Any) -> None:
    apim.api()
    apim.put("/tags/t", displayName="T")
    assert apim("PUT", "/apis/pets/tags/t").status == 201
    assert apim("GET", "/apis/pets/tags").names == ["t"]
    assert apim("PUT", "/apis/pets/tags/none").status == 400
    apim("DELETE", "/tags/t")
    assert apim("GET", "/apis/pets/tags").names == []
