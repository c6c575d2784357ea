"""Requests that nobody should send: whatever comes, it is answered, and never with a defect of the emulator's own."""

from __future__ import annotations

import json
import random
import string
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provision.emulator.azureml.app import SERVICE, WORKSPACE, AzureML
from provision.emulator.azureml.exchange import Asked, query_of
from provision.emulator.azureml.signatures import ACCOUNT, make_sas, sign
from provision.emulator.world.clock import Clock
from provision.emulator.world.store import Store
from provision.emulator.world.wire import World
from tests.azureml.conftest import SENTENCE, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = f"/workspaces/{WORKSPACE}/services/{SERVICE}"
KEY = {"authorization": "Bearer demo"}
VERSION = {"api-version": "2.0"}
PLACE = {"ConnectionString": STORAGE, "RelativeLocation": "/texts/in.csv"}
JOB = {"Input": PLACE, "Outputs": {"output1": {**PLACE, "RelativeLocation": "/texts/out.csv"}}, "GlobalParameters": {}}
BLOCKS = b'<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>MQ==</Latest></BlockList>'
WILD = ("\x00", "²", "ä", "\ud800", "%", "%ff", "../", "'", '"', "<", "&", ";", "=", "\r\n", "9" * 30, "-1", "1e999")
SEEDS = tuple(range(20))
EACH = 70
LONG = timedelta(hours=1)


@pytest.fixture
def backend() -> Iterator[AzureML]:
    store = Store(None)
    found = AzureML(World(store, Clock()), "http://127.0.0.1:10000")
    yield found
    found.close()
    store.close()


def patterns() -> list[Asked]:
    """One request of each kind; those of storage carry a signature of the account for everything."""
    texts = [
        Asked("POST", f"{BASE}/execute", {**VERSION, "details": "true"}, KEY, json.dumps(SENTENCE).encode()),
        Asked("POST", f"{BASE}/jobs", VERSION, KEY, json.dumps(JOB).encode()),
        Asked("POST", f"{BASE}/jobs/x/start", VERSION, KEY),
        Asked("GET", f"{BASE}/jobs/x", VERSION, KEY),
        Asked("DELETE", f"{BASE}/jobs/x", VERSION, KEY),
    ]
    blob = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-a": "b", "content-type": "text/csv", "x-ms-range": "bytes=0-9"}
    storage = [
        Asked("PUT", f"/{ACCOUNT}/texts", {"restype": "container"}, {}),
        Asked("GET", f"/{ACCOUNT}/texts", {"restype": "container", "comp": "list", "maxresults": "5"}, {}),
        Asked("GET", f"/{ACCOUNT}", {"comp": "list", "prefix": "t", "delimiter": "/"}, {}),
        Asked("PUT", f"/{ACCOUNT}/texts/a.csv", {}, blob, b"Col2\nx\n"),
        Asked("PUT", f"/{ACCOUNT}/texts/a.csv", {"comp": "block", "blockid": "MQ=="}, {}, b"x"),
        Asked("PUT", f"/{ACCOUNT}/texts/a.csv", {"comp": "blocklist"}, {}, BLOCKS),
        Asked("GET", f"/{ACCOUNT}/texts/a.csv", {}, blob),
        Asked("GET", f"/{ACCOUNT}/texts/a.csv", {"comp": "blocklist", "blocklisttype": "all"}, {}),
        Asked("DELETE", f"/{ACCOUNT}/texts/a.csv", {}, {"if-match": "*"}),
    ]
    return texts + storage


def signed(asked: Asked) -> Asked:
    """The request with a signature of the account, so that it is looked at."""
    terms = {"sv": "2021-08-06", "ss": "b", "srt": "sco", "sp": "rwdlac", "se": "2999-01-01T00:00:00Z"}
    lines = (ACCOUNT, *(terms.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")))
    return replace(asked, query={**asked.query, **terms, "sig": sign("".join(f"{line}\n" for line in lines))})


def changed(text: str, chance: random.Random) -> str:
    """A text with something else in it, or less."""
    at = chance.randrange(len(text) + 1)
    put: str = chance.choice([*WILD, *string.printable])
    return text[:at] + put + text[at + chance.randrange(3) :]


def mutated(asked: Asked, chance: random.Random) -> Asked:
    """The request with one thing changed."""

    def path() -> Asked:
        return replace(asked, path=changed(asked.path, chance).encode("ascii", "replace").decode())

    def query() -> Asked:
        name, value = chance.choice([*asked.query.items(), ("comp", "x")])
        return replace(
            asked, query={**asked.query, changed(name, chance) if chance.random() < 0.3 else name: wild(value)}
        )

    def headers() -> Asked:
        name, value = chance.choice([*asked.headers.items(), ("authorization", "SharedKey devstoreaccount1:x")])
        return replace(
            asked, headers={**asked.headers, name: wild(value).encode("latin-1", "replace").decode("latin-1")}
        )

    def body() -> Asked:
        content = changed(asked.body.decode(), chance).encode("utf-8", "surrogatepass")
        return replace(asked, body=content)

    def escaped() -> Asked:
        return replace(asked, body=asked.body.replace(b"/texts/", b"/texts/\\ud800").replace(b"This", b"\\udfff"))

    def method() -> Asked:
        return replace(asked, method=chance.choice(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", ""]))

    def wild(value: str) -> str:
        return query_of("a=" + changed(value, chance).encode("utf-8", "replace").decode())["a"]

    ways: list[Callable[[], Asked]] = [path, query, headers, body, body, escaped, method]
    return chance.choice(ways)()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_comes_is_answered(backend: AzureML, seed: int) -> None:
    chance = random.Random(seed)
    container = signed(Asked("PUT", f"/{ACCOUNT}/texts", {"restype": "container"}, {}))
    statuses = set()
    for _ in range(EACH):
        backend.answer(container)
        for pattern in patterns():
            asked = mutated(pattern, chance)
            asked = signed(asked) if asked.place[0] == ACCOUNT and chance.random() < 0.8 else asked
            reply = backend.answer(asked)
            assert reply.status not in (0, 500), (asked, reply)
            statuses.add(reply.status)
    assert {200, 201, 400, 401, 403, 404, 501} <= statuses, "the mutations reach far"


def test_signatures_of_wild_names_hold(backend: AzureML) -> None:
    """What is made here is taken here, whatever a blob is called."""
    clock = Clock()
    backend.answer(signed(Asked("PUT", f"/{ACCOUNT}/texts", {"restype": "container"}, {})))
    for name in ("a b", "ä", "a+b&c=d?", "x/y/../z", "%41"):
        query = query_of(make_sas("texts", name, clock.now(), LONG).removeprefix("?"))
        quoted = "".join(f"%{one:02X}" for one in name.encode())
        put = signed(Asked("PUT", f"/{ACCOUNT}/texts/{quoted}", {}, {}, b"x"))
        assert backend.answer(put).status == 201
        assert backend.answer(Asked("GET", put.path, query, {})).body == b"x"
