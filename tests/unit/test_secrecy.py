"""Secrets leave saved plans and come back from the environment."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.errors import PlanError
from provision.secrecy import hide, reveal

texts = st.text("a$b{}:secrtONE _\\\"'<>\n", max_size=20)
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab$", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values, st.dictionaries(st.sampled_from(["ONE", "TWO", "THREE"]), texts.filter(bool), max_size=3))
def test_what_was_hidden_is_revealed(value: object, secrets: dict[str, str]) -> None:
    assert reveal(hide(value, secrets), secrets) == value


@given(st.text("xyz", min_size=4, max_size=9), texts, texts)
def test_a_hidden_text_does_not_hold_the_secret(secret: str, before: str, after: str) -> None:
    assert secret not in json.dumps(hide({"key": [before + secret + after]}, {"ONE": secret}))


def test_of_two_secrets_the_longer_one_is_found_first() -> None:
    assert hide("abcdef abc", {"SHORT": "abc", "LONG": "abcdef"}) == "${secret:LONG} ${secret:SHORT}"


def test_a_secret_that_is_not_set_is_named() -> None:
    with pytest.raises(PlanError, match="set the environment variable TOKEN"):
        reveal(["${secret:TOKEN}"], {})
