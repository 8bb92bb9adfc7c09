"""Finish dates of a whole plan, draw by draw: predecessors push successors, in working days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from milestones.forecasting.days import Ints
from milestones.forecasting.draws import Sample
from milestones.forecasting.prior import Floats
from milestones.forecasting.types import Work


@dataclass(frozen=True)
class World:
    """Which causes of delay act: the real world has all; a world without one shows what that one costs."""

    client_waits: bool = True
    other_waits: bool = True
    load: bool = True
    push: bool = True


def finishes(
    works: Sequence[Work], samples: Mapping[int, Sample], today: date, world: World, draws: int
) -> dict[int, Ints]:
    """Ordinals of the finish, per draw, for works given with predecessors first."""
    done: dict[int, Ints] = {}
    for work in works:
        if work.id in samples:
            before = _before(work, done) if world.push else None
            done[work.id] = _finish(samples[work.id], today, world, before)
        else:
            done[work.id] = np.full(draws, (work.finished_on or work.due_on).toordinal())
    return done


def _before(work: Work, done: Mapping[int, Ints]) -> Ints | None:
    """The last finish of the predecessors; work that already runs is not held back by them."""
    if work.state != "planned":
        return None
    found = [done[one] for one in work.predecessors if one in done]
    return np.maximum.reduce(found) if found else None


def _finish(sample: Sample, today: date, world: World, before: Ints | None) -> Ints:
    work, table = sample.facts.work, sample.facts.table
    start = table.skip(np.full(len(sample.need), today.toordinal()), _hold(sample, world))
    if work.state == "planned":
        start = np.maximum(start, work.start_on.toordinal())
    if before is not None:
        start = np.maximum(start, before + 1)
    need: Floats = sample.need if world.load else sample.need_unloaded
    # A late start eats the slack first: nobody paces work past its due date.
    pace = np.minimum(sample.pace, np.maximum(table.count(start, work.due_on.toordinal()), 1))
    left = np.ceil(np.maximum(need, pace)).astype(np.int64)
    return table.finish(start, left)


def _hold(sample: Sample, world: World) -> Ints:
    hold = np.zeros(len(sample.need), dtype=np.int64)
    if world.client_waits:
        hold = np.maximum(hold, sample.client_wait)
    if world.other_waits:
        hold = np.maximum(hold, sample.other_wait)
    return hold
