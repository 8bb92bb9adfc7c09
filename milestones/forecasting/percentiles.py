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
from milestones.forecasting.prior import Floats

LIKELY, EIGHT_IN_TEN = 0.5, 0.8
MOST_DAYS = 4000  # a wider range is sorted after all

Counts = NDArray[np.int64]


class Reads(NamedTuple):
    """Day numbers, and the chance of the due date: (columns, worlds)."""

    likely: Counts
    eight_in_ten: Counts
    chance: Floats


def read(drawn: Days, due: Sequence[int]) -> Reads:
    """Of shape (columns, worlds, draws); `due` is the number of the last day in time, for each column."""
    count = drawn.shape[-1]
    low = int(drawn.min())
    width = int(drawn.max()) - low + 1
    found = _Counted(drawn, low, width) if width <= MOST_DAYS else _Sorted(drawn)
    likely, eight = (found.nth(ceil(share * count)) for share in (LIKELY, EIGHT_IN_TEN))
    return Reads(likely, eight, found.by(np.array(due)) / count)


class _Counted:
    """The nth draw from the earliest, from counts of each day."""

    def __init__(self, drawn: Days, low: int, width: int) -> None:
        self.low, self.width, self.shape = low, width, drawn.shape[:-1]
        rows = np.arange(drawn.size // drawn.shape[-1])
        # Each row counts on from those before it: the numbers only rise, and a day is found by halving.
        self.first, self.before = rows * width, rows * drawn.shape[-1]
        places = np.empty((len(rows), drawn.shape[-1]), dtype=np.intp)  # what is counted without being copied first
        np.add(drawn.reshape(places.shape), (self.first - float(low))[:, None], out=places, casting="unsafe")
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
