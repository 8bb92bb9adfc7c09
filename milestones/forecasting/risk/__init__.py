"""The chance that one deliverable is late, and why: a scorecard learnt from past projects, and from the firm's own.

`shipped_prior()` is the scorecard, `score(card, features)` one deliverable with its drivers, `card.drivers(columns)`
and `card.log_odds(columns)` many at once; `learn_firm` and `firm_card` make a firm's own scorecard of its outcomes.
"""

from milestones.forecasting.risk.features import NAMES, Features, pooled_share, table
from milestones.forecasting.risk.firm import firm_card, firm_terms, firm_weights, learn_firm
from milestones.forecasting.risk.prior_file import PriorError, load_prior, shipped_prior
from milestones.forecasting.risk.recalibration import Learner, Recalibration, Weight, follow, recalibrate
from milestones.forecasting.risk.scorecard import Driver, Risk, Scorecard, Term, probability, score

__all__ = [
    "NAMES",
    "Driver",
    "Features",
    "Learner",
    "PriorError",
    "Recalibration",
    "Risk",
    "Scorecard",
    "Term",
    "Weight",
    "firm_card",
    "firm_terms",
    "firm_weights",
    "follow",
    "learn_firm",
    "load_prior",
    "pooled_share",
    "probability",
    "recalibrate",
    "score",
    "shipped_prior",
    "table",
]
