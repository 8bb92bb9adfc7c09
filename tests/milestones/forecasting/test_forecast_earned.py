"""Earned schedule by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from milestones.calendar import WorkCalendar
from milestones.forecasting import EarnedDay, EarnedSchedule, MilestoneDue, PlanInput, Work, earned_schedule
from milestones.forecasting.earned_schedule import finish_at_rate

MONDAY = date(2026, 3, 2)
PLAIN = WorkCalendar()


def on(n: int) -> date:
    """The nth working day of the plan, from 1."""
    return PLAIN.add_working_days(MONDAY, n - 1)


def item(key: int, due: int, accepted: int | None = None, effort: float = 1.0) -> Work:
    fresh = Work(key, 30, MONDAY, on(due), effort)
    return replace(fresh, state="accepted", started_on=MONDAY, finished_on=on(accepted)) if accepted else fresh


def latest(found: EarnedSchedule) -> EarnedDay:
    assert found.latest is not None
    return found.latest


def standing(*works: Work, after: int) -> PlanInput:
    """In the morning after so many working days."""
    return PlanInput("e", on(after + 1), works, (MilestoneDue(30, on(10)),), PLAIN)


def test_work_as_planned_earns_a_day_a_day():
    works = [item(n, n, n) for n in range(1, 11)]
    found = earned_schedule(standing(*works, after=10))
    assert [one.earned for one in found.days] == pytest.approx(list(range(1, 11)))
    assert all(one.spi == pytest.approx(1) for one in found.days)
    assert [one.on for one in found.days] == [on(n) for n in range(1, 11)]


def test_work_at_half_the_rate_has_half_the_index_and_ends_after_twice_the_time():
    works = [item(n, n, 2 * n if n <= 3 else None) for n in range(1, 11)]
    found = earned_schedule(standing(*works, after=6))
    assert latest(found).earned == pytest.approx(3)
    assert latest(found).spi == pytest.approx(0.5)
    assert found.expected == pytest.approx(20)
    assert finish_at_rate(PLAIN, MONDAY, found) == on(20)


def test_part_of_a_day_is_earned_by_interpolation():
    """Planned: 2 of 10 efforts by day 2, 8 more by day 10. Accepted: those 2 and 4 of the 8, which is 4 days' worth."""
    works = [item(1, 2, 1, effort=2), item(2, 10, 3, effort=4), item(3, 10, effort=4)]
    found = earned_schedule(standing(*works, after=4))
    assert [one.earned for one in found.days] == pytest.approx([2, 2, 9.5, 9.5])


def test_where_nothing_is_due_nothing_is_late():
    """All that was due by day 2 is accepted, and nothing more is due until day 6: each day earns itself."""
    stepped = [item(1, 2, 1, effort=2), item(2, 6, effort=4), item(3, 10, effort=4)]
    assert [one.earned for one in earned_schedule(standing(*stepped, after=8)).days] == [2, 2, 3, 4, 5, 5, 5, 5]


def test_a_late_project_does_not_return_to_one():
    works = [item(n, n, 2 * n) for n in range(1, 11)]
    found = earned_schedule(standing(*works, after=30))
    assert len(found.days) == 20
    assert latest(found).spi == pytest.approx(0.5)


def test_an_early_end_stops_the_clock_above_one():
    works = [item(n, 2 * n, n) for n in range(1, 6)]
    found = earned_schedule(standing(*works, after=9))
    assert (latest(found).actual, latest(found).earned) == (5, 10)
    assert latest(found).spi == pytest.approx(2)


def test_nothing_earned_nothing_planned_and_nothing_begun():
    nothing = earned_schedule(standing(item(1, 1), item(2, 10), after=4))
    assert latest(nothing).spi == 0
    assert nothing.expected is None
    assert finish_at_rate(PLAIN, MONDAY, nothing) is None
    assert earned_schedule(standing(after=4)).days == ()
    assert earned_schedule(replace(standing(item(1, 10), after=4), today=MONDAY - timedelta(days=9))).days == ()


def test_dropped_work_is_not_counted():
    works = [item(1, 5, 5), replace(item(2, 10), state="dropped")]
    found = earned_schedule(standing(*works, after=6))
    assert found.planned == 5
    assert latest(found).spi == pytest.approx(1)
