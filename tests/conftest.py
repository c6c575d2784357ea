"""What the tests of whole commands share: an embedded Azure, the command line before it, and another client of it."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from provision.cli import run
from provision.emulator import Emulator, Exchange, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
WORKED = str(ROOT / "specs" / "azureml-demo.yaml")
ZEROS = "00000000-0000-0000-0000-000000000000"
PROVIDER = "providers/Microsoft.ApiManagement/service"
READS = frozenset({"GET", "HEAD"})
PATIENCE = 900  # seconds after which something is taken for hanging: an end for what has none, never an expectation

# Nothing can be learnt from examples that a busy machine draws slowly, or runs slowly.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A job in the background is deaf to SIGINT, and so would be every command that is to be interrupted here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"provision {' '.join(self.words)}\n[exit {self.code}]\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    __repr__ = __str__

    def ended(self, code: int) -> Ran:
        """It must have ended so."""
        if self.code != code:
            pytest.fail(f"exit {self.code} instead of {code}\n{self}")
        return self

    @property
    def document(self) -> dict[str, Any]:
        """What `--output json` said."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def actions(self) -> dict[str, str]:
        """Address -> what is to happen, or has happened, to it."""
        return {item["address"]: "+".join(item["actions"]) for item in self.document["resource_changes"]}

    @property
    def changes(self) -> dict[str, dict[str, tuple[Any, Any]]]:
        """Address -> path -> (before, after)."""
        return {
            item["address"]: {one["path"]: (one["before"], one["after"]) for one in item["changes"]}
            for item in self.document["resource_changes"]
        }

    @property
    def outcomes(self) -> dict[str, str]:
        """Address -> what became of it."""
        return {item["address"]: item["outcome"] for item in self.document["resource_changes"]}

    @property
    def left_alone(self) -> dict[str, str]:
        """Address -> why it is left alone."""
        return {item["address"]: item["reason"] for item in self.document["left_alone"]}


def here(*words: str) -> Ran:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(words)
    return Ran(words, code, out.getvalue(), err.getvalue())


def command(*words: str) -> list[str]:
    """The same as a command line of a process."""
    return [sys.executable, "-m", "provision", *words]


def environment(**more: str | None) -> dict[str, str]:
    """This process's environment and `more`; None removes."""
    merged: dict[str, str | None] = {**os.environ, **more}
    return {name: value for name, value in merged.items() if value is not None}


def alone(*words: str, cwd: Path | None = None, **env: str | None) -> Ran:
    """Run one command line in a process of its own."""
    done = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd or ROOT,
        env=environment(**env),
        timeout=PATIENCE,
        check=False,
    )
    return Ran(words, done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Reply:
    """An answer of ARM."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")


class Arm:
    """Another client of the same Azure: paths are below the instance unless they begin with a slash."""

    def __init__(self, url: str, *, group: str = "demoazureml", service: str = "demoazureml") -> None:
        self.url = url
        self.group = f"/subscriptions/{ZEROS}/resourceGroups/{group}"
        self.service = f"{self.group}/{PROVIDER}/{service}"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        plain, _, query = path.partition("?")
        target = plain if plain.startswith("/") else f"{self.service}/{plain}".rstrip("/")
        sent = {"Authorization": "Bearer another-client", "Content-Type": "application/json"}
        sent |= {key.replace("_", "-"): value for key, value in headers.items()}
        payload = None if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, f"{target}?api-version=2024-05-01&{query}".rstrip("&"), payload, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        return Reply(answer.status, {key.lower(): value for key, value in answer.getheaders()}, text)

    def get(self, path: str) -> dict[str, Any]:
        """The body of something that is there."""
        found = self("GET", path)
        assert found.status == 200, f"{path}: {found}"
        return found.body

    def put(self, path: str, body: Any) -> Reply:
        """Write, and wait until it stands."""
        done = self("PUT", path, body)
        assert done.status in (200, 201, 202), f"{path}: {done}"
        self.settle()
        return done

    def patch(self, path: str, body: Any) -> Reply:
        """Change, and wait until it stands."""
        done = self("PATCH", path, body, If_Match="*")
        assert done.status in (200, 201, 202), f"{path}: {done}"
        self.settle()
        return done

    def delete(self, path: str) -> Reply:
        """Delete, and wait until it is gone."""
        done = self("DELETE", path, If_Match="*")
        assert done.status in (200, 202, 204), f"{path}: {done}"
        self.settle()
        return done

    def edit(self, path: str, change: Callable[[dict[str, Any]], object]) -> None:
        """GET, change the body, PUT: what a portal does."""
        body = self.get(path)
        change(body.get("properties", body))
        self.put(path, body)

    def settle(self) -> None:
        """Poll until the instance, if there is one, stands still."""
        while (found := self("GET", "")).status == 200:
            if found.body["properties"]["provisioningState"] == "Succeeded":
                return

    def exists(self, path: str) -> bool:
        """Whether something is there."""
        return self("GET", path).status == 200


@dataclass
class Cloud:
    """An embedded Azure in this process, what was said on its wire, and the command line that talks to it."""

    emulator: Emulator
    exchanges: list[Exchange]
    arm: Arm = field(init=False)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arm = Arm(self.emulator.url)

    def words(self, *words: str) -> tuple[str, ...]:
        return (*words, "--endpoint", self.emulator.url)

    def __call__(self, *words: str) -> Ran:
        """Run a command in this process."""
        return here(*self.words(*words))

    def alone(self, *words: str, cwd: Path | None = None, **env: str | None) -> Ran:
        """Run a command in a process of its own."""
        return alone(*self.words(*words), cwd=cwd, **env)

    def start(self, *words: str, **env: str | None) -> subprocess.Popen[str]:
        """Start a command in a process of its own."""
        process = subprocess.Popen(
            command(*self.words(*words)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(**env),
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """What a test that failed left running would talk to whatever gets this port next."""
        for process in self.started:
            if process.returncode is None:
                process.kill()
                process.communicate()

    def watched(self, *words: str) -> tuple[Ran, list[Exchange]]:
        """Run a command, and say what it sent."""
        before = len(self.exchanges)
        ran = self(*words)
        return ran, self.exchanges[before:]

    def fault(self, method: str, path: str, status: int = 0, code: str = "InjectedFault", **more: Any) -> None:
        """Arm a fault."""
        self.emulator.faults.add(Fault(method, path, status, code, **more))

    def applied(self, *words: str) -> Ran:
        """Apply without a question; it must succeed."""
        return self("apply", *words, "--yes").ended(0)

    def clean(self, *words: str) -> None:
        """Nothing is left to do."""
        assert self("plan", *words, "--detailed-exitcode", "--output", "json").ended(0).changes == {}
        assert self("drift", *words, "--output", "json").ended(0).changes == {}


def writes(exchanges: list[Exchange]) -> list[str]:
    """What was sent that could change something, as `METHOD path`."""
    return [f"{one.method} {one.path}" for one in exchanges if one.method not in READS]


@contextlib.contextmanager
def embedded(**options: Any) -> Iterator[Cloud]:
    """An embedded Azure for as long as the block runs."""
    exchanges: list[Exchange] = []
    with Emulator(on_exchange=exchanges.append, **options) as emulator:
        cloud = Cloud(emulator, exchanges)
        try:
            yield cloud
        finally:
            cloud.end()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An embedded Azure that holds nothing."""
    with embedded() as found:
        yield found


@pytest.fixture
def worked(cloud: Cloud) -> Cloud:
    """An embedded Azure that holds the worked example."""
    cloud.applied(WORKED)
    return cloud


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of the machine that runs the tests reaches the commands: no account, no terminal, no state."""
    strange = ("CI", "NO_COLOR", "FORCE_COLOR", "AZURE_SUBSCRIPTION_ID", "APIM_NAME", "PUBLISHER_EMAIL", "COLUMNS")
    for name in (*strange, "PROVISION_CLOUD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state-home"))
