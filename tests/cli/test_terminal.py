"""With a terminal: questions and their answers, colour, and the status line."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PATIENCE, ROOT, WORKED, Cloud, command, environment, writes

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "apis/azureml-demo"
YES_NO = "[y/N] "
NAME = "Type demoazureml to go on: "


@dataclass(frozen=True)
class Talk:
    """A conversation that ended."""

    code: int
    out: str
    screen: str


def talk(
    cloud: Cloud,
    *words: str,
    answers: dict[str, str | None] | None = None,
    wide: int = 80,
    out: bool = False,
    env: Mapping[str, str] | None = None,
) -> Talk:
    """Run a command at a terminal. `answers`: question -> answer, None for Ctrl-C; `out`: stdout is it, too."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, wide, 0, 0))
    process = subprocess.Popen(
        command(*cloud.words(*words)),
        stdin=slave,
        stdout=slave if out else subprocess.PIPE,
        stderr=slave,
        cwd=ROOT,
        env=environment(TERM="xterm", **(env or {})),
    )
    os.close(slave)
    try:
        screen = _converse(master, process, dict(answers or {}))
        rest = process.stdout.read().decode() if process.stdout else ""
        return Talk(process.wait(PATIENCE), rest, screen)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
        os.close(master)


def _converse(master: int, process: subprocess.Popen[bytes], answers: dict[str, str | None]) -> str:
    seen, asked = "", 0
    while True:
        if not select.select([master], [], [], PATIENCE)[0]:
            pytest.fail(f"it hangs after saying {seen!r}; not asked: {list(answers)}")
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: the other side has ended
            break
        if not piece:
            break
        seen += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        for question in [question for question in answers if question in seen[asked:]]:
            asked = len(seen)
            answer = answers.pop(question)
            if answer is None:
                process.send_signal(signal.SIGINT)
            else:
                os.write(master, answer.encode())
    return seen


@pytest.fixture
def moved(worked: Cloud) -> Cloud:
    """Something to update, and nothing to delete."""
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.exchanges.clear()
    return worked


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("\n", 4), ("yep\n", 4), ("\x04", 4)])
def test_an_update_is_asked_for(moved: Cloud, answer: str, code: int) -> None:
    told = talk(moved, "apply", WORKED, answers={YES_NO: answer})
    assert told.code == code, told
    assert f"~ {API}" in told.screen, "what is asked about stands above the question"
    assert bool(writes(moved.exchanges)) == (code == 0)
    assert ("Done: 1 updated" in told.out) == (code == 0)


@pytest.mark.parametrize(
    ("answer", "code"),
    [("demoazureml\n", 0), ("y\n", 4), ("Demoazureml\n", 4), ("\n", 4)],
)
def test_before_a_deletion_the_name_is_typed(worked: Cloud, answer: str, code: int) -> None:
    worked.exchanges.clear()
    told = talk(worked, "destroy", WORKED, answers={NAME: answer})
    assert told.code == code, told
    assert bool(writes(worked.exchanges)) == (code == 0)
    assert worked.arm.exists("") == (code == 4)


def test_a_deletion_among_updates_asks_for_the_name(moved: Cloud) -> None:
    body = {"displayName": "More", "method": "GET", "urlTemplate": "/more"}
    moved.arm.put(f"{API}/operations/more", {"properties": body})
    told = talk(moved, "apply", WORKED, answers={NAME: "demoazureml\n"})
    assert told.code == 0, told
    moved.clean(WORKED)


def test_what_a_new_instance_may_lose_is_asked_before(cloud: Cloud) -> None:
    """The first plan creates only; what the second may delete stands below it: nobody waits for a question."""
    told = talk(cloud, "apply", WORKED, answers={NAME: "demoazureml\n"})
    assert told.code == 0, told
    assert told.screen.index("products/starter/apis/echo-api") < told.screen.index(NAME)
    assert YES_NO not in told.screen
    cloud.clean(WORKED)


@pytest.mark.parametrize("answer", ["y\n", "no\n", "\n"])
def test_no_leaves_no_instance(cloud: Cloud, answer: str) -> None:
    told = talk(cloud, "apply", WORKED, answers={NAME: answer})
    assert told.code == 4, told
    assert writes(cloud.exchanges) == []


def test_yes_asks_nothing(moved: Cloud) -> None:
    told = talk(moved, "apply", WORKED, "--yes")
    assert told.code == 0
    assert "?" not in told.screen


def test_ctrl_c_at_the_question_changes_nothing(moved: Cloud) -> None:
    told = talk(moved, "apply", WORKED, answers={YES_NO: None})
    assert told.code == 130
    assert "Traceback" not in told.screen
    assert writes(moved.exchanges) == []


COLOUR = re.compile(r"\x1b\[3\dm")


@pytest.mark.parametrize(
    ("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"CI": "true"}, False)], ids=str
)
def test_colour_only_for_people(moved: Cloud, env: dict[str, str], coloured: bool) -> None:
    told = talk(moved, "plan", WORKED, out=True, env=env)
    assert told.code == 0
    assert bool(COLOUR.search(told.screen)) == coloured
    assert "\x1b" not in talk(moved, "plan", WORKED, env=env).out, "never into a pipe"


def test_in_ci_there_is_no_status_line(moved: Cloud) -> None:
    assert "\x1b[K" in talk(moved, "apply", WORKED, "--yes").screen
    moved.arm.edit(API, lambda properties: properties.update(displayName="other"))
    told = talk(moved, "apply", WORKED, "--yes", env={"CI": "1"})
    assert told.code == 0
    assert "\x1b" not in told.screen


@pytest.mark.parametrize("wide", [40, 1])
def test_the_status_line_fits_the_terminal(cloud: Cloud, wide: int) -> None:
    """A line that wraps can't be wiped, and the screen fills up."""
    told = talk(cloud, "apply", WORKED, "--yes", wide=wide, out=True)
    assert told.code == 0, told
    statuses = re.findall(r"\r\x1b\[K([^\n\r]*)(?=\r)", told.screen)
    assert statuses
    assert max(map(len, statuses)) < max(wide, 2)
