"""Recorded traffic of the real service against the emulator, where the recordings are at hand beside the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provision.emulator import Emulator

ORACLE = Path(__file__).parents[3] / "shared" / "oracle"
# The recorder replaced every time stamp by this one, and clients sent it as a value too.
MASKED = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
AGREEMENT = 0.985


@pytest.mark.skipif(not (ORACLE / "replay.py").exists(), reason="the recordings are not part of this repository")
def test_the_emulator_agrees_with_the_recordings(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    with Emulator() as azure:
        azure.clock.freeze(MASKED)
        command = [sys.executable, str(ORACLE / "replay.py"), "--endpoint", azure.url, "--json", str(result)]
        command += ["--header", "Authorization: Bearer x", str(ORACLE / "scenarios")]
        played = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert played.returncode == 0, played.stderr
    agreement = json.loads(result.read_text())["agreement"]
    assert agreement >= AGREEMENT, played.stdout[-6000:]
