"""What an engagement's past makes of the prior."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from milestones.forecasting.learning import Lasted, Observation, learn, learn_lag, learn_median, learn_rate
from milestones.forecasting.prior import COLD_START, LogNormal, Rate, normal_cdf, normal_quantile

CENTRE = log(COLD_START.median_ratio)


def exact(ratio: float, count: int) -> list[Observation]:
    return [Observation(log(ratio))] * count


@pytest.mark.parametrize("count", [1, 3, 10, 40])
@pytest.mark.parametrize("ratio", [0.8, 1.2, 2.0])
def test_exact_observations_of_one_owner_shrink_as_the_normal_formula_says(count, ratio):
    """The owner's theta has the prior variance between + owners; the engagement's mu gets its share of that."""
    posterior = learn(COLD_START, {1: exact(ratio, count)})
    whole = COLD_START.between + COLD_START.owners
    theta = count * whole / (count * whole + COLD_START.within) * (log(ratio) - CENTRE) + CENTRE
    mu = CENTRE + COLD_START.between / whole * (theta - CENTRE)
    assert posterior.owner_mean(1) == pytest.approx(theta, abs=0.02)
    assert posterior.mean == pytest.approx(mu, abs=0.02)


def test_two_owners_are_pooled_and_told_apart():
    posterior = learn(COLD_START, {1: exact(2.5, 12), 2: exact(1.0, 12)})
    assert posterior.owner_mean(1) > posterior.mean > posterior.owner_mean(2)
    assert posterior.owner_mean(3) == posterior.mean
    drawn = posterior.draw((np.arange(50_000) + 0.5) / 50_000)
    for owner in (1, 2, 3):
        theta = posterior.draw_owners([owner], drawn, np.random.default_rng(2).normal(size=50_000))[0]
        assert theta.mean() == pytest.approx(posterior.owner_mean(owner), abs=0.02)


def test_nothing_seen_leaves_the_prior():
    posterior = learn(COLD_START, {1: []})
    assert posterior.mean == pytest.approx(CENTRE, abs=1e-6)
    drawn = posterior.draw(np.random.default_rng(0).random(100_000))
    assert drawn.var() == pytest.approx(COLD_START.between, rel=0.05)


def test_work_done_on_time_lowers_and_work_still_running_raises_the_ratio():
    cold = learn(COLD_START, {1: []}).mean
    assert learn(COLD_START, {1: [Observation(log(1.7), held=0.95, handed=0.5)] * 5}).mean < cold
    assert learn(COLD_START, {1: [Observation(log(1.7), over=True)] * 5}).mean > cold


def test_running_inside_its_window_says_nothing():
    paced = Observation(log(1.7), over=True, held=1.0)
    assert learn(COLD_START, {1: [paced] * 5}).mean == pytest.approx(learn(COLD_START, {1: []}).mean)


def test_extreme_observations_stay_finite():
    posterior = learn(COLD_START, {1: [*exact(1e6, 30), *exact(1e-6, 30), Observation(40.0, over=True)]})
    assert np.isfinite(posterior.weights).all()
    assert posterior.weights.sum() == pytest.approx(1.0)


def test_the_tables_are_inverse_to_each_other():
    z = np.linspace(-5, 5, 101)
    assert np.abs(normal_quantile(normal_cdf(z)) - z).max() < 1e-3
    assert normal_cdf(np.array([1.959964]))[0] == pytest.approx(0.975, abs=1e-6)


def test_waits_that_have_ended_move_the_median_and_open_ones_raise_it():
    prior = LogNormal(4.0, 0.9)

    def median(*seen: Lasted) -> float:
        grid, weights = learn_median(prior, 0.5, seen)
        return float(np.exp(grid @ weights))

    assert median() == pytest.approx(4.0, rel=1e-3)
    assert median(*[Lasted(12, over=True)] * 6) > 6
    assert median(*[Lasted(1, over=True)] * 6) < 2.5
    assert median(Lasted(12, over=False)) > median(Lasted(1, over=False)) > median()


def test_a_rate_starts_at_the_prior_and_ends_at_what_was_seen():
    assert learn_rate(Rate(0.1, 0.5), 0, 0).mean == pytest.approx(0.1)
    assert learn_rate(Rate(0.1, 0.5), 400, 1000).mean == pytest.approx(0.4, rel=0.01)
    assert learn_rate(Rate(0.0, 0.5), 400, 1000).mean == 0
    drawn = learn_rate(Rate(0.1, 2.0), 3, 40).draw(np.random.default_rng(0).normal(size=100_000))
    assert drawn.mean() == pytest.approx(learn_rate(Rate(0.1, 2.0), 3, 40).mean, rel=0.02)
    assert drawn.min() >= 0


def test_starts_that_came_late_make_later_ones_late():
    prompt, slow = learn_lag(COLD_START.start_lag, 20, 0), learn_lag(COLD_START.start_lag, 20, 100)
    assert 1 / prompt.mean < COLD_START.start_lag.mean < 1 / slow.mean
