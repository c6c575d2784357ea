"""Nothing waits for ever: operations, transitions, locks and answers that do not come have an end, which is said."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from typing import TYPE_CHECKING, Any

import pytest

from provision.address import SERVICE, Address, Scope
from provision.azure import Azure, Connection, Traffic
from provision.azure.transport import ENDS_AFTER
from provision.azure.waiting import Clock, Patience
from provision.cloud import Cloud as Arm
from provision.diff import Action, Change
from provision.errors import AzureError, LostError
from provision.resource import Resource
from provision.workflow import settle
from tests.conftest import PATIENCE, WORKED, ZEROS, Cloud, embedded, here, writes
from tests.failure.conftest import API, OPERATIONS, STARTER, Virtual, converges
from tests.failure.meddler import Answer, Cut, meddling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTANCE = "/service/demoazureml$"
HOUR = 3600.0
TICK = 0.01


@pytest.mark.parametrize(
    ("words", "limit"), [((), 3 * HOUR), (("--timeout", "90s"), 90.0), (("--timeout", "1h30m"), 1.5 * HOUR)]
)
def test_an_operation_that_never_ends(virtual: Virtual, words: tuple[str, ...], limit: float) -> None:
    with embedded(retry_after=20) as cloud:
        cloud.fault("PUT", INSTANCE, operation="never ends")
        ran = cloud("apply", WORKED, "--yes", "--output", "json", *words).ended(3)
    assert ran.outcomes["service"] == "unfinished"
    assert "(--timeout)" in ran.err
    assert limit <= virtual.passed <= limit + 60


class Stuck:
    """An instance that doesn't get on."""

    look_every = 60.0
    patience = 3 * HOUR

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def get(self, address: Address) -> Resource:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return Resource(address, {"provisioningState": state})


def test_an_instance_that_never_stands_still(virtual: Virtual) -> None:
    told: list[str] = []
    with pytest.raises(AzureError, match=r"updating for 180 minutes.*--timeout"):
        settle(Stuck("Updating"), lambda state, _: told.append(state))  # type: ignore[arg-type]
    assert 3 * HOUR <= virtual.passed <= 3 * HOUR + 120
    assert told


def test_an_instance_that_gets_on_is_waited_for(virtual: Virtual) -> None:
    states = ["Created"] * 170 + ["Updating"] * 170 + ["Succeeded"]
    seen = settle(Stuck(*states), lambda *_: None)  # type: ignore[arg-type]
    assert seen.instance
    assert seen.instance.body == {"provisioningState": "Succeeded"}
    assert virtual.passed > 5 * HOUR


def test_an_instance_in_transition_stops_a_run(worked: Cloud) -> None:
    worked.fault("PATCH", INSTANCE, operation="never ends")
    worked.arm("PATCH", "", {"properties": {"publisherName": "other"}}, If_Match="*")
    ran, sent = worked.watched("apply", WORKED, "--yes", "--timeout", "3s")
    ran.ended(1)
    assert writes(sent) == []
    assert "the instance is updating: waiting until it stands still" in ran.err
    assert "the instance has been updating for" in ran.err


def test_a_lock_by_somebody_else_is_waited_out_and_said(worked: Cloud) -> None:
    """After the plan was made, somebody changes the instance."""
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.fault("PUT", f"/{API}$", 409, "ServiceLocked", times=3)
    ran = worked("apply", WORKED, "--yes", "--output", "json").ended(0)
    assert ran.outcomes == {API: "done"}
    assert f"writing {API}: the instance is locked by another change of it: waiting until that is done" in ran.err
    worked.clean(WORKED)


def test_a_change_of_the_instance_by_somebody_else_is_waited_out(tmp_path: Path) -> None:
    """After the plan was saved, somebody changes the instance: Azure itself refuses writes until that is done."""
    file = str(tmp_path / "plan.json")
    with embedded(lro_polls=9) as cloud:
        cloud.applied(WORKED)
        cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
        cloud("plan", WORKED, "--out", file).ended(0)
        cloud.arm("PATCH", "", {"properties": {"publisherName": "other"}}, If_Match="*")
        ran, sent = cloud.watched("apply", file)
        ran.ended(0)
        assert "locked by another change of it (Updating): waiting" in ran.err
        assert 1 < len(writes(sent)) < 5
        assert cloud.arm.get(API)["properties"]["displayName"] == "AzureML Demo API"


def test_a_lock_that_is_never_released(worked: Cloud, virtual: Virtual) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.fault("PUT", f"/{API}$", 409, "ServiceLocked", times=1_000_000)
    ran = worked("apply", WORKED, "--yes", "--output", "json", "--timeout", "20s").ended(3)
    assert ran.outcomes == {API: "unfinished"}
    assert "--timeout" in ran.err
    assert 20 <= virtual.passed <= 60


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "60"}], ids=["", "Retry-After"])
def test_a_management_lock_is_an_error_at_once(worked: Cloud, virtual: Virtual, headers: dict[str, str]) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    message = "The scope 'x' cannot perform write operation because following scope(s) are locked: '/locks/keep'."
    worked.fault("PUT", f"/{API}$", 409, "ScopeLocked", message=message, headers=headers, times=9)
    ran, sent = worked.watched("apply", WORKED, "--yes", "--output", "json")
    ran.ended(1)
    assert len(writes(sent)) == 1
    assert "/locks/keep" in ran.err
    assert "az lock" in ran.err
    assert virtual.passed == 0


def test_other_conflicts_are_not_waited_out(worked: Cloud, virtual: Virtual) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.fault("PUT", f"/{API}$", 409, "Conflict", headers={"Retry-After": "60"}, times=9)
    ran, sent = worked.watched("apply", WORKED, "--yes")
    ran.ended(1)
    assert len(writes(sent)) == 1
    assert virtual.passed == 0


def test_somebody_else_wrote_while_the_answer_was_lost(worked: Cloud) -> None:
    """What was sent didn't arrive, and what is there is neither: nothing is overwritten."""
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    cut = [1]

    def lose(answer: Answer) -> Answer:
        if cut[0] and answer.method == "PUT" and answer.path.endswith(API):
            cut[0] = 0
            worked.arm.edit(API, lambda properties: properties.update(displayName="third"))
            raise Cut
        return answer

    with meddling(worked.emulator.url, lose) as proxy:
        ran = here("apply", WORKED, "--yes", "--output", "json", "--endpoint", proxy.url)
    assert ran.outcomes[API] == "stale", str(ran)
    assert worked.arm.get(API)["properties"]["displayName"] == "third"


@pytest.mark.parametrize("address", [OPERATIONS[0], STARTER])
def test_a_write_whose_answer_is_lost_is_sent_once(cloud: Cloud, address: str) -> None:
    cloud.fault("PUT", f"/{address}$", drop=True, after=True)
    ran, sent = cloud.watched("apply", WORKED, "--yes")
    ran.ended(0)
    assert len([one for one in writes(sent) if one.endswith(address)]) == 1
    converges(cloud)


class Trickle(socketserver.StreamRequestHandler):
    """Begins to answer and never ends."""

    begun = threading.Event()
    halt = threading.Event()

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{")
        self.begun.set()
        while not self.halt.wait(TICK):
            with contextlib.suppress(OSError):
                self.wfile.write(b" ")


@pytest.fixture
def trickling() -> Iterator[str]:
    Trickle.begun.clear()
    Trickle.halt.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Trickle) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Trickle.halt.set()
        server.shutdown()
        thread.join()


class Hands(Clock):
    """A clock that is moved by hand, and on which nobody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_an_answer_that_trickles_is_said_and_given_up(trickling: str) -> None:
    said: list[str] = []
    clock = Hands()
    traffic = Traffic(Patience(), said.append, clock)
    connection = Connection(Arm("local", trickling, token=False), ZEROS, traffic)
    azure = Azure(connection, Scope(ZEROS, "g", "s"))
    raised: list[BaseException] = []

    def read() -> None:
        try:
            azure.get(SERVICE)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at below
            raised.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    watch = traffic.watch
    assert Trickle.begun.wait(PATIENCE)
    clock.at += 20
    watch.look()
    assert said == []
    clock.at += 20
    watch.look()
    assert len(said) == 1
    assert "no answer for 40s" in said[0]
    assert "/service/s" in said[0]
    while reader.is_alive():  # it is asked again a few times, as every read is
        clock.at += ENDS_AFTER
        watch.look()
        reader.join(TICK)
    assert isinstance(raised[0], LostError)
    connection.close()


def test_a_purge_has_an_end(cloud: Cloud) -> None:
    cloud.applied(WORKED)
    cloud("destroy", WORKED, "--yes").ended(0)
    connection = Connection(Arm("local", cloud.emulator.url, token=False), ZEROS, Traffic())
    azure = Azure(connection, Scope(ZEROS, "demoazureml", "demoazureml"))
    change = Change(Address("deletedService"), Action.PURGE, body={"location": "southcentralus"})
    cancelled: Any = threading.Event()
    azure.send(change, cancelled=cancelled)
    assert not azure.soft_deleted("southcentralus")
    connection.close()
