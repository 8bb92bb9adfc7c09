"""Finish dates of a whole plan, draw by draw: predecessors push successors, owners queue, in working days."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from milestones.forecasting.agreement import agreeing
from milestones.forecasting.days import Bridge, Days, DayTable
from milestones.forecasting.draws import Draws
from milestones.forecasting.types import Work


@dataclass(frozen=True)
class Worlds:
    """In how many of the worlds, from the first on, each cause of delay acts: causes are taken out one by one.

    The first world has all. One without a cause shows what that cause costs.
    """

    count: int
    client_waits: int
    other_waits: int
    load: int
    push: int


@dataclass(frozen=True, eq=False)
class Net:
    """A plan in the numbers of working days. `order` are the ids to go through; additions have negative ones."""

    works: Mapping[int, Work]
    table: DayTable
    now: int
    order: Sequence[int]
    owners: Sequence[int | None]
    slots: Mapping[int, int]
    bridges: Mapping[int | None, Bridge]

    def owner(self, key: int) -> int | None:
        """An addition goes to each owner in turn."""
        return self.works[key].owner if key >= 0 else self.owners[(-key - 1) % len(self.owners)]


def schedule_order(net: Net, draws: Draws, works: Sequence[Work]) -> list[int]:
    """The order in which owners take things up, by a cascade of mean durations; `works` have predecessors first.

    Whoever queues takes what can be begun first, and of that what is due first. One order serves all draws.
    """
    mean = np.ceil(np.maximum(draws.need + draws.stops, draws.pace)).mean(axis=1) + draws.lag.mean(axis=1)
    done: dict[int, float] = {}
    followers: dict[int, list[int]] = {}
    missing: dict[int, int] = {}
    free: dict[int, list[float]] = {}
    heap: list[tuple[float, float, int]] = []
    for work in works:
        if not work.is_open:
            done[work.id] = -1.0
            continue
        before = [one for one in work.predecessors if one in net.works and net.works[one].is_open]
        held = work.state == "planned" and before
        missing[work.id] = len(before) if held else 0
        for one in before if held else ():
            followers.setdefault(one, []).append(work.id)
        if not held:
            ready = float(max(net.now, net.table.number(work.start_on))) if work.state == "planned" else -1.0
            heapq.heappush(heap, (ready, net.table.number(work.due_on), work.id))
    for place, row in enumerate(draws.added):
        heapq.heappush(heap, (float(draws.arrival[place].mean()), 1e9, -place - 1))
    order = [work.id for work in works if not work.is_open]
    latest: dict[int, float] = {}
    while heap:
        ready, due, key = heapq.heappop(heap)
        owner = net.owner(key)
        slots = None
        if owner is not None and (key < 0 or net.works[key].state != "in_review"):
            slots = free.setdefault(owner, [0.0] * net.slots.get(owner, 1))
            if key < 0 or net.works[key].state == "planned":
                start = max(ready, slots[0])
                if start > ready:
                    heapq.heappush(heap, (start, due, key))
                    continue
        row = draws.rows[key] if key >= 0 else draws.added[-key - 1]
        end = max(ready, float(net.now)) + float(mean[row])
        if slots is not None:
            heapq.heapreplace(slots, end)
        order.append(key)
        for one in followers.get(key, ()):
            latest[one] = max(latest.get(one, 0.0), end)
            missing[one] -= 1
            if not missing[one]:
                work = net.works[one]
                begin = max(latest[one], float(max(net.now, net.table.number(work.start_on))))
                heapq.heappush(heap, (begin, net.table.number(work.due_on), one))
    return order


class Run:
    """One pass through the cascade. `finish[key]` holds the number of the last day for each world and draw."""

    def __init__(self, net: Net, draws: Draws, worlds: Worlds, risk: Mapping[int, float]) -> None:
        self.net, self.draws, self.worlds, self.risk = net, draws, worlds, risk
        self.width = draws.need.shape[1]
        self.finish: dict[int, Days] = {}
        self.free: dict[int, list[Days]] = {}

    def all(self) -> dict[int, Days]:
        for key in self.net.order:
            self.finish[key] = self._one(key)
            if key in self.risk:
                self._agree(key)
        return self.finish

    def _agree(self, key: int) -> None:
        """The same days are added in every world, so that what a cause costs is not blurred."""
        work = self.net.works[key]
        if work.is_open:
            finish = self.finish[key]
            finish += agreeing(finish[0], self.net.table.last_by(work.due_on), self.net.now, self.risk[key]) - finish[0]

    def _one(self, key: int) -> Days:
        if key < 0:
            return self._addition(-key - 1)
        work = self.net.works[key]
        if not work.is_open:
            day = self.net.table.last_by(work.finished_on or work.due_on)
            return np.full((self.worlds.count, self.width), day, dtype=np.float32)
        row = self.draws.rows[key]
        start = self._start(work, row)
        if work.state == "in_review":
            return start + np.maximum(self.draws.review[row], 1) - 1
        # A late start eats the slack first: nobody paces work past its due date.
        due = np.float32(self.net.table.last_by(work.due_on))
        pace = np.minimum(self.draws.pace[row], np.maximum(due + 1 - start, 1))
        need = self._need(row) + self.draws.stops[row]
        left = np.maximum(np.ceil(np.maximum(need, pace)), 1)
        bridge = self.net.bridges.get(work.owner)
        end = start + left - 1 if bridge is None else bridge.finish(start, left)
        self._take_slot(work.owner, end, None)
        return end + self.draws.review[row]

    def _addition(self, place: int) -> Days:
        row, exists = self.draws.added[place], self.draws.exists[place]
        owner = self.net.owner(-place - 1)
        start = np.repeat(np.ceil(self.draws.arrival[place] + self.draws.lag[row])[None], self.worlds.count, axis=0)
        self._queue(owner, start)
        need = np.maximum(self._need(row) + self.draws.stops[row], self.draws.pace[row])
        end = start + np.maximum(np.ceil(need), 1) - 1
        self._take_slot(owner, end, exists)
        return np.where(exists, end + self.draws.review[row], np.float32(-1))

    def _need(self, row: int) -> Days:
        need, calm = self.draws.need[row], self.draws.calm[row]
        if self.draws.need is self.draws.calm or self.worlds.load == self.worlds.count:
            return need
        return np.array([need if n < self.worlds.load else calm for n in range(self.worlds.count)])

    def _start(self, work: Work, row: int) -> Days:
        start = np.full((self.worlds.count, self.width), self.net.now, dtype=np.float32)
        if held := self.draws.holds.get(work.id):
            client, others = held
            hold = np.zeros_like(start)
            if client is not None:
                hold[: self.worlds.client_waits] = client
            if others is not None:
                np.maximum(hold[: self.worlds.other_waits], others, out=hold[: self.worlds.other_waits])
            start += hold
        if work.state != "planned":
            return start
        np.maximum(start, np.float32(self.net.table.number(work.start_on)), out=start)
        pushed = start[: self.worlds.push]
        for one in work.predecessors:
            if one in self.finish:
                np.maximum(pushed, self.finish[one][: self.worlds.push] + 1, out=pushed)
        start += self.draws.lag[row]
        self._queue(work.owner, start)
        return start

    def _queue(self, owner: int | None, start: Days) -> None:
        """Nothing begins before its owner has a hand free."""
        if owner is not None and (free := self.free.get(owner)) and len(free) >= self.net.slots.get(owner, 1):
            part = start[: self.worlds.load]
            np.maximum(part, free[0][: self.worlds.load], out=part)

    def _take_slot(self, owner: int | None, end: Days, exists: np.ndarray | None) -> None:
        """Keep the days on which the owner's hands are free again, the first one first."""
        if owner is None:
            return
        free = self.free.setdefault(owner, [])
        after = end + 1
        if exists is not None:
            after = np.where(exists, after, free[0] if len(free) >= self.net.slots.get(owner, 1) else np.float32(0))
        if len(free) < self.net.slots.get(owner, 1):
            free.append(after)
        else:
            free[0] = after
        _sift(free)


def _sift(free: list[Days]) -> None:
    """Sort what came last, or first, into its place, in each world and draw."""
    for n in range(len(free) - 1, 0, -1):
        free[n - 1], free[n] = np.minimum(free[n - 1], free[n]), np.maximum(free[n - 1], free[n])
    for n in range(1, len(free) - 1):
        free[n], free[n + 1] = np.minimum(free[n], free[n + 1]), np.maximum(free[n], free[n + 1])
