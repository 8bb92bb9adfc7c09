"""How much an owner takes in hand at once, and how soon work begins that could begin.

Work that is ready and is not begun while its owner is busy says that there is a queue: that owner takes no more than
was ever seen in hand at once. Without such a sign nobody is taken to do more at once than was seen or planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from milestones.forecasting.days import DayTable
from milestones.forecasting.facts import Facts

BLOCKED_DAYS = 3  # days of ready work lying while its owner was busy, from which on there is a queue


@dataclass(frozen=True)
class Queues:
    """Deliverables in hand at once, by owner; starts seen, and the days on which they could have been."""

    slots: Mapping[int, int]
    starts: int
    days: float


def queues(facts: Mapping[int, Facts], table: DayTable, today: date) -> Queues:
    """Read an engagement's past in the client's working days."""
    by_owner: dict[int | None, list[Facts]] = {}
    for one in facts.values():
        by_owner.setdefault(one.work.owner, []).append(one)
    slots: dict[int, int] = {}
    starts, days = 0, 0.0
    for owner, mine in by_owner.items():
        seen = _Seen.of(mine, facts, table, table.number(today))
        if owner is not None:
            slots[owner] = seen.slots()
        begun, possible = seen.lag(slots[owner] if owner is not None else len(mine) + 1)
        starts, days = starts + begun, days + possible
    return Queues(slots, starts, days)


@dataclass(frozen=True, eq=False)
class _Seen:
    """One owner's days: for each deliverable when it ran, and when it could have been begun and was not."""

    mine: Sequence[Facts]
    runs: Sequence[range]
    idle: Sequence[range | None]
    busy: Mapping[int, int]
    plan: Mapping[int, int]

    @classmethod
    def of(cls, mine: Sequence[Facts], facts: Mapping[int, Facts], table: DayTable, now: int) -> _Seen:
        runs = [_run(one, table, now) for one in mine]
        plan = [range(table.number(one.work.start_on), table.last_by(one.work.due_on) + 1) for one in mine]
        return cls(mine, runs, [_idle(one, facts, table, now) for one in mine], in_hand(runs), in_hand(plan))

    def slots(self) -> int:
        seen = max(self.busy.values(), default=0)
        blocked = sum(self.busy.get(day, 0) >= max(seen, 1) for one in self.idle if one for day in one)
        return seen if seen and blocked >= BLOCKED_DAYS else max(seen, max(self.plan.values(), default=1), 1)

    def lag(self, slots: int) -> tuple[int, float]:
        """Starts, and days before them on which the owner had a hand free."""
        starts, days = 0, 0
        for one, span in zip(self.mine, self.idle, strict=True):
            if span is not None:
                starts += one.work.started_on is not None
                days += sum(self.busy.get(day, 0) < slots for day in span)
        return starts, float(days)


def _idle(one: Facts, facts: Mapping[int, Facts], table: DayTable, now: int) -> range | None:
    """The days on which it could have been begun and was not; None where it cannot be begun yet."""
    work = one.work
    ready = table.number(work.start_on)
    for before in work.predecessors:
        other = facts.get(before)
        if other is None:
            continue
        if other.work.finished_on is None:
            return None
        ready = max(ready, table.last_by(other.work.finished_on) + 1)
    if work.started_on is None and (work.finished_on is not None or ready >= now):
        return None
    until = table.number(work.started_on) if work.started_on else now
    return range(ready, max(ready, until))


def _run(one: Facts, table: DayTable, now: int) -> range:
    """The days on which it was in its owner's hands: from its start to when it was handed in."""
    work = one.work
    if work.started_on is None:
        return range(0)
    handed_in = max((wait.since for wait in work.waits if wait.review), default=None)
    if work.is_open and (work.state != "in_review" or handed_in is None):
        until = now
    else:
        until = table.last_by(handed_in or work.finished_on or work.due_on) + 1
    begun = table.number(work.started_on)
    return range(begun, max(begun, min(until, now)))


def in_hand(spans: Iterable[range]) -> dict[int, int]:
    """Count what runs on each day."""
    return Counter(chain.from_iterable(spans))
