"""How far the embedded Azure agrees with recorded traffic of the real one; what `make conformance` runs.

The recordings and their player, replay.py, are a folder of their own beside the checkout; without it there is nothing
to do. Ends with 1 where the agreement, or that of any one recording, is too low.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
# The recorder put this instant in the place of every time stamp, and clients sent it as a value too.
MASKED = "2001-02-03T04:05:06Z"
OVERALL, EACH = 0.97, 0.90
PARTS = ("status", "headers", "body")


def say(text: str) -> None:
    """A line of the report, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def served() -> Iterator[str]:
    """The embedded Azure as anybody would start it; its endpoint."""
    command = [sys.executable, "-m", "provision", "emulator", "--port", "0", "--clock", MASKED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline().strip()
            if not line.startswith("ENDPOINT="):
                sys.exit("the embedded Azure did not start")
            yield line.removeprefix("ENDPOINT=")
        finally:
            server.terminate()


def played(oracle: Path, endpoint: str) -> tuple[int, str, dict[str, Any]]:
    """The player's exit code, what it said, and its result."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [
            sys.executable,
            str(oracle / "replay.py"),
            "--endpoint",
            endpoint,
            "--header",
            "Authorization: Bearer x",
        ]
        command += ["--min", str(OVERALL), "--verbose", "--json", str(result), str(oracle / "scenarios")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = json.loads(result.read_text("utf-8")) if result.exists() else {}
    return done.returncode, done.stdout + done.stderr, found


def by_scenario(results: Sequence[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """How many exchanges of each recording agree, and of how many."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in results:
        counts[one["scenario"]][0] += not any(one[part] for part in PARTS)
        counts[one["scenario"]][1] += 1
    return {name: (agree, total) for name, (agree, total) in sorted(counts.items())}


def main(words: Sequence[str] | None = None) -> int:
    """Play, print, judge."""
    parser = argparse.ArgumentParser(description="Agreement of the embedded Azure with recorded traffic.")
    parser.add_argument("oracle", type=Path, help="the folder of replay.py and scenarios/")
    oracle = parser.parse_args(words).oracle.resolve()
    if not (oracle / "replay.py").exists():
        say(f"conformance skipped: the recordings are not at {oracle} (make conformance ORACLE=folder)")
        return 0
    with served() as endpoint:
        code, said, result = played(oracle, endpoint)
    if not result.get("results"):
        say(said)
        say("conformance failed: nothing was played")
        return 1
    say("\n".join(line for line in said.splitlines() if line.startswith("FAIL ")))
    low = [] if code == 0 else ["the whole"]
    for name, (agree, total) in by_scenario(result["results"]).items():
        say(f"{agree / total:.3f}  {agree:>4} of {total:<4}  {name}")
        if agree / total < EACH:
            low.append(name)
    say(f"{result['agreement']:.3f}  {result['agree']:>4} of {result['exchanges']:<4}  the whole")
    if low:
        say(f"conformance failed: less than {OVERALL} of the whole or {EACH} of a recording: {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
