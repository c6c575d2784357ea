"""`make az`, where az has been installed for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PATIENCE
from tests.e2e.az_story import az_command
from tests.e2e.story import ROOT


@pytest.mark.skipif(az_command() is None, reason="the az CLI is not installed here: make az")
def test_the_az_cli_builds_the_worked_example_and_takes_it_down() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.az_story"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=10 * PATIENCE,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
