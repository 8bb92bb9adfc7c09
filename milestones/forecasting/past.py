"""What an engagement's history says, gathered once; a what-if keeps it and changes only what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from milestones.forecasting.days import DayTable
from milestones.forecasting.facts import Facts, observe
from milestones.forecasting.learning import Observation, Posterior, RatePosterior, learn, learn_lag, learn_rate
from milestones.forecasting.prior import Rate
from milestones.forecasting.queues import Queues, queues
from milestones.forecasting.types import PlanInput, Work
from milestones.forecasting.waits import WaitPast, learn_waits


@dataclass(frozen=True, eq=False)
class Past:
    """Slip ratios of the engagement and its owners, its waits, its queues, how late work starts, what is added.

    Additions are like the plan's own deliverables (`models`), go to its `owners` in turn, and come
    before day number `last`.
    """

    ratios: Posterior
    waits: WaitPast
    queues: Queues
    lag: RatePosterior
    growth: RatePosterior
    models: tuple[Facts, ...]
    owners: tuple[int | None, ...]
    first: date
    last: int
    length: int

    def running_from(self, today: date) -> date:
        """Today, or the plan's first day where that is still to come: until then nothing slips and nothing is added."""
        return max(today, self.first)

    def ahead(self, start: date, today: date) -> float:
        """How far ahead a start is in the running plan, as a share of its length."""
        return min(max((start - self.running_from(today)).days / self.length, 0.0), 1.0)


def learn_past(plan: PlanInput, facts: Mapping[int, Facts], table: DayTable) -> Past:
    past = queues(facts, table, plan.today)
    seen: dict[int | None, list[Observation]] = {}
    for one in facts.values():
        told = observe(plan.prior, one)
        if told is not None:
            seen.setdefault(one.work.owner, []).append(told)
    return Past(
        learn(plan.prior, seen),
        learn_waits(plan.prior, facts.values(), plan.today),
        past,
        learn_lag(plan.prior.start_lag, past.starts, past.days),
        _growth(plan, facts, table),
        models=tuple(facts.values()),
        owners=tuple(dict.fromkeys(one.work.owner for one in facts.values())) or (None,),
        first=min((one.work.start_on for one in facts.values()), default=plan.today),
        last=max((table.number(one.work.due_on) for one in facts.values()), default=0),
        length=_length(plan, [one.work for one in facts.values()]),
    )


def _length(plan: PlanInput, works: Sequence[Work]) -> int:
    """Calendar days from the first start to the last milestone."""
    first = min((work.start_on for work in works), default=date.min)
    return max(1, (max((due.due_on for due in plan.milestones), default=first) - first).days)


def _growth(plan: PlanInput, facts: Mapping[int, Facts], table: DayTable) -> RatePosterior:
    """Additions for each working day; what is assumed beforehand is a share of the plan over its whole length."""
    works = [one.work for one in facts.values()]
    if not works:
        return RatePosterior(1.0, 0.0)
    added = sum(work.added_on is not None for work in works)
    first = min(work.start_on for work in works)
    length = max(1, table.count(first, max(work.due_on for work in works)) + 1)
    gone = min(max(0, table.count(first, plan.today)), length)
    mean = plan.prior.growth.mean * max(1, len(works) - added) / length
    return learn_rate(Rate(mean, plan.prior.growth.shape), added, gone)
