"""The forecast itself: a working-day cascade, drawn a thousand times in each world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from milestones.forecasting.cascade import REAL
from milestones.forecasting.days import Days
from milestones.forecasting.drivers import CAUSES, WITHOUT_CLIENT_WAITS, milestone_drivers, work_drivers
from milestones.forecasting.facts import stall_days
from milestones.forecasting.percentiles import Read, read
from milestones.forecasting.study import Study, study
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


@dataclass(frozen=True, eq=False)
class _Run:
    """Finishes in each world and draw; `place` says which of the distinct worlds stands for each cause."""

    study: Study
    finish: Days
    place: tuple[int, ...]
    own: dict[int, float]

    @cached_property
    def still_open(self) -> list[Work]:
        return [work for work in self.study.works if work.is_open]

    @property
    def columns(self) -> Days:
        """The finishes of what is open: (deliverables, worlds, draws)."""
        return self.finish[: len(self.still_open)]

    @property
    def additions(self) -> Days:
        return self.finish[len(self.still_open) :]


def forecast(plan: PlanInput, draws: int = 1000) -> PlanForecast:
    """Likely and 8-in-10 finish of every deliverable and milestone, the chance of its due date, and why.

    Raises ValueError where the plan runs in a circle or names a predecessor that it does not hold.
    """
    return of(study(plan, draws))


def of(ready: Study) -> PlanForecast:
    """The forecast of a plan that was made ready."""
    plan = ready.plan
    causes, place = ready.causes()
    own = ready.own_chances if ready.is_pooled else {}
    run = _Run(ready, ready.finishes(causes), place, own)
    works = {work.id: found for work, found in zip(ready.works, _works(run), strict=True)}
    dues = sorted(plan.milestones, key=lambda due: due.due_on)
    milestones = {due.id: found for due in plan.milestones if (found := _milestone(run, due, dues)) is not None}
    whole = _whole(run, dues)
    return PlanForecast(plan.today, ready.draws.count, works, milestones, whole)


def milestone_of(ready: Study, milestone: int | None) -> MilestoneForecast | None:
    """One milestone, or the whole engagement, without drivers; None where nothing is due for it."""
    run = _Run(ready, ready.finishes(REAL), (0,) * CAUSES, {})
    dues = sorted(ready.plan.milestones, key=lambda due: due.due_on)
    due = next((one for one in dues if one.id == milestone), None)
    found = _whole(run, dues) if milestone is None else _milestone(run, due, dues) if due else None
    return replace(found, drivers=()) if found else None


# --- deliverables ------------------------------------------------------------------------------------------------


def _works(run: _Run) -> list[WorkForecast]:
    still_open = run.still_open
    columns = read(run.columns, [run.study.net.due[work.id] for work in still_open])
    reads = {work.id: column for work, column in zip(still_open, columns, strict=True)}
    found = {work.id: _work(run, work, reads) for work in still_open}
    return [found[work.id] if work.id in found else _finished(run, work) for work in run.study.works]


def _work(run: _Run, work: Work, reads: Mapping[int, Read]) -> WorkForecast:
    ready = run.study
    seen = _seen(run, reads[work.id], ready.net.due[work.id])
    facts = ready.facts[work.id]
    return WorkForecast(
        id=work.id,
        due_on=work.due_on,
        outlook=seen.outlook,
        without_client_waits=seen.free,
        delay_days=seen.delays[0],
        drivers=work_drivers(ready.plan, facts, seen.delays, _binding(work, reads)),
        age_days=facts.age if work.is_running else 0,
        stall_days=stall_days(ready.plan, facts),
        waited_days=facts.waited(ready.plan.today, on_client=True),
        own_chance=run.own.get(work.id, seen.outlook.chance),
    )


def _finished(run: _Run, work: Work) -> WorkForecast:
    day = work.finished_on or work.due_on
    sure = Outlook(day, day, 1.0 if day <= work.due_on else 0.0)
    delay = run.study.table.last_by(day) - run.study.table.last_by(work.due_on)
    return WorkForecast(work.id, work.due_on, sure, sure, delay, finished_on=day, own_chance=sure.chance)


def _binding(work: Work, reads: Mapping[int, Read]) -> int | None:
    """The open predecessor that is likely to finish last, or of two on one day the one that may take longer."""
    still_open = [one for one in work.predecessors if one in reads]
    return max(still_open, key=lambda one: (reads[one].likely[0], reads[one].eight_in_ten[0]), default=None)


# --- milestones --------------------------------------------------------------------------------------------------


def _milestone(run: _Run, due: MilestoneDue, dues: Sequence[MilestoneDue]) -> MilestoneForecast | None:
    """None where nothing is due for it: there is no date to be met or missed."""
    works = [work for work in run.study.works if work.milestone == due.id]
    place = dues.index(due)
    after = dues[place - 1].due_on if place else None
    return _latest(run, due, works, after, last=place == len(dues) - 1)


def _whole(run: _Run, dues: Sequence[MilestoneDue]) -> MilestoneForecast | None:
    return _latest(run, dues[-1], run.study.works, None, last=True) if dues else None


def _latest(
    run: _Run, due: MilestoneDue, works: Sequence[Work], after: date | None, *, last: bool
) -> MilestoneForecast | None:
    if not works:
        return None
    still_open = [work for work in works if work.is_open]
    if not still_open:
        return _reached(run, due, works)
    columns = run.columns
    if len(still_open) < len(columns):
        wanted = {work.id for work in still_open}
        columns = columns[[n for n, work in enumerate(run.still_open) if work.id in wanted]]
    known = columns.max(axis=0)
    critical = _critical(still_open, columns[:, 0], known[0])
    latest = _with_additions(run, known, due, after, last=last)
    by = run.study.table.last_by(due.due_on)
    seen = _seen(run, read(latest[None], [by])[0], by)
    facts = [run.study.facts[one] for one in critical]
    return MilestoneForecast(
        id=due.id,
        due_on=due.due_on,
        outlook=seen.outlook,
        without_client_waits=seen.free,
        delay_days=seen.delays[0],
        drivers=milestone_drivers(run.study.plan, seen.delays, facts),
        critical=critical,
        own_chance=seen.outlook.chance,
    )


def _reached(run: _Run, due: MilestoneDue, works: Sequence[Work]) -> MilestoneForecast:
    day = max(work.finished_on or work.due_on for work in works)
    sure = Outlook(day, day, 1.0 if day <= due.due_on else 0.0)
    delay = run.study.table.last_by(day) - run.study.table.last_by(due.due_on)
    return MilestoneForecast(due.id, due.due_on, sure, sure, delay, finished_on=day, own_chance=sure.chance)


def _with_additions(run: _Run, known: Days, due: MilestoneDue, after: date | None, *, last: bool) -> Days:
    """What is added falls due a usual window after it arrives, and belongs to the first milestone after that."""
    draws, table = run.study.draws, run.study.table
    if not draws.added:
        return known
    finish = run.additions
    if after is None and last:
        return np.asarray(np.maximum(known, finish.max(axis=0)), dtype=np.float32)
    expected = draws.arrival + draws.window
    belongs = np.ones(expected.shape, dtype=np.bool_) if last else expected <= table.last_by(due.due_on)
    if after is not None:
        belongs &= expected > table.last_by(after)
    added: Days = np.where(belongs[:, None, :], finish, np.float32(-1)).max(axis=0)
    return np.asarray(np.maximum(known, added), dtype=np.float32)


def _critical(works: Sequence[Work], columns: Days, latest: Days) -> tuple[int, ...]:
    counted = np.count_nonzero(columns == latest, axis=1) / len(latest)
    shares = {work.id: float(share) for work, share in zip(works, counted, strict=True)}
    return tuple(sorted((one for one in shares if shares[one] >= CRITICAL_SHARE), key=lambda one: -shares[one]))


# --- what is shown -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    """What a column of draws says: the outlook, that without waits on the client, the delay in each world."""

    outlook: Outlook
    free: Outlook
    delays: list[int]


def _seen(run: _Run, column: Read, by: int) -> _Seen:
    outlook = _outlook(run, column, 0)
    place = run.place[WITHOUT_CLIENT_WAITS]
    free = _outlook(run, column, place) if place else outlook
    return _Seen(outlook, free, [column.likely[one] - by for one in run.place])


def _outlook(run: _Run, column: Read, world: int) -> Outlook:
    table = run.study.table
    return Outlook(table.day(column.likely[world]), table.day(column.eight_in_ten[world]), column.chance[world])
