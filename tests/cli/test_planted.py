"""The secrets of every kind that has some, planted, and looked for in everything that is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provision import spec
from provision.kinds import KINDS
from provision.kinds.confidential import secrets
from provision.kinds.references import holds
from tests.conftest import Cloud, Ran, here

if TYPE_CHECKING:
    from collections.abc import Sequence

SPEC = str(Path(__file__).parent / "planted" / "spec.yaml")
PLANTED, OLD = "correct-horse/battery+staple", "an-older/horse+of-ours"
FORMATS = ("text", "json", "markdown", "junit", "github")


def silent(ran: Ran, files: Sequence[Path] = ()) -> Ran:
    for text in (ran.out, ran.err, *(file.read_text("utf-8") for file in files)):
        for value in (PLANTED, OLD, "battery", "horse"):
            assert value not in text, f"{value} in what {ran.words} wrote"
    return ran


@pytest.fixture
def planted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.setenv("PLANTED", PLANTED)
    return cloud


def test_every_kind_with_a_secret_is_there() -> None:
    loaded = spec.load(Path(SPEC), environ={"PLANTED": PLANTED})
    found = {node.kind.type for node in loaded.nodes() if any(secrets(node.kind, node.properties))}
    assert found == {kind.type for kind in KINDS if not kind.is_link and holds(kind, "secret")}
    assert loaded.warnings == ()


def test_validate_shows_none(planted: Cloud) -> None:
    assert planted.arm("GET", "").status == 404
    silent(here("validate", SPEC).ended(0))


@pytest.mark.parametrize("form", FORMATS)
def test_no_output_shows_one(planted: Cloud, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, saved = tmp_path / "report", tmp_path / "plan.json"
    options = ("--output", form, "--report", f"{form}={report}")
    silent(planted("plan", SPEC, *options, "--out", str(saved)).ended(0), [report, saved])
    silent(here("show", str(saved), "--output", form).ended(0))
    silent(planted("apply", SPEC, "--yes", *options).ended(0), [report])
    silent(planted("drift", SPEC, *options).ended(0), [report])
    silent(planted("drift", SPEC, *options, "--verify-secrets").ended(0), [report])
    rotating = ("--rotate", "*/*", "--max-update", "100")
    silent(planted("plan", SPEC, *rotating, *options, "--out", str(saved)).ended(0), [report, saved])
    silent(planted("apply", SPEC, "--yes", *rotating, *options).ended(0), [report])
    monkeypatch.setenv("PLANTED", OLD)
    silent(planted("drift", SPEC, *options, "--verify-secrets").ended(2), [report])
    silent(planted("plan", SPEC, *options, "--verify-secrets", "--out", str(saved)).ended(0), [report, saved])
    silent(planted("destroy", SPEC, "--yes", "--delete-subscriptions", *options).ended(0), [report])


SHOWN = {
    "subscriptions/mine/listSecrets": "primaryKey",
    "identityProviders/aad/listSecrets": "clientSecret",
    "authorizationServers/server/listSecrets": "resourceOwnerPassword",
    "openidConnectProviders/login/listSecrets": "clientSecret",
    "tenant/access/listSecrets": "primaryKey",
    "namedValues/key/listValue": "value",
}


def test_azure_gets_them(planted: Cloud) -> None:
    """The setting that is always there is changed by this run, and its keys go along."""
    planted.applied(SPEC)
    assert {path: planted.arm("POST", path).body[name] for path, name in SHOWN.items()} == dict.fromkeys(SHOWN, PLANTED)


def test_nor_does_a_failure(planted: Cloud) -> None:
    planted.applied(SPEC, "--exclude", "backends/orders")
    planted.fault("PUT", "backends/orders", 400, "ValidationError", message=f"The key {PLANTED} is not valid.")
    silent(planted("apply", SPEC, "--yes").ended(1))
