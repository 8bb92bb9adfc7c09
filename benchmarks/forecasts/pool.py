"""`python -m benchmarks.forecasts.pool [N]`: what the cascade and the scorecard should weigh, on simulated engagements.

First what the cascade says of a usual deliverable, which is where it begins to say anything: the mean of its log-odds
over both playbooks on the day they begin. Then every unfinished deliverable of N engagements (8) a scenario and size,
on three days, with the features that a simulation has, the cascade's own chance and whether it was late. Needs no
servers; seeds are not those of the table.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecasts.study import COUNTS
from benchmarks.forecasts.view import CALENDAR, DAYS, START, known
from benchmarks.forecasts.world import SCENARIOS, Scenario, World
from benchmarks.table import table as drawn
from config.embedded.stack import CHECKOUT
from milestones.forecasting import MilestoneDue, PlanInput, Work
from milestones.forecasting.opinion import cascade_log_odds
from milestones.forecasting.risk import (
    Features,
    Scorecard,
    pool_terms,
    pool_weights,
    pooled_share,
    probability,
    recalibrate,
    shipped_prior,
    table,
)
from milestones.forecasting.risk.features import Table
from milestones.forecasting.risk.measures import auc, brier_skill, calibration_error
from milestones.forecasting.risk.pool import CASCADE_USUAL
from milestones.forecasting.study import study

Floats = NDArray[np.float64]
FIRST: Final = 5000
AFTER: Final = (25, 45, 65)
OUTCOMES: Final = (0, 20, 50, 200, 1000)
DRAWS: Final = 400
TRIED: Final = ((0.5, 0.6), (0.5, 0.8), (0.3, 0.9), (0.5, 0.5), (1.0, 1.0))
PLAYBOOKS: Final = ("short", "full")
MILESTONES: Final = (30, 60, 90)
KEYS: Final = ("code", "role")
Row = tuple[str, Features, float, float]


def main(arguments: list[str]) -> int:
    """Print the fitted weights by scenario, and how well pools of some weights do."""
    count = int(arguments[0]) if arguments else 8
    usual = {book: usual_of(book) for book in PLAYBOOKS}
    words = ", ".join(f"{book} {one:.2f}" for book, one in usual.items())
    print(f"A usual deliverable, log-odds of the cascade: {words}; mean {np.mean(list(usual.values())):.2f}\n")
    rows = [row for scenario in SCENARIOS for row in _rows(scenario, count)]
    names = np.array([row[0] for row in rows])
    card = shipped_prior()
    columns = table([row[1] for row in rows])
    told = card.log_odds(columns) - card.base
    share, late = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    cascade = np.array([cascade_log_odds(one) for one in share.tolist()]) - CASCADE_USUAL
    print(f"{len(rows):,} unfinished deliverables, {late.mean():.0%} late\n")
    found = []
    for name in ["all", *(one.name for one in SCENARIOS)]:
        here = (names == name) | (name == "all")
        both = fitted(np.stack([np.ones(here.sum()), told[here], cascade[here]], axis=1), late[here])
        alone = fitted(np.stack([np.ones(here.sum()), cascade[here]], axis=1), late[here])
        found.append([name, *(f"{one:.2f}" for one in (*both[1:], alone[1]))])
    print(drawn(["Weights", "scorecard", "cascade", "cascade alone"], found), end="\n\n")
    pools = {f"{a:g} and {b:g}": probability(card.base + a * told + b * cascade) for a, b in TRIED}
    judged = [_judged(*one, late) for one in {"cascade": share, **pools}.items()]
    print(drawn(["Pool", "AUC", "skill", "ECE"], judged), end="\n\n")
    print(drawn(["Outcomes", "AUC", "skill", "ECE"], _as_outcomes_come(card, columns, share, late)))
    return 0


def _as_outcomes_come(card: Scorecard, columns: Table, share: Floats, late: Floats) -> Iterator[list[str]]:
    """Yield how well the pool does on half of the deliverables after so many outcomes of the other half."""
    order = np.random.default_rng(1).permutation(len(late))
    learnt_on, judged_on = np.array_split(order, 2)
    terms = pool_terms(card, columns, share)
    for count in OUTCOMES:
        rows = learnt_on[:count]
        learnt = recalibrate(pool_weights(card), terms[rows], late[rows], np.arange(len(rows)))
        chances = probability(learnt.log_odds(terms[judged_on]))
        yield _judged(str(len(rows)), chances, late[judged_on])


def _judged(name: str, chances: Floats, late: Floats) -> list[str]:
    numbers = (auc(chances, late) or 0.5, brier_skill(chances, late) or 0.0, calibration_error(chances, late))
    return [name, *(f"{one:.3f}" for one in numbers)]


def usual_of(book: str) -> float:
    """Mean log-odds of lateness over a playbook's deliverables on its first day."""
    own = study(fresh(book)).own_chances
    return float(np.mean([cascade_log_odds(1 - one) for one in own.values()]))


def fresh(book: str) -> PlanInput:
    """Return a playbook's plan on its first day, with one specialist a role."""
    with (CHECKOUT / "milestones" / "data" / f"playbook_{book}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places, roles = ({name: n for n, name in enumerate(dict.fromkeys(row[key] for row in rows))} for key in KEYS)
    works = tuple(
        Work(
            places[row["code"]],
            int(row["milestone"]),
            _day(row["start_day"]),
            _day(row["due_day"]),
            float(row["effort_days"]),
            predecessors=tuple(places[one.strip()] for one in row["predecessors"].split(";") if one.strip()),
            owner=roles[row["role"]],
            needs_sign_off=row["needs_sign_off"] == "yes",
        )
        for row in rows
    )
    milestones = tuple(MilestoneDue(day, _day(str(day))) for day in MILESTONES)
    return PlanInput(f"playbook {book}", START, works, milestones, CALENDAR)


def _day(plan_day: str) -> date:
    return CALENDAR.next_working(START + timedelta(days=int(plan_day)))


def fitted(terms: Floats, late: Floats) -> Floats:
    """Logistic regression by Newton's method."""
    weights = np.zeros(terms.shape[1])
    for _ in range(50):
        chance = probability(terms @ weights)
        curvature = (terms * (chance * (1 - chance))[:, None]).T @ terms + 1e-3 * np.eye(len(weights))
        weights += np.linalg.solve(curvature, terms.T @ (late - chance) - 1e-3 * weights)
    return weights


def _rows(scenario: Scenario, count: int) -> Iterator[Row]:
    for size in COUNTS:
        for seed in range(FIRST, FIRST + count):
            world = World(scenario, size, seed)
            for after in AFTER:
                plan, now = known(world, after, f"{scenario.name} {size} {seed}")
                yield from _asked(world, plan, now, after, scenario.name)


def _asked(world: World, plan: PlanInput, now: int, after: int, name: str) -> Iterator[Row]:
    own = study(plan, DRAWS).own_chances
    due_before = [one for one in plan.works if one.due_on < plan.today]
    so_far = pooled_share(sum(_is_late(one) for one in due_before), len(due_before))
    for work in plan.works:
        if work.is_open and work.due_on >= plan.today:
            item = world.items[work.id]
            late = item.accepted is None or item.accepted > DAYS.index(work.due_on)
            sent_back = item.sent_back is not None and item.sent_back < now
            yield name, _features(plan, work, after, so_far, sent_back=sent_back), 1 - own[work.id], float(late)


def _is_late(work: Work) -> bool:
    return work.finished_on is None or work.finished_on > work.due_on


def _features(plan: PlanInput, work: Work, after: int, so_far: float, *, sent_back: bool) -> Features:
    still_open = [one for one in plan.works if one.is_open]
    done = [one for one in plan.works if one.finished_on and one.owner == work.owner]
    due: list[date] = [one.due_on for one in plan.works]
    waited_for = {one.id for one in still_open} & set(work.predecessors)
    return Features(
        days_left=(work.due_on - plan.today).days,
        age=max(0, (plan.today - min(work.started_on or work.start_on, work.start_on)).days),
        record=pooled_share(sum(map(_is_late, done)), len(done), so_far),
        load=sum(one.owner == work.owner for one in still_open),
        blocks=sum(work.id in one.predecessors for one in still_open),
        blocked_by=len(waited_for),
        sent_back=float(sent_back),
        due_together=due.count(work.due_on),
        set_together=due.count(work.due_on),
        due_set_days=after,
        engagement_record=so_far,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
