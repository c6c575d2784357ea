"""Users' subscriptions die only where that was said: by themselves, with a product or an API, and with their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Cloud, writes

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
"""
ANN = "users: {ann: {email: ann@example.com, firstName: Ann, lastName: Smith}}\n"
GOLD = "products: {gold: {displayName: Gold}}\n"
OURS = "subscriptions: {ours: {displayName: Ours, scope: products/gold, ownerId: ann}}\n"
THEIRS = {"properties": {"displayName": "Theirs", "scope": "/products/gold", "ownerId": "/users/ann"}}


@pytest.fixture
def spec(cloud: Cloud, tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC + ANN + GOLD, "utf-8")
    cloud.applied(str(path))
    cloud.arm.put("subscriptions/theirs", THEIRS)
    return path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (ANN + "absent: {products: [gold]}", "1 to products/gold"),
        (GOLD + "absent: {users: [ann]}", "1 to users/ann"),
        (ANN + GOLD + "absent: {subscriptions: [theirs]}", "1 to subscriptions/theirs"),
        (ANN + GOLD + "exclusive: [subscriptions]", "1 to subscriptions/theirs"),
        (ANN + GOLD + "exclusive: {subscriptions: 'th*'}", "1 to subscriptions/theirs"),
    ],
    ids=["product", "owner", "absent", "exclusive", "pattern"],
)
def test_it_has_to_be_said(cloud: Cloud, spec: Path, text: str, named: str) -> None:
    spec.write_text(SPEC + text, "utf-8")
    ran, sent = cloud.watched("apply", str(spec), "--yes")
    assert named in ran.ended(4).err
    assert "--delete-subscriptions" in ran.err
    assert writes(sent) == []
    cloud("apply", str(spec), "--yes", "--delete-subscriptions").ended(0)
    assert not cloud.arm.exists("subscriptions/theirs")
    cloud.clean(str(spec))


def test_the_specs_own_go_with_it(cloud: Cloud, spec: Path) -> None:
    cloud.arm.delete("subscriptions/theirs")
    spec.write_text(SPEC + ANN + GOLD + OURS, "utf-8")
    cloud.applied(str(spec))
    cloud("destroy", str(spec), "--yes").ended(0)


def test_the_specs_own_come_back_where_what_they_are_to_is_replaced(cloud: Cloud, spec: Path) -> None:
    """With new keys, and so that has to be said."""
    cloud.arm.delete("subscriptions/theirs")
    spec.write_text(SPEC + ANN + GOLD + OURS, "utf-8")
    cloud.applied(str(spec))
    words = ("apply", str(spec), "--replace", "products/gold", "--yes")
    assert "1 to products/gold" in cloud(*words).ended(4).err
    cloud(*words, "--delete-subscriptions").ended(0)
    cloud.clean(str(spec))


def test_a_new_product_s_own_is_no_drift_of_an_exclusive_collection(cloud: Cloud, spec: Path) -> None:
    """Azure makes one with each new product, and would go on doing so."""
    spec.write_text(SPEC + ANN + "products: {gold: {displayName: Gold}, silver: {displayName: Silver}}\n", "utf-8")
    spec.write_text(spec.read_text("utf-8") + "exclusive: [subscriptions, users, groups]\n", "utf-8")
    cloud("apply", str(spec), "--yes", "--delete-subscriptions").ended(0)
    cloud.clean(str(spec))
    assert cloud.arm.exists("users/1")
    assert cloud.arm.exists("groups/guests")


def test_what_nobody_can_delete_stays_with_an_instance_that_is_only_used(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "both.yaml"
    path.write_text(SPEC, "utf-8")
    cloud.applied(str(path))
    team = SPEC.split("service:", maxsplit=1)[0].replace(", location: eastus", "")
    text = f"{team}service: {{name: demoazureml, existing: true}}\ntenant: {{access: {{enabled: true}}}}\n{ANN}"
    path.write_text(f"{text}groups: {{developers: {{displayName: Developers, users: []}}}}\n", "utf-8")
    cloud.applied(str(path))
    cloud.clean(str(path))
    ran = cloud("destroy", str(path), "--yes").ended(0)
    assert "tenant/access" in ran.out
    assert "it can't be deleted: it stays as it is" in ran.out
    assert cloud.arm.exists("groups/developers")
    assert not cloud.arm.exists("users/ann")
