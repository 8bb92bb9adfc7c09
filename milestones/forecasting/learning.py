"""What an engagement's own past makes of the prior: Bayes' rule on grids, no fitting that could fail to converge.

Slip ratio: the engagement's mu and each owner's theta = mu + s on one grid. Given mu the owners are independent, so

    p(mu | seen)  ~  N(mu; m, between) * product over owners of  sum_theta N(theta; mu, owners) L_owner(theta)

(partial pooling; Gelman and Hill 2007, chapter 12). Lengths of waits: the log median on a grid, ended ones exact, open
ones censored. Rates of waits, of additions and the lag of starts: gamma priors, in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import log, sqrt

import numpy as np

from milestones.forecasting.prior import Floats, LogNormal, Prior, Rate, Reals, normal_cdf

POINTS = 61
REACH = 4.5  # standard deviations of the prior on each side
FLOOR = 1e-12


@dataclass(frozen=True)
class Observation:
    """What one deliverable tells of its owner and engagement.

    `log_ratio` is log(days worked / effort). `over`: is it known to take longer than that (it still runs), or did it
    take just that? A paced owner holds finished work back: `held` is the chance that one who needs less would still
    have it at that age, `handed` the density (for each unit of log ratio) that such a one hands it in just then.
    """

    log_ratio: float
    over: bool = False
    held: float = 0.0
    handed: float = 0.0


@dataclass(frozen=True, eq=False)
class Posterior:
    """mu and each owner's theta as weights over a grid; `given_mu` has a row of weights of theta for each mu."""

    grid: Floats
    weights: Floats
    given_mu: Mapping[int | None, Floats]
    unseen: Floats

    @property
    def mean(self) -> float:
        return float(self.grid @ self.weights)

    def owner_mean(self, owner: int | None) -> float:
        """The owner's own log ratio; the engagement's where nothing of that owner was seen."""
        rows = self.given_mu.get(owner)
        return self.mean if rows is None else float(self.weights @ (rows @ self.grid))

    def draw(self, uniforms: Floats) -> Floats:
        """Values of mu for uniforms in (0, 1)."""
        return quantile(self.grid, self.weights, uniforms)

    def draw_owners(self, owners: Sequence[int | None], mu: Floats, normals: Reals) -> Floats:
        """Values of each owner's theta (rows) for values of mu: normal, with the mean and the variance given mu."""
        rows = np.array([self.given_mu.get(owner, self.unseen) for owner in owners])
        means = rows @ self.grid
        spreads = np.sqrt(np.maximum(rows @ self.grid**2 - means**2, 0))
        found = np.array([np.interp(mu, self.grid, row) for row in spreads])
        found *= normals
        found += [np.interp(mu, self.grid, row) for row in means]
        return found


def quantile(grid: Floats, weights: Floats, uniforms: Reals) -> Floats:
    """Of a distribution that is spread evenly over the step around each point of an even grid."""
    half = (grid[1] - grid[0]) / 2
    edges = np.concatenate((grid - half, grid[-1:] + half))
    return np.asarray(np.interp(uniforms, np.concatenate(([0.0], np.cumsum(weights))), edges), dtype=np.float64)


def learn(prior: Prior, seen: Mapping[int | None, Sequence[Observation]]) -> Posterior:
    """Pool the deliverables of each owner and the owners of the engagement; few of them shrink to the prior."""
    grid, kernel, logs = _before(log(prior.median_ratio), prior.between, prior.owners)
    told = {owner: ones for owner, ones in seen.items() if ones}
    if not told:
        return Posterior(grid, _weights(logs), {}, kernel)
    joint = kernel * _likelihoods(told, grid, sqrt(prior.within))[:, None, :]
    evidence = np.maximum(joint.sum(axis=2), 1e-300)
    joint /= evidence[:, :, None]
    for each in np.log(evidence):
        logs = logs + each
    return Posterior(grid, _weights(logs), dict(zip(told, joint, strict=True)), kernel)


@lru_cache(maxsize=8)
def _before(centre: float, between: float, owners: float) -> tuple[Floats, Floats, Floats]:
    """What does not hang on what was seen: the grid, a row of weights of theta for each mu, the prior's log of mu."""
    reach = REACH * sqrt(between + owners)
    grid = np.linspace(centre - reach, centre + reach, POINTS)
    kernel = np.exp(-0.5 * (grid[None, :] - grid[:, None]) ** 2 / max(owners, FLOOR))
    kernel /= kernel.sum(axis=1, keepdims=True)
    return grid, kernel, -0.5 * ((grid - centre) / sqrt(between)) ** 2


def _weights(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _likelihoods(seen: Mapping[int | None, Sequence[Observation]], grid: Floats, sigma: float) -> Floats:
    """Of each grid point (columns), up to a factor, for each owner (rows); each has at least one observation.

    T = max(N, P) with N lognormal. Survival past a: 1 - F(a) (1 - held); density at a: f(a) (1 - held) + F(a) handed.
    """
    rows = [(one.log_ratio, one.over, one.held, one.handed) for ones in seen.values() for one in ones]
    ratio, over, held, handed = np.array(rows, dtype=np.float64).T[:, :, None]
    z = (ratio - grid[None, :]) / sigma
    less = normal_cdf(z)
    density = np.exp(-0.5 * z**2) / (sigma * sqrt(2 * np.pi))
    # The floor lets an outlier speak, but not overrule all the others.
    p = np.where(over > 0, 1 - less * (1 - held), density * (1 - held) + less * handed)
    firsts = list(accumulate((len(ones) for ones in seen.values()), initial=0))[:-1]
    logs = np.add.reduceat(np.log(np.maximum(p, 1e-6)), firsts, axis=0)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)), dtype=np.float64)


# --- waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lasted:
    """A wait so far, in working days; at least one."""

    days: float
    over: bool


def learn_median(prior: LogNormal, spread: float, seen: Sequence[Lasted]) -> tuple[Floats, Floats]:
    """Grid and weights of the log median of waits; `over` ones have ended, of the others we know that they last on."""
    grid, logs = _before_median(log(prior.median), spread)
    if seen:
        at = np.log(np.array([max(one.days, 0.5) for one in seen]))[:, None]
        ended = np.array([one.over for one in seen])[:, None]
        z = (at - grid[None, :]) / prior.sigma
        logs = logs + np.where(ended, -0.5 * z**2, np.log(np.maximum(1 - normal_cdf(z), FLOOR))).sum(axis=0)
    weights = np.exp(logs - logs.max())
    return grid, weights / weights.sum()


@lru_cache(maxsize=8)
def _before_median(centre: float, spread: float) -> tuple[Floats, Floats]:
    """What does not hang on what was seen: the grid, and the prior's log of each of its points."""
    grid = np.linspace(centre - 4 * spread, centre + 4 * spread, 41)
    return grid, -0.5 * ((grid - centre) / spread) ** 2


@dataclass(frozen=True)
class RatePosterior:
    """A gamma distribution of a rate."""

    shape: float
    mean: float

    def draw(self, normals: Reals) -> Floats:
        """Rates for standard normal numbers, by Wilson and Hilferty's cube (PNAS 17, 1931)."""
        if self.mean <= 0:
            return np.zeros(len(normals))
        part = 1 / (9 * self.shape)
        root = np.maximum(1 - part + sqrt(part) * normals, 0.0)
        return np.asarray(self.mean * (root * root * root), dtype=np.float64)


def learn_rate(prior: Rate, events: float, time: float) -> RatePosterior:
    """Gamma prior, Poisson events."""
    if prior.mean <= 0:
        return RatePosterior(prior.shape, 0.0)
    shape = prior.shape + events
    return RatePosterior(shape, shape / (prior.shape / prior.mean + time))


def learn_clustered_rate(prior: Rate, events: int, clusters: int, time: float) -> RatePosterior:
    """Events that come in clusters: their mean is learnt from all, their certainty from the clusters alone."""
    whole = learn_rate(prior, events, time)
    return RatePosterior(prior.shape + clusters, whole.mean)


def learn_lag(prior: Rate, starts: int, days: float) -> RatePosterior:
    """The rate of starting, for each day on which it is possible: 1 / the mean lag."""
    if prior.mean <= 0:
        return RatePosterior(prior.shape, 0.0)
    shape = prior.shape + starts
    return RatePosterior(shape, shape / (prior.shape * prior.mean + days))
