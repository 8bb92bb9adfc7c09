"""Fitting the scorecard: boosted tables, with numpy alone.

Each table in turn takes a shrunken Newton step of the logistic loss, cell by cell, for a fixed number of rounds:

    points += rate * G / (H + damping),   G = sum w (late - p),   H = sum w p (1 - p)   over a cell's rows

(Friedman, Annals of Statistics 29(5), 2001; cyclic over low-dimensional tables: Lou, Caruana, Gehrke and Hooker, KDD
2013). Cells with few rows hardly move. A feature that must not lower the risk is kept so in each table by isotonic
regression of the steps taken so far, so it is so in their sum. Nothing is random: the same files give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Floats, Table
from milestones.forecasting.risk.scorecard import Scorecard, Term, probability

Bins = NDArray[np.intp]


@dataclass(frozen=True)
class TermPlan:
    """A table to fit: its driver's kind, and the edges of its features."""

    kind: str
    edges: Mapping[str, tuple[float, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(one) + 1 for one in self.edges.values())


@dataclass(frozen=True)
class Boosting:
    """How far to go. `rows_each`: each project weighs as that many rows, however many it has.

    `rising` maps a feature to the bin from which its risk must not fall.
    """

    rounds: int = 30
    rate: float = 0.05
    damping: float = 30.0
    rows_each: float = 3000.0
    rising: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Sample:
    """Rows of one project: columns of shape (n,), `late` 0 or 1."""

    columns: Table
    late: Floats


@dataclass
class _Growing:
    """A table while it grows; `cell` is each row's place in it."""

    plan: TermPlan
    cell: Bins
    points: Floats
    guard: Callable[[Floats, Floats], Floats]


def fit(
    plans: Sequence[TermPlan], samples: Sequence[Sample], how: Boosting, made_from: Mapping[str, object] | None = None
) -> Scorecard:
    """Fit on several projects together."""
    late = np.concatenate([one.late for one in samples])
    weights = np.concatenate([np.full(len(one.late), how.rows_each / len(one.late)) for one in samples])
    tables = [_growing(plan, samples, how) for plan in plans]
    share = float(weights @ late / weights.sum())
    base = float(np.log((share + 1e-6) / (1 - share + 1e-6)))
    odds = np.full(len(late), base)
    for _ in range(how.rounds):
        for one in tables:
            odds += _step(one, odds, late, weights, how)
    return _scorecard(tables, weights, base, made_from or {})


def _growing(plan: TermPlan, samples: Sequence[Sample], how: Boosting) -> _Growing:
    bins = [
        np.concatenate([np.searchsorted(np.asarray(edges), one.columns[name], side="right") for one in samples])
        for name, edges in plan.edges.items()
    ]
    cell = np.ravel_multi_index(tuple(bins), plan.shape).astype(np.intp)
    return _Growing(plan, cell, np.zeros(int(np.prod(plan.shape))), _guard(plan, how.rising or {}))


def _step(one: _Growing, odds: Floats, late: Floats, weights: Floats, how: Boosting) -> Floats:
    """Grow one table, and give what that adds to each row."""
    chance = probability(odds)
    size = len(one.points)
    gradient = np.bincount(one.cell, weights * (late - chance), size)
    curvature = np.bincount(one.cell, weights * chance * (1 - chance), size).astype(np.float64)
    new = one.guard(one.points + how.rate * gradient / (curvature + how.damping), curvature)
    added = new - one.points
    one.points = new
    return np.asarray(added[one.cell], dtype=np.float64)


def _guard(plan: TermPlan, rising: Mapping[str, float]) -> Callable[[Floats, Floats], Floats]:
    """Keep a table rising along the one feature of it that must rise."""
    named = [(axis, rising[name]) for axis, name in enumerate(plan.edges) if name in rising]

    def kept(points: Floats, weights: Floats) -> Floats:
        cube, mass = points.reshape(plan.shape).copy(), weights.reshape(plan.shape) + 1.0
        for axis, start in named:
            first = int(np.searchsorted(np.asarray(list(plan.edges.values())[axis]), start, side="right"))
            lines, heavy = np.moveaxis(cube, axis, -1), np.moveaxis(mass, axis, -1)
            for at in np.ndindex(lines.shape[:-1]):
                lines[at][first:] = isotonic(lines[at][first:], heavy[at][first:])
        return cube.ravel()

    return kept


def isotonic(values: Floats, weights: Floats) -> Floats:
    """Nearest rising sequence by weighted least squares: pool adjacent violators (Ayer et al. 1955)."""
    if len(values) < 2 or bool(np.all(np.diff(values) >= 0)):
        return values.copy()
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            pool = _pooled(pools.pop(), pool)
        pools.append(pool)
    return np.repeat([one[0] for one in pools], [one[2] for one in pools])


def _pooled(a: tuple[float, float, int], b: tuple[float, float, int]) -> tuple[float, float, int]:
    weight = a[1] + b[1]
    return (a[0] * a[1] + b[0] * b[1]) / weight, weight, a[2] + b[2]


def _scorecard(tables: Sequence[_Growing], weights: Floats, base: float, made_from: Mapping[str, object]) -> Scorecard:
    """Centre each table on the sample, so that the base is the log-odds of a usual deliverable."""
    terms = []
    for one in tables:
        middle = float(weights @ one.points[one.cell] / weights.sum())
        base += middle
        points = (one.points - middle).reshape(one.plan.shape)
        shares = np.bincount(one.cell, weights, len(one.points)) / weights.sum() if points.ndim == 1 else None
        terms.append(Term(one.plan.kind, tuple(one.plan.edges), tuple(one.plan.edges.values()), points, shares))
    return Scorecard(base, tuple(terms), made_from)
