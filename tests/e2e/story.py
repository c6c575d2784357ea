"""The worked example from nothing to nothing on the embedded Azure; what `make demo` runs.

Prints every command as one would type it, and its output. Ends with 1 where a command ends otherwise than it should.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SPEC = "specs/azureml-demo.yaml"
API = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demoazureml"
    "/providers/Microsoft.ApiManagement/service/demoazureml/apis/azureml-demo"
)


def say(text: str) -> None:
    """A line of the story, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def provision(state: Path, *words: str, expect: int) -> None:
    """Run one command in a process of its own, as a user would."""
    say(f"\n$ provision {' '.join(words)}")
    where = ["--cloud", "local", "--state", str(state)] if words[0] != "validate" else []
    command = [sys.executable, "-m", "provision", *words, *where]
    environment = {**os.environ, "CI": "1"}
    environment.pop("APIM_NAME", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    say(done.stdout.rstrip("\n"))
    say(f"[exit {done.returncode}]")
    if done.returncode != expect:
        sys.exit(f"the story broke: exit {done.returncode} instead of {expect}\n{done.stderr}")


@contextmanager
def portal(state: Path) -> Iterator[str]:
    """Another way into the same Azure: the embedded one as a server."""
    command = [sys.executable, "-m", "provision", "emulator", "--port", "0", "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip().removeprefix("ENDPOINT=")
        finally:
            server.terminate()


def put(endpoint: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """One request of somebody who doesn't use provision: GET without a body, else PUT."""
    request = urllib.request.Request(
        f"{endpoint}{API}{path}?api-version=2024-05-01",
        method="PUT" if body else "GET",
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer somebody", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def meddle(state: Path) -> None:
    """Change an operation and add a sixth one, behind provision's back."""
    say("\n# Meanwhile, somebody renames BES Status in the portal, and adds a sixth operation.")
    with portal(state) as endpoint:
        status = put(endpoint, "/operations/bes-status", None)["properties"]
        put(endpoint, "/operations/bes-status", {"properties": {**status, "displayName": "BES State"}})
        sixth = {"displayName": "BES List", "method": "GET", "urlTemplate": "/jobs"}
        put(endpoint, "/operations/bes-list", {"properties": sixth})


def main() -> None:
    """Tell it all, in a directory that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        state = Path(directory) / "azure.sqlite3"
        provision(state, "validate", SPEC, expect=0)
        provision(state, "plan", SPEC, expect=0)
        provision(state, "apply", SPEC, "--yes", expect=0)
        provision(state, "drift", SPEC, expect=0)
        meddle(state)
        provision(state, "drift", SPEC, expect=2)
        provision(state, "apply", SPEC, "--yes", expect=0)
        provision(state, "drift", SPEC, expect=0)
        provision(state, "destroy", SPEC, "--purge", "--yes", expect=0)
        say("\nThat was all: nothing is left, in Azure or here.")


if __name__ == "__main__":
    main()
