"""Waits: how long those that are open still last, and which are still to come.

Waits to come strike work at the engagement's own rate, learnt from the waits that it has had for each day worked; what
they last is learnt from the same. Waits for acceptance are kept apart: each deliverable that needs a sign-off has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import log

import numpy as np

from milestones.forecasting.days import Days
from milestones.forecasting.facts import Facts
from milestones.forecasting.learning import Lasted, RatePosterior, learn_clustered_rate, learn_median, quantile
from milestones.forecasting.noise import LEVELS, Levels, Words, further, level, pick
from milestones.forecasting.prior import Floats, Prior, Reals, normal_cdf, normal_quantile
from milestones.forecasting.types import Wait

LONGEST = 500.0  # working days; keeps a wild tail inside the calendar
MOST = 4  # waits to come on one deliverable
_STEPS = LEVELS >> 4


@dataclass(frozen=True, eq=False)
class WaitPast:
    """What the engagement's waits say: their rate for each day of work, and grids of two log medians."""

    rate: RatePosterior
    stops: tuple[Floats, Floats]
    reviews: tuple[Floats, Floats]


def learn_waits(prior: Prior, facts: Iterable[Facts], today: date) -> WaitPast:
    """Waits that begin together have one cause: they count as one observation, of as many waits."""
    stops: list[tuple[Facts, Wait]] = []
    reviews: list[Lasted] = []
    worked = 0
    for one in facts:
        worked += one.age
        for wait in one.work.waits:
            if is_review(one, wait):
                reviews.append(_lasted(one, wait, today))
            else:
                stops.append((one, wait))
    causes = _causes(stops)
    return WaitPast(
        learn_clustered_rate(prior.wait_rate, len(stops), len(causes), worked),
        learn_median(prior.waits["client"], prior.median_spread, [_typical(one, today) for one in causes]),
        learn_median(prior.review, prior.median_spread, reviews),
    )


def _causes(stops: list[tuple[Facts, Wait]]) -> list[list[tuple[Facts, Wait]]]:
    """Groups of waits on the same side that begin within a working day of each other."""
    groups: list[list[tuple[Facts, Wait]]] = []
    for facts, wait in sorted(stops, key=lambda one: (one[1].who, one[1].since, one[0].work.id)):
        last = groups[-1][-1][1] if groups else None
        if last and last.who == wait.who and facts.table.count(last.since, wait.since) <= 1:
            groups[-1].append((facts, wait))
        else:
            groups.append([(facts, wait)])
    return groups


def _typical(group: list[tuple[Facts, Wait]], today: date) -> Lasted:
    """The wait in the middle; one that has ended where there is one."""
    lasted = [_lasted(facts, wait, today) for facts, wait in group]
    known = sorted((one for one in lasted if one.over), key=lambda one: one.days)
    return known[len(known) // 2] if known else max(lasted, key=lambda one: one.days)


def _lasted(facts: Facts, wait: Wait, today: date) -> Lasted:
    until = wait.until if not wait.open and wait.until else today
    return Lasted(max(facts.table.count(wait.since, until), 0), over=not wait.open)


def is_review(facts: Facts, wait: Wait) -> bool:
    """Does it wait for acceptance? Of a deliverable in review, an open wait on the client does."""
    return wait.review or (facts.work.state == "in_review" and wait.open and wait.who == "client")


def draw_median(grid: tuple[Floats, Floats], uniforms: Reals) -> Days:
    """Medians, in working days, for uniforms in (0, 1)."""
    return np.exp(quantile(*grid, uniforms)).astype(np.float32)


def to_come(expected: Days, medians: Days, hashed: Words) -> Days:
    """Working days of waits that are still to strike, for expected numbers of them (rows of draws)."""
    # The first comes after an exponential time: most draws have none, and are left at once.
    first = pick("exponential", level(hashed, 3))
    struck = np.flatnonzero(first < expected)
    x, u = expected.take(struck), np.exp(-first.take(struck))
    term = np.exp(-x)
    number = np.ones(len(x), dtype=np.intp)
    reached = term.copy()
    for n in range(1, MOST):
        term *= x / np.float32(n)
        reached += term
        number += u > reached
    days = np.zeros_like(expected)
    number *= _STEPS
    number += level(further(hashed.take(struck)), 1) >> 4
    draw = struck - struck // len(medians) * len(medians)  # numpy divides faster than it takes remainders
    days.put(struck, _sums().take(number) * medians.take(draw))
    return days


@lru_cache(maxsize=1)
def _sums() -> Days:
    """Quantiles of sums of 0 to 4 waits of median 1; a table, since sums of lognormals have no formula."""
    rng = np.random.default_rng(20260302)
    single = np.exp(0.9 * rng.standard_normal((MOST, 40 * _STEPS)))
    shares = (np.arange(_STEPS) + 0.5) / _STEPS
    rows = [np.quantile(single[:n].sum(axis=0), shares) for n in range(MOST + 1)]
    return np.array(rows, dtype=np.float32)


def lasting(sigma: float, medians: Days, age: int, places: Levels) -> Days:
    """Working days until an open wait ends, given that it has lasted `age` days: at least one."""
    at = np.log(medians)
    uniforms = (places + 0.5) / LEVELS
    below = np.minimum(normal_cdf((log(age) - at) / sigma), 1 - 1e-9) if age else np.zeros(1)
    total = np.exp(at + sigma * normal_quantile(below + uniforms * (1 - below)))
    return np.asarray(np.ceil(np.clip(total - age, 1.0, LONGEST)), dtype=np.float32)
