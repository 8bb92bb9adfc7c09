"""The random part: how long each open deliverable still takes, how long it waits, and what will be added to the plan.

Rows are deliverables, columns draws; column d is one possible world, with its own slip ratio, owners, rates of waits
and of additions. The slip ratio rises from the first column to the last, so that its spread is never left to chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.days import Days, DayTable
from milestones.forecasting.facts import Facts, paced_between
from milestones.forecasting.noise import Words, further, level, pick, seed_of, stratified, uniform, words
from milestones.forecasting.past import Past
from milestones.forecasting.prior import Floats, Prior
from milestones.forecasting.remaining import condition
from milestones.forecasting.types import PlanInput, Wait, Work
from milestones.forecasting.waits import LONGEST, draw_median, is_review, lasting, to_come

MOST_ADDED = 60  # deliverables that a forecast adds at most
_ENGAGEMENT = -1  # the name of what is drawn once for a whole world
_OWNERS = -1_000
_ADDED = -2_000_000_000


@dataclass(frozen=True, eq=False)
class Worlds:
    """What holds for all deliverables of a draw; `mu` rises, and `theta` has a row for each of the owners."""

    seed: int
    mu: Floats
    owners: tuple[int | None, ...]
    theta: Days
    wait_rate: Days
    stop_median: Days
    review_median: Days
    lag: Days
    growth: Days
    trend: Days


@dataclass(frozen=True, eq=False)
class Draws:
    """A row for each open deliverable and each possible addition. Working days, not yet whole.

    `need` is work under the owner's load, `calm` without it; `pace` what the owner lets pass anyway; `stops` waits to
    come; `lag` how late it starts; `review` what acceptance takes after that. `holds` are open waits, by deliverable:
    on the client and on others. Additions have `arrival` days; `exists` says in which draws.
    """

    rows: Mapping[int, int]
    need: Days
    calm: Days
    pace: Days
    stops: Days
    lag: Days
    review: Days
    holds: Mapping[int, tuple[Days | None, Days | None]]
    added: range
    arrival: Days
    exists: NDArray[np.bool_]
    window: Days

    @property
    def count(self) -> int:
        return int(self.need.shape[1])

    @cached_property
    def needed_days(self) -> Days:
        """Whole days that work takes with the waits that strike it, at least one; `calm_days` without the load."""
        return _whole(self.need + self.stops)

    @cached_property
    def calm_days(self) -> Days:
        return self.needed_days if self.calm is self.need else _whole(self.calm + self.stops)

    @cached_property
    def paced_days(self) -> Days:
        return np.ceil(self.pace)


def draw_worlds(plan: PlanInput, past: Past, owners: Sequence[int | None], draws: int) -> Worlds:
    seed = seed_of(plan.engagement, plan.today)
    named = words(seed, [_ENGAGEMENT, *(_OWNERS - (one or 0) for one in owners)], 0, draws)
    hashed, own = named[0], named[1:]
    other = words(seed, [_ENGAGEMENT], 1, draws)[0]
    mu = past.ratios.draw(stratified(draws))
    theta = past.ratios.draw_owners(owners, mu, pick("normal", level(own, 1)))
    starts = past.lag.draw(pick("normal", level(hashed, 3)))
    # A day's lag is a failed try of a geometric distribution: its mean in whole days is that of the posterior.
    lag = 1 / np.log1p(np.maximum(starts, 1e-3)) if past.lag.mean else np.zeros(draws)
    return Worlds(
        seed=seed,
        mu=mu,
        owners=tuple(owners),
        theta=theta.astype(np.float32),
        wait_rate=past.waits.rate.draw(pick("normal", level(hashed, 0))).astype(np.float32) * plan.waits_to_come,
        stop_median=draw_median(past.waits.stops, uniform(hashed, 1)),
        review_median=draw_median(past.waits.reviews, uniform(hashed, 2)),
        lag=lag.astype(np.float32),
        growth=past.growth.draw(pick("normal", level(other, 0))).astype(np.float32),
        trend=np.float32(plan.prior.trend) + np.float32(plan.prior.trend_spread) * pick("normal", level(other, 1)),
    )


def draw_works(plan: PlanInput, facts: Mapping[int, Facts], past: Past, worlds: Worlds, table: DayTable) -> Draws:
    """Everything random about this plan."""
    known = [one for one in facts.values() if one.work.is_open]
    added = _additions(plan, facts, past, table)
    names = [one.work.id for one in known] + [_ADDED - n for n in range(added)]
    hashed = words(worlds.seed, names, 0, len(worlds.mu))
    more = further(hashed[len(known) :])
    template = _templates(past, uniform(more, 0))
    slow = [_slowdown(plan.prior, one.work) for one in known]
    at = _centres(plan, known, past, worlds, template, slow)
    need = pick("normal", level(hashed, 0))
    need *= np.float32(sqrt(plan.prior.within))
    need += at
    np.exp(need, out=need)
    pace = _paces(plan.prior, known, template, hashed)
    condition(plan.prior, known, need, pace, at, hashed)
    np.clip(need, 0, LONGEST, out=need)
    lag = pick("exponential", level(hashed, 1))
    lag *= worlds.lag
    rows = {one.work.id: n for n, one in enumerate(known)}
    arrival = _arrivals(worlds, more, table.number(past.running_from(plan.today)))
    return Draws(
        rows=rows,
        need=need,
        calm=_without_load(need, slow) if any(slow) else need,
        pace=pace,
        stops=to_come(np.maximum(need, pace) * worlds.wait_rate, worlds.stop_median, hashed),
        lag=np.floor(lag, out=lag),
        review=_reviews(plan, known, worlds, hashed, template),
        holds={one.work.id: held for one in known if (held := _holds(plan, one, worlds, hashed[rows[one.work.id]]))},
        added=range(len(known), len(names)),
        window=template.window,
        arrival=arrival,
        exists=arrival < past.last,
    )


def _whole(days: Days) -> Days:
    """Round up in place, to at least one; with two bounds numpy is four times as fast as with one."""
    np.ceil(days, out=days)
    return np.clip(days, 1, np.inf, out=days)


def _slowdown(prior: Prior, work: Work) -> float:
    return prior.load_slowdown * max(0, work.owner_open_load - prior.easy_load)


def _without_load(need: Days, slow: Sequence[float]) -> Days:
    """The need of what is known, without what slows it; additions have no load yet."""
    calm = need.copy()
    calm[: len(slow)] /= np.exp(np.array(slow, dtype=np.float32))[:, None]
    return calm


def _centres(
    plan: PlanInput, known: Sequence[Facts], past: Past, worlds: Worlds, template: Templates, slow: Sequence[float]
) -> Days:
    """The mean of the logarithm of each need: the owner's ratio, the effort and the load."""
    places = {one: n for n, one in enumerate(worlds.owners)}
    turns = [places[past.owners[n % len(past.owners)]] for n in range(len(template.effort))]
    whose = [places[one.work.owner] for one in known] + turns
    shift = [log(one.effort) + more for one, more in zip(known, slow, strict=True)]
    ahead = [past.ahead(one.work.start_on, plan.today) for one in known] + [0.0] * len(turns)
    at = worlds.theta[whose]
    at += np.array(ahead, dtype=np.float32)[:, None] * worlds.trend
    at[: len(known)] += np.array(shift, dtype=np.float32)[:, None]
    at[len(known) :] += np.log(template.effort)
    return at


def _paces(prior: Prior, known: Sequence[Facts], template: Templates, hashed: Words) -> Days:
    """Days that a paced owner lets pass from the start on; 0 where the owner hands in at once."""
    share = uniform(hashed, 2)
    paced = share < prior.paced
    share *= np.float32(1 / max(prior.paced, 1e-6))
    n = len(known)
    first, last = np.array([paced_between(prior, one.pace_window) for one in known]).reshape(-1, 2).T
    share[:n] *= (last - first).astype(np.float32)[:, None]
    share[:n] += first.astype(np.float32)[:, None]
    share[n:] = template.pace_window * (prior.paced_from + share[n:] * (prior.paced_to - prior.paced_from))
    share *= paced
    return share


def _reviews(plan: PlanInput, known: Sequence[Facts], worlds: Worlds, hashed: Words, template: Templates) -> Days:
    """Working days from handing in to acceptance, where somebody has to sign; the firm's review where none waits."""
    some = [n for n, one in enumerate(known) if _will_be_reviewed(one)]
    some += (len(known) + np.flatnonzero(template.reviewed.any(axis=1))).tolist()
    review = np.zeros(hashed.shape, dtype=np.float32)
    if some and plan.waits_to_come:
        spread = np.exp(np.float32(plan.prior.review.sigma) * pick("normal", level(further(hashed[some]), 3)))
        review[some] = np.ceil(spread * worlds.review_median)
        review[len(known) :] *= template.reviewed
    return review


def _will_be_reviewed(facts: Facts) -> bool:
    """Is a review still to begin? The one of what is with its signer has begun."""
    if facts.work.state == "in_review":
        return not facts.work.open_waits(on_client=True)
    return facts.work.needs_sign_off


# --- open waits --------------------------------------------------------------------------------------------------


def _holds(plan: PlanInput, facts: Facts, worlds: Worlds, hashed: Words) -> tuple[Days | None, Days | None] | None:
    """Days that the open waits still last: on the client, and on others."""
    if not facts.work.waits:
        return None
    hashed = further(hashed)
    client = [_left(plan, facts, wait, worlds, hashed) for wait in facts.work.open_waits(on_client=True)]
    others = [_left(plan, facts, wait, worlds, hashed) for wait in facts.work.open_waits(on_client=False)]
    if not client and not others:
        return None
    return (np.maximum.reduce(client) if client else None, np.maximum.reduce(others) if others else None)


def _left(plan: PlanInput, facts: Facts, wait: Wait, worlds: Worlds, hashed: Words) -> Days:
    if wait.until is not None:
        days = max(0, facts.table.count(plan.today, wait.until))
        return np.full(len(hashed), days, dtype=np.float32)
    age, prior = facts.days_since(wait, plan.today), plan.prior
    if is_review(facts, wait):
        return lasting(prior.review.sigma, worlds.review_median, age, level(hashed, 0))
    medians = worlds.stop_median * np.float32(prior.waits[wait.who].median / prior.waits["client"].median)
    return lasting(prior.waits[wait.who].sigma, medians, age, level(hashed, 0 if wait.who == "client" else 2))


# --- additions ---------------------------------------------------------------------------------------------------


def _additions(plan: PlanInput, facts: Mapping[int, Facts], past: Past, table: DayTable) -> int:
    """So many that hardly a draw has more: the mean and two and a half deviations of a gamma-Poisson number."""
    if not any(one.work.is_open for one in facts.values()):
        return 0
    mean = past.growth.mean * max(0, past.last - table.number(past.running_from(plan.today)))
    return min(MOST_ADDED, ceil(mean + 2.5 * sqrt(mean + mean**2 / past.growth.shape))) if mean > 0.05 else 0


@dataclass(frozen=True, eq=False)
class Templates:
    """What additions are like, by addition and draw: working days, and whether somebody has to accept them."""

    effort: Days
    window: Days
    pace_window: Days
    reviewed: NDArray[np.bool_]


def _templates(past: Past, uniforms: Days) -> Templates:
    """Each addition is like one that is in the plan already."""
    like = (uniforms * len(past.models)).astype(np.intp)
    models = np.array([[one.effort, one.window, one.pace_window] for one in past.models], dtype=np.float32)
    effort, window, pace_window = (column.take(like) for column in models.reshape(-1, 3).T)
    reviewed = np.array([one.work.needs_sign_off for one in past.models], dtype=np.bool_)
    return Templates(effort, window, pace_window, reviewed.take(like))


def _arrivals(worlds: Worlds, more: Words, begin: int) -> Days:
    """Day numbers of a Poisson process from day number `begin` on."""
    gaps = pick("exponential", level(more, 2)) / np.maximum(worlds.growth, np.float32(1e-6))
    return np.asarray(np.minimum(begin + np.cumsum(gaps, axis=0), 1e6), dtype=np.float32)
