"""Reading specs: what becomes of good ones, and that no text whatever ends in a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision import complaints, spec
from provision.errors import Mark, Problem, SpecError
from provision.schema.editors import json_schema
from provision.schema.validator import validator

DEMO = Path(__file__).parents[2] / "specs" / "azureml-demo.yaml"
TEXT = DEMO.read_text("utf-8").replace("policy: policies/starter.xml", "policy: <policies><inbound /></policies>")
HEAD = """\
spec: 1
resourceGroup: {name: demo, location: westeurope}
service: {name: demo, sku: {name: Developer, capacity: 1}, publisherName: Demo, publisherEmail: a@example.com}
"""
some = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def read(text: str, folder: Path) -> spec.Spec:
    path = folder / "spec.yaml"
    path.write_text(text, "utf-8", newline="")
    return spec.load(path, environ={"KEY": "hunter2", "UNITS": "2"})


def refused(text: str, folder: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read(text, folder)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def harmless(text: str, folder: Path) -> None:
    """A spec, or problems which each have a place and words of ours."""
    problems: tuple[Problem, ...] = ()
    try:
        assert list(read(text, folder).nodes())
    except SpecError as error:
        problems = error.problems or (Problem(Mark(""), ""),)
    for problem in problems:
        assert problem.mark.file
        assert problem.what
        assert "\n" not in str(problem)
        assert not re.search(r"(?i)input should|value error|pydantic", str(problem))


PIECES = st.sampled_from(
    [
        *["", " ", "\n", "\t", ":", "-", "{", "}", "[", "]", "'", '"', "#", "|", ">", "%", "@", "\\", "/"],
        *["&a ", "*a", "!!int ", "<<: ", "? ", "---\n", "...\n", "null", "~", "yes", "1", "-1", "1e400", ".inf"],
        *["${", "${A}", "${secret:KEY}", "$$", "<policies>", "policy: <a", "name:", "apis:", "\n  apis: ["],
        *["0x1f", "\\0", "é", "\x85", "\u2028", "\ufeff"],
    ]
)


@some
@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 12), PIECES), min_size=1, max_size=4))
def test_a_damaged_spec_is_a_spec_or_an_error(tmp_path: Path, damage: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for at, length, piece in damage:
        text = text[:at] + piece + text[at + length :]
    harmless(text, tmp_path)


KEYS = st.sampled_from(
    [
        *["spec", "resourceGroup", "service", "apis", "products", "absent", "exclusive", "operations", "policy"],
        *["name", "sku", "displayName", "path", "method", "urlTemplate", "responses", "statusCode", "lifecycle"],
        *["templateParameters", "ignore_changes", "groups", "state", "certificates", "properties"],
        *["echo", "Echo", "a/b", "", "x" * 300],
    ]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(1), KEYS, st.just("<policies>")
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


@some
@given(st.dictionaries(KEYS, TREES, max_size=8))
def test_any_yaml_is_a_spec_or_an_error(tmp_path: Path, tree: dict[str, Any]) -> None:
    harmless(yaml.safe_dump(tree, allow_unicode=True), tmp_path)


@some
@given(st.data())
def test_a_spec_with_one_value_of_another_kind_is_a_spec_or_an_error(tmp_path: Path, data: st.DataObject) -> None:
    tree = yaml.safe_load(TEXT)
    at = tree
    while True:
        key = data.draw(st.sampled_from(sorted(at)) if isinstance(at, dict) else st.integers(0, len(at) - 1))
        inside = at[key]
        if not isinstance(inside, dict | list) or not inside or data.draw(st.booleans()):
            break
        at = inside
    at[key] = data.draw(TREES)
    harmless(yaml.safe_dump(tree, allow_unicode=True), tmp_path)


def test_every_pattern_has_words() -> None:
    patterns = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json_schema())) - {json.dumps(r"\$\{")}
    assert patterns
    for pattern in patterns:
        why, _ = complaints.unlike(json.loads(pattern), "a/b c.")
        assert "match" not in why


def test_variables_take_the_type_of_their_place(tmp_path: Path) -> None:
    found = read(
        HEAD + "products:\n  gold:\n    displayName: ${UNITS}\n    subscriptionsLimit: ${UNITS}\n"
        "    subscriptionRequired: ${X:-true}\n    state: ${X:-published}\n",
        tmp_path,
    )
    gold = {"displayName": "2", "subscriptionsLimit": 2, "subscriptionRequired": True, "state": "published"}
    assert found.data["products"]["gold"] == gold


@pytest.mark.parametrize("value", ["--5", "٣", "9" * 5000, "1.0", "0x10", " 2"])
def test_a_variable_that_is_no_number_is_said_to_be_none(tmp_path: Path, value: str) -> None:
    text = HEAD + f"products:\n  gold:\n    displayName: Gold\n    subscriptionsLimit: ${{X:-{value}}}\n"
    assert refused(text, tmp_path)[0].startswith("spec.yaml:7:25: subscriptionsLimit must be a whole number")


def test_secrets_stay_out_of_messages(tmp_path: Path) -> None:
    text = HEAD + "products:\n  gold:\n    displayName: Gold\n    state: ${secret:KEY}\n"
    assert refused(text, tmp_path) == [
        "spec.yaml:7:12: state can't be '${secret:KEY}' · allowed: notPublished, published"
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", "it is ${secret:S}, ${secret:S} rabbit"),
        ("rabbi", "it is a, a ${secret:S}t"),
        ("IT IS", "${secret:S} a, a rabbit"),
        ("", "it is a, a rabbit"),
    ],
)
def test_a_short_secret_is_hidden_as_a_word_only(value: str, shown: str) -> None:
    problem = Problem(Mark("spec.yaml"), "it is a, a rabbit")
    assert complaints.presentable([problem], {"S": value})[0].what == shown


def test_control_characters_are_escaped() -> None:
    assert complaints.presentable([Problem(Mark("a"), "x\x1b[2J")], {})[0].what == "x\\x1b[2J"


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("policy: |\n      <policies>\n        <inbound>\n      </policies>\n", "10:7"),
        ("policy: |2-\n      <policies>\n        <inbound>\n      </policies>\n", "10:7"),
        ("policy: &p |\n\n      <policies>\n        <inbound>\n      </policies>\n", "11:7"),
        ("policy: <policies><inbound></policies>\n", "7:32"),
        ("policy: '<policies><inbound></policies>'\n", "7:33"),
        ('policy: "<policies><inbound></policies>"\n', "7:33"),
        ("policy:\n      <policies><inbound></policies>\n", "8:26"),
    ],
)
def test_a_problem_in_an_inline_policy_has_its_place_in_the_spec(tmp_path: Path, policy: str, place: str) -> None:
    text = HEAD + f"products:\n  gold:\n    displayName: Gold\n    {policy}"
    lines = refused(text, tmp_path)
    assert [line.split(": ")[0] for line in lines] == [f"spec.yaml:{place}"], lines


def test_what_is_right_is_checked_beside_what_is_wrong(tmp_path: Path) -> None:
    text = HEAD + (
        "products:\n  gold: {displayName: 7, apis: [ecco]}\n"
        "apis:\n  echo: {displayName: Echo, path: echo}\n  other: {displayName: Other, path: /echo, serviceUrl: a}\n"
    )
    assert [line.split(" · ")[0] for line in refused(text, tmp_path)] == [
        "spec.yaml:5:23: displayName must be a text",
        "spec.yaml:5:33: there is no API 'ecco'",
        "spec.yaml:8:37: the same path as apis/echo at spec.yaml:7:3",
        "spec.yaml:8:56: 'a' is no URL",
    ]


def test_the_validator_is_made_once() -> None:
    assert validator(frozenset({"apis"})) is validator(frozenset({"apis"}))


def test_a_secret_in_a_malformed_policy_stays_out_of_the_message(tmp_path: Path) -> None:
    head = HEAD + "products:\n  gold:\n    displayName: Gold\n"
    text = head + '    policy: <policies><inbound><a b="${secret:XML:-<battery>}" /></inbound></policies>\n'
    (said,) = refused(text, tmp_path)
    assert said.startswith("spec.yaml:7:13: the policy is not well-formed with the value of a secret in it · ")
    text = head + "    policy: <policies><${secret:XML:-battery}><inbound></policies>\n"
    assert "battery" not in "".join(refused(text, tmp_path))
