"""Earned schedule: how far along the plan the work is, as one number a day.

    ES(t) = the day by which the plan would have as much accepted as really is on day t
    SPI(t) = ES(t) / AT,   AT = the days that have gone by

Lipke, W. (2003), "Schedule is different", The Measurable News, Summer. Unlike SPI it does not return to 1 when a late
project ends. Days are working days of the client, deliverables count by their effort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from milestones.calendar import WorkCalendar
from milestones.forecasting.prior import Floats
from milestones.forecasting.types import PlanInput, Work

EQUAL = 1e-12  # shares of the plan that differ by less are the same


@dataclass(frozen=True)
class EarnedDay:
    """The end of one working day: days gone by, days' worth of plan accepted, and the one through the other.

    `spi` is above 1 where more is accepted than was planned by then.
    """

    on: date
    actual: int
    earned: float

    @property
    def spi(self) -> float:
        return self.earned / self.actual


@dataclass(frozen=True)
class EarnedSchedule:
    """SPI(t) by day, from the first working day on; `planned` is the plan's length in working days."""

    planned: int
    days: tuple[EarnedDay, ...]

    @property
    def latest(self) -> EarnedDay | None:
        return self.days[-1] if self.days else None

    @property
    def expected(self) -> float | None:
        """Working days from start to finish at this rate, PD / SPI(t); None while nothing is earned."""
        latest = self.latest
        return self.planned / latest.spi if latest and latest.earned > 0 else None


def earned_schedule(plan: PlanInput) -> EarnedSchedule:
    """SPI(t) for each working day before the plan's today; empty where nothing is planned or nothing has begun."""
    works = [one for one in plan.works if one.state != "dropped"]
    if not works:
        return EarnedSchedule(0, ())
    start = plan.calendar.next_working(min(one.start_on for one in works))
    end = max(start, *(one.due_on for one in works))
    days = plan.calendar.working_days(start, max(end, plan.today - timedelta(days=1)))
    length = plan.calendar.working_days_in(start, end)
    weights = np.array([one.effort_days or 1.0 for one in works])
    planned = _accrued(days, [one.due_on for one in works], weights)
    earned = _accrued(days, [_accepted(one) for one in works], weights)
    worth = _days_worth(planned, earned)
    # A plan that is wholly accepted is worth all its days, however early; after that the clock stops.
    last = _clock(plan, works, days)
    return EarnedSchedule(
        length, tuple(EarnedDay(day, n + 1, min(float(worth[n]), length)) for n, day in enumerate(days[:last]))
    )


def _accepted(work: Work) -> date:
    return (work.finished_on or work.due_on) if work.state == "accepted" else date.max


def _clock(plan: PlanInput, works: Sequence[Work], days: Sequence[date]) -> int:
    """How many of the days are over: up to yesterday, or to the day on which all was accepted."""
    until = plan.today - timedelta(days=1)
    if all(one.state == "accepted" for one in works):
        until = min(until, max(_accepted(one) for one in works))
    return sum(day <= until for day in days)


def _accrued(days: Sequence[date], reached: Sequence[date], weights: Floats) -> Floats:
    """What is reached by the end of each day, as a share of everything."""
    at = np.array([one.toordinal() for one in days])
    order = np.argsort([one.toordinal() for one in reached], kind="stable")
    when = np.array([one.toordinal() for one in reached])[order]
    total = np.concatenate(([0.0], np.cumsum(weights[order])))
    return np.asarray(total[np.searchsorted(when, at, side="right")] / total[-1], dtype=np.float64)


def _days_worth(planned: Floats, earned: Floats) -> Floats:
    """N whole days of plan, and the share of the next one: ES = N + (EV - PV_N) / (PV_N+1 - PV_N).

    Where the plan stands still at just what is earned, that is worth each of these days: today's if it is among them.
    """
    before = np.concatenate(([0.0], planned))
    whole = np.searchsorted(before, earned + EQUAL, side="right") - 1
    first = np.searchsorted(before, earned - EQUAL, side="left")
    following = np.minimum(whole + 1, len(before) - 1)
    step = before[following] - before[whole]
    over = np.maximum(earned - before[whole], 0)
    worth = whole + np.divide(over, step, out=np.zeros_like(earned), where=step > 0)
    still = (first < whole) & (over <= EQUAL)
    return np.where(still, np.clip(np.arange(1, len(earned) + 1), first, whole), worth)


def finish_at_rate(calendar: WorkCalendar, start: date, schedule: EarnedSchedule, longest: int = 2000) -> date | None:
    """The day on which the plan ends at the rate so far, at most so many working days after its start."""
    if schedule.expected is None:
        return None
    return calendar.add_working_days(start, min(max(0, round(schedule.expected) - 1), longest))
