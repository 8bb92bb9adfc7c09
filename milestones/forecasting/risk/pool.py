"""The scorecard and the cascade in one number, with weights that a firm's own outcomes move.

    logit P(late) = w0 + ws (s - b) + sum over features f of d_f[bin] + wc (c - c0)

s are the scorecard's log-odds, b those of a usual deliverable (the scorecard's base); c are the cascade's log-odds, c0
those that it gives a usual deliverable of a plan not yet begun. So each speaks of what is unusual to it: how often a
firm is late is not known before its first outcome, and the public projects know it better than assumptions about
durations do. Had the two nothing in common, both weights would be 1 (Bayes' rule on independent evidence); had they
seen the same, the weights would sum to 1. They share the days left and the age, and nothing else, so they begin in
between: see docs/forecasting.md for where the means come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.opinion import cascade_log_odds, chance_of
from milestones.forecasting.risk.features import Floats, Table
from milestones.forecasting.risk.firm import firm_card, firm_terms, firm_weights
from milestones.forecasting.risk.prior_file import written
from milestones.forecasting.risk.recalibration import Recalibration, Weight, counted, recalibrate
from milestones.forecasting.risk.scorecard import Scorecard

SCORECARD = Weight("slope", 0.5, 0.15)
CASCADE = Weight("cascade", 0.6, 0.15)
# A deliverable of either playbook, on the day that begins and without a past, has 0.93 (`benchmarks.forecasts.pool`).
# From c0 on that comes to USUAL_SHARE, what is taken for the share late of a firm that has no history.
CASCADE_USUAL = 0.2
# How often a firm is late is what its first outcomes tell: the two opinions differ on it by two units of log-odds.
LEVEL_SD = 0.4


@dataclass(frozen=True)
class PooledCard:
    """The firm's scorecard as it enters the pool, and the weight of the cascade beside it.

    `usual` are the log-odds at which a cascade adds nothing.
    """

    card: Scorecard
    cascade: float
    usual: float

    def part(self, late_share: float) -> float:
        """What the cascade adds in log-odds, for the share of its draws that are late."""
        return self.cascade * (cascade_log_odds(late_share) - self.usual)


def pool_weights(card: Scorecard) -> tuple[Weight, ...]:
    """What is thought of the weights before the first outcome."""
    intercept, _slope, *bins = firm_weights(card)
    intercept = replace(intercept, sd=LEVEL_SD)
    return (intercept, SCORECARD, *bins, CASCADE)


def pool_terms(card: Scorecard, columns: Table, late_shares: Floats) -> Floats:
    """Terms of shape (n, weights), in the order of `pool_weights`."""
    cascade = np.array([cascade_log_odds(share) for share in late_shares.tolist()]) - CASCADE_USUAL
    return np.hstack([firm_terms(card, columns), cascade.reshape(-1, 1)])


def learn_pool(
    card: Scorecard,
    columns: Table,
    late_shares: Floats,
    late: Floats,
    known_on: NDArray[np.int64],
    engagement: NDArray[np.int64],
) -> Recalibration:
    """Learn the weights from outcomes; `late_shares` are the cascade's chances of lateness on the day asked."""
    made_from = {
        "prior": fingerprint(card),
        "from_day": int(known_on.min()) if len(known_on) else None,
        "to_day": int(known_on.max()) if len(known_on) else None,
    }
    terms, counts_as = pool_terms(card, columns, late_shares), counted(engagement, known_on)
    return recalibrate(pool_weights(card), terms, late, known_on, made_from, counts_as)


def pooled_card(card: Scorecard, learnt: Recalibration | None = None) -> PooledCard:
    """The pool as learnt, or as it ships. Raises ValueError for what was learnt with another prior."""
    known = learnt or unlearnt(card)
    names = tuple(one.name for one in firm_weights(card))
    if known.made_from.get("prior") != fingerprint(card) or {*known.names} != {*names, CASCADE.name}:
        raise ValueError("This calibration was made with another prior. Recalibrate on the present one.")
    # A database keeps JSON in an order of its own, so the weights are put back into the scorecard's.
    places = [known.names.index(name) for name in names]
    means, sds = (tuple(values[place] for place in places) for values in (known.means, known.sds))
    alone = replace(known, names=names, means=means, sds=sds)
    return PooledCard(firm_card(card, alone), known.weight(CASCADE.name), CASCADE_USUAL)


def unlearnt(card: Scorecard) -> Recalibration:
    """The weights before the first outcome."""
    weights = pool_weights(card)
    return Recalibration(
        tuple(one.name for one in weights),
        tuple(one.mean for one in weights),
        tuple(one.sd for one in weights),
        0,
        0,
        {"prior": fingerprint(card), "from_day": None, "to_day": None},
    )


def fingerprint(card: Scorecard) -> str:
    """Twelve hexadecimal digits that change with any number of a prior, or with what the weights are of."""
    return hashlib.sha256(f"{written(card)} {CASCADE_USUAL}".encode()).hexdigest()[:12]


# --- why ---------------------------------------------------------------------------------------------------------


def shares(base: float, parts: Mapping[str, float]) -> dict[str, float]:
    """What each part adds to the chance, as a share of 1; they sum to P - P(base).

    Each part's weight along the straight way from the base to the whole: Aumann and Shapley's value (Values of
    Non-Atomic Games, 1974), which for a sum inside a logistic function is proportional to the part. It does not hang
    on an order, keeps signs, and two parts together add what they add apart.
    """
    total = sum(parts.values())
    low, high = chance_of(base), chance_of(base + total)
    # Where the parts cancel, the way has no length and the slope at its place is what counts.
    each = (high - low) / total if abs(total) > 1e-6 else low * (1 - low)
    return {name: each * part for name, part in parts.items()}


def whole_numbers(values: Sequence[float], total: int) -> list[int]:
    """Whole numbers near these that sum to `total`, by the largest remainders; each within 1 of its value."""
    found = [floor(one) for one in values]
    order = sorted(range(len(values)), key=lambda place: found[place] - values[place])
    for place in order[: max(0, total - sum(found))]:
        found[place] += 1
    return found
