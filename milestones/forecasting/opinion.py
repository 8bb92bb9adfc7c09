"""What else is thought of a deliverable's lateness, and how the cascade is pooled with it.

    log odds of P(late) = others + weight × (cascade − usual)

`others` is everything but the cascade, in log-odds; `usual` are the log-odds of a usual deliverable, so that a cascade
that finds nothing unusual adds nothing. This is a logarithmic opinion pool (Genest and Zidek, Statistical Science
1(1), 1986) of opinions that begin at the same usual chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

# One plan in a hundred meets what no calendar knows, either way: no share of draws is taken for certainty.
SURPRISE = 0.01


@dataclass(frozen=True)
class Opinion:
    """Log-odds of lateness by deliverable, the cascade left out, and the cascade's weight beside them."""

    log_odds: Mapping[int, float]
    weight: float
    usual: float

    def late(self, work: int, share: float) -> float:
        """P(late) of a deliverable of which the cascade finds this share of draws late."""
        return chance_of(self.log_odds[work] + self.weight * (cascade_log_odds(share) - self.usual))


def cascade_log_odds(share: float) -> float:
    """Log-odds of a share of late draws (0 to 1), never certain."""
    wary = SURPRISE + (1 - 2 * SURPRISE) * share
    return log(wary / (1 - wary))


def share_of(log_odds: float) -> float:
    """The share of late draws that has these log-odds; the inverse of `cascade_log_odds`."""
    return min(max((chance_of(log_odds) - SURPRISE) / (1 - 2 * SURPRISE), 0.0), 1.0)


def chance_of(log_odds: float) -> float:
    """The logistic function, without overflow."""
    return 1 / (1 + exp(-log_odds)) if log_odds >= 0 else 1 - 1 / (1 + exp(log_odds))
