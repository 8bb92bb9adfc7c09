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
    away: int


REAL = Causes(1, 1, 1, 1, 1, 1)


class Cascade:
    """One pass. `after` holds the number of the first day after each is done: (rows of the draws, worlds, draws).

    Days after are what the next one begins on, so that adding up takes no steps back and forth.
    """

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
        self.after: Days = np.empty((len(draws.need), *self.shape), dtype=np.float32)
        self.earliest: dict[int, Days] = {}
        self.free: dict[int, list[Days]] = {}
        self.full: set[int] = set()  # owners who have no hand left that was never taken

    def run(self, order: Sequence[int]) -> Days:
        """Go through `order`, predecessors first; returns the number of the last day of each, -1 for none."""
        for key in order:
            if key >= 0:
                self._work(key)
            else:
                self._addition(-key - 1)
        finish = self.after
        finish -= 1
        return finish

    def _agree(self, key: int, after: Days) -> None:
        """The same days are added in every world, so that what a cause costs is not blurred."""
        finish = after[0] - 1
        due, earliest = self.net.due[key], self.earliest[key]
        after += agreeing(finish, due, self.net.now, self.risk[key], earliest) - finish

    def _work(self, key: int) -> None:
        work, row = self.net.works[key], self.draws.rows[key]
        start, after = self._start(work, row), self.after[row]
        if work.state == "in_review":
            np.add(start, np.maximum(self.draws.review[row], 1), out=after)
        else:
            # A late start eats the slack first: nobody paces work past the day on which it has to be handed in.
            bridge = self.bridges.get(work.owner)
            by = self.net.due[key] - self.net.reviews[key]
            left = np.subtract(by + 1, start)
            if bridge is not None:
                left[: self.causes.away] = bridge.until(start[: self.causes.away], by)
            np.minimum(left, self.draws.paced_days[row], out=left)
            # Whoever hands in has a hand free, whatever the acceptance or another opinion adds to it.
            is_done = not work.needs_sign_off and key not in self.risk
            free = self._worked(bridge, start, self._at_least_needed(left, row), after if is_done else left)
            self._keep_busy(work.owner, free, None)
            if work.needs_sign_off:
                np.add(free, self.draws.review[row], out=after)
            elif not is_done:
                after[:] = free
        if key in self.risk:
            self._agree(key, after)

    def _addition(self, place: int) -> None:
        row, exists = self.draws.added[place], self.draws.exists[place]
        owner = self.net.owner(-place - 1)
        start = self._all(np.ceil(self.draws.arrival[place] + self.draws.lag[row]))
        self._queue(owner, start)
        left = self._at_least_needed(self._all(self.draws.paced_days[row]), row)
        free = self._worked(self.bridges.get(owner), start, left, left)
        self._keep_busy(owner, free, exists)
        after = self.after[row]
        np.add(free, self.draws.review[row], out=after)
        after *= exists

    def _all(self, days: Days | float) -> Days:
        """The same days in every world."""
        every = np.empty(self.shape, dtype=np.float32)
        every[:] = days
        return every

    def _worked(self, bridge: Bridge | None, start: Days, left: Days, out: Days) -> Days:
        """The first day after so many days of work, in `out`."""
        if bridge is not None:
            # Of an owner who is away fewer days are left, so that the same work reaches further.
            away = self.causes.away
            left[:away] = bridge.finish(start[:away], left[:away]) + 1 - start[:away]
        return np.add(start, left, out=out)

    def _at_least_needed(self, left: Days, row: int) -> Days:
        """Of so many days or what is needed, whichever is more."""
        needed, calm = self.draws.needed_days, self.draws.calm_days
        if calm is needed:
            np.maximum(left, needed[row], out=left)
            return left
        loaded, unloaded = left[: self.causes.load], left[self.causes.load :]
        np.maximum(loaded, needed[row], out=loaded)
        np.maximum(unloaded, calm[row], out=unloaded)
        return left

    def _start(self, work: Work, row: int) -> Days:
        is_planned, now = work.state == "planned", self.net.now
        begin = max(now, self.net.start[work.id]) if is_planned else now
        start = np.maximum(self._hold(work) + now, begin) if work.id in self.draws.holds else self._all(begin)
        if is_planned:
            self._push(work, begin, start[: self.causes.push])
        if work.id in self.risk:
            # No opinion can bring a finish before what is waited for has ended.
            self.earliest[work.id] = start[0].copy()
        if is_planned:
            start += self.draws.lag[row]
            self._queue(work.owner, start)
        return start

    def _push(self, work: Work, begin: int, start: Days) -> None:
        """Nothing begins before what comes before it has ended."""
        for one in work.predecessors:
            row = self.draws.rows.get(one)
            if row is not None:
                np.maximum(start, self.after[row, : len(start)], out=start)
            elif self.net.done.get(one, begin) > begin:
                np.maximum(start, self.net.done[one], out=start)

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
        if owner in self.full:
            part = start[: self.causes.load]
            np.maximum(part, self.free[owner][0], out=part)

    def _keep_busy(self, owner: int | None, after: Days, exists: NDArray[np.bool_] | None) -> None:
        """Keep the days on which the owner's hands are free again, in rising order, for each world and draw."""
        if owner is None:
            return
        is_full, free = owner in self.full, self.free.setdefault(owner, [])
        after = after[: self.causes.load]
        if exists is not None:
            after = np.where(exists, after, free[0] if is_full else np.float32(0))
        if is_full:
            _replace_first(free, after)
        else:
            _insert_last(free, after)
            if len(free) >= self.net.slots(owner):
                self.full.add(owner)


def _replace_first(free: list[Days], after: Days) -> None:
    for n in range(1, len(free)):
        free[n - 1], after = np.minimum(after, free[n]), np.maximum(after, free[n])
    free[-1] = after


def _insert_last(free: list[Days], after: Days) -> None:
    free.append(after)
    for n in range(len(free) - 1, 0, -1):
        free[n - 1], free[n] = np.minimum(free[n - 1], free[n]), np.maximum(free[n - 1], free[n])
