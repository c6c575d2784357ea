"""Outputs that can't be written: before anything is done it is an error, and afterwards it costs nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PATIENCE, ROOT, WORKED, Cloud, command, environment, here, writes

if TYPE_CHECKING:
    from collections.abc import Callable

API = "apis/azureml-demo"
FULL = "/dev/full"  # opens, and then takes nothing


@pytest.fixture
def moved(worked: Cloud) -> Cloud:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    return worked


@pytest.mark.parametrize("option", ["--report", "--out"])
@pytest.mark.parametrize("path", ["no/such/folder/report", "."])
def test_a_file_that_can_not_be_opened_stops_before_anything(moved: Cloud, option: str, path: str) -> None:
    verb = ("plan",) if option == "--out" else ("apply", "--yes")
    words = (option, f"json={path}" if option == "--report" else path)
    ran, sent = moved.watched(verb[0], WORKED, *verb[1:], *words)
    ran.ended(64)
    assert sent == []
    assert path in ran.err


def test_two_reports_do_not_share_a_file(moved: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "r"
    ran, sent = moved.watched("apply", WORKED, "--yes", "--report", f"json={path}", "--report", f"junit={path}")
    ran.ended(64)
    assert sent == []
    assert not path.exists()


def test_a_report_that_breaks_costs_nothing_else(moved: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    words = ("--report", f"junit={FULL}", "--report", f"json={path}")
    ran = moved("apply", WORKED, "--yes", *words).ended(0)
    assert "No space left on device" in ran.err
    assert "Done: 1 updated" in ran.out
    assert json.loads(path.read_text("utf-8"))["totals"]["done"] == 1
    moved.arm.edit(API, lambda properties: properties.update(displayName="other"))
    assert "No space left" in moved("drift", WORKED, *words).ended(2).err
    moved.fault("PUT", f"/{API}$", 400, "ValidationError", times=99)
    moved("apply", WORKED, "--yes", *words).ended(1)


def test_a_plan_that_can_not_be_saved_is_an_error(moved: Cloud) -> None:
    assert "No space left" in moved("plan", WORKED, "--out", FULL).ended(1).err


def test_what_is_in_a_file_stays_until_there_is_a_result(moved: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("before" * 1000, "utf-8")
    here("apply", WORKED, "--nope", "--report", f"json={path}").ended(64)
    assert path.read_text("utf-8").startswith("before")
    moved("drift", WORKED, "--report", f"json={path}").ended(2)
    assert json.loads(path.read_text("utf-8"))["resource_changes"]


def process(cloud: Cloud, redirection: str, *words: str) -> tuple[int, str, str]:
    line = " ".join(command(*cloud.words(*words)))
    done = subprocess.run(
        ["bash", "-c", f"{line} {redirection}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-", "> /dev/full", "2> /dev/full", "1< /dev/null"])  # fmt: skip  # noqa: E501
def test_streams_that_are_closed_or_full(moved: Cloud, tmp_path: Path, redirection: str) -> None:
    path = tmp_path / "r.json"
    code, out, err = process(moved, redirection, "apply", WORKED, "--yes", "--report", f"json={path}")
    assert code == 0, (out, err)
    assert "Traceback" not in out + err
    assert "Exception ignored" not in out + err
    assert json.loads(path.read_text("utf-8"))["totals"]["done"] == 1
    if redirection in ("> /dev/full", "1< /dev/null"):
        assert "Done: 1 updated" in err, "the result goes where it still can"
    moved.clean(WORKED)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("schema",), ("validate", WORKED), ("plan", "--nope")])
@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "> /dev/full", "2> /dev/full"])
def test_offline_commands_have_no_traceback_either(words: tuple[str, ...], redirection: str) -> None:
    line = " ".join(command(*words))
    done = subprocess.run(
        ["bash", "-c", f"{line} {redirection}"], capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stdout + done.stderr
    assert done.returncode in ((64,) if "--nope" in words else (0, 1))


def test_nothing_but_the_result_is_in_the_file_of_a_closed_stream(moved: Cloud, tmp_path: Path) -> None:
    """The next file to be opened would take the number of a closed stream, and what is written to that."""
    state, report = tmp_path / "state.sqlite3", tmp_path / "r.json"
    line = " ".join(command("apply", WORKED, "--yes", "--cloud", "local", "--state", str(state)))
    done = subprocess.run(
        ["bash", "-c", f"{line} --report json={report} <&- >&- 2>&-"], cwd=ROOT, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    assert json.loads(report.read_text("utf-8"))["totals"]["done"] == 12
    assert state.read_bytes().startswith(b"SQLite format 3")
    assert moved.emulator is not None


def test_the_reader_of_a_result_that_goes_away(moved: Cloud) -> None:
    """The exit code tells of Azure, and what was done is said where somebody may still read."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.Popen(
        command(*moved.words("apply", WORKED, "--yes")),
        stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    os.close(write)
    _, err = done.communicate(timeout=PATIENCE)
    assert done.returncode == 0, err
    assert "Done: 1 updated" in err
    moved.clean(WORKED)


def broken_render(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object, **__: object) -> str:
        raise KeyError("surprise")

    monkeypatch.setattr("provision.render.junit.reports", fall)


@pytest.mark.parametrize("arrange", [broken_render])
def test_a_format_that_can_not_be_drawn_costs_nothing_else(
    moved: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrange: Callable[[pytest.MonkeyPatch], None]
) -> None:
    arrange(monkeypatch)
    path = tmp_path / "r.json"
    words = ("--report", f"junit={tmp_path / 'r.xml'}", "--report", f"json={path}")
    ran, sent = moved.watched("apply", WORKED, "--yes", *words)
    assert "fault of provision" in ran.ended(1).err
    assert len(writes(sent)) == 1
    assert json.loads(path.read_text("utf-8"))["totals"]["done"] == 1
    assert "Done: 1 updated" in ran.out
    assert Path(path).exists()
