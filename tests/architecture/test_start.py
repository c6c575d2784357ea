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

LOADED = """
import sys
from provision.cli import run
code = run(sys.argv[1:])
heavy = {name.split(".")[0] for name in sys.modules} & {"azure", "rich", "msal", "uvicorn", "starlette", "cryptography"}
sys.stderr.write(f"code={code} loaded={sorted(heavy)}\\n")
"""
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
