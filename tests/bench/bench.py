"""`make bench`: a drift beside scripts that read the same, how plans of deletions grow, what the gateway adds to calls.

Requests, CPU and seconds against the embedded Azure at 50 ms; the limit is what ARM's buckets would make of it.
`--full` goes on to larger instances.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.calls import calls
from tests.bench.measure import PROVISION, Cost, Server, between, middle, server, spec
from tests.growth import table

ROOT = Path(__file__).parents[2]
PEER = (sys.executable, str(ROOT / "tests" / "bench" / "peer.py"))
LATENCY = 0.05


@dataclass(frozen=True)
class Size:
    """An instance to look at, and how many pairs of runs it is worth."""

    title: str
    name: str
    apis: int = 0  # 0: the worked example
    operations: int = 0
    pairs: int = 1


SIZES = (
    Size("worked example", "demoazureml", pairs=7),
    Size("10 x 10", "bench", 10, 10, pairs=3),
    Size("50 x 20", "bench", 50, 20),
)
LARGE = (Size("100 x 50", "bench", 100, 50), Size("400 x 50", "bench", 400, 50))
HEAD = f"{'':16}{'':26}{'requests':>9}{'CPU s':>8}{'wall s':>8}{'limit s':>9}{'CPU ratio':>11}"


def say(line: str) -> None:
    """A line of a table, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def row(title: str, what: str, cost: Cost, ratio: str = "") -> None:
    """One line; the ratio is that of provision's CPU to this one's."""
    say(f"{title:16}{what:26}{cost.requests:9}{cost.cpu:8.2f}{cost.wall:8.2f}{cost.limit:9.1f}{ratio:>11}")


def written(size: Size, folder: Path) -> str:
    """The spec of a size."""
    if not size.apis:
        return str(ROOT / "specs" / "azureml-demo.yaml")
    path = folder / "spec.yaml"
    path.write_text(spec(size.name, size.apis, size.operations), "utf-8")
    return str(path)


def filled(path: str, state: Path) -> None:
    """Carry the spec out, as quickly as may be."""
    with server(state, 0.0) as azure:
        azure.run([*PROVISION, "apply", path, "--endpoint", azure.url, "--yes"])


def compared(size: Size, azure: Server, path: str) -> None:
    """Drift, and the two scripts, in turns."""
    drift = [*PROVISION, "drift", path, "--endpoint", azure.url]
    peers = {"SDK, one by one": "1", "SDK, 16 threads": "16"}
    mine: list[Cost] = []
    theirs: dict[str, list[Cost]] = {what: [] for what in peers}
    for _ in range(size.pairs):
        mine.append(azure.run(drift))
        for what, threads in peers.items():
            theirs[what].append(azure.run([*PEER, azure.url, size.name, threads]))
    row(size.title, "provision drift", middle(mine))
    for what, costs in theirs.items():
        row("", what, middle(costs), f"{between(mine, costs):.2f}")


def alone(size: Size, azure: Server, path: str) -> None:
    """What only provision is asked to do."""
    row(size.title, "provision validate", azure.run([*PROVISION, "validate", path]))
    row("", "provision plan", azure.run([*PROVISION, "plan", path, "--endpoint", azure.url]))


def deletions() -> None:
    """How plans grow with what they delete."""
    say(f"\n{'deletions':16}{'operations, CPU s':>20}{'links, CPU s':>20}{'destroy, CPU s':>20}")
    for one in table():
        say(f"{one.deletions:<16}{one.operations:>20.3f}{one.links:>20.3f}{one.destroy:>20.3f}")


def main(words: list[str]) -> None:
    """Print the tables."""
    say(HEAD)
    for size in (*SIZES, *(LARGE if "--full" in words else ())):
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            path, state = written(size, folder), folder / "state.sqlite3"
            filled(path, state)
            with server(state, LATENCY) as azure:
                (alone if size in LARGE else compared)(size, azure, path)
    deletions()
    calls(say)


if __name__ == "__main__":
    main(sys.argv[1:])
