"""The log: a line per request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator, EmulatorError, Fault

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
LINE = re.compile(r"(\S+) (\S+) (\d{3}|-) \d+\.\d (\S+)")


def lines(path: Path) -> list[tuple[str, ...]]:
    """Method, path, status and error code of each line; the milliseconds are there."""
    found = [LINE.fullmatch(line) for line in path.read_text("utf-8").splitlines()]
    assert all(found)
    return [match.groups() for match in found if match]


def test_a_line_per_request(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "requests.log"
    path.write_text("GET /before 200 0.1 -\n", "utf-8")
    with Emulator(log=path) as azure:
        azure.faults.add(Fault("PUT", "/demo$", status=503, code="Two words\nand a line", times=1))
        azure.faults.add(Fault("DELETE", "/demo$", drop=True))
        arm = client(azure.url)
        arm("GET", GROUP)
        arm("PUT", GROUP, {"location": "eastus"})
        arm("PUT", GROUP, {"location": "eastus"})
        arm("GET", f"{GROUP}%20%C3%A9")
        arm("GET", GROUP, Host="evil.example")
        with pytest.raises(OSError, match="without response"):
            arm("DELETE", GROUP)
        version = "?api-version=2024-05-01"
        assert lines(path) == [
            ("GET", "/before", "200", "-"),
            ("GET", f"{GROUP}{version}", "404", "ResourceGroupNotFound"),
            ("PUT", f"{GROUP}{version}", "503", "Two?words?and?a?line"),
            ("PUT", f"{GROUP}{version}", "201", "-"),
            ("GET", f"{GROUP}%20%C3%A9{version}", "404", "ResourceGroupNotFound"),
            ("GET", f"{GROUP}{version}", "403", "HostNotAllowed"),
            ("DELETE", f"{GROUP}{version}", "-", "-"),
        ]


def test_the_identity_endpoint_is_logged_too(tmp_path: Path) -> None:
    from tests.emulator.test_admission import ask  # noqa: PLC0415

    with Emulator(tls=True, log=tmp_path / "log") as azure:
        ask(azure.environment["IDENTITY_ENDPOINT"], "GET", "/msi/token?resource=x")
        assert lines(tmp_path / "log") == [("GET", "/msi/token?resource=x", "401", "-")]


def test_what_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match=r"the log .* cannot be written: No such file"):
        Emulator(log=tmp_path / "none" / "log").start()
