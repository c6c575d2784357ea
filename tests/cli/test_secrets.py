"""Values of `${secret:NAME}` show up nowhere: streams, reports, saved plans, errors, progress."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cloud, Ran, here

KEY = "correct-horse&battery<staple>"
OLD = "an-older-key-of-the-same-kind"
XML = KEY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
FORMATS = ("text", "json", "markdown", "junit", "github")
SPEC = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
apis:
  hidden:
    displayName: Hidden
    path: hidden
    description: "key ${secret:BACKEND_KEY} inside"
    policy: |
      <policies><inbound><base /><set-header name="x-key" exists-action="override">
        <value>${secret:BACKEND_XML}</value></set-header></inbound></policies>
    operations:
      get:
        displayName: Get
        method: GET
        urlTemplate: /
        request: {queryParameters: [{name: key, type: string, defaultValue: "${secret:BACKEND_KEY}"}]}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BACKEND_KEY", KEY)
    monkeypatch.setenv("BACKEND_XML", XML)
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, "utf-8")
    return str(path)


def silent(ran: Ran, folder: Path) -> Ran:
    """Neither the value nor its forms in XML and JSON stand in anything that was written."""
    texts = {"stdout": ran.out, "stderr": ran.err}
    texts |= {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.name != "spec.yaml"}
    for name, text in texts.items():
        for form in (KEY, XML, "battery", "staple"):
            assert form not in text, f"{form} in {name} of {ran}"
    return ran


@pytest.mark.parametrize("form", FORMATS)
def test_secrets_show_up_nowhere(cloud: Cloud, spec: str, tmp_path: Path, form: str) -> None:
    report = ("--output", form, "--report", f"{form}={tmp_path / 'report'}")
    silent(cloud("plan", spec, *report).ended(0), tmp_path)
    assert "(secret)" in (tmp_path / "report").read_text("utf-8").replace("&#95;", "_")
    silent(cloud("apply", spec, "--yes", *report).ended(0), tmp_path)
    assert cloud.arm.get("apis/hidden")["properties"]["description"] == f"key {KEY} inside", "Azure gets the value"
    cloud.arm.edit("apis/hidden", lambda properties: properties.update(description=f"key {OLD} inside"))
    silent(cloud("drift", spec, *report).ended(2), tmp_path)
    silent(cloud("apply", spec, "--yes", *report).ended(0), tmp_path)
    cloud.clean(spec)
    silent(cloud("destroy", spec, "--yes", *report).ended(0), tmp_path)


def test_what_was_there_before_is_hidden_too(cloud: Cloud, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was rotated outside: the one in Azure is as secret as the spec's."""
    cloud.applied(spec)
    monkeypatch.setenv("BACKEND_KEY", "the-new-one-after-rotation")
    for form in FORMATS:
        ran = cloud("drift", spec, "--output", form).ended(2)
        assert "battery" not in ran.out + ran.err
        assert "rotation" not in ran.out + ran.err


def test_an_error_in_a_policy_hides_them(cloud: Cloud, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a policy quotes the tag that is wrong."""
    monkeypatch.setenv("BACKEND_XML", "</value><battery-of-horses>")
    for ran in (here("validate", spec), cloud("apply", spec, "--yes"), cloud("plan", spec, "--output", "json")):
        ran.ended(1)
        assert "battery" not in ran.out + ran.err, str(ran)


def test_a_saved_plan_hides_them_in_every_spelling(cloud: Cloud, spec: str, tmp_path: Path) -> None:
    """A policy is compared in a canonical form, in which > stands as it is: the value's own spelling is not there."""
    silent(cloud("plan", spec, "--out", str(tmp_path / "plan.json")).ended(0), tmp_path)


def test_an_error_of_the_spec_hides_them(cloud: Cloud, spec: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("path: hidden", "path: hidden\n    protocols: ['${secret:BACKEND_KEY}']"), "utf-8")
    for verb in ("plan", "apply"):
        ran = cloud(verb, spec).ended(1)
        assert "battery" not in ran.out + ran.err, str(ran)
    validated = here("validate", spec).ended(1)
    assert "battery" not in validated.out + validated.err, str(validated)


def test_azure_quoting_a_value_is_masked(cloud: Cloud, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service names the value that it refuses: a name that is taken, a path, an enumeration."""
    cloud.applied(spec)
    secret_path = SPEC.replace("path: hidden", "path: hidden\n    serviceUrl: ${secret:BACKEND_URL}")
    monkeypatch.setenv("BACKEND_URL", "https://battery.example.com/" + "x" * 1990)
    Path(spec).write_text(secret_path, "utf-8")
    ran = cloud("apply", spec, "--yes")
    assert ran.code in (0, 1)
    assert "battery.example.com" not in ran.out + ran.err


def test_a_missing_secret_is_named(cloud: Cloud, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKEND_KEY")
    ran, sent = cloud.watched("apply", spec, "--yes")
    ran.ended(1)
    assert "BACKEND_KEY" in ran.err
    assert sent == []
