"""A change is told by what it does to the dates, from the same draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from milestones.forecasting import CircularPlanError, Comparison, Effect, PlanInput, Wait, forecast
from milestones.forecasting.what_if import dropped, moved, reassigned, wait_closed, without_client_waits
from tests.milestones.forecasting.plans import START, big_plan, day, plan, work

WAIT = Wait(START + timedelta(days=6), "client")


def slipping():
    """A running deliverable that waits, what follows it, and an owner with too much in hand."""
    held = work(1, 2, 9, state="in_progress", started_on=day(2), waits=(WAIT,), owner=1, owner_open_load=7)
    after = work(2, 10, 17, predecessors=(1,), owner=1, owner_open_load=7)
    more = [work(n, 6, 16, owner=1, owner_open_load=7, effort_days=7) for n in (3, 4, 5)]
    return plan(held, after, *more, work(6, 2, 20, owner=2, owner_open_load=1, effort_days=2), today=12)


def effect_of(compared: Comparison, changed: PlanInput, milestone: int) -> Effect:
    found = compared.effect(changed, milestone)
    assert found is not None
    return found


def test_no_change_has_no_effect():
    given = slipping()
    effect = effect_of(Comparison(given), given, 30)
    assert (effect.days, effect.eight_in_ten_days, effect.chance) == (0, 0, 0)


def test_before_is_the_forecast_itself():
    given = slipping()
    compared, made = Comparison(given), forecast(given)
    before, whole = compared.before(30), compared.before()
    assert before is not None
    assert whole is not None
    assert made.whole is not None
    assert before.outlook == made.milestones[30].outlook
    assert whole.outlook == made.whole.outlook


def test_a_wait_closed_sooner_gains_more():
    given = plan(replace(slipping().works[0], owner=None), replace(slipping().works[1], owner=None), today=12)
    compared = Comparison(given)
    gains = [
        effect_of(compared, wait_closed(given, 1, given.today + timedelta(days=days)), 30).eight_in_ten_days
        for days in (0, 2, 7, 21)
    ]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0 > gains[-1]


def test_a_wait_closed_by_a_date_in_the_past_is_closed_today():
    given = slipping()
    changed = wait_closed(given, 1, START)
    assert changed == wait_closed(given, 1, given.today)
    assert changed.works[0].waits[0].until == given.today


def test_work_given_to_somebody_free_comes_sooner_and_loads_follow():
    given = slipping()
    changed = reassigned(given, 5, 2)
    assert {one.owner_open_load for one in changed.works if one.owner == 1} == {6}
    assert {one.owner_open_load for one in changed.works if one.owner == 2} == {2}
    assert effect_of(Comparison(given), changed, 30).days > 0
    assert reassigned(given, 5, 1) == given


def test_somebody_from_outside_brings_a_load():
    changed = reassigned(slipping(), 5, 9, open_load=12)
    assert next(one.owner_open_load for one in changed.works if one.id == 5) == 13


def test_a_dropped_deliverable_holds_nothing_up():
    given = slipping()
    changed = dropped(given, 1)
    assert effect_of(Comparison(given), changed, 30).days > 0


def test_dropping_what_is_not_critical_does_nothing():
    late = work(1, 2, 30, state="in_progress", started_on=day(2), effort_days=18)
    given = plan(late, work(2, 2, 6, effort_days=1), today=4)
    effect = effect_of(Comparison(given), dropped(given, 2), 30)
    assert effect.days == 0
    assert effect.chance == pytest.approx(0, abs=0.01)


def test_moving_something_to_a_later_milestone_leaves_this_one_sooner():
    works = [work(1, 0, 28, effort_days=20), work(2, 0, 40, milestone=60)]
    given = plan(*works, today=1)
    effect = effect_of(Comparison(given), moved(given, 1, day(58), milestone=60), 60)
    assert effect.days < 0
    assert Comparison(given).effect(moved(given, 1, day(58), milestone=60), 30) is None


def test_a_move_keeps_the_length_unless_a_start_is_given():
    given = slipping()
    one = next(one for one in moved(given, 3, day(30)).works if one.id == 3)
    assert one.due_on - one.start_on == given.works[2].due_on - given.works[2].start_on
    assert next(one for one in moved(given, 3, day(30), start_on=day(6)).works if one.id == 3).start_on == day(6)


def test_without_any_client_waits_all_is_sooner_than_without_the_open_ones():
    given = replace(slipping(), works=tuple(replace(one, needs_sign_off=True) for one in slipping().works))
    compared = Comparison(given)
    closed = effect_of(compared, wait_closed(given, 1, given.today), 30).after
    free = effect_of(compared, without_client_waits(given), 30).after
    assert free.eight_in_ten <= closed.eight_in_ten
    assert free.likely < closed.likely


def test_changes_of_unknown_work_and_circles_are_sentences():
    given = slipping()
    with pytest.raises(ValueError, match="Deliverable 77 is not in the plan"):
        dropped(given, 77)
    circle = replace(given, works=(replace(given.works[0], predecessors=(2,)), *given.works[1:]))
    with pytest.raises(CircularPlanError):
        effect_of(Comparison(given), circle, 30)


def test_far_changes_leave_the_draws_alone():
    """Common draws: a change to one deliverable moves no other that has nothing to do with it."""
    given = big_plan()
    target = given.works[-1].id
    compared = Comparison(given)
    effect = effect_of(compared, moved(given, target, given.works[-1].due_on + timedelta(days=1)), 30)
    assert (effect.days, effect.eight_in_ten_days) == (0, 0)
    assert effect.after.outlook == effect.before.outlook
