"""The forecast itself: a working-day cascade, drawn a thousand times in each world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from milestones.forecasting.cascade import REAL
from milestones.forecasting.days import Days
from milestones.forecasting.drivers import CAUSES, WITHOUT_CLIENT_WAITS, milestone_drivers, work_drivers
from milestones.forecasting.facts import stall_days
from milestones.forecasting.percentiles import read
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

    @property
    def columns(self) -> Days:
        """The finishes of what is open: (deliverables, worlds, draws)."""
        return self.finish[: len(self.study.draws.rows)]

    @property
    def additions(self) -> Days:
        return self.finish[len(self.study.draws.rows) :]

    @cached_property
    def falls_due(self) -> Days:
        """When each addition falls due, by draw: a usual window after it arrives."""
        return self.study.draws.arrival + self.study.draws.window


def forecast(plan: PlanInput, draws: int = 1000) -> PlanForecast:
    """Likely and 8-in-10 finish of every deliverable and milestone, the chance of its due date, and why.

    Raises ValueError where the plan runs in a circle or names a predecessor that it does not hold.
    """
    return of(study(plan, draws))


def of(ready: Study) -> PlanForecast:
    """The forecast of a plan that was made ready."""
    causes, place = ready.causes()
    own = ready.own_chances if ready.is_pooled else {}
    run = _Run(ready, ready.finishes(causes), place, own)
    groups = _groups(ready)
    found = dict(zip(groups, _latest(run, list(groups.values())), strict=True))
    milestones = {due.id: one for due in ready.plan.milestones if (one := found.get(due.id)) is not None}
    return PlanForecast(ready.plan.today, ready.draws.count, _works(run), milestones, found.get(None))


def milestone_of(ready: Study, milestone: int | None) -> MilestoneForecast | None:
    """One milestone, or the whole engagement, without drivers; None where nothing is due for it."""
    group = _groups(ready).get(milestone)
    if group is None:
        return None
    (found,) = _latest(_Run(ready, ready.finishes(REAL), (0,) * CAUSES, {}), [group])
    return replace(found, drivers=())


# --- deliverables ------------------------------------------------------------------------------------------------


def _works(run: _Run) -> dict[int, WorkForecast]:
    rows, due = run.study.draws.rows, run.study.net.due
    seen = dict(zip(rows, _seen(run, run.columns, [due[key] for key in rows]), strict=True))
    return {work.id: _work(run, work, seen) if work.id in seen else _finished(run, work) for work in run.study.works}


def _work(run: _Run, work: Work, seen: Mapping[int, _Seen]) -> WorkForecast:
    ready, mine = run.study, seen[work.id]
    facts = ready.facts[work.id]
    return WorkForecast(
        id=work.id,
        due_on=work.due_on,
        outlook=mine.outlook,
        without_client_waits=mine.free,
        delay_days=mine.delays[0],
        drivers=work_drivers(ready.plan, facts, mine.delays, mine.outlook.likely, _binding(work, seen)),
        age_days=facts.age if work.is_running else 0,
        stall_days=stall_days(ready.plan, facts),
        waited_days=facts.waited(ready.plan.today, on_client=True),
        own_chance=run.own.get(work.id, mine.outlook.chance),
    )


def _finished(run: _Run, work: Work) -> WorkForecast:
    day = work.finished_on or work.due_on
    sure = Outlook(day, day, 1.0 if day <= work.due_on else 0.0)
    delay = run.study.table.last_by(day) - run.study.table.last_by(work.due_on)
    return WorkForecast(work.id, work.due_on, sure, sure, delay, finished_on=day, own_chance=sure.chance)


def _binding(work: Work, seen: Mapping[int, _Seen]) -> int | None:
    """The open predecessor that is likely to finish last, or of two on one day the one that may take longer."""
    still_open = [one for one in work.predecessors if one in seen]
    if len(still_open) < 2:
        return still_open[0] if still_open else None
    return max(still_open, key=lambda one: (seen[one].outlook.likely, seen[one].outlook.eight_in_ten))


# --- milestones --------------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """What a milestone is due with: its deliverables, and what is added and falls due after the milestone before it.

    The last one also gets what falls due later.
    """

    due: MilestoneDue
    works: list[Work]
    after: date | None
    is_last: bool


def _groups(ready: Study) -> dict[int | None, _Group]:
    """The milestones for which something is due, and with None the whole engagement."""
    dues = sorted(ready.plan.milestones, key=lambda due: due.due_on)
    works: dict[int, list[Work]] = {}
    for work in ready.works:
        works.setdefault(work.milestone, []).append(work)
    found: dict[int | None, _Group] = {}
    for place, due in enumerate(dues):
        if due.id in works:
            after = dues[place - 1].due_on if place else None
            found[due.id] = _Group(due, works[due.id], after, is_last=due is dues[-1])
    if dues and ready.works:
        found[None] = _Group(dues[-1], list(ready.works), None, is_last=True)
    return found


def _latest(run: _Run, groups: Sequence[_Group]) -> list[MilestoneForecast]:
    table, still_open = run.study.table, [[work for work in group.works if work.is_open] for group in groups]
    known = [_known(run, works) if works else None for works in still_open]
    latest = [_with_additions(run, one.latest, group) for one, group in zip(known, groups, strict=True) if one]
    by = [table.last_by(group.due.due_on) for one, group in zip(known, groups, strict=True) if one]
    seen = iter(_seen(run, np.array(latest), by))
    return [
        _unreached(run, group.due, one.critical, next(seen)) if one else _reached(run, group.due, group.works)
        for one, group in zip(known, groups, strict=True)
    ]


def _unreached(run: _Run, due: MilestoneDue, critical: tuple[int, ...], seen: _Seen) -> MilestoneForecast:
    facts = [run.study.facts[one] for one in critical]
    return MilestoneForecast(
        id=due.id,
        due_on=due.due_on,
        outlook=seen.outlook,
        without_client_waits=seen.free,
        delay_days=seen.delays[0],
        drivers=milestone_drivers(run.study.plan, seen.delays, seen.outlook.likely, facts),
        critical=critical,
        own_chance=seen.outlook.chance,
    )


def _reached(run: _Run, due: MilestoneDue, works: Sequence[Work]) -> MilestoneForecast:
    day = max(work.finished_on or work.due_on for work in works)
    sure = Outlook(day, day, 1.0 if day <= due.due_on else 0.0)
    delay = run.study.table.last_by(day) - run.study.table.last_by(due.due_on)
    return MilestoneForecast(due.id, due.due_on, sure, sure, delay, finished_on=day, own_chance=sure.chance)


class _Known(NamedTuple):
    """When the last of what is planned is done, by world and draw, and which of it often is the last."""

    latest: Days
    critical: tuple[int, ...]


def _known(run: _Run, works: Sequence[Work]) -> _Known:
    rows, columns = run.study.draws.rows, run.columns
    if len(works) < len(columns):
        columns = columns[[rows[work.id] for work in works]]
    latest = columns.max(axis=0)
    counts = np.count_nonzero(columns[:, 0] == latest[0], axis=1)
    shares = dict(zip([work.id for work in works], (counts / latest.shape[1]).tolist(), strict=True))
    critical = sorted((one for one in shares if shares[one] >= CRITICAL_SHARE), key=lambda one: -shares[one])
    return _Known(latest, tuple(critical))


def _with_additions(run: _Run, known: Days, group: _Group) -> Days:
    """What is added falls due a usual window after it arrives, and belongs to the first milestone after that."""
    finish, table = run.additions, run.study.table
    if not len(finish):
        return known
    if group.after is None and group.is_last:
        return np.asarray(np.maximum(known, finish.max(axis=0)), dtype=np.float32)
    belongs = np.ones(run.falls_due.shape, dtype=np.bool_)
    if not group.is_last:
        belongs &= run.falls_due <= table.last_by(group.due.due_on)
    if group.after is not None:
        belongs &= run.falls_due > table.last_by(group.after)
    # Counted from one, so that what does not belong is 0 and the earliest of all.
    added = ((finish + 1) * belongs[:, None, :]).max(axis=0) - 1
    return np.asarray(np.maximum(known, added), dtype=np.float32)


# --- what is shown -----------------------------------------------------------------------------------------------


class _Seen(NamedTuple):
    """What a column of draws says: the outlook, that without waits on the client, the delay in each world."""

    outlook: Outlook
    free: Outlook
    delays: list[int]


def _seen(run: _Run, columns: Days, due: Sequence[int]) -> list[_Seen]:
    """Of each of the columns, whose last days in time are `due`."""
    if not len(columns):
        return []
    reads, dates = read(columns, due), run.study.table.dates

    def outlooks(world: int) -> list[Outlook]:
        likely, eight = dates(reads.likely[:, world]), dates(reads.eight_in_ten[:, world])
        return list(map(Outlook, likely, eight, reads.chance[:, world].tolist()))

    real, place = outlooks(0), run.place[WITHOUT_CLIENT_WAITS]
    delays = reads.likely[:, list(run.place)] - np.array(due)[:, None]
    return list(map(_Seen, real, outlooks(place) if place else real, delays.tolist()))
