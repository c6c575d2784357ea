"""In how many rounds of one request's latency everything is read, 16 at a time: on a clock that only requests move."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from heapq import heappop, heappush
from threading import Barrier
from typing import TYPE_CHECKING, Any, Self

import pytest

from provision import crawl
from provision.address import GROUP, SERVICE, Address
from provision.desired import Desired
from provision.errors import AzureError
from provision.observed import observe
from provision.presence import Seen
from provision.resource import Resource
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from provision.kinds import Kind
    from provision.kinds.collections import Collection


class Due(Future[Any]):
    """What a job brings; who asks for it lets time pass."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine

    def result(self, timeout: float | None = None) -> Any:
        self._machine.until(self)
        return super().result(timeout)


class Machine:
    """A pool, and the queue that its results go to; a job takes one round from when a worker is free for it."""

    def __init__(self) -> None:
        self.now = 0
        self.started = 0
        self.most = 0
        self._workers = 0
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []
        self._ended: deque[Future[Any]] = deque()

    def pool(self, workers: int) -> Machine:
        self._workers = workers
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._running:
            self._end_one()

    def shutdown(self, *, cancel_futures: bool) -> None:
        assert cancel_futures
        self._waiting.clear()

    def submit(self, job: Callable[[], Any]) -> Future[Any]:
        future = Due(self)
        self._waiting.append((future, job))
        self._start()
        return future

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._workers:
            future, job = self._waiting.popleft()
            self.started += 1
            heappush(self._running, (self.now + 1, self.started, future, job))
        self.most = max(self.most, len(self._running))

    def _end_one(self) -> None:
        self.now, _, future, job = heappop(self._running)
        try:
            future.set_result(job())
        except AzureError as error:
            future.set_exception(error)

    def until(self, future: Future[Any]) -> None:
        while not future.done():
            self._end_one()
            self._start()

    def put(self, future: Future[Any]) -> None:
        self._ended.append(future)

    def get(self) -> Future[Any]:
        while not self._ended:
            self._end_one()
        found = self._ended.popleft()
        self._start()
        return found


class Azure:
    """APIs with operations, without policies."""

    def __init__(self, apis: int, operations: int) -> None:
        self.held = [Address(f"apis/a{n}") for n in range(apis)]
        self.held += [api.child("operations", f"o{n}") for api in self.held[:apis] for n in range(operations)]
        self.reads = 0

    def get(self, address: Address) -> Resource | None:
        self.reads += 1
        there = address in (GROUP, SERVICE) or address in self.held
        return Resource(address, {"provisioningState": "Succeeded"}) if there else None

    def listed(self, address: Address) -> Resource:
        found = self.get(address)
        assert found is not None
        return found

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        self.reads += 1
        return [Resource(one, {}) for one in self.held if one.kind == kind.type and one.parent == parent]

    def secrets(self, address: Address) -> dict[str, Any]:
        raise AssertionError(address)

    def inside(self, collection: Collection) -> Sequence[Resource]:
        raise AssertionError(collection)

    def soft_deleted(self, location: str) -> bool:
        raise AssertionError(location)


def wanted(azure: Azure) -> Desired:
    nothing: dict[Any, Any] = {}
    policies = [one.child("policies", "policy") for one in azure.held]
    snapshot = {one: Resource(one, nothing) for one in (GROUP, SERVICE, *azure.held, *policies)}
    owned = frozenset((one, "apis/operations") for one in azure.held)
    gone = frozenset({Address("products/gone")})
    return Desired("g", "s", "eastus", False, snapshot, owned, gone, nothing, nothing, "spec.yaml")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine()
    monkeypatch.setattr(crawl, "ThreadPoolExecutor", found.pool)
    monkeypatch.setattr(crawl, "SimpleQueue", lambda: found)
    return found


@pytest.mark.parametrize(("apis", "operations"), [(1, 5), (17, 50), (33, 50), (100, 5), (2, 400)])
def test_reads_wait_for_nothing_but_a_worker(machine: Machine, apis: int, operations: int) -> None:
    azure = Azure(apis, operations)
    found = observe(wanted(azure), azure)
    assert len(found.snapshot) == 2 + apis + apis * operations
    # Lists of APIs, beside group and instance, lead to lists of operations, and these to operations and their
    # policies: three that can't fill up.
    assert machine.now <= -(-machine.started // 16) + 3
    assert machine.now >= 3
    assert machine.most <= 16


@pytest.mark.usefixtures("machine")
def test_a_read_that_fails_starts_no_further_one(monkeypatch: pytest.MonkeyPatch) -> None:
    azure = Azure(40, 50)
    get = azure.get

    def failing(address: Address) -> Resource | None:
        if address == Address("apis/a3/policies/policy"):
            raise AzureError("no")
        return get(address)

    monkeypatch.setattr(azure, "get", failing)
    with pytest.raises(AzureError):
        observe(wanted(azure), azure)
    assert azure.reads < 100


def test_group_and_instance_are_read_beside_the_first_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    azure, first = Azure(1, 1), Barrier(4, timeout=PATIENCE)
    get, members = azure.get, azure.members

    def together(address: Address) -> Resource | None:
        if address in (GROUP, SERVICE):
            first.wait()
        return get(address)

    def beside(kind: Kind, parent: Address) -> Sequence[Resource]:
        if kind.key in ("apis", "products") and parent == SERVICE:
            first.wait()
        return members(kind, parent)

    monkeypatch.setattr(azure, "get", together)
    monkeypatch.setattr(azure, "members", beside)
    assert len(observe(wanted(azure), azure).snapshot) == 4


@pytest.mark.parametrize("instance", [Resource(SERVICE, {"provisioningState": "Succeeded"}), None])
def test_an_instance_that_was_seen_is_not_read_again(instance: Resource | None) -> None:
    azure = Azure(1, 1)
    asked: list[Address] = []

    class Watched(Azure):
        def get(self, address: Address) -> Resource | None:
            asked.append(address)
            return super().get(address)

        def soft_deleted(self, _: str) -> bool:
            return False

        def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
            assert instance
            return super().members(kind, parent)

    found = observe(wanted(azure), Watched(1, 1), seen=Seen(instance))
    assert SERVICE not in asked
    assert found.snapshot.get(SERVICE) == instance
