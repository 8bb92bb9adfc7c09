"""What is assumed about any engagement before it has a past, and what its own past makes of that.

The time that a deliverable needs is `effort x ratio`, in working days, where log(ratio) of deliverable i is

    log ratio_i = mu + e_i,   mu ~ N(log 1.2, 0.15) for the engagement,   e_i ~ N(0, 0.25) for the deliverable

(variances, not deviations). It is the cold-start prior that did best on simulated engagements, as a pooled log
slip ratio with a cascade. Surveys of software estimates find overruns of the same size (Moløkken and Jørgensen,
ISESE 2003), and people's own intervals are too narrow (Jørgensen, Teigen and Moløkken, JSS 70, 2004).

The window between start and due date is longer than the effort. Owners pace their work to the due date, so a
deliverable is done when its need is met, but hardly before eight tenths of its window have gone by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import erf, log, sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_Z = np.linspace(-8.0, 8.0, 8001)
_P: Floats = np.array([0.5 * (1 + erf(z / sqrt(2))) for z in _Z])
# Beyond the ends of the table both are flat: an interpolated inverse needs strictly rising steps.
_RISING = np.concatenate(([True], np.diff(_P) > 0))


@dataclass(frozen=True)
class LogNormal:
    """A duration in working days: its median, and the standard deviation of its logarithm."""

    median: float
    sigma: float


@dataclass(frozen=True)
class Prior:
    """Assumptions of a forecast. Durations are in working days; variances are of the log ratio.

    `effort_share` stands in for an effort that nobody gave: the median of effort / window in the playbooks.
    `paced_from` and `paced_to` are the shares of the window after which unhurried work is handed in.
    Each open deliverable of an owner beyond `easy_load` slows work by `load_slowdown` (switching of tasks).
    Times until a wait ends are guesses, wide on purpose.
    """

    median_ratio: float = 1.2
    between: float = 0.15
    within: float = 0.25
    effort_share: float = 0.6
    paced_from: float = 0.8
    paced_to: float = 1.0
    easy_load: int = 4
    load_slowdown: float = 0.04
    review: LogNormal = LogNormal(2.0, 0.8)
    waits: Mapping[str, LogNormal] = field(
        default_factory=lambda: MappingProxyType(
            {"client": LogNormal(4.0, 0.9), "firm": LogNormal(2.0, 0.8), "third_party": LogNormal(6.0, 0.9)}
        )
    )


COLD_START = Prior()


@dataclass(frozen=True)
class Observation:
    """What one deliverable tells about its engagement.

    `log_ratio` is log(days worked / effort). `kind` says how to read it:
    "exact" for one that was late (it took just that), "at_most" for one that was on time (its owner may have
    paced it, so it needed no more than that), "more_than" for one that still runs.
    `paced` is the probability that a paced owner would still be busy at that age.
    """

    log_ratio: float
    kind: str
    paced: float = 0.0


@dataclass(frozen=True)
class Posterior:
    """The engagement's own mu, as weights over a grid."""

    grid: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        return float(self.grid @ self.weights)

    def draw(self, uniforms: Floats) -> Floats:
        """Values of mu for uniforms in (0, 1)."""
        steps = np.cumsum(self.weights)
        return np.asarray(np.interp(uniforms, steps, self.grid), dtype=np.float64)


def learn(prior: Prior, observations: Sequence[Observation]) -> Posterior:
    """Bayes on a grid: pools the engagement's deliverables, and shrinks to the prior while there are few."""
    centre, spread = log(prior.median_ratio), sqrt(prior.between)
    grid = np.linspace(centre - 4 * spread, centre + 4 * spread, 201)
    logs = -0.5 * ((grid - centre) / spread) ** 2
    sigma = sqrt(prior.within)
    for seen in observations:
        logs = logs + _log_likelihood(seen, grid, sigma)
    weights = np.exp(logs - logs.max())
    return Posterior(grid, weights / weights.sum())


def _log_likelihood(seen: Observation, grid: Floats, sigma: float) -> Floats:
    z = (seen.log_ratio - grid) / sigma
    if seen.kind == "exact":
        return np.asarray(-0.5 * z**2, dtype=np.float64)
    needed_less = normal_cdf(z)
    p = needed_less if seen.kind == "at_most" else 1 - needed_less * (1 - seen.paced)
    return np.log(np.maximum(p, 1e-12))


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, from a table (error below 1e-6)."""
    return np.asarray(np.interp(z, _Z, _P), dtype=np.float64)


def normal_quantile(p: Floats) -> Floats:
    """Its inverse; p is kept inside the table, that is within about eight standard deviations."""
    return np.asarray(np.interp(p, _P[_RISING], _Z[_RISING]), dtype=np.float64)
