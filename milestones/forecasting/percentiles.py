"""What columns of drawn days say: the day by which half and eight in ten of the draws are done, and the share in time.

Quantiles are days that were drawn, so a likely day after the due date means a chance below one half. Days are few, so
they are counted and not sorted: less than half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.days import Days

LIKELY, EIGHT_IN_TEN = 0.5, 0.8
MOST_DAYS = 4000  # a wider range is sorted after all

Counts = NDArray[np.int64]


class Read(NamedTuple):
    """Of one deliverable or milestone, in each world: day numbers, and the chance of the due date."""

    likely: list[int]
    eight_in_ten: list[int]
    chance: list[float]


def read(drawn: Days, due: Sequence[int]) -> list[Read]:
    """Of shape (columns, worlds, draws); `due` is the number of the last day in time, for each column."""
    if not len(drawn):
        return []
    count = drawn.shape[-1]
    low = int(drawn.min())
    width = int(drawn.max()) - low + 1
    found = _Counted(drawn, low, width) if width <= MOST_DAYS else _Sorted(drawn)
    likely, eight = (found.nth(ceil(share * count)) for share in (LIKELY, EIGHT_IN_TEN))
    in_time = found.by(np.array(due)) / count
    rows = zip(likely.tolist(), eight.tolist(), in_time.tolist(), strict=True)
    return [Read(*row) for row in rows]


class _Counted:
    """The nth draw from the earliest, from counts of each day."""

    def __init__(self, drawn: Days, low: int, width: int) -> None:
        self.low, self.width, self.shape = low, width, drawn.shape[:-1]
        rows = np.arange(drawn.size // drawn.shape[-1])
        # Each row counts on from those before it: the numbers only rise, and a day is found by halving.
        self.first, self.before = rows * width, rows * drawn.shape[-1]
        places = drawn.reshape(len(rows), -1).astype(np.int32)
        places += (self.first - low).astype(np.int32)[:, None]
        self.reached: Counts = np.bincount(places.ravel(), minlength=len(rows) * width).cumsum()

    def nth(self, nth: int) -> Counts:
        found = self.reached.searchsorted(self.before + nth)
        return np.asarray(found - self.first + self.low, dtype=np.int64).reshape(self.shape)

    def by(self, due: Counts) -> Counts:
        """Draws up to each column's day."""
        place = np.repeat(due - self.low, self.shape[1])
        found = self.reached[self.first + np.clip(place, 0, self.width - 1)] - self.before
        return np.where(place < 0, 0, found).reshape(self.shape)


class _Sorted:
    """The nth draw from the earliest."""

    def __init__(self, drawn: Days) -> None:
        self.ordered = np.sort(drawn, axis=-1)

    def nth(self, nth: int) -> Counts:
        return np.asarray(self.ordered[..., nth - 1], dtype=np.int64)

    def by(self, due: Counts) -> Counts:
        """Draws up to each column's day."""
        return np.asarray(np.count_nonzero(self.ordered <= due[:, None, None], axis=-1), dtype=np.int64)
