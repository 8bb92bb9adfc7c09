"""How work like this one came out of late: the share late of the firm's last outcomes, the more alike the weightier.

    share = (sum of weight x late + POOLED_AS x towards) / (sum of weight + POOLED_AS)
    weight = 2^(-outcomes since / HALF_LIFE) x N(log days left) x N(record) x (1, or ELSEWHERE in another engagement)

It is a kernel regression (Nadaraya 1964; Watson 1964) that forgets: it follows a firm that drifts, and tells where
the firm differs from the projects of the prior, with no outcome that was not known by the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import USUAL_SHARE, Floats

# Chosen by leaving each of the four projects out in turn; halving or doubling any of them changes little.
LAST = 300  # outcomes that are looked at
HALF_LIFE = 100.0  # outcomes after which one counts half
DAYS_WIDTH = 0.5  # in log(1 + days left)
RECORD_WIDTH = 0.12
ELSEWHERE = 0.3
POOLED_AS = 3.0


@dataclass(frozen=True)
class Asked:
    """What work is compared by, each of shape (n,); `engagement` is any number that tells engagements apart."""

    days_left: Floats
    record: Floats
    engagement: NDArray[np.int64] | Floats

    def __getitem__(self, rows: NDArray[np.intp] | slice) -> Asked:
        return Asked(self.days_left[rows], self.record[rows], self.engagement[rows])


@dataclass(frozen=True)
class Outcomes:
    """Finished work in the order in which it fell due, as it was known when it was asked about; `late` 0 or 1."""

    asked: Asked
    late: Floats

    def __len__(self) -> int:
        return len(self.late)

    def until(self, count: int) -> Outcomes:
        """Return the last LAST of the first `count`: no more than those are looked at."""
        last = slice(max(0, count - LAST), count)
        return Outcomes(self.asked[last], self.late[last])


def alike_share(known: Outcomes, asked: Asked) -> Floats:
    """Share late of what is like each of those asked, shape (n,); USUAL_SHARE where there is nothing."""
    last = known.until(len(known))
    weights = _likeness(asked, last.asked) * 0.5 ** (np.arange(len(last))[::-1] / HALF_LIFE)
    return np.asarray(((weights * last.late).sum(axis=1) + POOLED_AS * USUAL_SHARE) / (weights.sum(axis=1) + POOLED_AS))


def _likeness(asked: Asked, past: Asked) -> Floats:
    """Shape (asked, past)."""
    days = (np.log1p(asked.days_left)[:, None] - np.log1p(past.days_left)) / DAYS_WIDTH
    # A record of the public files may be above 1: who has more late ones than finished ones has one of 1.
    record = (np.minimum(asked.record, 1.0)[:, None] - np.minimum(past.record, 1.0)) / RECORD_WIDTH
    same = np.where(asked.engagement[:, None] == past.engagement, 1.0, ELSEWHERE)
    return np.asarray(np.exp(-0.5 * (days**2 + record**2)) * same)
