"""The state under random histories, under several processes, and under a process that is killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from provision.emulator import Emulator
from tests.conftest import PATIENCE
from tests.emulator.conftest import Arm

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sample:
    """A collection whose members keep what they are given: `fixed` is always there, `free` varies."""

    collection: str
    fixed: dict[str, Any]
    free: str
    hidden: tuple[str, ...] = ()


SAMPLES = {
    "apis": Sample("/apis", {"protocols": ["https"]}, "description"),
    "operations": Sample("/apis/echo-api/operations", {"method": "GET"}, "description"),
    "products": Sample("/products", {"state": "published"}, "description"),
    "groups": Sample("/groups", {}, "description"),
    "namedValues": Sample("/namedValues", {"secret": True}, "value", ("value",)),
    "backends": Sample("/backends", {"url": "https://b", "protocol": "http"}, "description"),
    "tags": Sample("/tags", {}, "unknownProperty"),
    "versionSets": Sample("/apiVersionSets", {"versioningScheme": "Segment"}, "description"),
    "fragments": Sample("/policyFragments", {"value": "<fragment />"}, "description"),
    "schemas": Sample("/schemas", {"schemaType": "json", "document": {"type": "object"}}, "description"),
}
UNIQUE = {"apis": "path", "operations": "urlTemplate"}
NAMES = st.sampled_from(["one", "Two", "three-3", "four.4", "f\u00fcnf"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)


def quoted(name: str) -> str:
    return name.replace("\u00fc", "%C3%BC")


class History(RuleBasedStateMachine):
    """What was put is what is read; ETags change exactly when content does; a list is the set of its members."""

    def __init__(self) -> None:
        super().__init__()
        self.azure = Emulator(lro_polls=0, page_size=2)
        self.azure.start()
        self.arm = Arm(self.azure.url)
        self.arm.ready()
        for kind, sample in SAMPLES.items():
            for name in self.listed(kind):
                self.arm("DELETE", f"{sample.collection}/{name}?deleteRevisions=true&deleteSubscriptions=true")
            if kind == "apis":
                self.arm.put("/apis/echo-api", displayName="Echo", path="echo")
        self.kept: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}

    def teardown(self) -> None:
        self.azure.stop()

    def listed(self, kind: str) -> dict[str, dict[str, Any]]:
        page = self.arm("GET", SAMPLES[kind].collection)
        items = list(page.body["value"])
        while page.body.get("nextLink"):
            page = self.arm("GET", page.body["nextLink"].removeprefix(self.azure.url))
            items += page.body["value"]
        assert len(items) == len({item["id"] for item in items})
        own = {"apis": ("echo-api",), "groups": ("administrators", "developers", "guests")}.get(kind, ())
        return {item["name"]: item["properties"] for item in items if item["name"] not in own}

    def path(self, kind: str, name: str) -> str:
        return f"{SAMPLES[kind].collection}/{quoted(name)}"

    def known(self, kind: str, name: str) -> tuple[dict[str, Any], str] | None:
        return self.kept.get((kind, name.lower()))

    def check(self, kind: str, name: str, sent: dict[str, Any], was: str | None, *, same: bool) -> None:
        found = self.arm("GET", self.path(kind, name))
        assert found.status == 200
        shown = {key: found.props.get(key) for key in sent if key not in SAMPLES[kind].hidden}
        assert shown == {key: value for key, value in sent.items() if key not in SAMPLES[kind].hidden}
        tag = found.headers["etag"]
        assert (tag == was) is same, (was, tag)
        assert self.arm("HEAD", self.path(kind, name)).headers["etag"] == tag
        self.kept[kind, name.lower()] = (sent, tag)

    @rule(kind=st.sampled_from(sorted(SAMPLES)), name=NAMES, text=TEXTS, matched=st.booleans())
    def put(self, kind: str, name: str, text: str, matched: bool) -> None:
        if kind == "fragments":
            name = re.sub(r"[^a-zA-Z0-9]", "_", name)  # the specification allows them little else
        sample, before = SAMPLES[kind], self.known(kind, name)
        unique = {UNIQUE[kind]: ("/" if kind == "operations" else "") + name} if kind in UNIQUE else {}
        shown = name.replace("\u00fc", "u")
        sent = {"displayName": shown, **sample.fixed, **unique, sample.free: text}
        if kind in ("fragments", "schemas"):
            del sent["displayName"]
        headers = {"If_Match": before[1]} if before and matched else {}
        made = self.arm("PUT", self.path(kind, name), {"properties": sent}, **headers)
        assert made.status == (200 if before else 201), made
        self.check(kind, name, sent, before[1] if before else None, same=before is not None and before[0] == sent)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), text=TEXTS)
    def patch(self, data: st.DataObject, text: str) -> None:
        kind, name = data.draw(st.sampled_from(sorted(self.kept)))
        assume(kind not in ("fragments", "schemas"))  # have no PATCH
        sent, tag = self.kept[kind, name]
        change = {SAMPLES[kind].free: text}
        found = self.arm("PATCH", self.path(kind, name), {"properties": change}, If_Match=tag)
        assert found.status in (200, 202), found
        self.check(kind, name, {**sent, **change}, tag, same={**sent, **change} == sent)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), method=st.sampled_from(["PUT", "PATCH", "DELETE"]))
    def stale(self, data: st.DataObject, method: str) -> None:
        kind, name = data.draw(st.sampled_from(sorted(self.kept)))
        assume(method != "PATCH" or kind not in ("fragments", "schemas"))
        sent, tag = self.kept[kind, name]
        refused = self.arm(method, self.path(kind, name), {"properties": sent}, If_Match='"AAAAAAAAAAA="')
        assert refused.status == 412
        self.check(kind, name, sent, tag, same=True)

    @rule(kind=st.sampled_from(sorted(SAMPLES)), name=NAMES)
    def delete(self, kind: str, name: str) -> None:
        known = self.kept.pop((kind, name.lower()), None)
        gone = self.arm("DELETE", self.path(kind, name) + "?deleteSubscriptions=true", If_Match="*")
        assert gone.status in ((200, 202) if known else (204,)), gone
        assert self.arm("GET", self.path(kind, name)).status == 404

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def delete_what_is_there(self, data: st.DataObject) -> None:
        self.delete(*data.draw(st.sampled_from(sorted(self.kept))))

    @rule(kind=st.sampled_from(sorted(SAMPLES)), name=NAMES)
    def refused(self, kind: str, name: str) -> None:
        before = self.known(kind, name)
        assert self.arm("PUT", self.path(kind, name), b'{"properties": []}').status == 400
        assert self.arm("PUT", self.path(kind, name), b"{").status == 400
        if before:
            self.check(kind, name, *before, same=True)

    @invariant()
    def lists_are_their_members(self) -> None:
        for kind in {kind for kind, _ in self.kept} | {"apis"}:
            found = self.listed(kind)
            assert {name.lower() for name in found} == {name for other, name in self.kept if other == kind}
            for name, props in found.items():
                whole = self.arm("GET", self.path(kind, name)).props
                assert {key: whole.get(key) for key in props} == props


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=int(os.environ.get("EMULATOR_HISTORIES", "12")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

SERVER = """
import sys
from pathlib import Path
from provision.emulator import Emulator
azure = Emulator(Path(sys.argv[1]), lro_polls=0)
azure.start()
print(azure.url, flush=True)
sys.stdin.read()
azure.stop()
"""


def serve(state: Path) -> tuple[subprocess.Popen[str], str]:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert server.stdout is not None
    return server, server.stdout.readline().strip()


def stop(server: subprocess.Popen[str]) -> None:
    server.kill()
    server.communicate()


class Writer:
    """Writes tags one after the other over one connection and remembers what was acknowledged."""

    def __init__(self, url: str, prefix: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self.prefix = prefix
        self.acknowledged: dict[str, str] = {}
        self.sent = 0
        self.turns: dict[int, threading.Event] = {}

    def after(self, number: int) -> threading.Event:
        """What is set once so many writes have been acknowledged."""
        return self.turns.setdefault(number, threading.Event())

    def run(self, number: int) -> None:
        try:
            for _ in range(number):
                self.write()
                self.after(len(self.acknowledged)).set()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self._connection.close()

    def write(self) -> None:
        self.sent += 1
        name = f"{self.prefix}-{self.sent}"
        body = json.dumps({"properties": {"displayName": name, "extra": "x" * 500}})
        path = f"{Arm.path(f'/tags/{name}')}?api-version=2024-05-01"
        self._connection.request("PUT", path, body, {"Authorization": "Bearer x"})
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 201, text
        self.acknowledged[name] = answer.headers["ETag"]


def tags(arm: Arm) -> dict[str, str]:
    found = arm("GET", "/tags")
    names = list(found.names)
    while found.body.get("nextLink"):
        found = arm("GET", found.body["nextLink"].removeprefix(arm.url))
        names += found.names
    return {name: arm("HEAD", f"/tags/{name}").headers["etag"] for name in names}


def test_two_processes_write_to_one_file_and_lose_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    servers = [serve(state) for _ in range(2)]
    try:
        first = Arm(servers[0][1])
        first.ready()
        writers = [Writer(url, f"w{n}") for n, (_, url) in enumerate([*servers, *servers])]
        with ThreadPoolExecutor(len(writers)) as pool:
            list(pool.map(lambda writer: writer.run(100), writers))
        expected: dict[str, str] = {}
        for writer in writers:
            assert len(writer.acknowledged) == 100
            expected |= writer.acknowledged
        for _, url in servers:
            assert tags(Arm(url)) == expected
        assert len(set(expected.values())) == len(expected)  # no two writes got one ETag
    finally:
        for server, _ in servers:
            stop(server)
    with Emulator(state):
        pass


def test_two_processes_that_change_one_resource_never_both_win(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    servers = [serve(state) for _ in range(2)]
    try:
        arms = [Arm(url) for _, url in servers]
        arms[0].ready()
        tag = arms[0].put("/tags/t", displayName="0").headers["etag"]
        for turn in range(1, 21):
            with ThreadPoolExecutor(2) as pool:
                answers = [
                    pool.submit(arm, "PUT", "/tags/t", {"properties": {"displayName": f"{turn}-{n}"}}, If_Match=tag)
                    for n, arm in enumerate(arms)
                ]
            replies = [answer.result() for answer in answers]
            assert sorted(reply.status for reply in replies) == [200, 412]
            winner = next(n for n, reply in enumerate(replies) if reply.status == 200)
            found = arms[1 - winner]("GET", "/tags/t")
            assert (found.props["displayName"], found.headers["etag"]) == (
                f"{turn}-{winner}",
                replies[winner].headers["etag"],
            )
            tag = found.headers["etag"]
    finally:
        for server, _ in servers:
            stop(server)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    expected: dict[str, str] = {}
    unanswered: set[str] = set()
    for turn in range(5):
        server, url = serve(state)
        arm = Arm(url)
        if not turn:
            arm.ready()
        writers = [Writer(url, f"t{turn}-{n}") for n in range(3)]
        threads = [threading.Thread(target=writer.run, args=(100_000,)) for writer in writers]
        begun = [writer.after(1 + 7 * turn) for writer in writers]
        for thread in threads:
            thread.start()
        assert all(event.wait(PATIENCE) for event in begun)
        server.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
        server.communicate()
        for writer in writers:
            assert writer.acknowledged
            expected |= writer.acknowledged
            unanswered.add(f"{writer.prefix}-{writer.sent}")
    with Emulator(state) as azure:
        found = tags(Arm(azure.url))
        assert {name: tag for name, tag in found.items() if name in expected} == expected
        assert found.keys() - expected.keys() <= unanswered
