"""`compare`: two live instances, or an instance and a spec, by the diff that plans are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import WORKED, Cloud, writes

FIRST, SECOND = "demoazureml/demoazureml", "other/other-demo"
FORMATS = ("text", "json", "markdown", "junit", "github")


@pytest.fixture
def two(worked: Cloud, tmp_path: Path) -> Cloud:
    """Two instances with the same in them."""
    overlay = tmp_path / "other.yaml"
    overlay.write_text("resourceGroup: {name: other}\nservice: {name: other-demo}\n", "utf-8")
    worked.applied(WORKED, "--overlay", str(overlay))
    return worked


def changed(cloud: Cloud) -> None:
    """The second instance loses an operation, gets an API, and is changed in two properties."""
    second = type(cloud.arm)(cloud.emulator.url, group="other", service="other-demo")
    second.delete("apis/azureml-demo/operations/bes-start")
    second.put("apis/more", {"properties": {"displayName": "More", "path": "more"}})
    second.edit("apis/azureml-demo", lambda properties: properties.update(description="other"))
    second.put("products/starter/policies/policy", {"properties": {"value": "<policies><inbound /></policies>"}})
    second("PATCH", "", {"properties": {"publisherName": "them"}})
    second.settle()


def test_two_of_a_kind_have_no_difference(two: Cloud) -> None:
    ran, exchanges = two.watched("compare", FIRST, SECOND)
    assert writes(exchanges) == []
    assert ran.ended(0).out == f"{FIRST} -> {SECOND}: no difference.\n"
    assert two("compare", FIRST, FIRST).ended(0).out == f"{FIRST} -> {FIRST}: no difference.\n"


def test_what_differs_is_shown_both_ways(two: Cloud) -> None:
    changed(two)
    ran = two("compare", FIRST, SECOND, "--output", "json").ended(2)
    assert ran.actions == {
        "service": "update",
        "apis/azureml-demo": "update",
        "apis/azureml-demo/operations/bes-start": "delete",
        "apis/more": "create",
        "products/starter/policies/policy": "update",
    }
    assert ran.changes["service"] == {"publisherName": ("demoazureml", "them")}
    assert ran.changes["apis/azureml-demo"]["description"] == (None, "other")
    back = two("compare", SECOND, FIRST, "--output", "json").ended(2)
    assert back.changes["apis/azureml-demo"]["description"] == ("other", None)
    assert back.actions == {
        address: {"create": "delete", "delete": "create"}.get(action, action) for address, action in ran.actions.items()
    }


def test_an_instance_and_a_spec(two: Cloud) -> None:
    """What the spec does not speak of is left alone; which instance it describes is of no account."""
    assert two("compare", SECOND, WORKED).ended(0).out.startswith(f"{SECOND} -> {WORKED}: no difference.\n")
    changed(two)
    ran = two("compare", SECOND, WORKED, "--output", "json").ended(2)
    assert ran.actions == {
        "service": "update",
        "apis/azureml-demo": "update",
        "apis/azureml-demo/operations/bes-start": "create",
        "products/starter/policies/policy": "update",
    }
    assert ran.left_alone["apis/more"] == "not in the spec"
    assert ran.changes["service"]["publisherName"] == ("them", "demoazureml")
    back = two("compare", WORKED, SECOND, "--output", "json").ended(2)
    assert back.actions["apis/azureml-demo/operations/bes-start"] == "delete"
    assert back.changes["service"]["publisherName"] == ("demoazureml", "them")


def test_two_specs_need_no_azure(cloud: Cloud, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(Path(WORKED).read_text("utf-8").replace("displayName: BES Start", "displayName: Other"), "utf-8")
    (tmp_path / "policies").symlink_to(Path(WORKED).parent / "policies")
    ran, exchanges = cloud.watched("compare", WORKED, str(other), "--output", "json")
    assert exchanges == []
    assert ran.ended(2).changes == {
        "apis/azureml-demo/operations/bes-start": {"displayName": ("BES Start", "Other")},
    }


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells(two: Cloud, tmp_path: Path, form: str) -> None:
    changed(two)
    ran = two("compare", FIRST, SECOND, "--output", form, "--report", f"{form}={tmp_path / 'report'}").ended(2)
    assert (tmp_path / "report").read_text("utf-8") == ran.out
    assert "apis/more" in ran.out
    assert "description" in ran.out


def test_the_text_says_where_what_is(two: Cloud) -> None:
    changed(two)
    out = two("compare", FIRST, SECOND).ended(2).out
    assert out.startswith(f"{FIRST} -> {SECOND}\n")
    assert "Difference: 3 changed, 1 only in the first, 1 only in the second.\n" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((FIRST, "demoazureml/none"), 1, "the instance none does not exist in demoazureml"),
        (("none/none", WORKED), 1, "the instance none does not exist in none"),
        ((FIRST, "nonsense"), 64, "GROUP/SERVICE"),
        ((FIRST, "none.yaml"), 1, "there is no such file"),
        ((FIRST,), 64, "Missing argument"),
        ((FIRST, FIRST, "--overlay", WORKED), 64, "--overlay"),
    ],
)
def test_what_is_wrong_is_said(worked: Cloud, words: tuple[str, ...], code: int, said: str) -> None:
    ran = worked("compare", *words).ended(code)
    assert said in ran.err
    assert "Traceback" not in ran.err
