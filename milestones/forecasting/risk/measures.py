"""How good chances were, once the outcomes are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Floats

BINS = 10
REPEATS = 400
SEED = 20170401


def auc(scores: Floats, late: Floats) -> float | None:
    """Area under the ROC curve: the chance that a late one scored above one on time, ties half. None without both."""
    order = np.argsort(scores, kind="stable")
    return _auc_sorted(_groups(scores[order]), late[order], np.ones(len(late)))


def auc_draws(scores: Floats, late: Floats) -> Floats:
    """AUCs of REPEATS bootstrap samples of the rows (Efron 1979), seeded; nan where a sample lacks one of the two."""
    order = np.argsort(scores, kind="stable")
    groups, outcomes = _groups(scores[order]), late[order]
    rng = np.random.default_rng(SEED)
    n = len(late)
    draws = (np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64) for _ in range(REPEATS))
    found = [_auc_sorted(groups, outcomes, drawn) for drawn in draws]
    return np.array([np.nan if one is None else one for one in found])


def interval(draws: Floats, share: float = 0.95) -> tuple[float | None, float | None]:
    """The middle `share` of the draws, those that are nan left out."""
    good = draws[~np.isnan(draws)]
    if not len(good):
        return None, None
    low, high = np.quantile(good, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def _groups(rising: Floats) -> NDArray[np.intp]:
    """First places of equal scores."""
    return np.flatnonzero(np.concatenate([[True], np.diff(rising) > 0]))


def _auc_sorted(groups: NDArray[np.intp], late: Floats, weights: Floats) -> float | None:
    bad = np.add.reduceat(late * weights, groups)
    good = np.add.reduceat((1 - late) * weights, groups)
    if not bad.sum() or not good.sum():
        return None
    below = np.cumsum(good) - 0.5 * good
    return float(bad @ below / (bad.sum() * good.sum()))


def brier(chances: Floats, late: Floats) -> float:
    """Mean squared error of the chances (Brier 1950)."""
    return float(np.mean((chances - late) ** 2))


def brier_skill(chances: Floats, late: Floats) -> float | None:
    """1 - Brier / Brier of the base rate of the same rows; None where all came out alike."""
    plain = brier(np.full(len(late), late.mean()), late)
    return 1 - brier(chances, late) / plain if plain else None


def reliability(chances: Floats, late: Floats, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Mean chance, share late and count of each of `bins` bins of equal count, the lowest chances first."""
    parts = np.array_split(np.argsort(chances, kind="stable"), bins)
    return [(float(chances[one].mean()), float(late[one].mean()), len(one)) for one in parts if len(one)]


def calibration_error(chances: Floats, late: Floats, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of chance and share late over bins of equal count (Naeini 2015)."""
    return sum(n * abs(chance - share) for chance, share, n in reliability(chances, late, bins)) / len(late)
