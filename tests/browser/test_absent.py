"""Where there is no browser its tests are left out, and that is the last thing said; or it is a failure."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PATIENCE, ROOT, environment


@pytest.mark.parametrize(("required", "code"), [(None, 0), ("1", 1)])
def test_a_machine_without_a_browser(required: str | None, code: int) -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/browser", "tests/azureml/test_hashing.py"]
    chosen = [*words, "-k", "the_guide_s"]
    done = subprocess.run(
        chosen,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(PATH="/nonexistent", REQUIRE_ALL=required, PYTEST_ADDOPTS=None),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "skipped" not in done.stdout
    assert done.stdout.splitlines()[-1] == "NOT RUN: browser (Chromium is not installed)"
