"""What `make conformance` says and how it ends; the recordings themselves are played by it, not here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = Path(__file__).with_name("conformance.py")
PLAYER = """
import json, sys, urllib.request
words = sys.argv
url = words[words.index("--endpoint") + 1] + "/_emulator/clock"
assert json.load(urllib.request.urlopen(url)) == {"now": "2001-02-03T04:05:06Z", "frozen": True}
results = json.load(open(words[-1]))
agree = sum(not (r["status"] or r["headers"] or r["body"]) for r in results)
share = agree / len(results)
with open(words[words.index("--json") + 1], "w") as out:
    json.dump({"agreement": share, "agree": agree, "exchanges": len(results), "results": results}, out)
print("FAIL GET x: because")
sys.exit(share < float(words[words.index("--min") + 1]))
"""


def conformance(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def oracle(tmp_path: Path) -> Callable[..., Path]:
    def make(**scenarios: tuple[int, int]) -> Path:
        def result(name: str, *, good: bool) -> dict[str, Any]:
            return {"scenario": name, "status": [] if good else ["wrong"], "headers": [], "body": []}

        results = [result(n, good=i < good) for n, (good, total) in scenarios.items() for i in range(total)]
        (tmp_path / "scenarios").write_text(json.dumps(results), "utf-8")
        (tmp_path / "replay.py").write_text(PLAYER, "utf-8")
        return tmp_path

    return make


def test_without_recordings_it_says_so_and_succeeds(tmp_path: Path) -> None:
    code, said = conformance(tmp_path / "none")
    assert (code, said.startswith("conformance skipped:")) == (0, True)


def test_agreement_is_told_for_each_recording_and_the_whole(oracle: Callable[..., Path]) -> None:
    code, said = conformance(oracle(one=(98, 98), two=(1, 1), three=(0, 0)))
    assert code == 0, said
    assert "1.000    98 of 98    one\n1.000     1 of 1     two\n1.000    99 of 99    the whole" in said
    assert "FAIL GET x: because" in said


@pytest.mark.parametrize(
    ("scenarios", "blamed"),
    [({"one": (96, 100)}, "the whole"), ({"one": (100, 100), "two": (8, 9)}, "two")],
)
def test_too_little_agreement_fails(
    oracle: Callable[..., Path], scenarios: dict[str, tuple[int, int]], blamed: str
) -> None:
    code, said = conformance(oracle(**scenarios))
    assert code == 1
    assert said.splitlines()[-1].endswith(f": {blamed}")


def test_a_player_that_breaks_is_no_agreement(oracle: Callable[..., Path]) -> None:
    folder = oracle(one=(1, 1))
    (folder / "replay.py").write_text("raise SystemExit(2)", "utf-8")
    code, said = conformance(folder)
    assert (code, said.splitlines()[-1]) == (1, "conformance failed: nothing was played")
