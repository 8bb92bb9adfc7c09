"""One cascade of mean durations, to see in which order owners take things up."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from milestones.forecasting.days import Days, DayTable
from milestones.forecasting.draws import Draws
from milestones.forecasting.queues import Queues
from milestones.forecasting.types import Work

NEW_HANDS = 2  # what somebody who had nothing to do in this plan takes in hand at once


@dataclass(frozen=True, eq=False)
class Net:
    """A plan in the numbers of working days; additions have negative ids, and go to each owner in turn.

    `reviews` are the days before the due date by which owners hand in; `done` are first days after what is finished.
    """

    works: Mapping[int, Work]
    table: DayTable
    now: int
    owners: Sequence[int | None]
    queues: Queues
    start: Mapping[int, int] = field(default_factory=dict)
    due: Mapping[int, int] = field(default_factory=dict)
    reviews: Mapping[int, int] = field(default_factory=dict)
    done: Mapping[int, int] = field(default_factory=dict)

    def owner(self, key: int) -> int | None:
        return self.works[key].owner if key >= 0 else self.owners[(-key - 1) % len(self.owners)]

    def slots(self, owner: int | None) -> int:
        """How many an owner takes in hand at once; 0 where nobody is named, and nobody queues."""
        return 0 if owner is None else self.queues.slots.get(owner, NEW_HANDS)

    def is_planned(self, key: int) -> bool:
        return key < 0 or self.works[key].state == "planned"


def schedule(net: Net, draws: Draws) -> list[int]:
    """The order of all open work and additions, by one cascade of mean durations."""
    mean = np.maximum(_means(draws.needed_days), _means(draws.paced_days)) + _means(draws.lag)
    keys = [*draws.rows, *(-place - 1 for place in range(len(draws.added)))]
    return _Pass(net, draws, dict(zip(keys, mean.tolist(), strict=True))).run()


def _means(days: Days) -> Days:
    """The mean of each row; whole days add up exactly in any order, so that the fastest sum will do."""
    return np.asarray(np.einsum("ij->i", days) / np.float32(days.shape[1]), dtype=np.float32)


class _Pass:
    """Whoever queues takes what can be begun first, and of that what is due first. One order serves all draws."""

    def __init__(self, net: Net, draws: Draws, length: Mapping[int, float]) -> None:
        self.net, self.draws, self.length = net, draws, length
        self.heap: list[tuple[float, float, int]] = []
        self.followers: dict[int, list[int]] = {}
        self.missing: dict[int, int] = {}
        self.ready: dict[int, float] = {}
        self.free: dict[int, list[float]] = {}

    def run(self) -> list[int]:
        self._line_up()
        heap, now, order = self.heap, float(self.net.now), list[int]()
        while heap:
            ready, due, key = heap[0]
            free = self._hands(key)
            if free and free[0] > ready and self.net.is_planned(key):
                heapq.heapreplace(heap, (free[0], due, key))
                continue
            heapq.heappop(heap)
            end = max(ready, now) + self.length[key]
            if free:
                heapq.heapreplace(free, end)
            order.append(key)
            self._release(key, end)
        return order

    def _line_up(self) -> None:
        rows, works = self.draws.rows, self.net.works
        for key in rows:
            work = works[key]
            waits = work.state == "planned"
            # What runs already comes first.
            self.ready[key] = float(max(self.net.now, self.net.start[key])) if waits else -1.0
            before = [one for one in work.predecessors if one in rows] if waits else ()
            self.missing[key] = len(before)
            for one in before:
                self.followers.setdefault(one, []).append(key)
            if not before:
                self._push(key)
        for place, (arrival, due) in enumerate(self._additions()):
            heapq.heappush(self.heap, (arrival, due, -place - 1))

    def _additions(self) -> Iterator[tuple[float, float]]:
        """When each is asked for and when it falls due, in the mean of the draws in which it comes at all."""
        exists = self.draws.exists
        count = np.maximum(np.count_nonzero(exists, axis=1), 1)
        arrivals = np.where(exists, self.draws.arrival, 0).sum(axis=1) / count
        return zip(arrivals.tolist(), (arrivals + self.draws.window.mean(axis=1)).tolist(), strict=True)

    def _push(self, key: int) -> None:
        heapq.heappush(self.heap, (self.ready[key], float(self.net.due[key]), key))

    def _hands(self, key: int) -> list[float] | None:
        owner = self.net.owner(key)
        if owner is None or (key >= 0 and self.net.works[key].state == "in_review"):
            return None
        free = self.free.get(owner)
        if free is None:
            free = self.free[owner] = [0.0] * self.net.slots(owner)
        return free

    def _release(self, key: int, end: float) -> None:
        for one in self.followers.get(key, ()):
            self.ready[one] = max(self.ready[one], end)
            self.missing[one] -= 1
            if not self.missing[one]:
                self._push(one)
