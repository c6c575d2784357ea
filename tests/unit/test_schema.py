"""specs/schema.json, as an editor would use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from provision.kinds import KINDS
from provision.kinds.table import properties_of
from provision.schema.editors import json_schema
from provision.schema.reference import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECS = Path(__file__).parents[2] / "specs"
DEMO = SPECS / "azureml-demo.yaml"
MINIMAL = """
spec: 1
resourceGroup: {name: demo}
service: {name: demo}
"""


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((SPECS / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_file_is_what_the_command_writes() -> None:
    assert (SPECS / "schema.json").read_text("utf-8") == json_schema(), "provision schema specs/schema.json"


def test_the_demo_names_the_schema_and_fits_it(validator: jsonschema.Draft202012Validator) -> None:
    text = DEMO.read_text("utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=schema.json"
    assert list(validator.iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "service: {name: '${NAME}', sku: {name: '${SKU:-Developer}', capacity: '${UNITS:-1}'}}",
        "service: {name: demo, existing: '${EXISTING:-false}', publicNetworkAccess: '${ACCESS:-Enabled}'}",
        "products: {gold: {displayName: Gold, subscriptionsLimit: '${LIMIT}', state: '${STATE}', terms: }}",
        "apis: {echo: {displayName: '${secret:NAME}', path: echo, protocols: ['${PROTOCOL}'], type: '${TYPE}'}}",
        "exclusive: ['${WHAT}']",
        "products: {gold: {displayName: Gold, apis: [echo], groups: [], policy: gold.xml}}",
        "apis: {echo: {displayName: Echo, path: '', lifecycle: {prevent_destroy: true, ignore_changes: [path]}}}",
        "absent: {apis: [echo-api], products: [starter]}",
        "x-defaults: [{any: thing}]",
    ],
)
def test_it_takes_what_a_spec_may_say(validator: jsonschema.Draft202012Validator, text: str) -> None:
    assert [error.message for error in validator.iter_errors({**yaml.safe_load(MINIMAL), **yaml.safe_load(text)})] == []


@pytest.mark.parametrize(
    "text",
    [
        "spec: 2",
        "api: {}",
        "service: {nam: demo}",
        "service: {name: demo, sku: {name: Developer}}",
        "service: {name: demo, sku: {name: Free, capacity: 1}}",
        "service: {name: demo, sku: {name: Developer, capacity: one}}",
        "products: {gold: {displayName: ''}}",
        "products: {gold: {displayName: Gold, state: open}}",
        "apis: {echo: {displayName: Echo}}",
        "apis: {echo: {displayName: Echo, path: 7}}",
        "apis: {echo: {displayName: Echo, path: echo, operations: {get: {displayName: Get, method: GET}}}}",
        "apis: {echo: {displayName: Echo, path: echo, lifecycle: {preventDestroy: true}}}",
        "exclusive: [product]",
        "absent: {operations: [get]}",
        "absent: {apis: [a/b]}",
        "products: {gold: {displayName: Gold, x-mine: 1}}",
        "products: {gold: {displayName: Gold, subscriptionsLimit: 4294967296}}",
    ],
)
def test_it_refuses_what_a_spec_may_not_say(validator: jsonschema.Draft202012Validator, text: str) -> None:
    assert list(validator.iter_errors({**yaml.safe_load(MINIMAL), **yaml.safe_load(text)}))


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for item in node:
            yield from properties(item)
    if isinstance(node, dict):
        yield from (node.get("properties") or {}).items() if node.get("type") == "object" else ()
        for item in node.values():
            yield from properties(item)


def test_every_property_has_a_title_and_every_resource_a_description() -> None:
    schema = json.loads(json_schema())
    titles = {name: item["title"] for name, item in properties(schema)}
    assert titles["apiVersionSetId"] == "Api version set id"
    assert titles["ignore_changes"] == "Ignore changes"
    assert all(node["description"] for node in schema["$defs"].values())


def test_the_reference_tells_of_every_kind_and_property() -> None:
    page = markdown()
    for kind in KINDS:
        section = page.partition(f"\n## {kind.type}\n")[2].partition("\n## ")[0]
        assert kind.about in section
        assert kind.authority in section
        assert "```yaml" in section
        for name, prop in properties_of(kind).items() if not kind.is_link else ():
            assert (f"`{name}`" in section) is bool(prop.written or prop.left_out), f"{kind.type} {name}"
    assert "| `urlTemplate` | string |  | **required** |" in page
    assert "| `protocols` | list of `http`, `https`, `ws`, `wss` | by its siblings | in any order |" in page
    assert "write-only: Azure never returns passwords" in page


def test_examples_of_the_reference_are_yaml() -> None:
    for example in re.findall(r"```yaml\n(.*?)\n```", markdown(), re.DOTALL):
        assert isinstance(yaml.safe_load(example), dict)
