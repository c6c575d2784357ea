"""A run that is killed after each of its writes: the next one takes it up, and nothing is lost or there twice."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PATIENCE, READS, WORKED, embedded
from tests.failure.conftest import API, converges

if TYPE_CHECKING:
    import subprocess

    from provision.emulator import Exchange


class Killer:
    """Kills a process when its n-th write has been executed, before its answer is sent."""

    def __init__(self, writes: int) -> None:
        self.left = writes
        self.armed = threading.Event()
        self.process: subprocess.Popen[str] | None = None

    def __call__(self, exchange: Exchange) -> None:
        if exchange.method in READS or not self.left:
            return
        self.left -= 1
        if not self.left:
            assert self.armed.wait(PATIENCE)
            assert self.process is not None
            self.process.kill()


@pytest.mark.parametrize("number", range(1, 13))
def test_a_killed_apply_is_taken_up(number: int) -> None:
    killer = Killer(number)
    with embedded() as cloud:
        cloud.emulator._on_exchange = killer
        killer.process = cloud.start("apply", WORKED, "--yes")
        killer.armed.set()
        killer.process.communicate(timeout=PATIENCE)
        assert killer.process.returncode == -signal.SIGKILL
        cloud.emulator._on_exchange = cloud.exchanges.append
        converges(cloud)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_killed_destroy_is_taken_up(number: int) -> None:
    killer = Killer(number)
    with embedded() as cloud:
        cloud.applied(WORKED)
        cloud.emulator._on_exchange = killer
        killer.process = cloud.start("destroy", WORKED, "--yes", "--purge")
        killer.armed.set()
        killer.process.communicate(timeout=PATIENCE)
        assert killer.process.returncode == -signal.SIGKILL
        cloud.emulator._on_exchange = cloud.exchanges.append
        cloud("destroy", WORKED, "--yes", "--purge").ended(0)
        assert "nothing to delete" in cloud("destroy", WORKED, "--purge", "--yes").ended(0).out
        cloud.applied(WORKED)
        cloud.clean(WORKED)


def test_a_killed_replacement_is_taken_up() -> None:
    """Between the deletion and the creation the API is not there: the next apply makes it."""
    killer = Killer(1)
    with embedded() as cloud:
        cloud.applied(WORKED)
        cloud.emulator._on_exchange = killer
        killer.process = cloud.start("apply", WORKED, "--yes", "--replace", API)
        killer.armed.set()
        killer.process.communicate(timeout=PATIENCE)
        assert killer.process.returncode == -signal.SIGKILL
        cloud.emulator._on_exchange = cloud.exchanges.append
        assert not cloud.arm.exists(API)
        converges(cloud)
