"""Corners that users run into: what is being deleted, keys of users, odd answers, one instance twice."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import WORKED, Cloud, here, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

API = "apis/azureml-demo"


@pytest.mark.parametrize("what", ["", "group"])
def test_what_is_being_deleted_is_drift(what: str) -> None:
    from tests.conftest import embedded  # noqa: PLC0415

    with embedded(lro_polls=1000) as cloud:
        cloud("apply", WORKED, "--yes").ended(0)
        done = cloud.arm("DELETE", cloud.arm.group if what else "")
        assert done.status == 202
        found = cloud("drift", WORKED, "--output", "json").ended(2)
        assert found.actions["resourceGroup" if what else "service"] == "create"
        assert any("being deleted" in note for note in found.document["notes"])


def subscribe(cloud: Cloud, scope: str) -> None:
    cloud.arm.put("subscriptions/phone-app", {"properties": {"displayName": "Phone", "scope": scope}})


@pytest.mark.parametrize("replaced", [API, "products/starter"])
def test_keys_of_users_die_only_when_that_was_said(worked: Cloud, replaced: str) -> None:
    subscribe(worked, f"/{replaced}")
    stopped, sent = worked.watched("apply", WORKED, "--replace", replaced, "--yes")
    assert f"1 to {replaced}" in stopped.ended(4).err
    assert "--delete-subscriptions" in stopped.err
    assert writes(sent) == []
    worked("apply", WORKED, "--replace", replaced, "--yes", "--delete-subscriptions").ended(0)
    worked.clean(WORKED)


def test_one_instance_has_one_spec(worked: Cloud, tmp_path: Path) -> None:
    twin = tmp_path / "twin.yaml"
    policy = Path(WORKED).parent / "policies" / "starter.xml"
    twin.write_text(Path(WORKED).read_text("utf-8").replace("policies/starter.xml", str(policy)), "utf-8")
    ran, sent = worked.watched("plan", WORKED, str(twin))
    assert "has a spec already" in ran.ended(1).err
    assert str(twin) in ran.err
    assert writes(sent) == []


class Portal(BaseHTTPRequestHandler):
    """Answers whatever is asked with what `body` says."""

    body = b"<html>please log in</html>"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[b"<html>please log in</html>", b"{}", b"[1]", b"null", b""])
def odd(request: pytest.FixtureRequest) -> Iterator[str]:
    handler = type("Odd", (Portal,), {"body": request.param})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_that_is_not_azures_is_an_error(odd: str) -> None:
    for verb in ("plan", "drift"):
        ran = here(verb, WORKED, "--endpoint", odd)
        assert ran.code in (1, 2)
        assert "Traceback" not in ran.err
        assert ran.code == 1 or "create" in ran.out or "missing" in ran.out


def test_a_refused_connection_is_said_in_a_few_words() -> None:
    ran = here("drift", WORKED, "--endpoint", "http://127.0.0.1:1").ended(1)
    said, _, request = ran.err.partition(" (")
    assert said == "reading resourceGroup: no answer: 127.0.0.1:1: the connection was refused"
    assert request.endswith("/resourcegroups/demoazureml)\n")


@pytest.mark.parametrize(("value", "word"), [("", "empty"), ("  ", "empty"), ("abc", "too short")])
def test_a_secret_that_cannot_be_hidden_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, word: str
) -> None:
    monkeypatch.setenv("KEY", value)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("service: {publisherName: '${secret:KEY}'}\n", "utf-8")
    ran = here("validate", WORKED, "--overlay", str(overlay)).ended(1)
    assert f"the secret KEY is {word}" in ran.err


def test_a_saved_plan_is_known_by_what_it_begins_with(worked: Cloud, tmp_path: Path) -> None:
    saved = tmp_path / "saved.plan"
    worked.arm.edit(API, lambda properties: properties.update(displayName="Other"))
    worked("plan", WORKED, "--out", str(saved)).ended(0)
    for verb in ("validate", "plan", "drift"):
        words = (str(saved),) if verb == "validate" else (str(saved), "--endpoint", worked.emulator.url)
        assert f"provision apply {saved}" in here(verb, *words).ended(64).err
    worked("apply", str(saved)).ended(0)
    worked.clean(WORKED)
