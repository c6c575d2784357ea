"""What makes a result doubtful is told in every format: that an instance is in transition, what apply can't do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.test_results import FORMATS, meddle
from tests.conftest import WORKED, Cloud

if TYPE_CHECKING:
    from pathlib import Path

AUTHORIZATION: dict[str, Any] = {
    "displayName": "AAD",
    "clientId": "c",
    "clientRegistrationEndpoint": "https://login.example.com/register",
    "authorizationEndpoint": "https://login.example.com/authorize",
    "tokenEndpoint": "https://login.example.com/token",
    "grantTypes": ["authorizationCode"],
}
MISSING = "there is no group 'nobody' in the instance demoazureml"


@pytest.fixture
def dangling(tmp_path: Path) -> str:
    """The worked example, with a link to a group that isn't there."""
    path = tmp_path / "dangling.yaml"
    path.write_text(json.dumps({"products": {"starter": {"groups": ["/groups/nobody"]}}}), "utf-8")
    return str(path)


@pytest.fixture
def orphaned(worked: Cloud, tmp_path: Path) -> str:
    """The same where nothing differs: the authorization server that an API refers to is gone."""
    server = {"authorizationServerId": "/authorizationServers/aad"}
    api = {"displayName": "A", "path": "a", "authenticationSettings": {"oAuth2": server}}
    path = tmp_path / "orphaned.yaml"
    path.write_text(json.dumps({"apis": {"orphan": api}}), "utf-8")
    worked.arm.put("authorizationServers/aad", {"properties": AUTHORIZATION})
    worked.applied(WORKED, "--overlay", str(path))
    worked.arm.delete("authorizationServers/aad")
    return str(path)


@pytest.mark.parametrize("form", FORMATS)
def test_drift_says_what_apply_could_not_do_and_drift_it_is(worked: Cloud, dangling: str, form: str) -> None:
    ran = worked("drift", WORKED, "--overlay", dangling, "--output", form).ended(2)
    assert MISSING in ran.out.replace("&#x27;", "'").replace("&#39;", "'"), str(ran)
    assert "dangling.yaml" in ran.out
    assert ran.err == ""


def test_programs_are_told_it_by_itself(worked: Cloud, dangling: str) -> None:
    for verb, code in (("plan", 1), ("drift", 2)):
        document = worked(verb, WORKED, "--overlay", dangling, "--output", "json").ended(code).document
        assert [MISSING in one for one in document["obstacles"]] == [True]
    suite = ET.fromstring(worked("drift", WORKED, "--overlay", dangling, "--output", "junit").out)
    assert [case.find("error") is not None for case in suite.iter("testcase")].count(True) == 1
    assert suite.get("errors") == "1"


def test_a_reference_to_what_is_gone_is_an_error_where_nothing_else_differs(worked: Cloud, orphaned: str) -> None:
    for verb in ("plan", "drift"):
        ran = worked(verb, WORKED, "--overlay", orphaned).ended(1)
        assert "there is no authorization server 'aad'" in ran.err
        assert "apply would fail" not in ran.out, "it is said once"


@pytest.mark.parametrize("verb", ["plan", "drift"])
@pytest.mark.parametrize("form", FORMATS)
def test_an_instance_in_transition_is_told_first(worked: Cloud, form: str, verb: str) -> None:
    meddle(worked)
    worked.fault("PATCH", "/demoazureml$", operation="never ends")
    worked.arm("PATCH", "", {"properties": {"publisherName": "other"}})
    ran = worked(verb, WORKED, "--output", form)
    said = "the instance's provisioningState is Updating"
    assert said in ran.out.replace("&#x27;", "'").replace("&#39;", "'"), str(ran)
    if form == "text":
        assert said in ran.out.splitlines()[0]
    if form == "json":
        assert said in ran.document["notes"][0]
    if form == "github":
        assert said in ran.out.splitlines()[0]


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_a_read_that_fails_is_an_error_and_no_failure(worked: Cloud, verb: str) -> None:
    worked.fault("GET", "/apis$", 500, times=99)
    root = ET.fromstring(worked(verb, WORKED, "--output", "junit").ended(1).out)
    assert (root.get("errors"), root.get("failures")) == ("1", "0")
    (case,) = root.iter("testcase")
    assert [one.tag for one in case] == ["error"]
