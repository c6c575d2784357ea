"""What a benchmark stands on: an embedded Azure in a process of its own, what commands cost, specs of any size."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROOM, REFILL = 250, 25  # ARM's bucket for reads, and what comes back each second
PROVISION = (sys.executable, "-m", "provision")


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: requests, CPU seconds of its process alone, seconds."""

    requests: int
    cpu: float
    wall: float

    @property
    def limit(self) -> float:
        """Seconds that ARM's buckets would make of it, however quick the rest."""
        return max(0.0, (self.requests - ROOM) / REFILL)


@dataclass(frozen=True)
class Server:
    """An embedded Azure that runs elsewhere, and the file in which it counts."""

    url: str
    log: Path

    def run(self, words: Sequence[str]) -> Cost:
        """Run a command to its end. Raises RuntimeError where it ends with anything but 0."""
        before, start = self._count(), time.monotonic()
        with tempfile.TemporaryFile() as said:
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=said, env=_as_installed())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if process.returncode:
                raise RuntimeError(f"{' '.join(words)}: exit {process.returncode}\n{said.read().decode()}")
        return Cost(self._count() - before, used.ru_utime + used.ru_stime, time.monotonic() - start)

    def _count(self) -> int:
        with self.log.open("rb") as lines:
            return sum(1 for _ in lines)


def _as_installed() -> dict[str, str]:
    """The environment, in which Python keeps the bytecode of provision too: pip does that for what it installs."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def server(state: Path, latency: float) -> Iterator[Server]:
    """The embedded Azure as a server, so that its CPU is not counted."""
    log = state.with_suffix(".log")
    log.touch()
    words = [*PROVISION, "emulator", "--port", "0", "--state", str(state), "--latency", str(latency), "--log", str(log)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield Server(line.strip().partition("=")[2], log)
        finally:
            process.terminate()


def between(costs: Sequence[Cost], others: Sequence[Cost]) -> float:
    """The median of the ratios of CPU, pair by pair: what else the machine does changes both of a pair."""
    return median(one.cpu / other.cpu for one, other in zip(costs, others, strict=True))


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each."""
    return Cost(costs[0].requests, median(one.cpu for one in costs), median(one.wall for one in costs))


def spec(name: str, apis: int, operations: int) -> str:
    """A spec of one product and `apis` APIs of `operations` operations each."""
    lines = [
        "spec: 1",
        f"resourceGroup: {{name: {name}, location: southcentralus}}",
        f"service: {{name: {name}, publisherName: b, publisherEmail: b@example.com,",
        "  sku: {name: Developer, capacity: 1}}",
        f"products: {{starter: {{displayName: Starter, apis: [{', '.join(f'a{api}' for api in range(apis))}]}}}}",
        "apis:",
    ]
    for api in range(apis):
        lines.append(f"  a{api}:")
        lines.append(
            f"    {{displayName: A{api}, path: a{api}, serviceUrl: 'https://a.example.com', protocols: [https],"
        )
        lines.append("    operations: {")
        lines += [
            f"      o{one}: {{displayName: O{one}, method: GET, urlTemplate: '/o{one}/{{id}}', "
            "responses: [{statusCode: 200}]},"
            for one in range(operations)
        ]
        lines.append("    }}")
    return "\n".join([*lines, ""])
