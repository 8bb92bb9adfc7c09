"""The chance that one deliverable is late, and why: a scorecard learnt from past projects, and from the firm's own.

`shipped_prior()` is the scorecard, `score(card, features)` one deliverable with its drivers, `card.drivers(columns)`
and `card.log_odds(columns)` many at once; `learn_firm` and `firm_card` make a firm's own scorecard of its outcomes.
`pooled_card` and `learn_pool` do the same with a cascade's chances beside it: what the product uses.
"""

from milestones.forecasting.risk.alike import LAST as LAST_ALIKE, Asked, Outcomes, alike_share
from milestones.forecasting.risk.features import NAMES, USUAL_SHARE, Features, pooled_share, table
from milestones.forecasting.risk.firm import firm_card, firm_terms, firm_weights, learn_firm
from milestones.forecasting.risk.pool import (
    PooledCard,
    fingerprint,
    learn_pool,
    pool_terms,
    pool_weights,
    pooled_card,
    shares,
    whole_numbers,
)
from milestones.forecasting.risk.prior_file import PriorError, load_prior, shipped_prior
from milestones.forecasting.risk.recalibration import Learner, Recalibration, Weight, counted, follow, recalibrate
from milestones.forecasting.risk.scorecard import Driver, Risk, Scorecard, Term, probability, score

__all__ = [
    "LAST_ALIKE",
    "NAMES",
    "USUAL_SHARE",
    "Asked",
    "Driver",
    "Features",
    "Learner",
    "Outcomes",
    "PooledCard",
    "PriorError",
    "Recalibration",
    "Risk",
    "Scorecard",
    "Term",
    "Weight",
    "alike_share",
    "counted",
    "fingerprint",
    "firm_card",
    "firm_terms",
    "firm_weights",
    "follow",
    "learn_firm",
    "learn_pool",
    "load_prior",
    "pool_terms",
    "pool_weights",
    "pooled_card",
    "pooled_share",
    "probability",
    "recalibrate",
    "score",
    "shares",
    "shipped_prior",
    "table",
    "whole_numbers",
]
