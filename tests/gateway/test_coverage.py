"""What is said of the elements of policies is what the gateway does, and what it can't do is refused ahead if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import provision.emulator
from provision.emulator.gateway.coverage import LIMITS, OTHERS, markdown
from provision.emulator.gateway.judging import judge
from provision.emulator.gateway.policies import POLICIES
from tests.conftest import WORKED, embedded
from tests.gateway.conftest import Backend, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(provision.emulator.__file__).with_name("POLICIES.md")
AROUND = "<policies><inbound>{}</inbound><backend><base/></backend><outbound><base/></outbound></policies>"


@pytest.fixture
def strict(backend: Backend) -> Iterator[Site]:
    with embedded(strict_policies=True) as cloud:
        site = Site(cloud, backend)
        site.instance()
        site.api("shop", "shop", {"op": "GET /x"})
        yield site


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == markdown()


def test_nothing_is_both_executed_and_not() -> None:
    assert set(OTHERS) & set(POLICIES) == set()
    assert {name for name, _ in LIMITS} <= set(POLICIES)


def test_a_policy_of_the_corpus_is_refused_ahead_only_where_a_call_of_it_is() -> None:
    refused = []
    for path in sorted((Path(__file__).parent / "corpus").rglob("*.yaml")):
        case = yaml.safe_load(path.read_text("utf-8"))
        named = {name: str(value) for name, value in (case.get("named") or {}).items()}
        for text in (case.get("policy"), *(case.get("scopes") or {}).values()):
            whole = (
                text if not text or text.startswith("<policies") else f"<policies><inbound>{text}</inbound></policies>"
            )
            if whole and judge(whole, named.get):
                refused.append(path.stem)
    assert set(refused) == {
        "liquid-is-refused",
        "malformed",
        "outbound-is-left-out",
        "retry-leaves-out-nothing",
        "unknown-attribute",
        "unknown-element",
        "unknown-element-not-reached",
    }


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_executed_says_so(site: Site, name: str) -> None:
    site.api("shop", "shop", {"op": "GET /x"})
    site.policy("apis/shop", f"<{name} />")
    told = site.call("GET", "/shop/x")
    assert (told.status, name in told.json["message"]) == (500, True)
    assert site.backend.asked == []


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ("<do-magic />", "do-magic"),
        ('<choose><when condition="true"><proxy url="x" /></when></choose>', "proxy"),
        ('<set-header name="X" shiny="1"><value>a</value></set-header>', "shiny"),
        ("<set-body template='liquid'>x</set-body>", "Liquid"),
        ("<cache-store duration='1' />", "inbound"),
        ('<set-variable name="x" value="@(1 +)" />', "set-variable"),
    ],
)
def test_a_strict_gateway_refuses_at_put(strict: Site, inside: str, named: str) -> None:
    body = {"properties": {"format": "rawxml", "value": AROUND.format(inside)}}
    refused = strict.arm("PUT", "apis/shop/policies/policy", body)
    assert refused.status == 400
    assert named in refused.text
    assert strict.arm("GET", "apis/shop/policies/policy").status == 404


def test_a_strict_gateway_takes_what_it_can_do(strict: Site) -> None:
    strict.arm.put("namedValues/n", {"properties": {"displayName": "n", "value": "7"}})
    fragment = '<fragment><set-header name="X-N"><value>@(({{n}} + 1).ToString())</value></set-header></fragment>'
    strict.arm.put("policyFragments/f", {"properties": {"format": "rawxml", "value": fragment}})
    strict.policy("apis/shop", '<include-fragment fragment-id="f" />')
    assert strict.call("GET", "/shop/x").json["headers"]["x-n"] == "8"
    wrong = {"properties": {"format": "rawxml", "value": "<fragment><do-magic /></fragment>"}}
    assert strict.arm("PUT", "policyFragments/g", wrong).status == 400


def test_the_worked_example_is_fine_with_it() -> None:
    with embedded(strict_policies=True) as cloud:
        cloud.applied(WORKED)
