"""What the scorecard looks at, and how it is learnt from finished projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from milestones.forecasting.risk.fitting import Boosting, Sample, TermPlan, fit
from milestones.forecasting.risk.history import History
from milestones.forecasting.risk.scorecard import Scorecard, Term

# Fine bins for a feature alone, coarse ones where two meet.
ALONE: Mapping[str, tuple[float, ...]] = {
    "days_left": (1, 2, 3, 5, 8, 11, 15, 22, 31, 46, 61, 91, 121, 181, 366),
    "age": (1, 2, 4, 8, 15, 31, 91, 366),
    "record": (0.001, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.33, 0.45, 0.5, 0.6, 0.75, 1, 1.01),
    "load": (1, 2, 3, 4, 6, 9, 13, 20, 40, 80, 200),
    "blocks": (1, 2),
    "blocked_by": (1, 2),
    "rescoped": (1, 2),
    "sent_back": (1, 2, 3),
    "comments": (1, 2, 3, 5, 9, 15),
    "set_together": (2, 4, 9, 21),
    "due_set_days": (1, 3, 8, 15, 31, 61, 91, 181, 271, 500),
    "engagement_record": (0.08, 0.15, 0.22, 0.3, 0.4, 0.55, 0.75),
    "alike": (0.08, 0.15, 0.22, 0.3, 0.4, 0.55, 0.75),
}
MET: Mapping[str, tuple[float, ...]] = {
    **ALONE,
    "days_left": (1, 2, 4, 8, 15, 31, 61, 121, 366),
    "age": (1, 4, 15, 61, 366),
    "record": (0.001, 0.06, 0.15, 0.25, 0.4, 0.55, 0.7, 1),
    "load": (2, 4, 7, 13, 25, 60),
    "blocks": (1,),
    "blocked_by": (1,),
    "rescoped": (1,),
    "sent_back": (1, 2),
    "comments": (1, 2, 4, 9),
    "due_set_days": (1, 8, 31, 91, 271),
}
BEGUN = ("age", (1.0,))
RISING = {"record": 0.01, "engagement_record": 0.0, "alike": 0.0}
# Whose driver a table of two is: the first of these that is in it. The record's comes first, for it is personal.
BELONGS = (
    "record",
    "alike",
    "engagement_record",
    "load",
    "sent_back",
    "comments",
    "due_set_days",
    "set_together",
    "blocked_by",
    "blocks",
    "rescoped",
    "days_left",
    "age",
)
TABLES = 14
LOOK = Boosting(rounds=6, rising=None)
HOW = Boosting(rounds=60, rising=RISING)


def singles() -> list[TermPlan]:
    return [TermPlan(name, {name: edges}) for name, edges in ALONE.items()]


def pairs() -> list[TermPlan]:
    return [_pair(a, b) for a, b in combinations(MET, 2)]


def _pair(a: str, b: str) -> TermPlan:
    """Two features as a table, for work just begun and for work some days old."""
    edges = {a: MET[a], b: MET[b]}
    if "age" not in edges:
        edges = {BEGUN[0]: BEGUN[1], **edges}
    return TermPlan(min((a, b), key=BELONGS.index), edges)


def fit_prior(
    histories: Sequence[History], tables: int = TABLES, how: Boosting = HOW, look: Boosting = LOOK
) -> Scorecard:
    """Fit all features alone and the `tables` pairs that tell most, on whole projects."""
    samples = [Sample(one.columns, one.late) for one in histories]
    every = pairs()
    first = fit([*singles(), *every], samples, look)
    told = sorted(zip(first.terms[len(ALONE) :], every, strict=True), key=lambda one: -_spread(one[0], samples))
    made_from = {
        "rows": {one.name: len(one) for one in histories},
        "late": {one.name: int(one.late.sum()) for one in histories},
    }
    return fit([*singles(), *(plan for _, plan in told[:tables])], samples, how, made_from)


def _spread(term: Term, samples: Sequence[Sample]) -> float:
    """Spread what a table adds beyond its features alone: variance of its points less that of their main effects."""
    return float(np.mean([_interaction(term, one) for one in samples]))


def _interaction(term: Term, sample: Sample) -> float:
    points = term.log_odds(sample.columns)
    rest = points - points.mean()
    for bins in term.bins(sample.columns):
        means = np.bincount(bins, rest) / np.maximum(np.bincount(bins), 1)
        rest = rest - means[bins]
    return float(np.var(rest))
