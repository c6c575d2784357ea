"""Every folder of broken/: what the command says about it, whole, and that it says nothing to Azure."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provision.cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir())


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(BROKEN / request.param, tmp_path / "case")
    monkeypatch.chdir(tmp_path / "case")
    for name in [name for name in os.environ if name.startswith("SPEC_TEST")]:
        monkeypatch.delenv(name)
    return tmp_path / "case"


def arguments(folder: Path) -> list[str]:
    specs = ["spec.yaml", *(["second.yaml"] if (folder / "second.yaml").exists() else [])]
    return [*specs, *(["--overlay", "overlay.yaml"] if (folder / "overlay.yaml").exists() else [])]


@pytest.mark.parametrize("folder", CASES, indirect=True)
def test_plan_says_what_is_wrong_and_asks_nobody(
    folder: Path, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert run(["plan", *arguments(folder), "--endpoint", endpoint]) == 1
    said = capsys.readouterr()
    assert said.err == (folder / "errors.txt").read_text("utf-8")
    assert said.out == ""
    with pytest.raises(BlockingIOError):  # nobody has connected
        listener.accept()


@pytest.mark.parametrize("folder", CASES, indirect=True)
def test_validate_says_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", *arguments(folder)]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", (folder / "errors.txt").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_message_names_a_file_and_speaks_to_people(case: str) -> None:
    for line in (BROKEN / case / "errors.txt").read_text("utf-8").splitlines():
        place, said = line.split(": ", 1)
        assert place.split(":")[0] in {"spec.yaml", "second.yaml", "overlay.yaml", "policies/gold.xml"}
        assert " · " in said
        for leak in ("input should", "pydantic", "Traceback", "None", "must match"):
            assert leak not in said


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text("spec: 1\n", "utf-8")
    Path("spec.yaml").chmod(0)
    assert run(["validate", "spec.yaml"]) == 1
    assert capsys.readouterr().err == "spec.yaml: you may not read this file · check its permissions\n"
