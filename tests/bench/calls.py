"""What the gateway adds to a call: the same calls of a backend directly, through it, and through it with ten policies.

Three processes: the backend, the embedded Azure, and here the callers. Seconds of the wall clock are the machine's of
the moment; the CPU of the embedded Azure per call is what compares.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import aiohttp
import uvicorn

from tests.conftest import Arm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping
    from typing import Any

ONE_BY_ONE, AT_ONCE, CLIENTS = 500, 4000, 32
INSTANCE = {
    "location": "southcentralus",
    "sku": {"name": "Developer", "capacity": 1},
    "properties": {"publisherName": "bench", "publisherEmail": "bench@example.com"},
}
TEN = """
<set-variable name="who" value="@(context.Request.Headers.GetValueOrDefault("X-Who", "nobody"))" />
<choose><when condition="@((string)context.Variables["who"] == "root")"><return-response /></when></choose>
<check-header name="X-Who" failed-check-httpcode="401" failed-check-error-message="No" ignore-case="true" />
<ip-filter action="allow"><address-range from="127.0.0.0" to="127.255.255.255" /></ip-filter>
<rate-limit-by-key calls="100000000" renewal-period="60" counter-key="@(context.Request.IpAddress)" />
<set-header name="X-Id" exists-action="override"><value>@(context.RequestId.ToString())</value></set-header>
<set-header name="X-Who" exists-action="delete" />
<set-query-parameter name="a" exists-action="override"><value>1</value></set-query-parameter>
<rewrite-uri template="/other" />
<cache-lookup-value key="nothing" variable-name="v" default-value="x" />
"""


async def backend(scope: MutableMapping[str, Any], _: Any, send: Callable[[Any], Any]) -> None:
    """Two bytes, at once."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def process(words: list[str], names: tuple[str, ...]) -> Iterator[tuple[dict[str, str], int]]:
    """A server: what it prints of its addresses, and its id."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        found: dict[str, str] = {}
        try:
            while server.stdout and not set(names) <= set(found):
                name, _, value = server.stdout.readline().strip().partition("=")
                found[name] = value
            yield found, server.pid
        finally:
            server.terminate()


@dataclass(frozen=True)
class Took:
    """Milliseconds of a call alone, calls a second of many at once, and the server's CPU for each in milliseconds."""

    alone: float
    rate: float
    cpu: float


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used; none where the system doesn't tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(url: str, pid: int) -> Took:
    """Call a URL, one by one and then at once."""
    async with aiohttp.ClientSession(headers={"X-Who": "me"}, connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:

        async def call() -> float:
            began = time.perf_counter()
            async with session.get(url) as answer:
                assert (answer.status, await answer.read()) == (200, b"ok")
            return time.perf_counter() - began

        async def client() -> None:
            for _ in range(AT_ONCE // CLIENTS):
                await call()

        await asyncio.gather(*(call() for _ in range(CLIENTS)))  # connections, and what is compiled once
        alone = median([await call() for _ in range(ONE_BY_ONE)])
        used, began = cpu_of(pid), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        seconds = time.perf_counter() - began
        return Took(alone * 1000, AT_ONCE / seconds, (cpu_of(pid) - used) * 1000 / AT_ONCE)


def prepared(arm: Arm, url: str) -> None:
    """An instance with two APIs before the backend: one as it is, one with ten elements of policy."""
    arm.put(arm.group, {"location": "southcentralus"})
    arm.put("", INSTANCE)
    for name in ("none", "ten"):
        props = {"displayName": name, "path": name, "protocols": ["https"], "serviceUrl": url}
        arm.put(f"apis/{name}", {"properties": props | {"subscriptionRequired": False}})
        body = {"displayName": "op", "method": "GET", "urlTemplate": "/x", "templateParameters": []}
        arm.put(f"apis/{name}/operations/op", {"properties": body})
    document = (
        f"<policies><inbound><base />{TEN}</inbound><backend><base /></backend><outbound><base /></outbound></policies>"
    )
    arm.put("apis/ten/policies/policy", {"properties": {"format": "rawxml", "value": document}})


def calls(say: Callable[[str], None]) -> None:
    """Print the table."""
    emulator = [sys.executable, "-m", "provision", "emulator", "--port", "0"]
    with ExitStack() as stack:
        behind, behind_pid = stack.enter_context(process([sys.executable, "-m", "tests.bench.calls"], ("BACKEND",)))
        azure, pid = stack.enter_context(process(emulator, ("ENDPOINT", "GATEWAY")))
        arm, url = Arm(azure["ENDPOINT"]), behind["BACKEND"]
        prepared(arm, url)
        gateway = f"{azure['GATEWAY']}/demoazureml"
        say(f"\n{'calls':24}{'alone, ms':>12}{'added, ms':>12}{f'{CLIENTS} at once, /s':>20}{'CPU, ms a call':>18}")
        direct = asyncio.run(measured(f"{url}/x", behind_pid))
        rows = {"the backend itself": direct}
        rows["gateway, no policy"] = asyncio.run(measured(f"{gateway}/none/x", pid))
        rows["gateway, ten policies"] = asyncio.run(measured(f"{gateway}/ten/x", pid))
        for what, took in rows.items():
            added = took.alone - direct.alone
            say(f"{what:24}{took.alone:12.2f}{added:12.2f}{took.rate:20.0f}{took.cpu:18.2f}")


if __name__ == "__main__":
    # Only of such a socket asyncio lets small answers go at once.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    sys.stdout.write(f"BACKEND=http://127.0.0.1:{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(backend, log_level="critical", lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[bound]))
