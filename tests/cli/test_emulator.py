"""The options of `provision emulator` that say who is answered, and what is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_processes import served
from tests.conftest import Arm, alone

if TYPE_CHECKING:
    from pathlib import Path


def test_who_is_answered_and_what_is_logged(tmp_path: Path) -> None:
    log = tmp_path / "requests.log"
    words = ("--allow-host", "azure.example", "--allow-host", "other.example", "--host", "127.0.0.3", "--log", str(log))
    with served("--port", "0", *words) as (_, endpoint):
        assert endpoint.startswith("http://127.0.0.3:")
        arm = Arm(endpoint)
        statuses = [arm("GET", "/subscriptions", Host=host).status for host in ("azure.example", "other.example", "no")]
        assert statuses == [200, 200, 403]
        assert [line.split()[2] for line in log.read_text("utf-8").splitlines()] == ["200", "200", "403"]


@pytest.mark.parametrize("name", ["http://azure.example", "azure.example/x", "a b", "", "*.example"])
def test_a_host_is_a_name_alone(name: str) -> None:
    ran = alone("emulator", "--port", "0", "--allow-host", name).ended(64)
    assert f"--allow-host {name}: a host name or an address alone" in ran.err


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    ran = alone("emulator", "--port", "0", "--log", str(tmp_path)).ended(1)
    assert f"the log {tmp_path} cannot be written: Is a directory" in ran.err
    assert "Traceback" not in ran.err
