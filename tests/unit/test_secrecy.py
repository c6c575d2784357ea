"""Secrets leave saved plans and come back from the environment."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.secrecy import Veil, digest, hide, matches, reveal

if TYPE_CHECKING:
    from collections.abc import Callable

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


@given(texts, texts)
@settings(max_examples=10, deadline=None)
def test_a_digest_tells_a_secret_again_and_no_other(secret: str, other: str) -> None:
    known = json.loads(json.dumps(digest(secret)))
    assert matches(secret, known)
    assert matches(other, known) is (secret == other)
    assert digest(secret) != known, "its salt is its own"


KEY = "p&ss/w<rd+\"é'>= x"
WRITERS: dict[str, Callable[[str], str]] = {
    "itself": str,
    "upper case": str.upper,
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes kept": quote,
    "a form": quote_plus,
    "percent, lower case": lambda text: quote(text, safe="").lower(),
    "an element": escape,
    "an attribute": lambda text: quoteattr(text)[1:-1],
    "html": html.escape,
    "decimal references": lambda text: "".join(
        one if one.isascii() and one.isalnum() else f"&#{ord(one)};" for one in text
    ),
    "hexadecimal references": lambda text: "".join(
        one if one.isascii() and one.isalnum() else f"&#x{ord(one):X};" for one in text
    ),
    "json": lambda text: json.dumps(text)[1:-1],
    "json with its own letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "python": lambda text: repr(text)[1:-1],
}


@pytest.mark.parametrize("outer", WRITERS)
@pytest.mark.parametrize("inner", WRITERS)
def test_a_secret_is_found_in_every_form_and_in_two_at_once(inner: str, outer: str) -> None:
    text = f"before [{WRITERS[outer](WRITERS[inner](KEY))}] after"
    assert Veil({KEY: "(secret)"}).text(text) == "before [(secret)] after"


@given(st.text(min_size=8, max_size=40).filter(lambda text: len(text.strip()) >= 8), st.data())
def test_a_secret_is_found_whatever_it_is_made_of(secret: str, data: st.DataObject) -> None:
    writer = WRITERS[data.draw(st.sampled_from(sorted(WRITERS)))]
    try:
        written = writer(secret)
    except UnicodeEncodeError:  # a lone surrogate has no percent-encoding
        return
    if len(secret.upper()) == len(secret):  # ß is two letters there
        assert Veil({secret: "\N{BULLET}"}).text(f"\N{SECTION SIGN}{written}\N{SECTION SIGN}").count("\N{BULLET}") >= 1


@pytest.mark.parametrize(
    ("cut", "shown"),
    [
        ("the value correct-hors", "the value (secret)"),
        ("the value 'correct-ho...' is wrong", "the value '(secret)...' is wrong"),
        ("the value correct-ho… and more", "the value (secret)… and more"),
        ('{"value": "correct-horse-bat"}', '{"value": "(secret)"}'),
        ("percent: correct-horse%2", "percent: (secret)"),
        ("too short: correct", "too short: correct"),
        ("goes on differently: correct-house", "goes on differently: correct-house"),
    ],
)
def test_the_beginning_of_a_secret_is_found_where_a_text_was_cut(cut: str, shown: str) -> None:
    assert Veil({"correct-horse/battery/staple": "(secret)"}).text(cut.replace("horse-", "horse/")) == shown


def test_a_long_secret_is_found_between_its_own_beginnings() -> None:
    key = "".join(f"{n:x}+/" for n in range(2000))
    text = (key[:60] + "!") * 2000
    assert Veil({key: "(secret)"}).text(text + key) == f"{text}(secret)"


def test_a_name_is_not_taken_for_a_text_that_was_cut() -> None:
    veil = Veil({"Endpoint=sb://calls.example;SharedAccessKey=abc": "(secret)"})
    assert veil.text("authorizationEndpoint", cut=False) == "authorizationEndpoint"
    assert veil.text("it said Endpoint=sb") == "it said (secret)"
    assert veil.text("Endpoint=sb://calls.example;SharedAccessKey=abc", cut=False) == "(secret)"
