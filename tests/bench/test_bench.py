"""The benchmark compares like with like: the scripts send what a drift sends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.bench.bench import PEER
from tests.bench.measure import Cost, between, server, spec
from tests.conftest import PATIENCE, WORKED, embedded

if TYPE_CHECKING:
    from pathlib import Path

    from provision.emulator import Exchange


def asked(exchanges: list[Exchange]) -> list[str]:
    """Paths, in whatever order and case they were sent."""
    return sorted(one.path.lower() for one in exchanges)


@pytest.mark.parametrize("threads", ["1", "16"])
@pytest.mark.parametrize("size", ["worked", "generated"])
def test_the_script_reads_what_drift_reads(size: str, threads: str, tmp_path: Path) -> None:
    path, name = WORKED, "demoazureml"
    if size == "generated":
        path, name = str(tmp_path / "spec.yaml"), "bench"
        (tmp_path / "spec.yaml").write_text(spec(name, 2, 3), "utf-8")
    with embedded() as cloud:
        cloud.applied(path)
        drift, mine = cloud.watched("drift", path)
        before = len(cloud.exchanges)
        words = [*PEER, cloud.emulator.url, name, threads]
        subprocess.run(words, check=True, timeout=PATIENCE)
        drift.ended(0)
        assert asked(mine) == asked(cloud.exchanges[before:])


def test_what_a_command_costs_is_its_own(tmp_path: Path) -> None:
    with server(tmp_path / "state.sqlite3", 0.0) as azure:
        cost = azure.run([sys.executable, "-c", "pass"])
        assert cost.requests == 0
        with pytest.raises(RuntimeError, match="exit 3"):
            azure.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_provision_is_compiled_as_the_libraries_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    with server(tmp_path / "state.sqlite3", 0.0) as azure:
        azure.run([sys.executable, "-c", "import sys; raise SystemExit(sys.dont_write_bytecode)"])


def test_ratios_are_of_pairs_and_limits_of_the_bucket() -> None:
    mine, theirs = [Cost(20, cpu, 0) for cpu in (2, 3, 40)], [Cost(20, cpu, 0) for cpu in (1, 2, 10)]
    assert between(mine, theirs) == 2.0
    assert [Cost(n, 0, 0).limit for n in (20, 250, 300)] == [0, 0, 2]
