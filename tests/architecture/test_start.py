"""What a command loads before it can say anything, and what happens where an optional part is missing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from provision.cli.origin import install
from tests.conftest import PATIENCE, ROOT, WORKED, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cloud

LOADED = """
import sys
from provision.cli import run
code = run(sys.argv[1:])
heavy = {name.split(".")[0] for name in sys.modules} & {"azure", "rich", "msal", "uvicorn", "starlette", "cryptography"}
sys.stderr.write(f"code={code} loaded={sorted(heavy)}\\n")
"""
LOGIN = """
import sys
from provision.cli import run
code = run(sys.argv[1:])
heavy = {name for name in sys.modules if name == "azure.identity" or name.split(".")[0] == "msal"}
sys.stderr.write(f"code={code} loaded={sorted(heavy)}\\n")
"""
COLLECTED = """
import atexit, gc, sys
from provision.__main__ import main
before = gc.get_stats()[2]["collections"]
looks = []
gc.callbacks.append(lambda phase, _: phase == "start" and looks.append(phase))
def tell():
    old = gc.get_stats()[2]["collections"] - before
    sys.stderr.write(f"looks={len(looks)} old={old} frozen={gc.get_freeze_count() > 0}\\n")
atexit.register(tell)
main()
"""
MAIN = "from provision.__main__ import main; main()"
BLOCKED = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("starlette", "uvicorn", "httptools"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from provision.cli import main
sys.argv[0] = "provision"
main()
"""


def python(code: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(**env),
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["plan", "--help"], ["validate", WORKED], ["schema"], ["plan", "no-such-file.yaml"]],
    ids=" ".join,
)
def test_offline_commands_load_neither_azure_nor_rich(words: list[str]) -> None:
    """Each of azure-identity and azure-mgmt-apimanagement takes 0.3 s to import, and rich doubles the help's time."""
    done = python(LOADED, *words)
    assert done.stderr.splitlines()[-1].endswith(" loaded=[]"), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["plan", WORKED, "--cloud", "local"],
        ["apply", WORKED, "--cloud", "local", "--yes"],
        ["drift", WORKED, "--cloud", "local"],
        ["destroy", WORKED, "--cloud", "local", "--yes"],
        ["emulator", "--port", "0"],
    ],
    ids=lambda words: words[0],
)
def test_without_the_extra_it_says_what_to_install(words: list[str], tmp_path: Path) -> None:
    done = python(BLOCKED, *words, XDG_STATE_HOME=str(tmp_path))
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert f"is missing): {install('local')}\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_everything_else_works() -> None:
    done = python(BLOCKED, "validate", WORKED)
    assert (done.returncode, done.stderr) == (0, ""), done


def test_a_command_on_loopback_loads_no_login(worked: Cloud) -> None:
    done = python(LOGIN, *worked.words("drift", WORKED))
    assert done.stderr.splitlines()[-1] == "code=0 loaded=[]", done.stderr


def test_the_collector_rests_in_short_commands(worked: Cloud) -> None:
    """Nothing is looked through, not at the end either."""
    for words in (["validate", WORKED], worked.words("drift", WORKED)):
        done = python(COLLECTED, *words)
        assert done.stderr.splitlines()[-1] == "looks=0 old=0 frozen=True", done.stderr


def test_no_distribution_is_searched_for_plugins(tmp_path: Path) -> None:
    """That takes some 10 ms, and a plugin of somebody else's would see every spec."""
    about = tmp_path / "plugged-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1\n", "utf-8")
    (about / "entry_points.txt").write_text("[pydantic]\nplugged = plugged:plugin\n", "utf-8")
    (tmp_path / "plugged.py").write_text("raise SystemExit('loaded')", "utf-8")
    done = python(MAIN, "validate", WORKED, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, ""), done
