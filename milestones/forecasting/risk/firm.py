"""A firm's own scorecard: the prior, moved by the firm's outcomes as far as they go.

    logit P(late) = w0 + w1 (prior log odds - its base) + sum over features f of d_f[bin],   prior N(0, BIN_SD^2) on d

Each feature's bins are taken less their usual shares, so that a firm which is late more often as a whole moves w0 and
not every d at once. What comes out is a scorecard again, and its drivers sum to its number.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Floats, Table
from milestones.forecasting.risk.recalibration import Recalibration, Weight, counted, recalibrate
from milestones.forecasting.risk.scorecard import Scorecard, Term

# Chosen by leaving each of the four projects out in turn; see docs/forecasting.md.
INTERCEPT_SD = 0.15
INTERCEPT_DRIFT = 0.001
SLOPE_SD = 0.1
BIN_SD = 0.2


def firm_weights(card: Scorecard) -> tuple[Weight, ...]:
    """What is thought of a firm's weights before its first outcome."""
    bins = [Weight(f"{term.kind}:{i}", 0.0, BIN_SD) for term in _singles(card) for i in range(len(term.points))]
    return (
        Weight("intercept", card.base, INTERCEPT_SD, INTERCEPT_DRIFT),
        Weight("slope", 1.0, SLOPE_SD),
        *bins,
    )


def firm_terms(card: Scorecard, columns: Table) -> Floats:
    """Terms of shape (n, weights) in the order of `firm_weights`."""
    log_odds = card.log_odds(columns) - card.base
    blocks = [np.ones((len(log_odds), 1)), log_odds[:, None]]
    for term in _singles(card):
        (bins,) = term.bins(columns)
        blocks.append((bins[:, None] == np.arange(len(term.points))) - _shares(term))
    return np.hstack(blocks)


def learn_firm(
    card: Scorecard, columns: Table, late: Floats, known_on: NDArray[np.int64], engagement: NDArray[np.int64]
) -> Recalibration:
    """Recalibrate on a firm's finished deliverables; `known_on` are ordinals of the days after they fell due.

    `engagement`: numbers that tell apart where they belong.
    """
    made_from = {
        "prior": dict(card.made_from),
        "from_day": int(known_on.min()) if len(known_on) else None,
        "to_day": int(known_on.max()) if len(known_on) else None,
    }
    counts_as = counted(engagement, known_on)
    return recalibrate(firm_weights(card), firm_terms(card, columns), late, known_on, made_from, counts_as)


def firm_card(card: Scorecard, learnt: Recalibration) -> Scorecard:
    """The scorecard that a recalibration of this prior amounts to. Raises ValueError for one of another prior."""
    if learnt.names != tuple(one.name for one in firm_weights(card)):
        raise ValueError("This recalibration was made with another prior. Recalibrate on the present one.")
    moved: dict[int, Term] = {}
    own, at = np.array(learnt.means[2:]), 0
    for term in _singles(card):
        mine = own[at : at + len(term.points)]
        at += len(term.points)
        moved[id(term)] = replace(term, points=learnt.slope * term.points + mine - float(_shares(term) @ mine))
    terms = tuple(moved.get(id(one)) or replace(one, points=learnt.slope * one.points) for one in card.terms)
    return Scorecard(learnt.intercept, terms, {**card.made_from, "recalibrated_on": learnt.n})


def _singles(card: Scorecard) -> list[Term]:
    return [one for one in card.terms if one.shares is not None]


def _shares(term: Term) -> Floats:
    return np.zeros(len(term.points)) if term.shares is None else term.shares
