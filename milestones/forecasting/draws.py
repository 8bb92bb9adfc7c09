"""The random part: how long each open deliverable still takes, how long it waits, and what will be added to the plan.

Rows are deliverables, columns draws; column d is one possible world, with its own slip ratio, owners, rates of waits
and of additions. The slip ratio rises from the first column to the last, so that its spread is never left to chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np

from milestones.forecasting.days import Days, DayTable
from milestones.forecasting.facts import Facts, observe, paced_between
from milestones.forecasting.learning import (
    Observation,
    Posterior,
    RatePosterior,
    learn,
    learn_lag,
    learn_rate,
)
from milestones.forecasting.noise import level, quantiles, seed_of, stratified, uniform, words
from milestones.forecasting.prior import Floats, Prior, normal_cdf, normal_quantile
from milestones.forecasting.queues import Queues, queues
from milestones.forecasting.types import PlanInput, Wait, Work
from milestones.forecasting.waits import LONGEST, WaitPast, draw_median, is_review, lasting, learn_waits, to_come

MOST_ADDED = 60  # deliverables that a forecast adds at most
_ENGAGEMENT = -1  # the name of what is drawn once for a whole world
_OWNERS = -1_000
_ADDED = -2_000_000_000


@dataclass(frozen=True, eq=False)
class Past:
    """What the engagement's history says; a what-if keeps it and changes only what is to come."""

    ratios: Posterior
    waits: WaitPast
    queues: Queues
    lag: RatePosterior
    growth: RatePosterior


@dataclass(frozen=True, eq=False)
class Worlds:
    """What holds for all deliverables of a draw; `mu` rises."""

    seed: int
    mu: Floats
    owners: Mapping[int | None, Floats]
    wait_rate: Days
    stop_median: Days
    review_median: Days
    lag: Days
    growth: Days


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
    added: Sequence[int]
    arrival: Days
    exists: np.ndarray
    window: Days


def learn_past(plan: PlanInput, facts: Mapping[int, Facts], table: DayTable) -> Past:
    seen: dict[int | None, list[Observation]] = {}
    for one in facts.values():
        if (told := observe(plan.prior, one)) is not None:
            seen.setdefault(one.work.owner, []).append(told)
    past = queues(facts, table, plan.today)
    return Past(
        learn(plan.prior, seen),
        learn_waits(plan.prior, facts.values(), plan.today),
        past,
        learn_lag(plan.prior.start_lag, past.starts, past.days),
        _growth(plan, facts, table),
    )


def _growth(plan: PlanInput, facts: Mapping[int, Facts], table: DayTable) -> RatePosterior:
    """Additions for each working day; what is assumed beforehand is a share of the plan over its whole length."""
    works = [one.work for one in facts.values()]
    if not works:
        return RatePosterior(1.0, 0.0)
    added = sum(work.added_on is not None for work in works)
    first = min(work.start_on for work in works)
    length = max(1, table.count(first, max(work.due_on for work in works)) + 1)
    gone = min(max(0, table.count(first, plan.today)), length)
    mean = plan.prior.growth.mean * max(1, len(works) - added) / length
    return learn_rate(type(plan.prior.growth)(mean, plan.prior.growth.shape), added, gone)


def draw_worlds(plan: PlanInput, past: Past, owners: Sequence[int | None], draws: int) -> Worlds:
    seed = seed_of(plan.engagement, plan.today)
    hashed, other = words(seed, [_ENGAGEMENT], 0, draws)[0], words(seed, [_ENGAGEMENT], 1, draws)[0]
    normal = quantiles("normal")
    mu = past.ratios.draw(stratified(draws))
    own = words(seed, [_OWNERS - (one or 0) for one in owners], 0, draws)
    theta = {
        one: past.ratios.draw_owner(one, mu, uniform(row, 0).astype(np.float64), normal[level(row, 1)])
        for one, row in zip(owners, own, strict=True)
    }
    starts = past.lag.draw(normal[level(hashed, 3)])
    # A day's lag is a failed try of a geometric distribution: its mean in whole days is that of the posterior.
    lag = 1 / np.log1p(np.maximum(starts, 1e-3)) if past.lag.mean else np.zeros(draws)
    return Worlds(
        seed=seed,
        mu=mu,
        owners=theta,
        wait_rate=past.waits.rate.draw(normal[level(hashed, 0)]).astype(np.float32),
        stop_median=draw_median(past.waits.stops, uniform(hashed, 1)),
        review_median=draw_median(past.waits.reviews, uniform(hashed, 2)),
        lag=lag.astype(np.float32),
        growth=past.growth.draw(normal[level(other, 0)]).astype(np.float32),
    )


def draw_works(plan: PlanInput, facts: Mapping[int, Facts], past: Past, worlds: Worlds, table: DayTable) -> Draws:
    """Everything random about this plan."""
    known = [one for one in facts.values() if one.work.is_open]
    draws = len(worlds.mu)
    rows = {one.work.id: n for n, one in enumerate(known)}
    names = list(rows)
    added = _additions(plan, facts, past, table)
    names += [_ADDED - n for n in range(added)]
    hashed, more = words(worlds.seed, names, 0, draws), words(worlds.seed, names, 1, draws)
    normal, waiting = quantiles("normal")[level(hashed, 0)], quantiles("exponential")[level(hashed, 1)]
    template = _templates(facts, added, uniform(more[len(known) :], 0))
    at = _centres(plan, known, worlds, template, added)
    sigma = np.float32(sqrt(plan.prior.within))
    need = np.exp(at + sigma * normal)
    pace = _paces(plan.prior, known, template, hashed)
    _condition(plan, known, need, pace, at, hashed)
    np.minimum(need, np.float32(LONGEST), out=need)
    slow = np.array([_slowdown(plan.prior, one.work) for one in known] + [0.0] * added, dtype=np.float32)
    stops = to_come(need * worlds.wait_rate, worlds.stop_median, uniform(hashed, 3), level(more, 1))
    arrival = table.number(plan.today) + np.cumsum(
        quantiles("exponential")[level(more[len(known) :], 2)] / np.maximum(worlds.growth, np.float32(1e-6)), axis=0
    )
    last = max((table.number(one.work.due_on) for one in facts.values()), default=0)
    return Draws(
        rows=rows,
        need=need,
        calm=need / np.exp(slow)[:, None] if slow.any() else need,
        pace=pace,
        stops=stops,
        lag=np.floor(waiting * worlds.lag),
        review=_reviews(plan, facts, known, added, worlds, more),
        holds={one.work.id: held for one in known if (held := _holds(plan, one, worlds, more[rows[one.work.id]]))},
        added=range(len(known), len(names)),
        arrival=np.minimum(arrival, np.float32(1e6)),
        exists=arrival < last,
        window=template[1],
    )


def _slowdown(prior: Prior, work: Work) -> float:
    return prior.load_slowdown * max(0, work.owner_open_load - prior.easy_load)


def _centres(plan: PlanInput, known: Sequence[Facts], worlds: Worlds, template: tuple[Days, Days], added: int) -> Days:
    """The mean of the logarithm of each need: the owner's ratio, the effort and the load."""
    owners = list(worlds.owners)
    theta = np.array([worlds.owners[one] for one in owners], dtype=np.float32)
    whose = [owners.index(one.work.owner) for one in known] + [n % len(owners) for n in range(added)]
    shift = [log(one.effort) + _slowdown(plan.prior, one.work) for one in known]
    at = theta[whose]
    at[: len(known)] += np.array(shift, dtype=np.float32)[:, None]
    at[len(known) :] += np.log(template[0])
    return at


def _templates(facts: Mapping[int, Facts], added: int, uniforms: Days) -> tuple[Days, Days]:
    """Effort and window of additions: each is like one that is in the plan already."""
    efforts = np.array([one.effort for one in facts.values()] or [1.0], dtype=np.float32)
    windows = np.array([one.window for one in facts.values()] or [1.0], dtype=np.float32)
    like = (uniforms * len(efforts)).astype(np.intp)
    return efforts[like], windows[like]


def _paces(prior: Prior, known: Sequence[Facts], template: tuple[Days, Days], hashed: np.ndarray) -> Days:
    """Days that a paced owner lets pass from the start on; 0 where the owner hands in at once."""
    u = uniform(hashed, 2)
    paced = u < prior.paced
    share = u / np.float32(max(prior.paced, 1e-6))
    ends = [paced_between(prior, one.window) for one in known]
    first = np.array([end[0] for end in ends], dtype=np.float32)[:, None]
    wide = np.array([end[1] - end[0] for end in ends], dtype=np.float32)[:, None]
    n = len(known)
    pace = np.zeros(u.shape, dtype=np.float32)
    pace[:n] = np.where(paced[:n], first + share[:n] * wide, 0)
    window = template[1]
    pace[n:] = np.where(paced[n:], window * (prior.paced_from + share[n:] * (prior.paced_to - prior.paced_from)), 0)
    return pace


def _condition(plan: PlanInput, known: Sequence[Facts], need: Days, pace: Days, at: Days, hashed: np.ndarray) -> None:
    """Rewrite the rows of work that runs: what is left, given the age a. Nothing is left of work in review.

    Total time is T = max(need N, pace P). Given T > a, either N > a, drawn from the truncated lognormal, or the work
    is done and its owner holds it back, N <= a < P. A need that is met leaves a day for handing in.
    """
    submitted = [n for n, one in enumerate(known) if one.work.state == "in_review"]
    need[submitted] = 0
    pace[submitted] = 0
    rows = [n for n, one in enumerate(known) if one.age > 0 and one.work.state != "in_review"]
    if not rows:
        return
    age = np.array([[float(known[n].age)] for n in rows])
    sigma = sqrt(plan.prior.within)
    centre = at[rows].astype(np.float64)
    below = normal_cdf((np.log(age) - centre) / sigma)
    held = np.array([[_held(plan.prior, known[n])] for n in rows])
    over = (1 - below) / np.maximum(1 - below * (1 - held), 1e-12)
    u, v = uniform(hashed[rows], 0).astype(np.float64), uniform(hashed[rows], 1).astype(np.float64)
    # Far in the tail the table knows no more; what has run so long runs on by a share of its age.
    lost = below > 1 - 1e-9
    whole = np.exp(centre + sigma * normal_quantile(below + u * (1 - below)))
    whole = np.where(lost, age * (1 + 0.25 * u), np.maximum(whole, age))
    long = (v < over) | (lost & (held == 0))
    need[rows] = np.where(long, whole - age, 0.0)
    _condition_pace(plan.prior, known, rows, pace, hashed, long)


def _condition_pace(
    prior: Prior, known: Sequence[Facts], rows: Sequence[int], pace: Days, hashed: np.ndarray, long: np.ndarray
) -> None:
    for place, n in enumerate(rows):
        first, last = paced_between(prior, known[n].window)
        elapsed = known[n].elapsed
        share = uniform(hashed[n], 2)
        begin = max(first, elapsed)
        held = np.float32(begin) + share * np.float32(max(last - begin, 0.0))
        pace[n] = np.maximum(np.where(long[place], pace[n], held) - np.float32(elapsed), 0)


def _held(prior: Prior, facts: Facts) -> float:
    first, last = paced_between(prior, max(1, facts.window - (facts.elapsed - facts.age)))
    return prior.paced * min(1.0, max(0.0, (last - facts.age) / (last - first)))


def _reviews(
    plan: PlanInput, facts: Mapping[int, Facts], known: Sequence[Facts], added: int, worlds: Worlds, more: np.ndarray
) -> Days:
    """Working days from handing in to acceptance, where somebody has to sign; the firm's review where none waits."""
    share = sum(one.work.needs_sign_off for one in facts.values()) / max(1, len(facts))
    signed = np.array([one.work.needs_sign_off and not _is_with_signer(one) for one in known], dtype=np.bool_)
    lone = np.array([one.work.state == "in_review" and not _is_with_signer(one) for one in known], dtype=np.bool_)
    needed = np.zeros(more.shape, dtype=np.bool_)
    needed[: len(known)] = (signed | lone)[:, None] if known else False
    needed[len(known) :] = uniform(more[len(known) :], 3) < share
    some = np.flatnonzero(needed.any(axis=1))
    review = np.zeros(more.shape, dtype=np.float32)
    spread = np.exp(np.float32(plan.prior.review.sigma) * quantiles("normal")[level(more[some], 3)])
    review[some] = np.where(needed[some], np.ceil(spread * worlds.review_median), 0)
    return review


def _is_with_signer(facts: Facts) -> bool:
    return facts.work.state == "in_review" and bool(facts.work.open_waits(on_client=True))


def _holds(plan: PlanInput, facts: Facts, worlds: Worlds, hashed: np.ndarray) -> tuple[Days | None, Days | None] | None:
    """Days that the open waits still last: on the client, and on others."""
    client = [_left(plan, facts, wait, worlds, hashed) for wait in facts.work.open_waits(on_client=True)]
    others = [_left(plan, facts, wait, worlds, hashed) for wait in facts.work.open_waits(on_client=False)]
    if not client and not others:
        return None
    return (np.maximum.reduce(client) if client else None, np.maximum.reduce(others) if others else None)


def _left(plan: PlanInput, facts: Facts, wait: Wait, worlds: Worlds, hashed: np.ndarray) -> Days:
    if wait.until is not None:
        days = max(0, facts.table.count(plan.today, wait.until))
        return np.full(len(hashed), days, dtype=np.float32)
    age, prior = facts.days_since(wait, plan.today), plan.prior
    if is_review(facts, wait):
        return lasting(prior.review.sigma, worlds.review_median, age, level(hashed, 0))
    medians = worlds.stop_median * np.float32(prior.waits[wait.who].median / prior.waits["client"].median)
    return lasting(prior.waits[wait.who].sigma, medians, age, level(hashed, 0 if wait.who == "client" else 2))


def _additions(plan: PlanInput, facts: Mapping[int, Facts], past: Past, table: DayTable) -> int:
    """So many that hardly a draw has more: the mean and two and a half deviations of a gamma-Poisson number."""
    if not any(one.work.is_open for one in facts.values()):
        return 0
    last = max(table.number(one.work.due_on) for one in facts.values())
    mean = past.growth.mean * max(0, last - table.number(plan.today))
    return min(MOST_ADDED, ceil(mean + 2.5 * sqrt(mean + mean**2 / past.growth.shape))) if mean > 0.05 else 0
