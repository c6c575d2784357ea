"""No format shows a secret, whatever the secret looks like and wherever it stands."""

from __future__ import annotations

import html
import io
import json
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from provision import apply, render
from provision.address import Address, Scope
from provision.comparison import PropertyChange
from provision.diff import Action, Change
from provision.errors import Mark, PlanError, Problem, SpecError
from provision.plan import Plan
from provision.render import FORMATS, Progress, Verb
from provision.render.mask import Mask
from provision.report import Outcome, Report, Result
from provision.resource import LeftAlone

SCOPE = Scope("s", "g", "i")
# What surrounds a secret in the samples: never a part of it, else it would begin in two places.
LEFT, RIGHT = "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}", "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
SECRETS = st.text(st.characters(exclude_characters=LEFT + RIGHT), min_size=4, max_size=30)


def sample(secret: str) -> Plan:
    text = f"{LEFT}{secret}{RIGHT}"
    policy = f"<a>\n  <b>{text}</b>\n  <c/>\n</a>\n"
    properties = (
        PropertyChange(f"headers[{text}]", {text: [text, 1, None]}, {"x": (text, True)}),
        PropertyChange("value", policy, policy.replace("<c/>", "<d/>")),
        PropertyChange("only", None, text),
    )
    address = Address(f"apis/{text}")
    changes = tuple(
        Change(address, action, properties, {"key": secret}, secret, Mark(text, 1, 1), text, (address,))
        for action in Action
    )
    left_alone = (LeftAlone(address, text),)
    return Plan(Scope(text, text, text), changes, {}, left_alone, (text,), secrets=MappingProxyType({"KEY": secret}))


def written(secret: str, format: str) -> list[str]:  # noqa: A002 - as render calls it
    plan = sample(secret)
    text = f"{LEFT}{secret}{RIGHT}"
    results = tuple(Result(plan.changes[0], outcome, text, 1.0) for outcome in Outcome)
    problem = Problem(Mark(text, 1, 1), text, text, text)
    return [
        *(render.plans([plan], format, verb, colour=True) for verb in Verb),
        render.reports([Report(plan, results)], format, Verb.APPLY),
        render.failure(PlanError(text), format, secrets=[secret]),
        render.failure(SpecError([problem]), format, secrets=[secret]),
    ]


def told(secret: str, *, live: bool) -> str:
    stream = io.StringIO()
    progress = Progress(stream, live=live, secrets=[secret])
    text = f"{LEFT}{secret}{RIGHT}"
    change = Change(Address(f"apis/{text}"), Action.CREATE)
    progress.note(text)
    progress(apply.Progress(change, started=True))
    progress(apply.Progress(change, 31.0))
    progress(apply.Progress(change, 32.0, Outcome.FAILED, text))
    return stream.getvalue()


@pytest.mark.parametrize("format", FORMATS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(one=SECRETS, other=SECRETS)
def test_outputs_do_not_depend_on_the_secret(one: str, other: str, format: str) -> None:  # noqa: A002
    """Stronger than a search for the secret: no escape, cut or order of lines may tell two secrets apart."""
    fixed = str(sample("\0")) + "http://only"
    assume(all(Mask([text]).text(fixed) == fixed for text in (one, other)))
    assert written(one, format) == written(other, format)


@pytest.mark.parametrize("live", [True, False])
@settings(deadline=None)
@given(one=SECRETS, other=SECRETS)
def test_progress_does_not_depend_on_the_secret(one: str, other: str, live: bool) -> None:
    fixed = str(sample("\0"))
    assume(all(Mask([text]).text(fixed) == fixed for text in (one, other)))
    assert told(one, live=live) == told(other, live=live)


@given(secret=st.text(st.sampled_from("ab\"'<>&\\\n`|\x1b€"), min_size=4, max_size=12))
@settings(deadline=None, max_examples=60)
def test_no_reader_of_an_output_finds_the_secret(secret: str) -> None:
    assume(secret.strip() == secret)
    for output in written(secret, "json"):
        assert not any(secret in text for text in strings(json.loads(output)))
    for output in written(secret, "junit"):
        elements = list(ET.fromstring(output).iter())
        assert not any(secret in text for one in elements for text in (*one.attrib.values(), one.text or ""))
    for format in ("text", "markdown", "github"):  # noqa: A001
        assert not any(secret in html.unescape(output) for output in written(secret, format))


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_each_occurrence_is_replaced_and_the_longest_first() -> None:
    mask = Mask(["abcd", "abcdef", ""])
    assert mask.text("abcdef abcd xabcdx") == "(secret) (secret) x(secret)x"


def test_a_short_secret_is_replaced_only_where_it_is_everything() -> None:
    mask = Mask(["abc"])
    assert mask.data(["abc", "abcd", {"k": "abc"}]) == ["(secret)", "abcd", {"k": "(secret)"}]


def test_keys_and_numbers_are_masked() -> None:
    assert Mask(["12345"]).data({"a12345": 12345, "b": 1234, "c": True}) == {
        "a(secret)": "(secret)",
        "b": 1234,
        "c": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        '<v>a&lt;b&gt;c&amp;"</v>',
        '<v k="a&lt;b&gt;c&amp;&quot;"/>',
        '<v k="a&lt;b>c&amp;&quot;"/>',
        r'{"v": "a<b>c&\""}',
        '  a<b>c&"',
    ],
)
def test_a_secret_is_found_in_the_escapes_of_xml_and_json(text: str) -> None:
    shown = Mask(['a<b>c&"\n']).text(text)
    assert "(secret)" in shown
    assert "b" not in shown


def test_a_line_of_a_long_secret_is_found() -> None:
    secret = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"
    assert Mask([secret]).text("  MIIEvQIBADANBg\n  rest") == "  (secret)\n  rest"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("old-key", "new-key", "(another secret)"),
        ("Basic old-key!", "Basic new-key!", "Basic (another secret)!"),
        ("something else", "Basic new-key!", "(another secret)"),
        (17, "new-key", "(another secret)"),
        (None, "new-key", None),
        ("plain", "also plain", "plain"),
        ("new-key", "new-key", "(secret)"),
        ({"k": "old-key"}, {"k": "new-key"}, {"k": "(another secret)"}),
        (["old-key", "x"], ["new-key"], ["(another secret)", "x"]),
        ("<a>\n  <k>old-key</k>\n  <b/>", "<a>\n <k>new-key</k>\n", "<a>\n  <k>(another secret)</k>\n  <b/>"),
        ("<a/>\n<k>1</k>", "<a/>\n<k>1new-key2new-key3</k>", "<a/>\n<k>(another secret)</k>"),
        ("<a>\n  <k>old</k>\n</a>", "<a>\n  <k>Bearer new-key</k>\n</a>", "<a>\n  <k>(another secret)</k>\n</a>"),
        (
            '<a x="old" y="">\n</a>',
            "<a>\n  <k>new-key</k>\n</a>",
            '<a x="(another secret)" y="(another secret)">\n</a>',
        ),
        ("<a>\n  bare text\n</a>", "<a>\n  <k>new-key</k>\n</a>", "<a>\n(another secret)\n</a>"),
        ("<k>1a2b3</k>\n", "<k>1new-key2new-key3</k>\n", "<k>1(another secret)2(another secret)3</k>\n"),
    ],
)
def test_the_secret_before_is_not_shown_either(before: Any, after: Any, shown: Any) -> None:
    change = Change(Address("apis/a"), Action.UPDATE, (PropertyChange("value", before, after),))
    plan = Plan(SCOPE, (change,), secrets={"KEY": "new-key"})
    found = render.document([plan])["resource_changes"][0]["changes"][0]
    assert found["before"] == shown
    assert "new-key" not in json.dumps(found)


def test_what_differs_in_secrets_only_is_said_to_differ() -> None:
    change = Change(Address("apis/a"), Action.UPDATE, (PropertyChange("value", "first-key", "second-key"),))
    plan = Plan(SCOPE, (change,), secrets={"A": "first-key", "B": "second-key"})
    assert "      value: differs in a secret\n" in render.plans([plan], "text", Verb.PLAN)
    assert "  value: differs in a secret\n" in render.plans([plan], "markdown", Verb.PLAN)


def test_the_secret_of_one_plan_is_masked_in_another() -> None:
    first = Plan(SCOPE, (), secrets={"KEY": "hunter22"})
    second = Plan(SCOPE, (), notes=("it is hunter22",))
    assert render.plans([first, second], "text", Verb.PLAN).endswith("Note: it is (secret)\n")
