"""Learning from one's own outcomes: Bayesian logistic regression that is followed through time.

    logit P(late) = w . x,      w ~ N(mean, sd^2) before the first outcome,

and after each outcome w may have drifted by N(0, drift). `x` are terms in log-odds: 1, a scorecard's, its drivers', a
cascade's (then the sum is a logarithmic opinion pool: Genest and Zidek, Statistical Science 1(1), 1986). With no
outcome the prior speaks; each outcome pulls a little, those that come together less, and what drifts is forgotten as
it should be. Outcomes are taken in blocks, each by Laplace's approximation (West, Harrison and Migon, JASA 80, 1985;
Bishop 2006, 4.5).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Floats
from milestones.forecasting.risk.scorecard import probability

FORMAT = 1
BLOCK = 64
STEPS = 20
CLOSE = 1e-6


@dataclass(frozen=True)
class Weight:
    """What is thought of one weight beforehand; `drift` is the variance that each outcome adds."""

    name: str
    mean: float
    sd: float
    drift: float = 0.0


class Learner:
    """Weights with their covariance, moved by outcomes as they come."""

    def __init__(self, prior: Sequence[Weight]) -> None:
        """Start from the prior, with no outcome."""
        self.mean: Floats = np.array([one.mean for one in prior], dtype=np.float64)
        self.covariance: Floats = np.diag(np.array([one.sd for one in prior], dtype=np.float64) ** 2)
        self._drift: Floats = np.array([one.drift for one in prior], dtype=np.float64)

    def log_odds(self, terms: Floats) -> Floats:
        """Log-odds of lateness for terms of shape (n, weights)."""
        return np.asarray(terms @ self.mean, dtype=np.float64)

    def learn(self, terms: Floats, late: Floats, counts_as: Floats) -> None:
        """Take outcomes in, in the order in which they became known; each counts as so much of one."""
        for start in range(0, len(late), BLOCK):
            block = slice(start, start + BLOCK)
            self._block(terms[block], late[block], counts_as[block])

    def _block(self, terms: Floats, late: Floats, counts_as: Floats) -> None:
        self.covariance = self.covariance + np.diag(self._drift * counts_as.sum())
        reach = self.covariance @ terms.T
        spread, before = terms @ reach, terms @ self.mean
        # The mode lies in the span of the terms: mean + reach @ pull, where pull = counts as x (late - chance).
        pull = _pull(spread, before, late, counts_as)
        chance = probability(before + spread @ pull)
        curvature = np.maximum(counts_as * chance * (1 - chance), 1e-9)
        self.mean = self.mean + reach @ pull
        gain = np.linalg.solve(spread * curvature + np.eye(len(late)), reach.T)
        covariance = self.covariance - (reach * curvature) @ gain
        self.covariance = (covariance + covariance.T) / 2


def _pull(spread: Floats, before: Floats, late: Floats, counts_as: Floats) -> Floats:
    """Newton's method for pull = counts as x (late - chance(before + spread @ pull))."""
    pull = np.zeros(len(late))
    for _ in range(STEPS):
        chance = probability(before + spread @ pull)
        slope = np.eye(len(late)) + (counts_as * chance * (1 - chance))[:, None] * spread
        step = np.linalg.solve(slope, pull - counts_as * (late - chance))
        pull = pull - step
        if float(np.abs(step).max()) < CLOSE:
            break
    return pull


@dataclass(frozen=True)
class Recalibration:
    """Weights as they stand, and what they were made from. `n` outcomes, `late` of them late."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    n: int
    late: int
    made_from: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change when any number does."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def weight(self, name: str) -> float:
        """Raises KeyError for a weight that is not here."""
        return dict(zip(self.names, self.means, strict=True))[name]

    @property
    def intercept(self) -> float:
        return self.weight("intercept")

    @property
    def slope(self) -> float:
        return self.weight("slope")

    def log_odds(self, terms: Floats) -> Floats:
        """For terms of shape (n, weights), in the order of `names`."""
        return np.asarray(terms @ np.array(self.means), dtype=np.float64)

    def to_json(self) -> str:
        """Numbers to six decimals."""
        return json.dumps(
            {
                "format": FORMAT,
                "n": self.n,
                "late": self.late,
                "made_from": dict(self.made_from),
                "weights": {
                    name: [round(mean, 6), round(sd, 6)]
                    for name, mean, sd in zip(self.names, self.means, self.sds, strict=True)
                },
            },
            sort_keys=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Recalibration:
        """Raises ValueError where the text is not what `to_json` writes."""
        try:
            raw = json.loads(text)
            if raw["format"] != FORMAT:
                raise ValueError(f"Format {raw['format']} of a recalibration cannot be read here.")
            weights: dict[str, list[float]] = raw["weights"]
            means, sds = zip(*((float(mean), float(sd)) for mean, sd in weights.values()), strict=True)
            return cls(tuple(weights), means, sds, int(raw["n"]), int(raw["late"]), raw["made_from"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("This is no recalibration of slip risk.") from error


def recalibrate(
    prior: Sequence[Weight],
    terms: Floats,
    late: Floats,
    known_on: NDArray[np.int64],
    made_from: Mapping[str, Any] | None = None,
    counts_as: Floats | None = None,
) -> Recalibration:
    """Learn from all outcomes in the order of the days they became known (ordinals).

    `terms` has shape (outcomes, weights), in the order of `prior`; none at all gives the prior itself. `counts_as`:
    how much of an outcome each is, one where it is not given.
    """
    learner = Learner(prior)
    order = np.argsort(known_on, kind="stable")
    learner.learn(terms[order], late[order], _each(counts_as, late)[order])
    return Recalibration(
        tuple(one.name for one in prior),
        tuple(learner.mean.tolist()),
        tuple(np.sqrt(np.diag(learner.covariance)).tolist()),
        len(late),
        int(late.sum()),
        made_from or {},
    )


def follow(
    prior: Sequence[Weight],
    terms: Floats,
    late: Floats,
    asked: NDArray[np.int64],
    known_on: NDArray[np.int64],
    counts_as: Floats | None = None,
) -> Floats:
    """Log-odds of each row, from the outcomes that were known before the day it was asked on, and no other."""
    learner, counts = Learner(prior), _each(counts_as, late)
    found = np.empty(len(late))
    order = np.argsort(known_on, kind="stable")
    known, taken = known_on[order], 0
    for rows, day in _days(asked):
        until = int(np.searchsorted(known, day, side="right"))
        new = order[taken:until]
        learner.learn(terms[new], late[new], counts[new])
        taken = until
        found[rows] = learner.log_odds(terms[rows])
    return found


def counted(engagement: NDArray[np.int64] | Floats, known_on: NDArray[np.int64]) -> Floats:
    """How much of an outcome each is: n that fall due in one engagement on one day count as the root of n together.

    They are late for one cause more often than not, and would else be taken for n proofs of how a firm does.
    """
    days = np.stack([np.asarray(engagement, dtype=np.int64), known_on])
    _pairs, place, n = np.unique(days, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(1 / np.sqrt(n[place.ravel()]), dtype=np.float64)


def _each(counts_as: Floats | None, late: Floats) -> Floats:
    return np.ones(len(late)) if counts_as is None else counts_as


def _days(asked: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.intp], int]]:
    order = np.argsort(asked, kind="stable")
    days, starts = np.unique(asked[order], return_index=True)
    for day, rows in zip(days.tolist(), np.split(order, starts[1:]), strict=True):
        yield rows, int(day)
