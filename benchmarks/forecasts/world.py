"""What really happens to a plan, day by day: people with so much of a day, who queue, pace themselves and wait.

No forecast is made like this. Durations are no draws from a distribution: they come out of who works on what on
each day. Contents are gamma-distributed with occasional surprises, difficulty is uniform, shocks of waits hit several
deliverables at once and last by a Weibull distribution, signers answer after a geometric number of days.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.forecasts.plans import MILESTONES, WORKING_DAYS, Item, Stop, plan, team

SHARES: Final = ((), (1.0,), (0.7, 0.3))
LONGEST: Final = 900  # working days; the simulation itself never comes near it


@dataclass(frozen=True)
class Scenario:
    """Which trouble a world has."""

    name: str
    shocks: bool = False
    growth: bool = False
    slow: bool = False


SCENARIOS: Final = (
    Scenario("Plain"),
    Scenario("Client waits", shocks=True),
    Scenario("Scope growth", growth=True),
    Scenario("Slow specialist", slow=True),
)


class World:
    """One engagement from its start to its last acceptance."""

    def __init__(self, scenario: Scenario, count: int, seed: int) -> None:
        self.rng = rng = np.random.default_rng([SCENARIOS.index(scenario), count, seed])
        self.items = plan(count, rng)
        self.team = team(count)
        self.limit = int(rng.integers(2, 4))
        self.speed = rng.uniform(0.8, 1.2, self.team)
        self.paced = rng.uniform(0.3, 0.8)
        self.difficulty = rng.uniform(0.6, 1.5)
        self.answer = 1 / rng.uniform(1.5, 4)
        # Some leave a client a day, some a week; and everybody forgets it now and then.
        self.ahead = rng.integers(1, 6, self.team)
        self.forgets = rng.uniform(0, 0.5)
        self.press = rng.uniform(0, 0.6)
        if scenario.slow:
            self.speed[int(rng.integers(self.team))] *= rng.uniform(0.5, 0.75)
        self.shock_rate = rng.uniform(0.02, 0.12) if scenario.shocks else 0.0
        self.growth_rate = rng.uniform(0.001, 0.008) * count if scenario.growth else 0.0
        for item in self.items:
            self._fill(item)
        self.end = self._run()

    def _fill(self, item: Item) -> None:
        surprise = self.rng.uniform(1.5, 3) if self.rng.random() < 0.1 else 1.0
        item.content = item.effort * self.difficulty * self.rng.gamma(5) / 5 * surprise
        if _is_signed(item) and self.rng.random() >= self.forgets:
            item.ahead = int(self.ahead[item.owner])

    def _run(self) -> int:
        day = 0
        self.open = list(self.items)
        while self.open and day < LONGEST:
            self._shock(day)
            self._grow(day)
            for owner in range(self.team):
                self._work(owner, day)
            self._review(day)
            self.open = [one for one in self.open if one.accepted is None]
            day += 1
        return max(one.accepted or 0 for one in self.items)

    # --- trouble ----------------------------------------------------------------------------------------------

    def _shock(self, day: int) -> None:
        """The client's side falls away: about half of what is on the table stops, for much the same time."""
        if self.rng.random() >= self.shock_rate:
            return
        length = self.rng.weibull(0.9) * 8
        for item in self.open:
            if item.running and not item.stopped(day) and self.rng.random() < 0.5:
                until = day + max(1, round(length * self.rng.uniform(0.7, 1.3)))
                item.waits.append(Stop(day, until))

    def _grow(self, day: int) -> None:
        """More is asked for, until the planned end; what is added takes its share of everybody's time."""
        if day >= WORKING_DAYS or not self.growth_rate:
            return
        for _ in range(int(self.rng.poisson(self.growth_rate))):
            item = self._added(day)
            self.items.append(item)
            self.open.append(item)
        if self.rng.random() < self.growth_rate / 2:
            running = [one for one in self.open if one.submitted is None]
            if running:
                item = running[int(self.rng.integers(len(running)))]
                item.content += 0.3 * item.effort

    def _added(self, day: int) -> Item:
        window = int(self.rng.integers(4, 11))
        start = day + int(self.rng.integers(1, 8))
        milestone = MILESTONES[min(2, (start + window) * 3 // WORKING_DAYS)]
        effort = max(1.0, round(window * self.rng.uniform(0.35, 0.8)))
        owner = int(self.rng.integers(self.team))
        item = Item(len(self.items), milestone, start, start + window - 1, effort, owner, (), effort, added=day)
        self._fill(item)
        later = [one for one in self.open if one.begun is None and one.start > item.due]
        if later and self.rng.random() < 0.3:
            held = later[int(self.rng.integers(len(later)))]
            held.before = (*held.before, item.id)
        return item

    # --- work -------------------------------------------------------------------------------------------------

    def _work(self, owner: int, day: int) -> None:
        """Share out one specialist's day: the two most urgent tasks get it."""
        mine = [one for one in self.open if one.owner == owner and one.submitted is None]
        busy = sum(one.running for one in mine)
        for item in sorted(mine, key=lambda one: one.due):
            if busy < self.limit and self._ready(item, day):
                item.begun = day
                busy += 1
        now = sorted((one for one in mine if one.running and not one.stopped(day)), key=lambda one: one.due)[:2]
        given = self.speed[owner] * self.rng.uniform(0.7, 1.2) if self.rng.random() >= 0.04 else 0.0
        pressing = sum(day >= item.due - 1 - item.ahead for item in now)
        if pressing:
            given *= 1 + self.press
        for item, share in zip(now, SHARES[len(now)], strict=False):
            item.content -= given * (share if pressing == 1 else 1 / len(now))
            if item.content <= 0 and self._hands_in(item, day):
                self._submit(item, day)

    def _ready(self, item: Item, day: int) -> bool:
        if item.begun is not None or item.start > day:
            return False
        ends = [self.items[one].accepted for one in item.before]
        return all(end is not None and end < day for end in ends)

    def _hands_in(self, item: Item, day: int) -> bool:
        """Many keep finished work until it is nearly due, or nearly time that the client looks at it."""
        if day >= item.due - 1 - item.ahead or item.sent_back is not None:
            return True
        return bool(self.rng.random() < (1 - self.paced))

    def _submit(self, item: Item, day: int) -> None:
        item.submitted = day
        if _is_signed(item):
            item.waits.append(Stop(day, None, review=True))
        else:
            item.accepted = day

    def _review(self, day: int) -> None:
        for item in self.open:
            if item.submitted is None or item.accepted is not None or item.submitted == day:
                continue
            if self.rng.random() < self.answer:
                item.waits[-1].until = day
                if item.sent_back is None and self.rng.random() < 0.12:
                    item.sent_back, item.submitted = day, None
                    item.content = 0.3 * item.effort
                else:
                    item.accepted = day


def _is_signed(item: Item) -> bool:
    """Every second one is accepted by the client."""
    return bool(item.id % 2)
