"""What Azure has no ETags of: what was seen of it stands for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import Cloud, writes

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
authorizationProviders:
  graph:
    displayName: NAME
    identityProvider: aad
    oauth2: {grantTypes: {authorizationCode: {clientId: "4711", ResourceUri: https://graph.microsoft.com}}}
    authorizations: {robot: {oauth2grantType: AuthorizationCode}}
"""
PROVIDER = "authorizationProviders/graph"


def rename(cloud: Cloud, name: str) -> None:
    cloud.arm.edit(PROVIDER, lambda properties: properties.update(displayName=name))


def test_a_saved_plan_is_refused_where_it_has_changed(cloud: Cloud, tmp_path: Path) -> None:
    path, file = tmp_path / "spec.yaml", str(tmp_path / "plan.json")
    path.write_text(SPEC.replace("NAME", "Graph"), "utf-8")
    cloud.applied(str(path))
    path.write_text(SPEC.replace("NAME", "Microsoft Graph"), "utf-8")
    cloud("plan", str(path), "--out", file).ended(0)
    rename(cloud, "Somebody's")
    ran, sent = cloud.watched("apply", file)
    assert f"{PROVIDER} has changed" in ran.ended(4).err
    assert writes(sent) == []


def test_a_first_put_that_is_answered_200_overwrites_nothing(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("NAME", "Graph"), "utf-8")
    ran = cloud("apply", str(path), "--yes").ended(0)
    assert "overwrote" not in ran.out
    rename(cloud, "Somebody's")
    assert cloud("drift", str(path), "--output", "json").ended(2).changes == {
        PROVIDER: {"displayName": ("Somebody's", "Graph")}
    }
    cloud.applied(str(path))
    cloud.clean(str(path))
    cloud("destroy", str(path), "--yes").ended(0)
