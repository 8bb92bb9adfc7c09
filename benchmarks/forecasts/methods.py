"""Five ways to say when an engagement ends. Each gives its likely and its 8-in-10 day, in working days from the start.

The first three give one date; that date stands for both, so "held" counts how often it was met.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np

from benchmarks.forecasts.view import INDEX
from milestones.forecasting import PlanInput, forecast
from milestones.forecasting.earned_schedule import earned_schedule
from milestones.forecasting.order import in_order

DRAWS: Final = 1000
LATEST: Final = 1000  # working days; what says later than that says nothing

Dates = tuple[float, float]
Method = Callable[[PlanInput, int], Dates]


def baseline(plan: PlanInput, now: int) -> Dates:
    """The last due date, or today once that is past."""
    return _one(max(now, *(_day(work.due_on) for work in plan.works)))


def cascade(plan: PlanInput, now: int) -> Dates:
    """Predecessors push, everything still to come takes its planned time, what runs the rest of it (a day at least)."""
    done: dict[int, int] = {}
    for work in in_order(plan.works):
        if work.finished_on:
            done[work.id] = _day(work.finished_on)
            continue
        length = _day(work.due_on) - _day(work.start_on) + 1
        earliest = [now, _day(work.start_on), *(done[one] + 1 for one in work.predecessors)]
        if work.started_on:
            done[work.id] = max(_day(work.started_on) + length - 1, now)
        else:
            done[work.id] = max(earliest) + length - 1
    return _one(max(done.values()))


def schedule(plan: PlanInput, now: int) -> Dates:
    """Earned schedule: the planned length through SPI(t) (Lipke 2003); without anything earned, the baseline."""
    expected = earned_schedule(plan).expected
    if expected is None:
        return baseline(plan, now)
    return _one(min(max(expected - 1, now), LATEST))


def throughput(plan: PlanInput, now: int) -> Dates:
    """Throughput Monte Carlo: days of the past are drawn until as many are done as are left (Vacanti 2015)."""
    ended = [_day(work.finished_on) for work in plan.works if work.finished_on]
    left = sum(work.is_open for work in plan.works)
    if not ended or not left:
        return baseline(plan, now)
    by_day = np.bincount(ended, minlength=now)[:now]
    rng = np.random.default_rng([now, len(plan.works), left, *ended[:5]])
    drawn = rng.choice(by_day, (DRAWS, LATEST)).cumsum(axis=1)
    days = now + np.argmax(drawn >= left, axis=1)
    days[drawn[:, -1] < left] = LATEST
    return float(np.percentile(days, 50)), float(np.percentile(days, 80))


def ours(plan: PlanInput, now: int) -> Dates:  # noqa: ARG001 (the others need it)
    """Emplace's own forecast, as the product makes it."""
    whole = forecast(plan, DRAWS).whole
    if whole is None:
        raise ValueError("A simulated plan has a milestone.")
    return float(_day(whole.likely)), float(_day(whole.eight_in_ten))


METHODS: Final[dict[str, Method]] = {
    "baseline": baseline,
    "cascade": cascade,
    "earned schedule": schedule,
    "throughput": throughput,
    "ours": ours,
}


def _one(day: float) -> Dates:
    return float(day), float(day)


def _day(day: date) -> int:
    """Working days from the start to a day that is worked."""
    return INDEX[day]
