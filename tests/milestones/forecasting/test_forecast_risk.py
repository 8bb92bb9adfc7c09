"""Draws agree with a chance of lateness that comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from milestones.forecasting import forecast
from milestones.forecasting.agreement import agreeing
from tests.milestones.forecasting.plans import big_plan, day, done, plan, work

DRAWS = 1000


@pytest.mark.parametrize("late", [0.0, 0.05, 0.3, 0.62, 0.97, 1.0])
def test_the_share_of_late_draws_is_the_given_chance(late):
    given = replace(big_plan(), risk={one.id: late for one in big_plan().works if one.is_open})
    found = forecast(given, DRAWS)
    before = {one.id: [key for key in one.predecessors if found.works[key].finished_on is None] for one in given.works}
    asked = [one for one in found.works.values() if one.finished_on is None and one.due_on >= given.today]
    assert len([one for one in asked if not before[one.id]]) > 9
    for one in asked:
        assert one.chance <= 1 - late + 1 / DRAWS
        # What comes before it may leave it no other way than to be late more often.
        if not before[one.id]:
            assert one.chance == pytest.approx(1 - late, abs=1 / DRAWS)


def test_own_chance_is_the_cascades_whatever_the_risk_says():
    given = big_plan()
    alone = forecast(given, DRAWS)
    pooled = forecast(replace(given, risk={one.id: 0.4 for one in given.works if one.is_open}), DRAWS)
    for key, one in alone.works.items():
        assert one.own_chance == one.chance
        assert pooled.works[key].own_chance == one.chance


def test_a_risky_predecessor_pushes_its_successors():
    works = [work(1, 0, 9), work(2, 10, 17, predecessors=(1,))]
    given = plan(*works, today=2)
    calm, risky = (forecast(replace(given, risk={1: late}), DRAWS).works[2] for late in (0.02, 0.9))
    assert risky.chance < calm.chance
    assert risky.eight_in_ten >= calm.eight_in_ten


def test_the_cascades_own_chance_changes_nothing():
    given = big_plan()
    own = {key: one.own_chance for key, one in forecast(given, DRAWS).works.items() if one.finished_on is None}
    one = next(key for key in own if 0.1 < own[key] < 0.9)
    again = forecast(replace(given, risk={one: 1 - own[one]}), DRAWS)
    assert again.works == forecast(given, DRAWS).works


def test_both_sides_keep_their_shape():
    finish = np.array([14, 2, 3, 4, 11, 12, 13, 1], dtype=np.float32)
    agreed = agreeing(finish, due=10, now=0, late=0.25)
    assert sorted(agreed) == [1, 2, 2, 3, 4, 4, 12, 14]
    assert (np.argsort(agreed, kind="stable")[-2:] == [6, 0]).all()
    assert agreed[7] == 1


def test_where_the_cascade_is_certain_the_nearest_draws_cross_the_due_date():
    early = np.array([1, 2, 3, 4, 5, 7], dtype=np.float32)
    agreed = list(agreeing(early, due=10, now=0, late=1 / 3))
    assert agreed[-2:] == [11, 13]
    assert set(agreed[:-2]) <= set(early)
    late = np.array([12, 14, 15, 16], dtype=np.float32)
    assert list(agreeing(late, due=10, now=0, late=0.5))[:2] == [8, 10]
    assert list(agreeing(late, due=10, now=9, late=0.5))[:2] == [9, 10]


def test_what_is_past_its_due_date_stays_late():
    given = plan(work(1, 0, 5, state="in_progress", started_on=day(0)), today=20)
    assert forecast(replace(given, risk={1: 0.1})).works[1].chance == 0
    assert forecast(replace(given, risk={1: 0.1})).works == forecast(given).works


def test_the_risk_of_finished_or_unknown_work_is_left_aside():
    given = plan(done(1, 0, 9), work(2, 12, 20), today=11)
    assert forecast(replace(given, risk={1: 0.9, 77: 0.5})) == forecast(given)


def test_drivers_still_sum_to_the_delay():
    given = replace(big_plan(), risk={one.id: 0.7 for one in big_plan().works if one.is_open})
    found = forecast(given, 300)
    for one in [*found.works.values(), *found.milestones.values()]:
        if one.finished_on is None:
            assert sum(driver.days for driver in one.drivers) == one.delay_days


def test_any_number_of_draws_will_do():
    for draws in (1, 2, 7, 333):
        found = forecast(replace(big_plan(), risk={one.id: 0.5 for one in big_plan().works}), draws)
        assert found.draws == draws
