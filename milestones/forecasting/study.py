"""A plan made ready to be drawn: what its past says is learnt once, and every change to come meets the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from milestones.forecasting.cascade import Cascade, Causes
from milestones.forecasting.days import Bridge, Days, DayTable, table
from milestones.forecasting.draws import Draws, draw_works, draw_worlds
from milestones.forecasting.facts import Facts, facts_of
from milestones.forecasting.order import in_order
from milestones.forecasting.past import Past, learn_past
from milestones.forecasting.schedule import Net, schedule
from milestones.forecasting.types import PlanInput, Work


@dataclass(frozen=True, eq=False)
class Study:
    """Works with predecessors first, their facts, their net and their draws."""

    plan: PlanInput
    works: Sequence[Work]
    facts: Mapping[int, Facts]
    past: Past
    net: Net
    draws: Draws
    order: Sequence[int]
    bridges: Mapping[int | None, Bridge]

    @property
    def table(self) -> DayTable:
        return self.net.table

    @cached_property
    def own_chances(self) -> dict[int, float]:
        """The cascade's own chance of each unfinished deliverable to be done by its due date: one pass, one world."""
        found = Cascade(self.net, self.draws, self.bridges).run(self.order)[:, 0]
        due = np.array([self.net.due[key] for key in self.draws.rows])
        in_time = np.count_nonzero(found[: len(due)] <= due[:, None], axis=1) / self.draws.count
        return dict(zip(self.draws.rows, in_time.tolist(), strict=True))

    @property
    def is_pooled(self) -> bool:
        """Does anything but the cascade speak?"""
        return bool(self.plan.risk or self.plan.opinion)

    @cached_property
    def risks(self) -> Mapping[int, float]:
        """The chance of lateness that the draws have to agree with, where it is not the cascade's own."""
        opinion = self.plan.opinion
        if opinion is None:
            return self.plan.risk
        known = [key for key in self.draws.rows if key in opinion.log_odds]
        return {key: opinion.late(key, 1 - self.own_chances[key]) for key in known} | dict(self.plan.risk)

    def finishes(self, causes: Causes) -> Days:
        """Numbers of the last day: (rows of the draws, worlds, draws)."""
        return Cascade(self.net, self.draws, self.bridges, causes, self.risks).run(self.order)

    def causes(self) -> tuple[Causes, tuple[int, ...]]:
        """The distinct worlds, and which of them stands for the world after each cause is taken out."""
        held = list(self.draws.holds.values())
        client, others = any(one[0] is not None for one in held), any(one[1] is not None for one in held)
        loaded = self.draws.calm is not self.draws.need or any(work.owner is not None for work in self.works)
        places = [0]
        for acts in (client, others, loaded, True, bool(self.bridges)):
            places.append(places[-1] + acts)
        return Causes(places[-1] + 1, *(max(one, 1) for one in places[1:])), tuple(places)


def study(plan: PlanInput, draws: int = 1000, *, past: Past | None = None) -> Study:
    """Learn from the plan's past, unless that of another is given, and draw what is to come.

    Raises ValueError where the plan runs in a circle or names a predecessor that it does not hold.
    """
    works = in_order(plan.works)
    tables = _tables(plan, works)
    client = tables[None]
    facts = {work.id: facts_of(plan, work, tables[work.owner]) for work in works}
    known = past or learn_past(plan, facts, client)
    owners = list(dict.fromkeys([*known.owners, *(work.owner for work in works)]))
    worlds = draw_worlds(plan, known, owners, draws)
    drawn = draw_works(plan, facts, known, worlds, client)
    net = Net(
        works={work.id: work for work in works},
        table=client,
        now=client.number(plan.today),
        owners=known.owners,
        queues=known.queues,
        start={work.id: client.number(work.start_on) for work in works},
        due={work.id: client.last_by(work.due_on) for work in works},
        reviews={key: one.review for key, one in facts.items()},
        done={work.id: client.last_by(work.finished_on or work.due_on) + 1 for work in works if not work.is_open},
    )
    bridges = {owner: Bridge.between(client, one) for owner, one in tables.items() if one is not client}
    return Study(plan, works, facts, known, net, drawn, schedule(net, drawn), bridges)


def _tables(plan: PlanInput, works: Sequence[Work]) -> dict[int | None, DayTable]:
    first, last = _span(plan, works)
    client = table(plan.calendar, first, last)
    found: dict[int | None, DayTable] = {None: client}
    for owner in {work.owner for work in works}:
        away = plan.absences.get(owner) if owner is not None else None
        found[owner] = table(plan.calendar_of(owner), first, last) if away else client
    return found


def _span(plan: PlanInput, works: Sequence[Work]) -> tuple[date, date]:
    days = [plan.today, *(due.due_on for due in plan.milestones)]
    for work in works:
        days += [work.start_on, work.due_on]
        days += [day for day in (work.started_on, work.finished_on) if day]
        days += [wait.since for wait in work.waits]
    return min(days), max(days)
