"""Commands as processes: the embedded Azure as a file and as a server, interruption, and readers that go away."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import provision.workflow
from tests.conftest import PATIENCE, ROOT, WORKED, Arm, Cloud, alone, command, embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

API = "apis/azureml-demo"
HALF_AN_HOUR = timedelta(minutes=30)


def test_four_processes_on_one_file(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    where = ("--cloud", "local", "--state", str(state))
    assert "11 to create" in alone("plan", WORKED, *where).ended(0).out
    alone("apply", WORKED, "--yes", *where).ended(0)
    assert "no drift" in alone("drift", WORKED, *where).ended(0).out
    alone("destroy", WORKED, "--yes", *where).ended(0)
    alone("drift", WORKED, *where).ended(2)


def test_a_folder_for_the_state_is_made_where_nobody_named_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped --state would be a new and empty Azure, of which everything is missing."""
    named = tmp_path / "none" / "state.sqlite3"
    assert "there is no folder" in alone("drift", WORKED, "--cloud", "local", "--state", str(named)).ended(64).err
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    alone("drift", WORKED, "--cloud", "local").ended(2)
    assert (tmp_path / "home" / "provision" / "local.sqlite3").is_file()


def test_processes_share_a_file_at_the_same_time(tmp_path: Path) -> None:
    """Two that only look, beside one that applies: all get answers."""
    where = ("--cloud", "local", "--state", str(tmp_path / "state.sqlite3"))
    alone("apply", WORKED, "--yes", *where).ended(0)
    words = [("drift", WORKED), ("plan", WORKED), ("apply", WORKED, "--yes"), ("drift", WORKED)]
    running = [
        subprocess.Popen(
            command(*one, *where), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        for one in words
    ]
    ended = [(process.communicate(timeout=PATIENCE), process.returncode) for process in running]
    assert [code for _, code in ended] == [0, 0, 0, 0], ended


def test_the_embedded_azure_writes_nothing_where_it_is_called(tmp_path: Path) -> None:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    shutil.copytree(ROOT / "specs", checkout / "specs")
    home.mkdir()
    before = sorted(checkout.rglob("*"))
    spec = str(checkout / "specs" / "azureml-demo.yaml")
    for verb, *more in (("apply", "--yes"), ("drift",), ("plan",), ("destroy", "--yes")):
        ran = alone(verb, spec, "--cloud", "local", *more, cwd=checkout, HOME=str(home), XDG_STATE_HOME=None)
        ran.ended(0)
    assert sorted(checkout.rglob("*")) == before
    assert [path.name for path in home.rglob("*.sqlite3")] == ["local.sqlite3"]
    state = home / ".local" / "state" / "provision" / "local.sqlite3"
    assert state.exists()
    xdg = tmp_path / "xdg"
    alone("plan", spec, "--cloud", "local", XDG_STATE_HOME=str(xdg)).ended(0)
    assert (xdg / "provision" / "local.sqlite3").exists()


@pytest.mark.parametrize("damage", ["folder", "other", "text"])
def test_a_state_file_that_is_none(tmp_path: Path, damage: str) -> None:
    state = tmp_path / "state.sqlite3"
    if damage == "folder":
        state.mkdir()
    elif damage == "other":
        state.write_bytes(b"SQLite format 3\x00" + bytes(2000))
    else:
        state.write_text("not a database at all, but long enough to be read as one" * 20, "utf-8")
    ran = alone("plan", WORKED, "--cloud", "local", "--state", str(state)).ended(1)
    assert str(state) in ran.err
    assert "Traceback" not in ran.err


@contextlib.contextmanager
def served(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`provision emulator` as a process; the process and its endpoint."""
    process = subprocess.Popen(
        command("emulator", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ENDPOINT=http"), line
        yield process, line.strip().removeprefix("ENDPOINT=")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_the_emulator_ends_in_order(number: signal.Signals) -> None:
    with served("--port", "0") as (process, endpoint):
        assert Arm(endpoint)("GET", "/subscriptions").status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")


def test_the_emulator_keeps_its_state(tmp_path: Path) -> None:
    state = str(tmp_path / "state.sqlite3")
    with served("--port", "0", "--state", state) as (process, endpoint):
        alone("apply", WORKED, "--yes", "--endpoint", endpoint).ended(0)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    with served("--port", "0", "--state", state) as (_, endpoint):
        alone("drift", WORKED, "--endpoint", endpoint).ended(0)
    alone("drift", WORKED, "--cloud", "local", "--state", state).ended(0)


def test_the_emulators_clock_throttling_and_faults(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text('[{"method": "PUT", "path": "/g$", "status": 503}]', "utf-8")
    group = "/subscriptions/s/resourceGroups/g"
    words = ("--clock", "2001-02-03T04:05:06Z", "--throttle", "azure", "--faults", str(script))
    with served("--port", "0", "--create-polls", "2", "--lro-seconds", "60", *words) as (_, endpoint):
        arm = Arm(endpoint)
        assert arm("GET", "/_emulator/clock").body == {"now": "2001-02-03T04:05:06Z", "frozen": True}
        statuses = [arm("PUT", group, {"location": "eastus"}).status for _ in range(2)]
        assert statuses == [503, 201]
        statuses = [arm("GET", group).status for _ in range(251)]
        assert (statuses[0], statuses[-1]) == (200, 429)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("[", "is no JSON"),
        ('[{"path": "x", "status": 5}, {"path": "("}]', "fault 1: status must be a status from 400 to 599, not 5"),
        ('[{"path": "x", "status": 500}, {"path": "(", "drop": true}]', "fault 2: path '(' is no regular expression"),
        (None, "No such file"),
    ],
)
def test_the_emulator_says_what_is_wrong_with_a_script(tmp_path: Path, script: str | None, said: str) -> None:
    path = tmp_path / "faults.json"
    if script is not None:
        path.write_text(script, "utf-8")
    ran = alone("emulator", "--port", "0", "--faults", str(path)).ended(1)
    assert said in ran.err
    assert str(path) in ran.err
    assert (ran.out, "Traceback" in ran.err) == ("", False)


def test_the_emulator_says_that_its_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = alone("emulator", "--port", str(port)).ended(1)
    assert str(port) in ran.err
    assert "in use" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.out == ""


class Patient:
    """The looks at an instance in transition, without the seconds between them; `then` is done in their place."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.done: Callable[[], object] = lambda: None

    def then(self, done: Callable[[], object]) -> None:
        self.done = done

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.done()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Patient:
    found = Patient()
    monkeypatch.setattr(provision.workflow, "time", SimpleNamespace(monotonic=time.monotonic, sleep=found))
    return found


@contextlib.contextmanager
def creating() -> Iterator[tuple[Cloud, threading.Event]]:
    """An embedded Azure whose clock stands still, so that no creation ends by itself; and what its first poll sets."""
    polled = threading.Event()
    with embedded(create_seconds=HALF_AN_HOUR.total_seconds(), retry_after=1) as cloud:
        cloud.emulator.clock.freeze(cloud.emulator.clock.now())
        cloud.emulator._on_exchange = lambda one: polled.set() if "operationsstatuses" in one.path.lower() else None
        yield cloud, polled


def test_ctrl_c_while_an_instance_is_created(patient: Patient) -> None:
    """Creating takes half an hour: Azure goes on with it, and so does the next apply."""
    with creating() as (cloud, polled):
        process = cloud.start("apply", WORKED, "--yes", "--output", "json")
        assert polled.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, err
        assert "Azure goes on with it" in err
        assert "Traceback" not in err
        assert '"outcome": "unfinished"' in out
        assert '"interrupted": true' in out
        patient.then(lambda: cloud.emulator.clock.advance(HALF_AN_HOUR))
        ran = cloud("apply", WORKED, "--yes").ended(0)
        assert "waiting until it stands still" in ran.err
        assert patient.slept, "it looked more than once"
        cloud.clean(WORKED)


def test_sigterm_ends_an_apply_in_order() -> None:
    """A cancelled job of a CI system."""
    with creating() as (cloud, polled):
        process = cloud.start("apply", WORKED, "--yes")
        assert polled.wait(PATIENCE)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, err
        assert "Interrupted: 1 of 2 done" in out or "Interrupted: 1 of 11 done" in out, out
        assert "Traceback" not in err


@pytest.mark.parametrize("what", ["create", "update"])
def test_an_instance_in_transition_is_waited_for(patient: Patient, what: str) -> None:
    with embedded(lro_polls=7) as cloud:
        if what == "create":
            cloud.arm.put(cloud.arm.group, {"location": "southcentralus"})
            body = {"location": "southcentralus", "sku": {"name": "Developer", "capacity": 1}}
            names = {"publisherName": "demoazureml", "publisherEmail": "admin@example.com"}
            assert cloud.arm("PUT", "", {**body, "properties": names}).status == 201
        else:
            cloud.applied(WORKED)
            assert cloud.arm("PATCH", "", {"properties": {"publisherName": "other"}}).status == 200
            patient.slept.clear()
        ran = cloud("apply", WORKED, "--yes").ended(0)
        assert "waiting until it stands still" in ran.err
        assert len(patient.slept) >= 5
        cloud.clean(WORKED)


@pytest.mark.parametrize("words", [("schema",), ("--help",), ("plan", WORKED, "--output", "json")], ids=lambda w: w[0])
def test_a_reader_that_goes_away(worked: Cloud, words: tuple[str, ...]) -> None:
    full = worked.words(*words) if words[0] == "plan" else words
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        command(*full), stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    os.close(write)
    _, err = process.communicate(timeout=PATIENCE)
    assert err == ""


def test_head_reads_one_line(worked: Cloud) -> None:
    words = " ".join(command(*worked.words("plan", WORKED)))
    done = subprocess.run(
        ["bash", "-c", f"{words} | head -1"], capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False
    )
    assert done.stdout == "demoazureml in resource group demoazureml: no change.\n"
    assert done.stderr == ""


def test_a_pipe_has_no_width(worked: Cloud) -> None:
    narrow, wide = (worked.alone("plan", WORKED, COLUMNS=columns).ended(0) for columns in ("1", "400"))
    assert narrow.out == wide.out


def test_any_encoding(worked: Cloud) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="✓ \U0001f600"))
    for coding in ("ascii", "latin-1", "utf-8"):
        ran = worked.alone("drift", WORKED, PYTHONIOENCODING=coding, PYTHONUTF8="0").ended(2)
        assert "Traceback" not in ran.err
        assert API in ran.out


def test_nothing_is_said_about_warnings(worked: Cloud) -> None:
    ran = worked.alone("drift", WORKED, PYTHONWARNINGS="error", PYTHONDEVMODE="1").ended(0)
    assert ran.err == ""
