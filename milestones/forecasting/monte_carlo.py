"""The forecast itself: a working-day cascade, drawn a thousand times in each world."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np

from milestones.forecasting.cascade import finishes
from milestones.forecasting.days import DayTable, Ints, table
from milestones.forecasting.draws import Facts, facts_of, samples, stall_days
from milestones.forecasting.drivers import (
    WITHOUT_CLIENT_WAITS,
    WORLDS,
    milestone_drivers,
    work_drivers,
)
from milestones.forecasting.order import in_order
from milestones.forecasting.types import (
    MilestoneDue,
    MilestoneForecast,
    Outlook,
    PlanForecast,
    PlanInput,
    Work,
    WorkForecast,
)

CRITICAL_SHARE = 0.1  # a deliverable that finishes last in a tenth of the draws is one to watch


@dataclass(frozen=True)
class _Run:
    """Works with predecessors first, and their finishes (ordinals per draw) in each world."""

    plan: PlanInput
    works: Sequence[Work]
    facts: dict[int, Facts]
    worlds: Sequence[dict[int, Ints]]
    table: DayTable


def forecast(plan: PlanInput, draws: int = 1000) -> PlanForecast:
    """Likely and 8-in-10 finish of every deliverable and milestone, the chance of its due date, and why.

    Raises ValueError where the plan runs in a circle or names a predecessor that it does not hold.
    """
    run = _run(plan, draws)
    works = {work.id: _work(run, work) for work in run.works}
    milestones = {
        due.id: found for due in plan.milestones if (found := _milestone(run, due, _of(run, due.id))) is not None
    }
    last = max(plan.milestones, key=lambda due: due.due_on, default=None)
    whole = _milestone(run, last, run.works) if last else None
    return PlanForecast(plan.today, draws, works, milestones, whole)


def _run(plan: PlanInput, draws: int) -> _Run:
    works = in_order(plan.works)
    owners = {work.owner for work in works} | {None}
    tables = {owner: _table(plan, works, owner) for owner in owners}
    facts = {work.id: facts_of(plan, work, tables[work.owner]) for work in works}
    drawn = samples(plan, facts.values(), draws)
    worlds = [finishes(works, drawn, plan.today, world, draws) for world in WORLDS]
    return _Run(plan, works, facts, worlds, tables[None])


def _table(plan: PlanInput, works: Iterable[Work], owner: int | None) -> DayTable:
    days = [plan.today, *(due.due_on for due in plan.milestones)]
    for work in works:
        days += [work.start_on, work.due_on]
        days += [day for day in (work.started_on, work.finished_on) if day]
        days += [wait.since for wait in work.waits]
    return table(plan.calendar_of(owner), min(days), max(days))


def _of(run: _Run, milestone: int) -> list[Work]:
    return [work for work in run.works if work.milestone == milestone]


def _work(run: _Run, work: Work) -> WorkForecast:
    columns = [world[work.id] for world in run.worlds]
    if not work.is_open:
        return _finished(run, work)
    outlooks = [_outlook(column, work.due_on) for column in columns]
    delays = [_delay(run, work.due_on, one) for one in outlooks]
    facts = run.facts[work.id]
    return WorkForecast(
        id=work.id,
        due_on=work.due_on,
        outlook=outlooks[0],
        without_client_waits=outlooks[WITHOUT_CLIENT_WAITS],
        delay_days=delays[0],
        drivers=work_drivers(run.plan, facts, delays, _binding(run, work)),
        age_days=facts.age if work.is_running else 0,
        stall_days=stall_days(run.plan, facts),
        waited_days=facts.waited(run.plan.today, on_client=True),
    )


def _finished(run: _Run, work: Work) -> WorkForecast:
    day = work.finished_on or work.due_on
    sure = Outlook(day, day, 1.0 if day <= work.due_on else 0.0)
    delay = _delay(run, work.due_on, sure)
    return WorkForecast(work.id, work.due_on, sure, sure, delay, finished_on=day)


def _milestone(run: _Run, due: MilestoneDue, works: Sequence[Work]) -> MilestoneForecast | None:
    """None where nothing is due for it: there is no date to be met or missed."""
    if not works:
        return None
    latest = [np.maximum.reduce([world[work.id] for work in works]) for world in run.worlds]
    outlooks = [_outlook(column, due.due_on) for column in latest]
    delays = [_delay(run, due.due_on, one) for one in outlooks]
    still_open = [work for work in works if work.is_open]
    critical = _critical(run, still_open, latest[0])
    drivers = milestone_drivers(run.plan, delays, [run.facts[one] for one in critical]) if still_open else ()
    return MilestoneForecast(
        id=due.id,
        due_on=due.due_on,
        outlook=outlooks[0],
        without_client_waits=outlooks[WITHOUT_CLIENT_WAITS],
        delay_days=delays[0],
        drivers=drivers,
        finished_on=None if still_open else outlooks[0].likely,
        critical=critical,
    )


def _critical(run: _Run, works: Sequence[Work], latest: Ints) -> tuple[int, ...]:
    shares = {work.id: float((run.worlds[0][work.id] == latest).mean()) for work in works}
    return tuple(sorted((one for one in shares if shares[one] >= CRITICAL_SHARE), key=lambda one: -shares[one]))


def _binding(run: _Run, work: Work) -> int | None:
    """The open predecessor that is likely to finish last."""
    still_open = [one for one in work.predecessors if one in run.facts and run.facts[one].work.is_open]
    return max(still_open, key=lambda one: float(run.worlds[0][one].mean()), default=None)


def _outlook(column: Ints, due: date) -> Outlook:
    """Quantiles are days that were drawn, so likely after the due date means a chance below one half."""
    ordered = np.sort(column)
    chance = float((ordered <= due.toordinal()).mean())
    return Outlook(_at(ordered, 0.5), _at(ordered, 0.8), chance)


def _at(ordered: Ints, share: float) -> date:
    return date.fromordinal(int(ordered[ceil(share * len(ordered)) - 1]))


def _delay(run: _Run, due: date, outlook: Outlook) -> int:
    return run.table.between(due.toordinal(), outlook.likely.toordinal())
