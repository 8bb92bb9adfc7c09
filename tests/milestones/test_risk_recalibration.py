"""A firm's own outcomes: nothing changes without any, little with few, and what many say is followed."""

from __future__ import annotations

import numpy as np
import pytest

from milestones.forecasting.risk import (
    Features,
    Recalibration,
    Weight,
    counted,
    firm_card,
    firm_terms,
    firm_weights,
    follow,
    learn_firm,
    probability,
    recalibrate,
    score,
    shipped_prior,
    table,
)

TWO = (Weight("intercept", 0.0, 0.5), Weight("slope", 1.0, 0.3))


def world(n: int, intercept: float = 0.0, slope: float = 1.0, seed: int = 1):
    """Terms (1, log-odds of a scorecard) and outcomes whose truth is intercept + slope times it."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 1.5, n)
    late = (rng.random(n) < probability(intercept + slope * log_odds)).astype(float)
    return np.column_stack([np.ones(n), log_odds]), late, np.arange(n)


def each(n: int):
    """Days and engagements of outcomes that have nothing in common."""
    return np.arange(n), np.zeros(n, dtype=np.int64)


def test_no_outcome_leaves_the_prior():
    terms, late, days = world(0)
    made = recalibrate(TWO, terms, late, days)
    assert made.means == (0.0, 1.0)
    assert made.sds == pytest.approx((0.5, 0.3))
    assert (made.n, made.late) == (0, 0)


def test_one_outcome_moves_a_little_towards_it():
    one = np.array([[1.0, 0.0]])
    late = recalibrate(TWO, one, np.array([1.0]), np.array([1]))
    on_time = recalibrate(TWO, one, np.array([0.0]), np.array([1]))
    assert 0 < late.intercept < 0.2
    assert on_time.intercept == pytest.approx(-late.intercept)


def test_the_more_history_the_more_it_counts():
    moved = []
    for n in (0, 10, 100, 2000):
        terms, late, days = world(n, intercept=1.5)
        moved.append(recalibrate(TWO, terms, late, days).intercept)
    assert moved == sorted(moved)
    assert moved[0] == 0
    assert moved[-1] == pytest.approx(1.5, abs=0.2)


def test_slope_and_intercept_of_a_known_truth_are_found():
    terms, late, days = world(20_000, intercept=-0.7, slope=0.5)
    made = recalibrate(TWO, terms, late, days)
    assert made.intercept == pytest.approx(-0.7, abs=0.08)
    assert made.slope == pytest.approx(0.5, abs=0.05)
    assert max(made.sds) < 0.05


def test_it_agrees_with_the_exact_posterior():
    """One weight, so that the posterior can be integrated on a grid."""
    prior = (Weight("intercept", 0.3, 0.6),)
    late = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    made = recalibrate(prior, np.ones((10, 1)), late, np.arange(10))
    grid = np.linspace(-4, 5, 20001)
    log = -0.5 * ((grid - 0.3) / 0.6) ** 2 + late.sum() * grid - 10 * np.log1p(np.exp(grid))
    weights = np.exp(log - log.max())
    mean = grid @ weights / weights.sum()
    sd = np.sqrt(((grid - mean) ** 2) @ weights / weights.sum())
    assert made.means[0] == pytest.approx(grid[log.argmax()], abs=1e-3)
    assert made.sds[0] == pytest.approx(sd, rel=0.05)


def test_a_shifted_base_is_followed_where_drift_is_allowed():
    first, late_first, _ = world(1500, intercept=-1.0, seed=2)
    then, late_then, _ = world(300, intercept=1.0, seed=3)
    terms, late = np.vstack([first, then]), np.concatenate([late_first, late_then])
    days = np.arange(len(late))
    still = recalibrate((Weight("intercept", 0, 0.5), TWO[1]), terms, late, days).intercept
    moving = recalibrate((Weight("intercept", 0, 0.5, drift=0.01), TWO[1]), terms, late, days).intercept
    assert still < 0 < 0.5 < moving


def test_the_order_of_the_rows_does_not_matter_only_the_days():
    terms, late, days = world(300, intercept=0.5)
    mixed = np.random.default_rng(0).permutation(300)
    prior = (Weight("intercept", 0, 0.5, drift=0.01), TWO[1])
    assert recalibrate(prior, terms[mixed], late[mixed], days[mixed]) == recalibrate(prior, terms, late, days)


def test_what_falls_due_together_counts_less_than_as_much_apart():
    """Ten late ones of one day move as much as the root of ten would."""
    ones, late = np.ones((10, 1)), np.ones(10)
    prior = (Weight("intercept", 0.0, 0.5),)
    engagement = np.zeros(10, dtype=np.int64)
    together, apart = np.full(10, 7), np.arange(10)
    assert counted(engagement, together).sum() == pytest.approx(np.sqrt(10))
    assert counted(engagement, apart).tolist() == counted(np.arange(10), together).tolist() == [1.0] * 10
    moved = [
        recalibrate(prior, ones, late, days, None, counted(engagement, days)).intercept for days in (together, apart)
    ]
    three = recalibrate(prior, ones[:3], late[:3], apart[:3]).intercept
    assert three < moved[0] < 1.1 * three < moved[1]


def test_together_is_the_same_engagement_and_the_same_day():
    engagement, days = np.array([1, 2, 1, 1]), np.array([5, 5, 6, 5])
    assert counted(engagement, days) == pytest.approx([2**-0.5, 1, 1, 2**-0.5])


def test_two_opinions_are_pooled_by_what_they_are_worth():
    """A logarithmic pool: the scorecard is noise here, the cascade is right."""
    rng = np.random.default_rng(4)
    noise, right = rng.normal(size=5000), rng.normal(size=5000)
    late = (rng.random(5000) < probability(right)).astype(float)
    prior = (Weight("intercept", 0, 0.5), Weight("scorecard", 0.5, 0.3), Weight("cascade", 0.5, 0.3))
    made = recalibrate(prior, np.column_stack([np.ones(5000), noise, right]), late, np.arange(5000))
    assert made.weight("scorecard") == pytest.approx(0, abs=0.1)
    assert made.weight("cascade") == pytest.approx(1, abs=0.1)


def test_it_is_kept_as_json_and_its_version_follows_its_numbers():
    terms, late, days = world(50, intercept=1)
    made = recalibrate(TWO, terms, late, days, {"from_day": 3})
    again = Recalibration.from_json(made.to_json())
    assert again.means == pytest.approx(made.means, abs=1e-6)
    assert (again.names, again.n, again.late, again.made_from) == (made.names, 50, int(late.sum()), {"from_day": 3})
    assert again.version == made.version
    assert recalibrate(TWO, terms[:49], late[:49], days[:49]).version != made.version


@pytest.mark.parametrize("text", ["", "null", "{}", '{"format": 2}', '{"format": 1, "weights": {"a": [1]}}'])
def test_what_is_no_recalibration_is_refused(text):
    with pytest.raises(ValueError):
        Recalibration.from_json(text)


def test_following_never_uses_an_outcome_before_its_day():
    terms, late, asked = world(400, intercept=0.8)
    known = asked + 40
    before = follow(TWO, terms, late, asked, known)
    flipped = late.copy()
    flipped[200:] = 1 - flipped[200:]
    after = follow(TWO, terms, flipped, asked, known)
    seen = 240  # row 200 is known on day 240
    assert after[:seen].tolist() == before[:seen].tolist()
    assert (after[seen:] != before[seen:]).all()
    assert before[:40].tolist() == terms[:40, 1].tolist()


def firm_rows(n: int) -> list[Features]:
    rng = np.random.default_rng(9)
    return [
        Features(days_left=float(rng.integers(0, 90)), age=float(rng.integers(0, 40)), load=float(rng.integers(1, 9)))
        for _ in range(n)
    ]


def test_a_firms_card_scores_as_its_recalibration_does():
    card, columns = shipped_prior(), table(firm_rows(400))
    late = (columns["load"] > 5).astype(float)
    learnt = learn_firm(card, columns, late, *each(400))
    own = firm_card(card, learnt)
    assert own.log_odds(columns) == pytest.approx(learnt.log_odds(firm_terms(card, columns)), abs=1e-9)
    risk = score(own, firm_rows(1)[0])
    assert sum((one.log_odds for one in risk.drivers), risk.base) == pytest.approx(risk.log_odds, abs=1e-12)


def test_a_firm_learns_what_is_its_own():
    """Here only the load matters, whatever the four projects say."""
    card, columns = shipped_prior(), table(firm_rows(3000))
    late = (columns["load"] > 5).astype(float)
    own = firm_card(card, learn_firm(card, columns, late, *each(3000)))
    chances = probability(own.log_odds(columns))
    assert chances[columns["load"] > 5].mean() > 0.85
    assert chances[columns["load"] <= 5].mean() < 0.15


def test_a_firm_without_outcomes_has_the_prior():
    card, columns = shipped_prior(), table(firm_rows(30))
    nothing = {name: values[:0] for name, values in columns.items()}
    learnt = learn_firm(card, nothing, np.zeros(0), *each(0))
    assert learnt.means == tuple(one.mean for one in firm_weights(card))
    assert firm_card(card, learnt).log_odds(columns) == pytest.approx(card.log_odds(columns), abs=1e-12)


def test_a_recalibration_of_another_prior_is_refused():
    terms, late, days = world(10)
    with pytest.raises(ValueError, match="another prior"):
        firm_card(shipped_prior(), recalibrate(TWO, terms, late, days))
