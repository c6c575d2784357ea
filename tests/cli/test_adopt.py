"""`export --adopt SPEC`: the spec's own text, completed from its instance; the rest of it stays to the byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cloud

SPEC = """# Ours.
spec: 1
resourceGroup: {name: g, location: eastus}
service: {name: demo, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
apis:
  pets: # the pets
    displayName: Pets   # a name
    path: pets
    operations:
      get: {displayName: Get, method: GET, urlTemplate: /get}

      put:
        displayName: Put
        method: PUT
        urlTemplate: /put   # a template
products:
  gold:
    displayName: ${NAME:-Gold}
    apis: [pets] # the first
"""


@pytest.fixture
def spec(cloud: Cloud, tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, "utf-8")
    cloud.applied(str(path))
    cloud.arm = type(cloud.arm)(cloud.emulator.url, group="g", service="demo")
    return path


def test_what_the_instance_has_comes_into_the_text(cloud: Cloud, spec: Path, tmp_path: Path) -> None:
    arm = cloud.arm
    arm.edit("apis/pets", lambda it: it.update(description="all of them", displayName="Animals"))
    arm.edit("apis/pets/operations/get", lambda it: it.update(description="one"))
    arm.put(
        "apis/pets/operations/del", {"properties": {"displayName": "Del", "method": "DELETE", "urlTemplate": "/del"}}
    )
    policy = "<policies>\n  <inbound />\n</policies>"
    arm.put("apis/pets/policies/policy", {"properties": {"format": "rawxml", "value": policy}})
    arm.put("products/gold/apis/echo-api", {})
    out = tmp_path / "adopted.yaml"
    ran = cloud("export", "--adopt", str(spec), "--out", str(out)).ended(0)
    assert "Not in it" not in ran.err
    assert spec.read_text("utf-8") == SPEC
    assert out.read_text("utf-8") == (
        SPEC.replace("    displayName: Pets   # a name\n", "    displayName: Animals\n")
        .replace("urlTemplate: /get}", "urlTemplate: /get, description: one}")
        .replace(
            "        urlTemplate: /put   # a template\n",
            "        urlTemplate: /put   # a template\n"
            "      del: {displayName: Del, method: DELETE, urlTemplate: /del}\n"
            "    description: all of them\n"
            "    policy: |\n      <policies>\n          <inbound />\n      </policies>\n",
        )
        .replace("apis: [pets] # the first", "apis: [pets, echo-api] # the first")
    )
    cloud.clean(str(out))


def test_what_can_not_be_written_is_said(cloud: Cloud, spec: Path) -> None:
    cloud.arm.edit("products/gold", lambda it: it.update(displayName="Silver", state="published"))
    cloud.arm.delete("apis/pets/operations/put")
    ran = cloud("export", "--adopt", str(spec)).ended(0)
    assert ran.out == SPEC + "    state: published\n"
    assert "Not in it: products/gold: its displayName could not be written" in ran.err
    assert "Not in it: apis/pets/operations/put: the spec declares it, and the instance doesn't have it" in ran.err


def test_what_is_as_declared_stays(cloud: Cloud, spec: Path) -> None:
    ran = cloud("export", "--adopt", str(spec)).ended(0)
    assert (ran.out, ran.err) == (SPEC, "")


def test_the_spec_itself_is_never_written(cloud: Cloud, spec: Path) -> None:
    assert "is the spec itself" in cloud("export", "--adopt", str(spec), "--out", str(spec)).ended(64).err
    assert spec.read_text("utf-8") == SPEC
    assert "--adopt" in cloud("export", "--adopt", str(spec), "--split").ended(64).err
    assert "which instance" in cloud("export").ended(64).err


def test_a_secret_that_comes_in_is_a_variable(cloud: Cloud, spec: Path) -> None:
    spec.write_text(SPEC + "exclusive: [namedValues]\n", "utf-8")
    secret = {"displayName": "k", "secret": True, "value": "correct-horse"}
    cloud.arm.put("namedValues/k", {"properties": secret})
    ran = cloud("export", "--adopt", str(spec)).ended(0)
    assert ran.out.endswith('namedValues: {k: {secret: true, value: "${secret:NAMED_VALUES_K}"}}\n')
    assert ran.err == "Secrets to set in the environment:\n  NAMED_VALUES_K: namedValues/k value\n"
