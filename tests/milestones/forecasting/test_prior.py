"""What an engagement's past makes of the prior."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from milestones.forecasting.prior import COLD_START, Observation, learn, normal_cdf, normal_quantile


def exact(ratio: float, count: int) -> list[Observation]:
    return [Observation(log(ratio), "exact")] * count


@pytest.mark.parametrize("count", [1, 3, 10, 40])
@pytest.mark.parametrize("ratio", [0.8, 1.2, 2.0])
def test_exact_observations_shrink_as_the_normal_formula_says(count, ratio):
    weight = count / (count + COLD_START.within / COLD_START.between)
    expected = weight * log(ratio) + (1 - weight) * log(1.2)
    assert learn(COLD_START, exact(ratio, count)).mean == pytest.approx(expected, abs=2e-3)


def test_nothing_seen_leaves_the_prior():
    posterior = learn(COLD_START, [])
    assert posterior.mean == pytest.approx(log(1.2), abs=1e-6)
    drawn = posterior.draw(np.random.default_rng(0).random(100_000))
    assert drawn.var() == pytest.approx(0.15, rel=0.05)


def test_work_done_on_time_lowers_and_work_still_running_raises_the_ratio():
    cold = learn(COLD_START, []).mean
    assert learn(COLD_START, [Observation(log(1.7), "at_most")] * 5).mean < cold
    assert learn(COLD_START, [Observation(log(1.7), "more_than")] * 5).mean > cold


def test_running_inside_its_window_says_nothing():
    paced = Observation(log(1.7), "more_than", paced=1.0)
    assert learn(COLD_START, [paced] * 5).mean == pytest.approx(learn(COLD_START, []).mean)


def test_extreme_observations_stay_finite():
    posterior = learn(COLD_START, exact(1e6, 30) + exact(1e-6, 30) + [Observation(40.0, "more_than")])
    assert np.isfinite(posterior.weights).all()
    assert posterior.weights.sum() == pytest.approx(1.0)


def test_the_tables_are_inverse_to_each_other():
    z = np.linspace(-5, 5, 101)
    assert np.abs(normal_quantile(normal_cdf(z)) - z).max() < 1e-3
    assert normal_cdf(np.array([1.959964]))[0] == pytest.approx(0.975, abs=1e-6)
