"""Stage 5: which changes of a plan may start. Pure: it is told what ended, and derives the rest.

Changes in one lane go one by one, since what the lane is named after takes one writer at a time. Of several lanes the
one that has most to do goes first: so they take turns, and none is left to run alone at the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from provision.kinds import current_of, find
from provision.kinds.references import refers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provision.address import Address
    from provision.diff import Change
    from provision.graph import Edge
    from provision.plan import Plan


class Schedule:
    """The changes of one plan, from waiting to ended. Each step costs what it moves, not what the plan holds."""

    def __init__(self, plan: Plan) -> None:
        self.waiting = {change.address: change for change in plan.changes}  # in the plan's order
        self._by_place = plan.changes
        self._place = {address: place for place, address in enumerate(self.waiting)}
        self._lane = {address: _lane(address) for address in self.waiting}
        self._length = Counter(self._lane.values())  # how many of each lane have not started
        self._blocked = dict.fromkeys(self.waiting, 0)  # how many of its prerequisites have not ended
        self._followers: dict[Address, list[tuple[Address, Edge]]] = defaultdict(list)
        for address, edges in plan.edges.items():
            for edge in edges:
                if address in self._blocked and edge.after in self._blocked:
                    self._blocked[address] += 1
                    self._followers[edge.after].append((address, edge))
        self._ready: dict[Address, list[int]] = defaultdict(list)  # lane -> what waits for nothing but its lane
        self._idle: list[tuple[int, int, Address]] = []  # lanes in which something may start, the longest first
        self._busy: set[Address] = set()
        for address, count in self._blocked.items():
            if not count:
                heappush(self._ready[self._lane[address]], self._place[address])
        for lane in self._ready:
            self._offer(lane)

    def take(self) -> Change | None:
        """The next change that may start, which starts by being taken; None where nothing may for now."""
        while self._idle:
            _, place, lane = heappop(self._idle)
            ready = self._ready[lane]
            if lane in self._busy or not ready or ready[0] != place:
                continue  # offered before something else in that lane was
            heappop(ready)
            change = self._by_place[place]
            if self.waiting.pop(change.address, None) is None:
                self._offer(lane)
                continue
            self._busy.add(lane)
            self._length[lane] -= 1
            return change
        return None

    def end(self, change: Change, *, well: bool) -> list[tuple[Change, str]]:
        """A change that was taken has ended. Returns what can't come about for it, and why: that leaves too."""
        lane = self._lane[change.address]
        self._busy.discard(lane)
        lost = [] if well else self._lose(change.address)
        for address, _ in self._followers[change.address] if well else ():
            self._blocked[address] -= 1
            if not self._blocked[address]:
                heappush(self._ready[self._lane[address]], self._place[address])
                self._offer(self._lane[address])
        self._offer(lane)
        return lost

    def _offer(self, lane: Address) -> None:
        """Let a lane compete for the next start, by how much is left in it or in a lane that waits for its next."""
        ready = self._ready[lane]
        if ready and lane not in self._busy:
            following = self._followers[self._by_place[ready[0]].address]
            left = max(self._length[one] for one in {lane, *(self._lane[address] for address, _ in following)})
            heappush(self._idle, (-left, ready[0], lane))

    def _lose(self, failed: Address) -> list[tuple[Change, str]]:
        """Everything that waits for what failed, or for something that does, leaves what waits."""
        skipped: list[tuple[Change, str]] = []
        lost = deque([failed])
        while lost:
            for address, edge in self._followers[lost.popleft()]:
                follower = self.waiting.pop(address, None)
                if follower is not None:
                    lost.append(address)
                    self._length[self._lane[address]] -= 1
                    skipped.append((follower, f"{edge.after} was not done, and {edge.because}"))
        return skipped


def _lane(address: Address) -> Address:
    """What takes one writer at a time and this is, lies in or is a link to; itself where there is no such thing."""
    kind = find(address.kind)
    leads_to: Iterable[Address] = refers(kind, address, {}) if kind else ()
    for one in (address, *address.ancestors, *leads_to):
        found = find(one.kind)
        if found and found.one_writer:
            return current_of(one) or one
    return address
