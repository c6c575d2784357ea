"""What is written as YAML reads back as it was: by provision, and by whoever reads YAML 1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provision.document import Raw, Source, dump, load

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = (
    "yes",
    "Off",
    "~",
    "0o17",
    "0x1F",
    "1e5",
    "1.",
    ".5",
    "+1",
    "12:30:00",
    "2001-01-01",
    "=",
    "<<",
    "",
    " ",
    "- x",
)
DOLLARS = ("$", "$$", "$$$", "${X}", "$${X}", "$$${X:-a}", "${secret:X}", "{{x}}")
LINES = ("a\nb\n", "a\n\n\n", "\na", " a\nb", "a \nb", "\r\n", "a\r\nb", "😀\nb", "\tx\ny", "---\nx", "%x\ny", "# a\nb")
ODD = st.sampled_from((*WORDS, *DOLLARS, *LINES, "\x85", "\u2028", "\ufeff", "\x07", "..."))
TEXT = st.one_of(ODD, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


def read(text: str, **environ: str) -> Mapping[str, Any]:
    return load(Source("written.yaml", text.encode()), environ).root


@given(st.dictionaries(TEXT, DATA, min_size=1, max_size=4))
def test_it_reads_back_as_it_was(data: dict[str, Any]) -> None:
    assert read(dump(data)) == data


@given(st.dictionaries(TEXT, DATA, min_size=1, max_size=4))
def test_other_readers_see_the_same_types(data: dict[str, Any]) -> None:
    """But for the dollars, which only provision reads as variables."""

    def typed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: typed(item) for key, item in value.items()}
        return [typed(item) for item in value] if isinstance(value, list) else type(value)

    assert typed(yaml.safe_load(dump(data))) == typed(data)


def test_a_raw_text_is_a_variable() -> None:
    text = dump({"a": Raw("${secret:KEY}"), "b": "${secret:KEY}", "c": [Raw("${KEY}")]})
    assert read(text, KEY="value") == {"a": "value", "b": "${secret:KEY}", "c": ["value"]}


def test_texts_of_several_lines_are_blocks_and_what_is_small_is_one_line() -> None:
    policy = "<policies>\n    <inbound />  <!-- 😀 -->\n</policies>\n"
    text = dump({"policy": policy, "sku": {"name": "Developer", "capacity": 1}, "responses": [{"statusCode": 200}]})
    assert text == (
        "policy: |\n  <policies>\n      <inbound />  <!-- 😀 -->\n  </policies>\n"
        "sku: {name: Developer, capacity: 1}\nresponses: [{statusCode: 200}]\n"
    )


@pytest.mark.parametrize("word", ["yes", "No", "on", "null", "1e5", "0o17", "12:30:00"])
def test_what_a_reader_might_take_for_something_else_is_quoted(word: str) -> None:
    assert yaml.safe_load(dump({"a": word})) == {"a": word} == read(dump({"a": word}))
