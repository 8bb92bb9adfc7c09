"""The scorecard and the cascade in one number: coherent, monotone, learnt, and told in parts that sum to it."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from milestones.forecasting import Opinion, PlanInput, Wait, forecast
from milestones.forecasting.opinion import cascade_log_odds, chance_of
from milestones.forecasting.risk import (
    NAMES,
    Features,
    Recalibration,
    fingerprint,
    learn_pool,
    pool_terms,
    pool_weights,
    pooled_card,
    shares,
    shipped_prior,
    table,
    whole_numbers,
)
from milestones.forecasting.study import study
from milestones.forecasting.what_if import Comparison, wait_closed
from tests.milestones.forecasting.plans import big_plan, day, plan, work

CARD = shipped_prior()
POOL = pooled_card(CARD)
# Log-odds of a scorecard that finds nothing to fear, and of one that fears the worst.
CALM, ALARMED = -5.0, 4.0


def pooled(given: PlanInput, log_odds: float) -> PlanInput:
    opinion = Opinion({one.id: log_odds for one in given.works}, POOL.cascade, POOL.usual)
    return replace(given, opinion=opinion)


def late(given: PlanInput, log_odds: float) -> dict[int, float]:
    return {key: 1 - one.chance for key, one in forecast(pooled(given, log_odds)).works.items()}


# --- coherence -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", [CALM, ALARMED])
def test_what_is_past_its_due_date_is_late_whatever_the_scorecard_says(says):
    given = plan(work(1, 0, 5, state="in_progress", started_on=day(0)), today=20)
    assert late(given, says)[1] == 1


def test_what_waits_for_something_a_month_late_is_late_whatever_the_scorecard_says():
    before = work(1, 0, 5, state="in_progress", started_on=day(0), waits=(Wait(day(2), "client"),), effort_days=15)
    given = plan(before, work(2, 36, 40, predecessors=(1,)), today=38)
    assert late(given, CALM)[2] > 0.97


def test_no_draw_ends_before_what_it_waits_for():
    given = pooled(big_plan(), CALM)
    ready = study(given)
    finish = ready.finishes(ready.causes()[0])[:, 0]
    rows = ready.draws.rows
    for one in given.works:
        if one.is_open:
            for before in one.predecessors:
                if before in rows:
                    assert (finish[rows[one.id]] > finish[rows[before]]).all() or one.state != "planned"


def test_a_wait_that_outlasts_the_due_date_makes_it_late():
    waiting = Wait(day(0), "client", until=day(60))
    given = plan(work(1, 0, 30, state="in_progress", started_on=day(0), waits=(waiting,)), today=10)
    assert late(given, CALM)[1] == 1


def test_a_later_predecessor_never_makes_it_safer():
    found = []
    for slip in (0, 5, 10, 20, 40):
        before = work(1, 0, 9 + slip, state="planned", effort_days=6 + slip)
        found.append(late(plan(before, work(2, 12, 24, predecessors=(1,)), today=1), CALM)[2])
    assert found == sorted(found)
    assert found[-1] > 0.9 > 0.5 > found[0]


def test_the_chance_rises_with_the_scorecards():
    given = plan(work(1, 2, 16), work(2, 17, 30, predecessors=(1,)), today=3)
    found = [late(given, says) for says in (-4.0, -2.0, -1.0, 0.0, 2.0)]
    for key in (1, 2):
        assert [one[key] for one in found] == sorted(one[key] for one in found)


def test_the_chance_rises_with_the_cascades():
    opinion = Opinion({1: -1.0}, 0.8, -1.0)
    found = [opinion.late(1, share) for share in (0, 0.1, 0.3, 0.7, 1)]
    assert found == sorted(found)
    assert opinion.late(1, chance_of(-1.0)) == pytest.approx(chance_of(-1.0), abs=0.02)


def test_an_unusual_scorecard_alone_moves_it():
    given = plan(work(1, 2, 25), today=3)
    calm, alarmed = late(given, CALM)[1], late(given, ALARMED)[1]
    own = 1 - forecast(given).works[1].chance
    assert calm < own < alarmed


def test_without_an_opinion_nothing_changes():
    given = big_plan()
    assert forecast(replace(given, opinion=Opinion({}, 0.8, -1.0))).milestones == forecast(given).milestones


def test_a_what_if_pools_the_changed_plan_anew():
    """Closing a wait moves the chance, though the scorecard knows no waits."""
    held = work(1, 0, 14, state="in_progress", started_on=day(0), waits=(Wait(day(4), "client"),))
    given = pooled(plan(held, today=11, due=14), -1.0)
    effect = Comparison(given).effect(wait_closed(given, 1, given.today), 30)
    assert effect is not None
    assert effect.after.chance > effect.before.chance


@pytest.mark.parametrize("count", [0, 1, 2000])
def test_any_number_of_deliverables_will_do(count):
    works = [work(key, key % 60, key % 60 + 9, owner=key % 9) for key in range(1, count + 1)]
    given = pooled(plan(*works, today=5, due=69), -0.5)
    found = forecast(given, 200)
    assert len(found.works) == count
    assert all(0 <= one.chance <= 1 for one in found.works.values())


def test_due_before_its_start_is_late():
    given = plan(work(1, 20, 10), today=5)
    assert late(given, CALM)[1] > 0.99


# --- learnt --------------------------------------------------------------------------------------------------


def outcomes(n: int, seed: int = 1) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """So many outcomes of a world in which the cascade is right and the scorecard is noise."""
    rng = np.random.default_rng(seed)
    rows = [
        Features(float(rng.integers(1, 40)), float(rng.integers(0, 30)), record=float(rng.random())) for _ in range(n)
    ]
    share = rng.random(n)
    return (
        table(rows),
        share,
        (rng.random(n) < share).astype(float),
        np.arange(n) + 740_000,
        np.zeros(n, dtype=np.int64),
    )


def test_before_the_first_outcome_the_prior_speaks():
    learnt = learn_pool(CARD, *outcomes(0))
    assert pooled_card(CARD, learnt).cascade == POOL.cascade
    assert (learnt.n, learnt.late, learnt.made_from["from_day"]) == (0, 0, None)


def test_outcomes_pull_the_weights_from_the_first_on():
    weights = [learn_pool(CARD, *outcomes(n)).weight("slope") for n in (0, 20, 200, 2000)]
    assert weights[0] > weights[2] > weights[3]
    assert weights[3] < 0.2
    assert learn_pool(CARD, *outcomes(1)).means != learn_pool(CARD, *outcomes(0)).means


def test_what_was_learnt_comes_back_from_json_the_same():
    learnt = learn_pool(CARD, *outcomes(60))
    again = Recalibration.from_json(learnt.to_json())
    assert again.version == learnt.version
    assert pooled_card(CARD, again).cascade == pytest.approx(pooled_card(CARD, learnt).cascade, abs=1e-6)


def test_a_database_may_keep_the_weights_in_another_order():
    learnt = learn_pool(CARD, *outcomes(60))
    turned = replace(learnt, names=learnt.names[::-1], means=learnt.means[::-1], sds=learnt.sds[::-1])
    columns = outcomes(5)[0]
    assert (pooled_card(CARD, turned).card.log_odds(columns) == pooled_card(CARD, learnt).card.log_odds(columns)).all()


def test_the_pooled_card_is_what_the_weights_say():
    columns, share, late_rows, known, where = outcomes(80)
    learnt = learn_pool(CARD, columns, share, late_rows, known, where)
    pool = pooled_card(CARD, learnt)
    by_weights = learnt.log_odds(pool_terms(CARD, columns, share))
    by_card = pool.card.log_odds(columns) + np.array([pool.part(one) for one in share.tolist()])
    assert by_card == pytest.approx(by_weights)
    assert len(pool_weights(CARD)) == len(learnt.means)


def test_a_calibration_of_another_prior_is_refused():
    learnt = learn_pool(CARD, *outcomes(5))
    other = replace(CARD, base=CARD.base + 0.1)
    assert fingerprint(other) != fingerprint(CARD)
    with pytest.raises(ValueError, match="another prior"):
        pooled_card(other, learnt)


# --- told ----------------------------------------------------------------------------------------------------


def test_parts_sum_to_the_chance():
    parts = {"days_left": 0.7, "record": -1.4, "cascade": 2.2, "load": 0.0}
    found = shares(-1.0, parts)
    assert sum(found.values()) == pytest.approx(chance_of(-1.0 + 1.5) - chance_of(-1.0))
    assert found["record"] < 0 == found["load"] < found["days_left"] < found["cascade"]


def test_parts_that_cancel_are_told_too():
    found = shares(-1.0, {"load": 1.0, "record": -1.0})
    assert found["load"] == pytest.approx(-found["record"])
    assert found["load"] == pytest.approx(chance_of(-1.0) * (1 - chance_of(-1.0)))


def test_two_parts_together_add_what_they_add_apart():
    apart = shares(-1.0, {"a": 0.4, "b": 0.5, "c": -0.2})
    assert shares(-1.0, {"ab": 0.9, "c": -0.2})["ab"] == pytest.approx(apart["a"] + apart["b"])


@pytest.mark.parametrize("seed", range(5))
def test_whole_numbers_sum_exactly_and_are_near(seed):
    values = np.random.default_rng(seed).normal(0, 12, 9).tolist()
    total = round(sum(values))
    found = whole_numbers(values, total)
    assert sum(found) == total
    assert all(abs(one - value) <= 1 for one, value in zip(found, values, strict=True))


def test_no_share_of_draws_is_taken_for_certainty():
    assert cascade_log_odds(0) == pytest.approx(-cascade_log_odds(1))
    assert cascade_log_odds(1) == pytest.approx(log(99))
    assert set(NAMES) >= set(CARD.kinds)
