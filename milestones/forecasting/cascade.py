"""Finish dates of a whole plan, draw by draw: predecessors push successors, owners queue, in working days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.agreement import agreeing
from milestones.forecasting.days import Bridge, Days
from milestones.forecasting.draws import Draws
from milestones.forecasting.schedule import Net
from milestones.forecasting.types import Work


@dataclass(frozen=True)
class Causes:
    """In how many of the worlds, from the first on, each cause of delay acts: causes are taken out one by one.

    The first world has all. One without a cause shows what that cause costs.
    """

    worlds: int
    client_waits: int
    other_waits: int
    load: int
    push: int


REAL = Causes(1, 1, 1, 1, 1)


class Cascade:
    """One pass. `finish[key]` holds the number of the last day for each world and draw."""

    def __init__(
        self,
        net: Net,
        draws: Draws,
        bridges: Mapping[int | None, Bridge],
        causes: Causes = REAL,
        risk: Mapping[int, float] | None = None,
    ) -> None:
        self.net, self.draws, self.bridges, self.causes, self.risk = net, draws, bridges, causes, risk or {}
        self.shape = (causes.worlds, draws.count)
        self.finish: dict[int, Days] = {}
        self.earliest: dict[int, Days] = {}
        self.free: dict[int, list[Days]] = {}

    def run(self, order: Sequence[int]) -> dict[int, Days]:
        """Go through `order`, predecessors first."""
        for key, work in self.net.works.items():
            if not work.is_open:
                day = self.net.table.last_by(work.finished_on or work.due_on)
                self.finish[key] = np.full((1, 1), day, dtype=np.float32)
        for key in order:
            self.finish[key] = self._work(key) if key >= 0 else self._addition(-key - 1)
            if key in self.risk:
                self._agree(key)
        return self.finish

    def _agree(self, key: int) -> None:
        """The same days are added in every world, so that what a cause costs is not blurred."""
        finish = self.finish[key]
        due, earliest = self.net.due[key], self.earliest[key]
        finish += agreeing(finish[0], due, self.net.now, self.risk[key], earliest) - finish[0]

    def _work(self, key: int) -> Days:
        work, row = self.net.works[key], self.draws.rows[key]
        start = self._start(work, row)
        if work.state == "in_review":
            start += np.maximum(self.draws.review[row], 1) - 1
            return start
        # A late start eats the slack first: nobody paces work past the day on which it has to be handed in.
        bridge = self.bridges.get(work.owner)
        by = self.net.due[key] - self.net.reviews[key]
        left = bridge.until(start, by) if bridge else np.subtract(np.float32(by + 1), start)
        np.minimum(left, self.draws.paced_days[row], out=left)
        end = self._done(work.owner, start, self._at_least_needed(left, row))
        self._keep_busy(work.owner, end, None)
        if work.needs_sign_off:
            end = end + self.draws.review[row]
        return end

    def _addition(self, place: int) -> Days:
        row, exists = self.draws.added[place], self.draws.exists[place]
        owner = self.net.owner(-place - 1)
        start = np.broadcast_to(np.ceil(self.draws.arrival[place] + self.draws.lag[row]), self.shape).copy()
        self._queue(owner, start)
        left = np.broadcast_to(self.draws.paced_days[row], self.shape).copy()
        end = self._done(owner, start, self._at_least_needed(left, row))
        self._keep_busy(owner, end, exists)
        return np.where(exists, end + self.draws.review[row], np.float32(-1))

    def _done(self, owner: int | None, start: Days, left: Days) -> Days:
        """The last of so many days of work."""
        bridge = self.bridges.get(owner)
        if bridge is not None:
            return bridge.finish(start, left)
        left += start
        left -= 1
        return left

    def _at_least_needed(self, left: Days, row: int) -> Days:
        loaded = left[: self.causes.load]
        np.maximum(loaded, self.draws.needed_days[row], out=loaded)
        calm = left[self.causes.load :]
        if len(calm):
            np.maximum(calm, self.draws.calm_days[row], out=calm)
        return left

    def _start(self, work: Work, row: int) -> Days:
        start = np.full(self.shape, self.net.now, dtype=np.float32)
        if work.id in self.draws.holds:
            start += self._hold(work)
        if work.state != "planned":
            self._keep_earliest(work, start)
            return start
        np.maximum(start, np.float32(self.net.start[work.id]), out=start)
        pushed = start[: self.causes.push]
        for one in work.predecessors:
            if one in self.finish:
                np.maximum(pushed, self.finish[one][: self.causes.push] + 1, out=pushed)
        self._keep_earliest(work, start)
        start += self.draws.lag[row]
        self._queue(work.owner, start)
        return start

    def _keep_earliest(self, work: Work, start: Days) -> None:
        """No opinion can bring a finish before what is waited for has ended."""
        if work.id in self.risk:
            self.earliest[work.id] = start[0].copy()

    def _hold(self, work: Work) -> Days:
        client, others = self.draws.holds[work.id]
        hold = np.zeros(self.shape, dtype=np.float32)
        if client is not None:
            hold[: self.causes.client_waits] = client
        if others is not None:
            part = hold[: self.causes.other_waits]
            np.maximum(part, others, out=part)
        return hold

    # --- queues ----------------------------------------------------------------------------------------------

    def _queue(self, owner: int | None, start: Days) -> None:
        """Nothing begins before its owner has a hand free, in worlds where load counts."""
        if owner is not None and len(self.free.get(owner, ())) >= self.net.slots(owner):
            part = start[: self.causes.load]
            np.maximum(part, self.free[owner][0], out=part)

    def _keep_busy(self, owner: int | None, end: Days, exists: NDArray[np.bool_] | None) -> None:
        """Keep the days on which the owner's hands are free again, in rising order, for each world and draw."""
        if owner is None:
            return
        free = self.free.setdefault(owner, [])
        after = end[: self.causes.load] + 1
        full = len(free) >= self.net.slots(owner)
        if exists is not None:
            after = np.where(exists, after, free[0] if full else np.float32(0))
        if full:
            _replace_first(free, after)
        else:
            _insert_last(free, after)


def _replace_first(free: list[Days], after: Days) -> None:
    for n in range(1, len(free)):
        free[n - 1], after = np.minimum(after, free[n]), np.maximum(after, free[n])
    free[-1] = after


def _insert_last(free: list[Days], after: Days) -> None:
    free.append(after)
    for n in range(len(free) - 1, 0, -1):
        free[n - 1], free[n] = np.minimum(free[n - 1], free[n]), np.maximum(free[n - 1], free[n])
