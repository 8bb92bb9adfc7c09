"""A plan on its first day: nothing has been seen, and whoever knows of a review leaves time for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.forecasts.pool import fresh, usual_of
from milestones.forecasting import COLD_START, MilestoneDue, Opinion, Wait, forecast
from milestones.forecasting.days import table
from milestones.forecasting.facts import facts_of, observe
from milestones.forecasting.opinion import chance_of
from milestones.forecasting.prior import Rate
from milestones.forecasting.risk import USUAL_SHARE, pooled_card, shipped_prior
from tests.milestones.forecasting.plans import CALENDAR, day, plan, work

POOL = pooled_card(shipped_prior())
TABLE = table(CALENDAR, day(0), day(120))


def test_a_usual_deliverable_of_a_playbook_is_as_often_late_as_a_new_firms():
    cascade = np.mean([usual_of(book) for book in ("short", "full")])
    late = chance_of(POOL.card.base + POOL.cascade * (float(cascade) - POOL.usual))
    assert late == pytest.approx(USUAL_SHARE, abs=0.02)


@pytest.mark.parametrize("book", ["short", "full"])
def test_a_fresh_plan_is_neither_dark_nor_certain(book):
    given = fresh(book)
    usual = dict.fromkeys((one.id for one in given.works), POOL.card.base)
    found = forecast(replace(given, opinion=Opinion(usual, POOL.cascade, POOL.usual)))
    chances = [one.chance for one in found.works.values()]
    assert 0.6 <= np.mean(chances) <= 0.75
    assert np.mean([(one.eight_in_ten - one.due_on).days for one in found.works.values()]) <= 14
    assert all(0.2 <= one.chance <= 0.75 for one in found.milestones.values())


def test_who_needs_a_signature_leaves_a_usual_review():
    given = plan(work(1, 0, 20, needs_sign_off=True), work(2, 0, 20))
    signed, alone = (facts_of(given, one, TABLE) for one in given.works)
    assert (signed.review, alone.review) == (round(COLD_START.review.mean), 0)
    assert signed.pace_window == alone.pace_window - signed.review


def test_a_review_never_takes_more_than_half_of_a_short_window():
    (one,) = plan(work(1, 0, 3, needs_sign_off=True)).works
    facts = facts_of(plan(one), one, TABLE)
    assert (facts.window, facts.review) == (4, 2)


def test_who_holds_back_does_not_hold_back_the_clients_days():
    """With next to nothing to do, a signature makes a paced deliverable hardly likelier to be late."""
    paced = replace(COLD_START, paced=1.0, growth=Rate(0.0, 1.0), wait_rate=Rate(0.0, 1.0))
    signed, alone = (work(key, 14, 34, effort_days=1, needs_sign_off=key == 1) for key in (1, 2))
    found = forecast(replace(plan(signed, alone, today=0, due=40), prior=paced)).works
    assert found[2].chance > 0.95
    assert found[2].chance - found[1].chance < 0.3


def test_the_wait_for_acceptance_is_no_part_of_what_the_work_was_paced_to():
    review = Wait(day(14), "client", open=False, until=day(20), review=True)
    accepted = work(1, 0, 21, state="accepted", started_on=day(0), finished_on=day(20), needs_sign_off=True)
    (reviewed,) = plan(replace(accepted, waits=(review,)), today=30).works
    facts = facts_of(plan(reviewed, today=30), reviewed, TABLE)
    assert (facts.stopped, facts.free_window) == (0, facts.pace_window)
    told = observe(COLD_START, facts)
    assert told is not None
    assert told.handed > 0


def test_what_is_added_for_an_early_milestone_is_not_left_to_the_end():
    """Additions are taken up when they come, not after everything that was planned."""
    works = [work(key, 6 * key, 6 * key + 5, owner=1, milestone=30 if key < 5 else 90) for key in range(15)]
    given = plan(*works, today=0)
    given = replace(
        given,
        milestones=(MilestoneDue(30, day(30)), MilestoneDue(90, day(90))),
        prior=replace(COLD_START, growth=Rate(0.3, 5.0)),
    )
    found = forecast(given).milestones
    assert found[30].eight_in_ten < found[90].likely
