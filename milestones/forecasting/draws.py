"""The random part: how long each open deliverable still takes, and how long its waits still last.

Every deliverable has its own stream, seeded by engagement, day and its id, so that one day gives one
picture everywhere, and adding or dropping a deliverable leaves the others' draws as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import exp, log, sqrt

import numpy as np

from milestones.forecasting.days import DayTable, Ints
from milestones.forecasting.prior import (
    Floats,
    LogNormal,
    Observation,
    Prior,
    learn,
    normal_cdf,
    normal_quantile,
)
from milestones.forecasting.types import PlanInput, Wait, Work

LONGEST = 500.0  # working days; keeps a wild tail inside the calendar
STALL_Z = 1.0364  # the standard normal distribution stays below it with probability 0.85


@dataclass(frozen=True)
class Facts:
    """One deliverable in the working days of its owner.

    `window` is what its owner paces the work to: from the planned start, once begun from the real one, to the
    due date. `age` is time worked so far, waits taken out.
    """

    work: Work
    table: DayTable
    window: int
    effort: float
    age: int

    def waited(self, today: date, *, on_client: bool) -> int:
        """Working days of the longest open wait so far."""
        return max((self.days_since(wait, today) for wait in self.work.open_waits(on_client=on_client)), default=0)

    def days_since(self, wait: Wait, today: date) -> int:
        return max(0, _count(self.table, wait.since, today))


@dataclass(frozen=True)
class Sample:
    """Per draw: working days of need (under the owner's load, and without it), of pace, and of waits left."""

    facts: Facts
    need: Floats
    need_unloaded: Floats
    pace: Floats
    client_wait: Ints
    other_wait: Ints


def facts_of(plan: PlanInput, work: Work, table: DayTable) -> Facts:
    planned = max(1, work.planned_days or _count(table, work.start_on, work.due_on) + 1)
    effort = work.effort_days or plan.prior.effort_share * planned
    window = max(1, _count(table, work.started_on, work.due_on) + 1) if work.started_on else planned
    age = _worked(table, work, work.finished_on or plan.today) if work.started_on or work.finished_on else 0
    return Facts(work, table, window, min(max(effort, 0.25), 2.0 * planned), age)


def stall_days(plan: PlanInput, facts: Facts) -> float:
    """The age that 85 % of such work stays under: from the role's past if known, else from the prior."""
    known = plan.stall_days.get(facts.work.role)
    if known is not None:
        return known
    spread = sqrt(plan.prior.between + plan.prior.within)
    needed = facts.effort * plan.prior.median_ratio * exp(STALL_Z * spread)
    return max(needed, plan.prior.paced_to * facts.window)


def samples(plan: PlanInput, facts: Iterable[Facts], draws: int) -> dict[int, Sample]:
    """Draws for every open deliverable."""
    known = list(facts)
    root = seed_of(plan.engagement, plan.today)
    uniforms = np.random.default_rng(np.random.SeedSequence(root)).random(draws)
    mu = learn(plan.prior, [seen for one in known for seen in observe(plan.prior, one)]).draw(uniforms)
    return {one.work.id: _sample(plan, one, mu, root) for one in known if one.work.is_open}


def seed_of(engagement: str, today: date) -> int:
    text = f"{engagement} {today.isoformat()}"
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def observe(prior: Prior, facts: Facts) -> list[Observation]:
    """What this deliverable tells about its engagement; nothing while it has not been worked on."""
    work = facts.work
    if facts.age <= 0 or work.state in {"dropped", "planned", "in_review"}:
        return []
    ratio = log(facts.age / facts.effort)
    if work.is_open:
        return [Observation(ratio, "more_than", float(_still_paced(prior, facts)))]
    late = work.finished_on is not None and work.finished_on > work.due_on
    return [Observation(ratio, "exact" if late else "at_most")]


def _sample(plan: PlanInput, facts: Facts, mu: Floats, root: int) -> Sample:
    draws = len(mu)
    rng = np.random.default_rng(np.random.SeedSequence([root, facts.work.id]))
    u = rng.random((5, draws))
    client, other = _wait_draws(plan, facts, u[3], u[4])
    if facts.work.state == "in_review":
        return _review(plan, facts, u[0], client, other)
    slowdown = plan.prior.load_slowdown * max(0, facts.work.owner_open_load - plan.prior.easy_load)
    need, pace = _time_left(plan.prior, facts, mu + slowdown, u)
    calm, _ = _time_left(plan.prior, facts, mu, u) if slowdown else (need, pace)
    return Sample(facts, need, calm, pace, client, other)


def _review(plan: PlanInput, facts: Facts, u: Floats, client: Ints, other: Ints) -> Sample:
    """Only the review is left: the client's where a wait on the client is open, else the firm's."""
    nothing = np.zeros(len(u))
    since = max((wait.since for wait in facts.work.open_waits(on_client=True)), default=None)
    if since is not None:
        age = max(0, _count(facts.table, since, plan.today))
        client = _lasting(plan.prior.review, age, u)
        return Sample(facts, nothing, nothing, nothing, client, other)
    firm = _lasting(plan.prior.review, 0, u).astype(np.float64)
    return Sample(facts, firm, firm, nothing, client, other)


def _time_left(prior: Prior, facts: Facts, mu: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Working days of need and of pace left, given the age a.

    Total time is T = max(need N, pace P), N lognormal, P uniform over the last part of the window.
    Given T > a, either N > a, drawn from the truncated lognormal, or N <= a < P: the owner only paces.
    """
    age, sigma = float(facts.age), sqrt(prior.within)
    at = mu + log(facts.effort)
    below = normal_cdf((log(age) - at) / sigma) if age > 0 else np.zeros(len(mu))
    paced = _still_paced(prior, facts)
    over = (1 - below) / np.maximum(1 - below + below * paced, 1e-12)
    # Far in the tail the table knows no more; what has run so long runs on by a share of its age.
    lost = below > 1 - 1e-9
    need = np.exp(at + sigma * normal_quantile(below + u[1] * (1 - below)))
    need = np.where(lost, age * (1 + 0.25 * u[1]), np.maximum(need, age))
    long = (u[0] < over) | (lost & (paced == 0))
    first = np.where(long, prior.paced_from * facts.window, max(prior.paced_from * facts.window, age))
    pace = first + u[2] * np.maximum(prior.paced_to * facts.window - first, 0)
    left = np.where(long, need - age, 0.0)
    return np.minimum(left, LONGEST), np.maximum(pace - age, 0.0)


def _still_paced(prior: Prior, facts: Facts) -> float:
    """Chance that a paced owner is not done at this age."""
    first, last = prior.paced_from * facts.window, prior.paced_to * facts.window
    if facts.age <= first:
        return 1.0
    return max(0.0, (last - facts.age) / (last - first)) if last > first else 0.0


def _wait_draws(plan: PlanInput, facts: Facts, u: Floats, v: Floats) -> tuple[Ints, Ints]:
    nothing = np.zeros(len(u), dtype=np.int64)
    client, other = nothing, nothing
    for wait in facts.work.waits:
        if not wait.open:
            continue
        prior = plan.prior.waits[wait.who]
        age = facts.days_since(wait, plan.today)
        if wait.who == "client":
            client = np.maximum(client, _lasting(prior, age, u))
        else:
            other = np.maximum(other, _lasting(prior, age, v))
    return client, other


def _lasting(prior: LogNormal, age: int, u: Floats) -> Ints:
    """Working days until it ends, given that it has lasted `age` days: at least one."""
    at = log(prior.median)
    below = float(normal_cdf(np.array([(log(age) - at) / prior.sigma]))[0]) if age else 0.0
    below = min(below, 1 - 1e-9)
    total = np.exp(at + prior.sigma * normal_quantile(below + u * (1 - below)))
    left: Ints = np.ceil(np.clip(total - age, 1.0, LONGEST)).astype(np.int64)
    return left


def _worked(table: DayTable, work: Work, end: date) -> int:
    """Working days from the start to `end`, less those on which the work waited."""
    start = work.started_on or min(work.start_on, end)
    last = end.toordinal() - (0 if work.finished_on else 1)  # today is still ahead of us
    days = table.between(start.toordinal() - 1, last)
    return max(0, days - _waited(table, work.waits, start, end))


def _waited(table: DayTable, waits: Iterable[Wait], start: date, end: date) -> int:
    """Working days in [start, end) covered by any wait; overlapping waits count once."""
    total, reached = 0, start
    for wait in sorted(waits, key=lambda one: one.since):
        since, until = max(wait.since, reached), min(wait.until or end, end)
        if until > since:
            total += _count(table, since, until)
            reached = until
    return total


def _count(table: DayTable, a: date, b: date) -> int:
    """Working days from a up to, but not including, b."""
    return table.between(a.toordinal() - 1, b.toordinal() - 1)
