"""The reader of YAML documents takes what PyYAML takes, as JSON's values, and refuses what has none."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.emulator.openapi.values import DocumentError, read_yaml

TEXTS = (
    "",
    "~",
    "a",
    "- 1\n- 0x1F\n- 0o17\n- 017\n- 1_000\n- -3\n- 1:30\n- 1e3\n- 1.5e+3\n- .5\n- 1.\n",
    "yes: no\non: off\ntrue: True\nnull: ~\n2: two\n1.5: x\n",
    "d: 2001-02-03\nt: 2001-02-03T04:05:06Z\n",
    "a: 'it''s'\nb: \"\\u00e9\\n\"\nc: plain text # comment\nd: |\n  two\n  lines\ne: >-\n  folded\n  text\n",
    "a: &x {b: 1, c: [1, 2]}\nd: *x\ne: [*x, *x]\n",
    "base: &b {a: 1, b: 2}\nmore: &m {b: 3, c: 4}\nx: {<<: *b, a: 9}\ny: {<<: [*b, *m], d: 5}\n",
    "m: &m {b: 3, c: 4}\nz:\n  d: 5\n  <<: *m\n  c: 6\n  <<: &n {b: 7}\nn: *n\n",
    "a: 1\na: 2\n",
    "!!str 1",
    "- !!int '3'\n- !!float 3\n- !!bool yes\n- !!null x\n- ! 12\n",
    "!!map {a: !!seq [1]}",
    "%YAML 1.1\n---\na: 1\n...\n",
    "'<<': 1\n",
    "? a\n: b\n? c\n",
    "a: {b: {c: {d: []}}}\n",
)


def plain(value: Any) -> Any:
    """PyYAML's values as JSON's."""
    if isinstance(value, dict):
        return {json.dumps(key) if isinstance(key, bool) else str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


@pytest.mark.parametrize("text", TEXTS)
def test_it_reads_what_pyyaml_reads(text: str) -> None:
    found, wanted = read_yaml(text), plain(yaml.safe_load(text))
    assert json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(JSON, st.booleans())
def test_what_is_written_is_read(value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    assert read_yaml(text) == plain(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not valid YAML"),
        ("a: b: c", "not valid YAML"),
        ("\ta: 1", "not valid YAML"),
        ("a: *none", "stands for nothing"),
        ("--- a\n--- b\n", "more than one document"),
        ("a: .nan", "no meaning in JSON"),
        ("a: .inf", "no meaning in JSON"),
        ("a: !!set {b}", "no meaning in JSON"),
        ("a: !custom 3", "not valid YAML"),
        ("? [a]\n: b\n", "a key must be a scalar"),
        ("a: {<<: 3}", "'<<' takes mappings"),
        ("- =", "not valid YAML"),
        ("a: 2001-99-99", "not valid YAML"),
        ("a: !!int x", "not valid YAML"),
        ("a: &a [*a]", "nested too deeply once"),
        ("a: &a {b: *a}", "nested too deeply once"),
        ("[" * 300 + "]" * 300, "nested too deeply"),
        ("[" * 5000, "nested too deeply"),
        ("{a: " * 300 + "1" + "}" * 300, "nested too deeply"),
        ("- " * 300 + "1", "nested too deeply"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        read_yaml(text)
