"""`export`: a live instance becomes a spec whose plan is empty, in one file or many, the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import READS, WORKED, Cloud, writes

if TYPE_CHECKING:
    from collections.abc import Mapping

LIVE = ("-g", "demoazureml", "-s", "demoazureml")
POLICY = "<policies>\r\n\t<inbound>\r\n\t\t<base />{}\r\n\t</inbound>\r\n</policies>"


def put_policy(cloud: Cloud, address: str, inner: str = "") -> None:
    cloud.arm.put(f"{address}/policies/policy", {"properties": {"format": "rawxml", "value": POLICY.format(inner)}})


def read(text: str) -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def same_from(cloud: Cloud, spec: Path) -> None:
    """The spec's plan is empty, and what it makes of nothing is exported as the same."""
    text = cloud("export", *LIVE).ended(0).out
    cloud.clean(str(spec))
    cloud("destroy", str(spec), "--yes", "--purge", "--with-undeclared").ended(0)
    cloud.applied(str(spec))
    assert cloud("export", *LIVE).ended(0).out == text


def test_the_worked_example_comes_back(worked: Cloud, tmp_path: Path) -> None:
    ran, exchanges = worked.watched("export", *LIVE)
    assert writes(exchanges) == []
    assert {one.method for one in exchanges} <= READS
    assert worked("export", *LIVE).ended(0).out == ran.ended(0).out
    spec = tmp_path / "spec.yaml"
    spec.write_text(ran.out, "utf-8")
    found, given = read(ran.out), read(Path(WORKED).read_text("utf-8"))
    assert found["apis"].keys() == {"azureml-demo"}, "the untouched Echo API is Azure's"
    assert found["products"].keys() == {"starter"}, "which is changed; Unlimited is not"
    for name, operation in given["apis"]["azureml-demo"]["operations"].items():
        assert found["apis"]["azureml-demo"]["operations"][name] == operation, "defaults are omitted"
    assert found["products"]["starter"]["apis"] == ["azureml-demo"]
    assert found["service"] == {
        "name": "demoazureml",
        "publisherEmail": "admin@example.com",
        "publisherName": "demoazureml",
        "sku": {"name": "Developer", "capacity": 1},
    }
    same_from(worked, spec)


def test_a_factory_object_that_was_changed_is_exported_and_one_that_is_gone_is_absent(worked: Cloud) -> None:
    worked.arm.edit("products/unlimited", lambda properties: properties.update(description="other"))
    found = read(worked("export", *LIVE).ended(0).out)
    assert found["products"]["unlimited"]["description"] == "other"
    assert found["products"]["unlimited"]["groups"] == ["developers", "guests"]
    assert "absent" not in found
    worked.arm.delete("apis/echo-api")
    found = read(worked("export", *LIVE).ended(0).out)
    assert found["absent"] == {"apis": ["echo-api"]}
    assert found["products"]["unlimited"]["apis"] == []


def test_policies_are_files_beside_a_file(worked: Cloud, tmp_path: Path) -> None:
    put_policy(worked, "apis/azureml-demo/operations/bes-start")
    put_policy(worked, "apis/azureml-demo")
    spec = tmp_path / "demo.yaml"
    ran = worked("export", *LIVE, "--out", str(spec)).ended(0)
    assert ran.out == ""
    api = read(spec.read_text("utf-8"))["apis"]["azureml-demo"]
    assert api["policy"] == "demo-policies/apis/azureml-demo.xml"
    assert (tmp_path / api["policy"]).read_bytes() == (
        b"<policies>\n    <inbound>\n        <base />\n    </inbound>\n</policies>\n"
    )
    assert api["operations"]["bes-start"]["policy"] == "demo-policies/apis/azureml-demo/operations/bes-start.xml"
    same_from(worked, spec)


def test_a_folder_for_each_api(worked: Cloud, tmp_path: Path) -> None:
    worked.arm.put("apis/CON", {"properties": {"displayName": "Odd", "path": "odd"}})
    put_policy(worked, "apis/CON")
    put_policy(worked, "apis/azureml-demo/operations/bes-start")
    out = tmp_path / "new"
    worked("export", *LIVE, "--out", str(out), "--split").ended(0)
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()) == [
        "apis/CON_/api.yaml",
        "apis/CON_/policy.xml",
        "apis/azureml-demo/api.yaml",
        "apis/azureml-demo/operations/bes-start.xml",
        "policies/products/starter.xml",
        "spec.yaml",
    ]
    assert read((out / "spec.yaml").read_text("utf-8"))["include"] == ["apis/*/api.yaml"]
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    worked("export", *LIVE, "--out", str(out), "--split").ended(0)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    same_from(worked, out / "spec.yaml")


def test_what_an_older_export_left_stops_it_before_anything_is_written(worked: Cloud, tmp_path: Path) -> None:
    worked.arm.put("apis/old", {"properties": {"displayName": "Old", "path": "old"}})
    worked("export", *LIVE, "--out", str(tmp_path), "--split").ended(0)
    spec = (tmp_path / "spec.yaml").read_text("utf-8")
    worked.arm.delete("apis/old")
    worked.arm.edit("apis/azureml-demo", lambda properties: properties.update(displayName="other"))
    ran = worked("export", *LIVE, "--out", str(tmp_path), "--split").ended(1)
    assert f"the spec would include {tmp_path / 'apis/old/api.yaml'}" in ran.err
    assert "other" not in (tmp_path / "apis/azureml-demo/api.yaml").read_text("utf-8")
    assert (tmp_path / "spec.yaml").read_text("utf-8") == spec


def test_only_what_is_chosen(worked: Cloud) -> None:
    worked.arm.put("apis/team-a", {"properties": {"displayName": "A", "path": "a"}})
    worked.arm.put("products/team", {"properties": {"displayName": "Team"}})
    worked.arm.put("products/team/apis/team-a", {})
    worked.arm.put("products/team/apis/azureml-demo", {})
    ran, exchanges = worked.watched("export", *LIVE, "--include", "apis/team-*", "--include", "products/team")
    found = read(ran.ended(0).out)
    assert found.keys() == {"spec", "resourceGroup", "service", "apis", "products"}
    assert found["apis"].keys() == {"team-a"}
    assert found["products"]["team"]["apis"] == ["/apis/azureml-demo", "team-a"], "what it doesn't declare is there"
    assert not [one.path for one in exchanges if "azureml-demo/operations" in one.path]
    found = read(
        worked("export", *LIVE, "--exclude", "apis/*/operations/bes-*", "--exclude", "products/*").ended(0).out
    )
    assert found["apis"]["azureml-demo"]["operations"].keys() == {"rrs-execute"}
    assert "products" not in found


def test_a_choice_that_fits_nothing_is_an_error(worked: Cloud) -> None:
    ran = worked("export", *LIVE, "--include", "apis/none-*").ended(1)
    assert ran.err == "--include apis/none-*: the instance has nothing of that name\n"
    assert worked("export", *LIVE, "--exclude", "apis/nothing").ended(1).out == ""
    assert "no address" in worked("export", *LIVE, "--include", "apis").ended(64).err


def test_what_can_not_be_written_is_said(worked: Cloud) -> None:
    worked.arm.put("apis/azureml-demo;rev=2", {"properties": {"sourceApiId": "/apis/azureml-demo", "apiRevision": "2"}})
    ran = worked("export", *LIVE).ended(0)
    said = "apis/azureml-demo;rev=2 (a revision that is not the current one)"
    assert f"  {said}\n" in ran.err
    assert f"#   {said}\n" in ran.out


def test_secrets_in_clear_are_warned_of_and_not_repeated(worked: Cloud) -> None:
    token = "abcdefgh12345678"
    header = f'<set-header name="Authorization"><value>Bearer {token}</value></set-header>'
    put_policy(worked, "apis/azureml-demo", header)
    worked.arm.edit("apis/azureml-demo", lambda it: it.update(serviceUrl="https://x.example.com/?code=Zm9vYmFyYmF6"))
    ran = worked("export", *LIVE).ended(0)
    assert "apis/azureml-demo/policies/policy: line 5 of its value seems to hold a bearer token" in ran.err
    assert "apis/azureml-demo: its serviceUrl seems to hold a key in a query string" in ran.err
    assert token not in ran.err
    assert token not in ran.out.partition("spec: 1")[0]


def test_texts_that_mean_something_in_a_spec_come_back(worked: Cloud, tmp_path: Path) -> None:
    put_policy(worked, "apis/azureml-demo", '<set-header name="x"><value>${secret:X}$$${Y}</value></set-header>')
    worked.arm.edit("apis/azureml-demo", lambda it: it.update(displayName="no", description="${HOME} $$ - x\n\ty: &z"))
    spec = tmp_path / "spec.yaml"
    for words in ((), ("--out", str(spec)), ("--out", str(tmp_path), "--split")):
        ran = worked("export", *LIVE, *words).ended(0)
        if not words:
            spec.write_text(ran.out, "utf-8")
        worked.clean(str(spec))
    same_from(worked, spec)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-g", "demoazureml", "-s", "none"), 1, "the instance none does not exist in demoazureml"),
        (("-g", "none", "-s", "demoazureml"), 1, "the instance demoazureml does not exist in none"),
        (("-g", "demoazureml"), 64, "--service"),
        ((*LIVE, "--split"), 64, "--out FOLDER"),
        ((*LIVE, "--out", "/none/spec.yaml"), 64, "there is no folder /none"),
    ],
)
def test_what_is_wrong_is_said(worked: Cloud, words: tuple[str, ...], code: int, said: str) -> None:
    ran = worked("export", *words).ended(code)
    assert said in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_without_access_it_is_an_error(worked: Cloud) -> None:
    worked.fault("GET", ".*/apis", 403, "AuthorizationFailed", times=9)
    ran = worked("export", *LIVE).ended(1)
    assert ran.out == ""
    assert "listing apis" in ran.err
    assert "AuthorizationFailed" in ran.err


def test_a_group_that_may_not_be_read_is_named_all_the_same(worked: Cloud) -> None:
    worked.fault("GET", "/subscriptions/[^/]*/resourceGroups/demoazureml$", 403, "AuthorizationFailed", times=9)
    ran = worked("export", *LIVE).ended(0)
    assert read(ran.out)["resourceGroup"] == {"name": "demoazureml"}
    assert read(ran.out)["service"]["location"] == "South Central US"
    assert "may not be read" in ran.err
