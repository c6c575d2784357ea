"""`include`: further files of a spec are joined to it, and everything that is said keeps its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provision.address import Address
from provision.errors import SpecError
from provision.spec import load

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """spec: 1
include: {}
resourceGroup: {{name: g, location: eastus}}
service: {{name: demo, sku: {{name: Developer, capacity: 1}}, publisherName: us, publisherEmail: us@example.com}}
"""
API = "apis:\n  {0}:\n    displayName: {0}\n    path: {0}\n    policy: policy.xml\n"
POLICY = "<policies><inbound><base />{}</inbound></policies>\n"


def folder(root: Path, include: str, *names: str, spec: str = SPEC) -> Path:
    for name in names:
        (root / "apis" / name).mkdir(parents=True)
        (root / "apis" / name / "api.yaml").write_text(API.format(name), "utf-8")
        (root / "apis" / name / "policy.xml").write_text(POLICY.format(f"<!-- {name} -->"), "utf-8")
    path = root / "spec.yaml"
    path.write_text(spec.format(include), "utf-8")
    return path


def problems(path: Path, *overlays: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(path, overlays)
    return [str(one).replace(f"{path.parent}/", "") for one in caught.value.problems]


def test_further_files_are_joined_and_policies_are_found_from_them(tmp_path: Path) -> None:
    spec = load(folder(tmp_path, "[apis/*/api.yaml]", "a", "b"))
    nodes = {node.address: node for node in spec.nodes()}
    assert {"apis/a", "apis/b", "apis/b/policies/policy"} <= {str(address) for address in nodes}
    assert "<!-- b -->" in nodes[Address("apis/b/policies/policy")].properties["value"]
    assert spec.mark(nodes[Address("apis/b")]).file == str(tmp_path / "apis" / "b" / "api.yaml")


def test_a_file_that_two_patterns_name_is_read_once(tmp_path: Path) -> None:
    load(folder(tmp_path, '[apis/a/api.yaml, "apis/*/api.yaml", "*.yaml"]', "a"))


def test_variables_and_free_keys_work_in_each_file(tmp_path: Path) -> None:
    path = folder(tmp_path, '["${WHERE}/a/api.yaml"]', "a")
    api = tmp_path / "apis" / "a" / "api.yaml"
    api.write_text(api.read_text("utf-8") + "    description: ${secret:KEY}\nx-mine: 1\n", "utf-8")
    spec = load(path, environ={"WHERE": "apis", "KEY": "a-secret"})
    assert spec.data["apis"]["a"]["description"] == "a-secret"
    assert spec.secrets == {"KEY": "a-secret"}


def test_an_overlay_is_laid_over_all_of_them(tmp_path: Path) -> None:
    path = folder(tmp_path, "[apis/*/api.yaml]", "a", "b")
    over = tmp_path / "over.yaml"
    over.write_text("apis: {a: {displayName: Other}, b: null}\n", "utf-8")
    assert load(path, [over]).data["apis"]["a"]["displayName"] == "Other"
    assert load(path, [over]).data["apis"].keys() == {"a"}


def test_a_key_twice_is_said_with_both_places(tmp_path: Path) -> None:
    path = folder(tmp_path, "[apis/*/api.yaml]", "a", "b")
    (tmp_path / "apis" / "b" / "api.yaml").write_text("apis: {a: {path: b}}\nspec: 1\n", "utf-8")
    found = problems(path)
    assert [one.partition(", and files")[0] for one in found] == [
        'apis/b/api.yaml:1:12: the key "path" is here again · the first is at apis/a/api.yaml:4:5',
        'apis/b/api.yaml:2:1: the key "spec" is here again · the first is at spec.yaml:1:1',
    ]


def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path) -> None:
    path = folder(tmp_path, "[apis/*/api.yaml]", "a", "b")
    (tmp_path / "apis" / "b" / "api.yaml").write_text("apis:\n  b: {displayName: B, path: b, pat: c}\n", "utf-8")
    (tmp_path / "apis" / "a" / "policy.xml").write_text("<policies>", "utf-8")
    found = problems(path)
    assert [one.partition(":")[0] for one in found] == ["apis/b/api.yaml", "apis/a/policy.xml"]
    assert found[0].startswith("apis/b/api.yaml:2:32: unknown key 'pat'")


@pytest.mark.parametrize(
    ("include", "said"),
    [
        ("[../other.yaml]", "spec.yaml:2:11: '../other.yaml' can't be included"),
        ("[/etc/hostname]", "spec.yaml:2:11: '/etc/hostname' can't be included"),
        ("[link/api.yaml]", "can't be included"),
        ("[none.yaml]", "spec.yaml:2:11: there is no file 'none.yaml'"),
        ("['none/*.yaml']", "spec.yaml:2:11: there is no file 'none/*.yaml'"),
        ("apis/a/api.yaml", "spec.yaml:2:10: include must be a list"),
        ("[{a: b}]", "spec.yaml:2:11"),
        ("['${NOT_SET}/x.yaml']", "the variable NOT_SET is not set"),
    ],
)
def test_what_can_not_be_included_is_said(tmp_path: Path, include: str, said: str) -> None:
    inner = tmp_path / "inner"
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "api.yaml").write_text(API.format("x"), "utf-8")
    inner.mkdir()
    (inner / "link").symlink_to(tmp_path / "away")
    found = problems(folder(inner, include))
    assert len(found) == 1
    assert said in found[0]


def test_an_included_file_includes_nothing(tmp_path: Path) -> None:
    path = folder(tmp_path, "[apis/*/api.yaml]", "a")
    with (tmp_path / "apis" / "a" / "api.yaml").open("a", encoding="utf-8") as file:
        file.write("include: [more.yaml]\n")
    assert problems(path) == [
        "apis/a/api.yaml:6:1: an included file can't include others · name them in the spec itself"
    ]
