"""The additive scorecard: log-odds of lateness as a base and one term for each thing that is looked at.

    log odds = base + sum over terms of points[bin of the features]

A term looks at one feature, or at two together as a table, one for work just begun and one for work some days old.
Terms of one kind make one driver, so that the drivers sum to the number. Hastie and Tibshirani, Statistical Science
1(3), 1986 (additive models); Lou, Caruana, Gehrke and Hooker, KDD 2013 (with tables of two).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Features, Floats, Table, table


@dataclass(frozen=True)
class Term:
    """`edges` of each feature, rising; a value is in bin i where i edges are at or below it.

    `points`, in log-odds, has an axis for each feature. `shares`, for a single feature, are the shares of each bin
    in what the term was fitted on, where every project weighs the same.
    """

    kind: str
    features: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    points: Floats
    shares: Floats | None = None

    def bins(self, columns: Table) -> tuple[NDArray[np.intp], ...]:
        return tuple(
            np.searchsorted(np.asarray(edges), columns[name], side="right")
            for name, edges in zip(self.features, self.edges, strict=True)
        )

    def log_odds(self, columns: Table) -> Floats:
        """Shape (n,)."""
        return np.asarray(self.points[self.bins(columns)], dtype=np.float64)


@dataclass(frozen=True)
class Scorecard:
    """`made_from` says what it was fitted on; it is for people."""

    base: float
    terms: tuple[Term, ...]
    made_from: Mapping[str, object]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of driver, in the order of their terms."""
        return tuple(dict.fromkeys(term.kind for term in self.terms))

    def drivers(self, columns: Table) -> Floats:
        """Log-odds of each kind, shape (n, kinds)."""
        kinds = self.kinds
        found = np.zeros((len(next(iter(columns.values()))), len(kinds)))
        for term in self.terms:
            found[:, kinds.index(term.kind)] += term.log_odds(columns)
        return found

    def log_odds(self, columns: Table) -> Floats:
        """Shape (n,)."""
        return np.asarray(self.base + self.drivers(columns).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Driver:
    """One reason in log-odds: above 0 it makes lateness likelier. `params` has the number that its words name."""

    kind: str
    log_odds: float
    params: Mapping[str, float]


@dataclass(frozen=True)
class Risk:
    """P(late). `log_odds` is `base` plus the drivers', added in their order."""

    probability: float
    log_odds: float
    base: float
    drivers: tuple[Driver, ...]


def probability(log_odds: Floats) -> Floats:
    """The logistic function, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * log_odds)), dtype=np.float64)


def score(card: Scorecard, features: Features) -> Risk:
    """Score one deliverable and say why; every driver is told, those of 0 too."""
    columns = table([features])
    total = card.base
    drivers = []
    for kind, points in zip(card.kinds, card.drivers(columns)[0].tolist(), strict=True):
        total += points
        drivers.append(Driver(kind, points, _params(kind, features)))
    return Risk(float(probability(np.array(total))), total, card.base, tuple(drivers))


def _params(kind: str, features: Features) -> dict[str, float]:
    """A driver is named after its feature; one that is not known has no number to tell."""
    value = getattr(features, kind)
    return {} if value is None else {kind: float(value)}
