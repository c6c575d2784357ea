"""`make demo`, and what the README shows of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PATIENCE

ROOT = Path(__file__).parents[2]


def listing() -> set[Path]:
    """The checkout's files, without what Python and the tools keep for themselves."""
    found = {path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()}
    return {path for path in found if not any(part.startswith(".") or part == "__pycache__" for part in path.parts)}


@pytest.fixture(scope="module")
def story() -> str:
    before = listing()
    done = subprocess.run(
        [sys.executable, "tests/e2e/story.py"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert listing() == before, "the story leaves something in the checkout"
    return done.stdout


def untimed(text: str) -> str:
    return re.sub(r"(?:\d+h)?(?:\d+m)?\d+(?:\.\d)?[sm]$", "0.0s", text, flags=re.MULTILINE)


def test_the_story_goes_from_nothing_through_drift_to_nothing(story: str) -> None:
    steps = re.findall(r"^\$ provision (\w+).*?^\[exit (\d+)\]$", story, re.MULTILINE | re.DOTALL)
    assert steps == [
        ("validate", "0"),
        ("plan", "0"),
        ("apply", "0"),
        ("drift", "0"),
        ("drift", "2"),
        ("apply", "0"),
        ("drift", "0"),
        ("destroy", "0"),
    ]


def test_drift_names_exactly_what_somebody_did(story: str) -> None:
    drift = next(part for part in story.split("\n$ ") if "[exit 2]" in part)
    changed = re.findall(r"^  [-+~±] (\S+)", drift, re.MULTILINE)
    assert changed == ["apis/azureml-demo/operations/bes-list", "apis/azureml-demo/operations/bes-status"]
    properties = re.findall(r"^      (\S+): (.*)$", drift, re.MULTILINE)
    assert properties == [
        ("displayName", '"BES List"'),
        ("method", '"GET"'),
        ("urlTemplate", '"/jobs"'),
        ("displayName", '"BES State" -> "BES Status"'),
    ]


def test_the_readme_shows_real_output(story: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"<!-- story -->\n```console\n(.*?)```", readme, re.DOTALL)
    assert shown, "the README shows nothing of the story"
    for block in shown:
        pieces = [piece.strip("\n") for piece in untimed(block).split("\n...\n")]
        position = 0
        for piece in pieces:
            found = untimed(story).find(piece, position)
            assert found >= 0, f"the README shows what `make demo` does not say:\n{piece}"
            position = found + len(piece)
