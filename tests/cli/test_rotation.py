"""Secrets that Azure doesn't show: compared where that is asked for, and sent again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cloud, Ran, writes

KEY, OTHER = "correct-horse-battery", "what-somebody-else-set"
HEAD = """\
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
"""
SPEC = f"""\
{HEAD}namedValues:
  key: {{secret: true, value: "${{secret:KEY}}"}}
  twin: {{secret: true, value: "${{secret:KEY}}"}}
  plain: {{value: for all to see}}
identityProviders:
  aad: {{clientId: us, clientSecret: "${{secret:KEY}}"}}
openidConnectProviders:
  login:
    {{displayName: Login, metadataEndpoint: https://login.example.com, clientId: us, clientSecret: "${{secret:KEY}}"}}
loggers:
  hub: {{loggerType: azureEventHub, credentials: {{name: events, connectionString: "${{secret:KEY}}"}}}}
certificates:
  client: {{data: "${{secret:KEY}}"}}
"""
UNSEEN = {
    "namedValues/key",
    "namedValues/twin",
    "identityProviders/aad",
    "openidConnectProviders/login",
    "loggers/hub",
    "certificates/client",
}


@pytest.fixture
def demo(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", KEY)
    Path("spec.yaml").write_text(SPEC, "utf-8")
    cloud.applied("spec.yaml")
    return cloud


def unverified(ran: Ran) -> set[str]:
    return {address for address, why in ran.left_alone.items() if why.startswith("not verifiable")}


def told(cloud: Cloud, *words: str) -> tuple[Ran, list[Any]]:
    """What a command says: neither of the secrets, in no form."""
    for form in ("text", "markdown", "junit", "github"):
        ran = cloud(*words, "--output", form)
        assert KEY not in ran.out + ran.err
        assert OTHER not in ran.out + ran.err
    ran, sent = cloud.watched(*words, "--output", "json")
    assert KEY not in ran.out + ran.err
    assert OTHER not in ran.out + ran.err
    return ran, sent


def test_without_the_option_nothing_is_asked_for(demo: Cloud) -> None:
    demo.arm.patch("namedValues/key", {"properties": {"value": OTHER}})
    ran, sent = told(demo, "drift", "spec.yaml")
    assert ran.ended(0).changes == {}
    assert unverified(ran) == UNSEEN
    assert writes(sent) == []


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_secrets_are_compared_and_never_shown(demo: Cloud, verb: str) -> None:
    ran, sent = told(demo, verb, "spec.yaml", "--verify-secrets")
    assert ran.ended(0).changes == {}
    assert unverified(ran) == {"loggers/hub", "certificates/client"}
    asked = {line.partition("/service/demoazureml/")[2] for line in writes(sent)}
    assert asked == {
        "namedValues/key/listValue",
        "namedValues/twin/listValue",
        "identityProviders/aad/listSecrets",
        "openidConnectProviders/login/listSecrets",
    }
    demo.arm.patch("namedValues/key", {"properties": {"value": OTHER}})
    demo.arm.patch("identityProviders/aad", {"properties": {"clientSecret": OTHER}})
    ran, _ = told(demo, verb, "spec.yaml", "--verify-secrets")
    assert ran.ended(2 if verb == "drift" else 0).changes == {
        "namedValues/key": {"value": ("(another secret)", "(secret)")},
        "identityProviders/aad": {"clientSecret": ("(another secret)", "(secret)")},
    }


def test_a_plan_with_them_repairs(demo: Cloud) -> None:
    demo.arm.patch("namedValues/key", {"properties": {"value": OTHER}})
    demo("plan", "spec.yaml", "--verify-secrets", "--out", "plan.json").ended(0)
    saved = Path("plan.json").read_text("utf-8")
    assert KEY not in saved
    assert OTHER not in saved
    demo("apply", "plan.json").ended(0)
    assert demo.arm("POST", "namedValues/key/listValue").body == {"value": KEY}
    told(demo, "drift", "spec.yaml", "--verify-secrets")[0].ended(0)


def test_who_may_not_ask_is_told(demo: Cloud) -> None:
    demo.fault("POST", "listValue", 403, "AuthorizationFailed", times=99)
    ran = demo("drift", "spec.yaml", "--verify-secrets").ended(1)
    assert "asking for the secrets of namedValues/" in ran.err
    assert "AuthorizationFailed" in ran.err


@pytest.mark.parametrize(
    ("pattern", "sent"),
    [
        ("namedValues/key", {"namedValues/key"}),
        ("NAMEDVALUES/*", {"namedValues/key", "namedValues/twin"}),
        ("*/*", UNSEEN),
    ],
)
def test_rotate_sends_secrets_again(demo: Cloud, pattern: str, sent: set[str]) -> None:
    demo.arm.patch("namedValues/key", {"properties": {"value": OTHER}})
    planned, exchanges = told(demo, "plan", "spec.yaml", "--rotate", pattern)
    assert planned.ended(0).actions == dict.fromkeys(sent, "update")
    assert writes(exchanges) == []
    done = demo("apply", "spec.yaml", "--rotate", pattern, "--yes", "--max-update", "100", "--output", "json").ended(0)
    assert set(done.outcomes) == sent
    assert KEY not in done.out + done.err
    assert demo.arm("POST", "namedValues/key/listValue").body == {"value": KEY}


@pytest.mark.parametrize(
    ("pattern", "code", "why"),
    [
        ("namedValues/plain", 1, "it has no secret in the spec"),
        ("namedValues/none", 1, "the spec does not declare it"),
        ("nothing", 64, "is no address"),
    ],
)
def test_rotate_names_what_has_a_secret(demo: Cloud, pattern: str, code: int, why: str) -> None:
    assert why in demo("apply", "spec.yaml", "--rotate", pattern, "--yes").ended(code).err


def test_quick_asks_for_nothing(demo: Cloud) -> None:
    assert "contradict" in demo("drift", "spec.yaml", "--quick", "--verify-secrets").ended(64).err


def test_a_secret_whose_sending_was_lost_is_sent_again(demo: Cloud) -> None:
    """Of what GET doesn't show, nothing tells whether it has arrived, but the ETag."""
    demo.arm.patch("namedValues/key", {"properties": {"value": OTHER}})
    demo.fault("PUT", "namedValues/key", 503, "ServiceUnavailable", times=1)
    demo("apply", "spec.yaml", "--rotate", "namedValues/key", "--yes").ended(0)
    assert demo.arm("POST", "namedValues/key/listValue").body == {"value": KEY}


def test_what_is_sent_again_is_told_as_that(demo: Cloud) -> None:
    assert "value: sent again" in demo("plan", "spec.yaml", "--rotate", "namedValues/key").ended(0).out


def test_an_export_names_what_azure_keeps_elsewhere(demo: Cloud) -> None:
    """The reference to a named value of Azure's own would be one to nothing in another instance."""
    ran = demo("export", "-g", "demoazureml", "-s", "demoazureml", "--include", "loggers/*").ended(0)
    assert "Logger-Credentials" not in ran.out
    assert 'connectionString: "${secret:LOGGERS_HUB_CREDENTIALS_CONNECTION_STRING}"' in ran.out
