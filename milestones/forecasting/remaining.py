"""Work in progress is never fresh: what is left of it is drawn given how long it has run."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.days import Days
from milestones.forecasting.facts import Facts, paced_between, still_paced
from milestones.forecasting.noise import Words, uniform
from milestones.forecasting.prior import Prior, normal_cdf, normal_quantile


def condition(prior: Prior, known: Sequence[Facts], need: Days, pace: Days, at: Days, hashed: Words) -> None:
    """Rewrite the rows of work that runs, given its age a; nothing is left of work in review.

    Total time is T = max(need N, pace P). Given T > a, either N > a, drawn from the truncated lognormal, or the work
    is done and its owner holds it back, N <= a < P.
    """
    submitted = [n for n, one in enumerate(known) if one.work.state == "in_review"]
    need[submitted] = 0
    pace[submitted] = 0
    rows = [n for n, one in enumerate(known) if one.age > 0 and one.work.state != "in_review"]
    if not rows:
        return
    age = np.array([[float(known[n].age)] for n in rows])
    sigma = sqrt(prior.within)
    centre = at[rows].astype(np.float64)
    below = normal_cdf((np.log(age) - centre) / sigma)
    held = np.array([[prior.paced * still_paced(prior, known[n].free_window, known[n].age)] for n in rows])
    rest = 1 - below
    over = rest / np.maximum(1 - below * (1 - held), 1e-12)
    mine = hashed[rows]
    u, v = uniform(mine, 0).astype(np.float64), uniform(mine, 1).astype(np.float64)
    # Far in the tail the table knows no more; what has run so long runs on by a share of its age.
    lost = below > 1 - 1e-9
    whole = np.maximum(np.exp(centre + sigma * normal_quantile(below + u * rest)), age)
    long = v < over
    if lost.any():
        whole = np.where(lost, age * (1 + 0.25 * u), whole)
        long |= lost & (held == 0)
    need[rows] = (whole - age) * long
    _condition_pace(prior, known, rows, pace, uniform(mine, 2), long)


def _condition_pace(
    prior: Prior, known: Sequence[Facts], rows: Sequence[int], pace: Days, share: Days, long: NDArray[np.bool_]
) -> None:
    """What a paced owner still lets pass; one who holds finished work back hands it in after today."""
    ends = np.array([paced_between(prior, known[n].pace_window) for n in rows], dtype=np.float32)
    elapsed = np.array([[known[n].elapsed] for n in rows], dtype=np.float32)
    begin = np.maximum(ends[:, :1], elapsed)
    held = begin + share * np.maximum(ends[:, 1:] - begin, 0)
    pace[rows] = np.clip(np.where(long, pace[rows], held) - elapsed, 0, np.inf)
