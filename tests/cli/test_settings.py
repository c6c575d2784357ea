"""Settings that an instance always has: set where a spec says so, and left or reset where it is torn down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cloud

KEY = "b29wcy1hLXNlY3JldC1rZXk="
EXISTING = """
spec: 1
resourceGroup: {name: demoazureml}
service: {existing: true, name: demoazureml}
"""
WHOLE = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
"""
SETTINGS = """
portalsettings:
  signin: {enabled: true}
  delegation: {url: "https://example.com/d", subscriptions: {enabled: true}, validationKey: "${secret:KEY}"}
portalconfigs: {default: {delegation: {delegateSubscription: true, validationKey: "${secret:KEY}"}}}
notifications: {BCC: {recipientEmails: [us@example.com]}}
templates: {inviteUserNotificationMessage: {subject: Come in}}
"""
TEMPLATE = "templates/inviteUserNotificationMessage"


@pytest.fixture
def spec(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec for an instance that is there."""
    monkeypatch.setenv("KEY", KEY)
    whole = tmp_path / "whole.yaml"
    whole.write_text(WHOLE, "utf-8")
    cloud.applied(str(whole))
    path = tmp_path / "spec.yaml"
    path.write_text(EXISTING + SETTINGS, "utf-8")
    return str(path)


def test_a_teardown_resets_what_can_be_and_says_what_stays(cloud: Cloud, spec: str) -> None:
    cloud.applied(spec)
    cloud.clean(spec)
    ran = cloud("destroy", spec, "--yes", "--output", "json").ended(0)
    assert ran.actions == {TEMPLATE: "delete", "notifications/BCC/recipientEmails/us@example.com": "delete"}
    stays = {"portalsettings/signin", "portalsettings/delegation", "portalconfigs/default", "notifications/BCC"}
    assert stays <= ran.left_alone.keys()
    assert cloud.arm.get(TEMPLATE)["properties"]["isDefault"] is True
    assert cloud.arm.get("portalsettings/signin")["properties"]["enabled"] is True
    assert "nothing to delete" in cloud("destroy", spec, "--yes").ended(0).out


def test_a_key_of_a_setting_reaches_azure_and_shows_up_nowhere(cloud: Cloud, spec: str) -> None:
    for form in ("text", "json", "markdown", "junit", "github"):
        ran = cloud("plan", spec, "--output", form).ended(0)
        assert KEY not in ran.out + ran.err
    ran = cloud("apply", spec, "--yes", "--max-update", "100").ended(0)
    assert KEY not in ran.out + ran.err
    assert cloud.arm("POST", "portalsettings/delegation/listSecrets").body["validationKey"] == KEY
    ran = cloud("drift", spec)
    assert KEY not in ran.ended(0).out + ran.err
    assert "not verifiable: validationKey" in ran.out


def test_another_s_template_is_not_lost_with_an_instance_unseen(cloud: Cloud, spec: str) -> None:
    cloud.applied(spec)
    whole = str(Path(spec).with_name("whole.yaml"))
    assert TEMPLATE in cloud("destroy", whole, "--yes").ended(4).err
    cloud.arm.delete(TEMPLATE)
    cloud("destroy", whole, "--yes").ended(0)


def test_a_connection_is_approved_and_never_made(cloud: Cloud, spec: str) -> None:
    path = Path(spec)
    state = {"privateLinkServiceConnectionState": {"status": "Pending", "description": "Please."}}
    cloud.arm.put("privateEndpointConnections/theirs", {"properties": state})
    wanted = "privateEndpointConnections: {theirs: {privateLinkServiceConnectionState: {status: Approved}}}\n"
    path.write_text(EXISTING + wanted, "utf-8")
    cloud.applied(spec)
    found = cloud.arm.get("privateEndpointConnections/theirs")["properties"]["privateLinkServiceConnectionState"]
    assert found == {"status": "Approved", "description": "Please."}
    cloud.clean(spec)
    path.write_text(EXISTING + wanted.replace("theirs", "nobodys"), "utf-8")
    ran = cloud("apply", spec, "--yes").ended(1)
    assert "can't be created" in ran.err
