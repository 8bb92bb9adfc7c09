"""What is known of one deliverable, counted in the working days of its owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from math import exp, log, sqrt

from milestones.forecasting.days import DayTable
from milestones.forecasting.learning import Observation
from milestones.forecasting.prior import Prior
from milestones.forecasting.types import PlanInput, Wait, Work

STALL_Z = 1.0364  # the standard normal distribution stays below it with probability 0.85


@dataclass(frozen=True, eq=False)
class Facts:
    """One deliverable in the working days of its owner.

    `window` runs from the planned start, once begun from the real one, to the due date; `review` are the days of it
    that its owner leaves to the client, who has to accept it. `age` is time worked so far, waits taken out; `elapsed`
    has them in, of which `stopped` were waits for anything but acceptance.
    """

    work: Work
    table: DayTable
    window: int
    effort: float
    age: int
    elapsed: int
    review: int = 0
    stopped: int = 0

    @cached_property
    def pace_window(self) -> int:
        """What an owner who knows that the client will look at it paces the work to."""
        return max(1, self.window - self.review)

    @property
    def free_window(self) -> int:
        """Who waits does not hold work back as well: what was waited is taken off what the work is paced to."""
        return max(1, self.pace_window - self.stopped)

    def waited(self, today: date, *, on_client: bool) -> int:
        """Working days of the longest open wait so far."""
        if not self.work.waits:
            return 0
        return max((self.days_since(wait, today) for wait in self.work.open_waits(on_client=on_client)), default=0)

    def days_since(self, wait: Wait, today: date) -> int:
        return max(0, self.table.count(wait.since, today))


def facts_of(plan: PlanInput, work: Work, table: DayTable) -> Facts:
    planned = max(1, work.planned_days or table.count(work.start_on, work.due_on) + 1)
    effort = work.effort_days or plan.prior.effort_share * planned
    effort = min(max(effort, 0.25), 2.0 * planned)
    if not (work.started_on or work.finished_on):
        return Facts(work, table, planned, effort, 0, 0, review_days(plan.prior, work, planned))
    window = max(1, table.count(work.started_on, work.due_on) + 1) if work.started_on else planned
    end = work.finished_on or plan.today
    start = work.started_on or min(work.start_on, end)
    after = end + timedelta(days=1) if work.finished_on else end  # today is still ahead of us
    elapsed = max(0, table.count(start, after))
    review = review_days(plan.prior, work, window)
    if not work.waits:
        return Facts(work, table, window, effort, elapsed, elapsed, review)
    age = max(0, elapsed - _waited(table, work.waits, start, end))
    stopped = _waited(table, (wait for wait in work.waits if not wait.review), start, end)
    return Facts(work, table, window, effort, age, elapsed, review, stopped)


def review_days(prior: Prior, work: Work, window: int) -> int:
    """Whole days that an owner leaves for acceptance: a usual review, but never more than half of the window."""
    return min(round(prior.review.mean), window // 2) if work.needs_sign_off else 0


def stall_days(plan: PlanInput, facts: Facts) -> float:
    """The age that 85 % of such work stays under: from the role's past if known, else from the prior."""
    known = plan.stall_days.get(facts.work.role)
    if known is not None:
        return known
    needed = facts.effort * plan.prior.median_ratio * _slow(plan.prior.between + plan.prior.within)
    return max(needed, plan.prior.paced_to * facts.pace_window)


@lru_cache(maxsize=8)
def _slow(variance: float) -> float:
    """How many times its median such work takes that is slower than 85 % of its like."""
    return exp(STALL_Z * sqrt(variance))


def observe(prior: Prior, facts: Facts) -> Observation | None:
    """What this deliverable tells about its owner and engagement; nothing while it has not been worked on."""
    work = facts.work
    if facts.age <= 0 or work.state in {"dropped", "planned", "in_review"}:
        return None
    ratio = log(facts.age / facts.effort)
    window = facts.free_window
    if work.is_open:
        return Observation(ratio, over=True, held=prior.paced * still_paced(prior, window, facts.age))
    if work.finished_on is not None and work.finished_on > work.due_on:
        return Observation(ratio)
    first, last = paced_between(prior, window)
    handed = facts.age / (last - first) if first < facts.age <= last else 0.0
    return Observation(ratio, held=prior.paced * still_paced(prior, window, facts.age), handed=prior.paced * handed)


def paced_between(prior: Prior, window: float) -> tuple[float, float]:
    """Days of work between which a paced owner hands in; at least one day wide."""
    last = prior.paced_to * window
    return min(prior.paced_from * window, last - 1), last


def still_paced(prior: Prior, window: float, age: float) -> float:
    """Chance that a paced owner has not handed in by this age."""
    first, last = paced_between(prior, window)
    return min(1.0, max(0.0, (last - age) / (last - first)))


def _waited(table: DayTable, waits: Iterable[Wait], start: date, end: date) -> int:
    """Working days in [start, end) covered by any wait; overlapping waits count once."""
    total, reached = 0, start
    for wait in sorted(waits, key=lambda one: one.since):
        since, until = max(wait.since, reached), min(wait.until or end, end)
        if until > since:
            total += table.count(since, until)
            reached = until
    return total
