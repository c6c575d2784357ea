"""Stage 5: which changes of a plan may start. Pure: it is told what ended, and derives the rest."""

from __future__ import annotations

from collections import defaultdict, deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.address import Address
    from provision.diff import Change
    from provision.graph import Edge
    from provision.plan import Plan


class Schedule:
    """The changes of one plan, from waiting to ended. Each step costs what it moves, not what the plan holds."""

    def __init__(self, plan: Plan) -> None:
        self.waiting = {change.address: change for change in plan.changes}  # in the plan's order
        self._place = {address: place for place, address in enumerate(self.waiting)}
        self._by_place = plan.changes
        self._blocked = dict.fromkeys(self.waiting, 0)  # how many of its prerequisites have not ended
        self._followers: dict[Address, list[tuple[Address, Edge]]] = defaultdict(list)
        for address, edges in plan.edges.items():
            for edge in edges:
                if address in self._blocked and edge.after in self._blocked:
                    self._blocked[address] += 1
                    self._followers[edge.after].append((address, edge))
        self._free: list[int] = [self._place[address] for address, count in self._blocked.items() if not count]
        self._queues: dict[str, list[int]] = defaultdict(list)  # lane -> what waits for nothing but its lane
        self._busy: set[str] = set()

    def take(self) -> Change | None:
        """The next change that may start, which starts by being taken; None where nothing may for now."""
        while self._free:
            place = heappop(self._free)
            change = self._by_place[place]
            lane = _lane(change)
            if change.address not in self.waiting:
                continue
            if lane in self._busy:
                heappush(self._queues[lane], place)
                continue
            if lane:
                self._busy.add(lane)
            del self.waiting[change.address]
            return change
        return None

    def end(self, change: Change, *, well: bool) -> list[tuple[Change, str]]:
        """A change that was taken has ended. Returns what can't come about for it, and why: that leaves too."""
        lane = _lane(change)
        self._busy.discard(lane)
        if self._queues[lane]:
            heappush(self._free, heappop(self._queues[lane]))
        if well:
            for address, _ in self._followers[change.address]:
                self._blocked[address] -= 1
                if not self._blocked[address]:
                    heappush(self._free, self._place[address])
        return [] if well else self._lose(change.address)

    def _lose(self, failed: Address) -> list[tuple[Change, str]]:
        """Everything that waits for what failed, or for something that does, leaves what waits."""
        skipped: list[tuple[Change, str]] = []
        lost = deque([failed])
        while lost:
            for address, edge in self._followers[lost.popleft()]:
                follower = self.waiting.pop(address, None)
                if follower is not None:
                    lost.append(address)
                    skipped.append((follower, f"{edge.after} was not done, and {edge.because}"))
        return skipped


def _lane(change: Change) -> str:
    """Changes in one lane go one by one: an API takes one writer at a time. Azure/apiops#379, #497, #667.

    Empty for what needs no lane.
    """
    kind, names = change.address.kind, change.address.names
    if kind.startswith("apis"):
        return names[0].lower()
    return names[1].lower() if kind == "products/apis" else ""
