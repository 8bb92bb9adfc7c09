"""A calendar as two arrays, so that a thousand draws move by working days in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from milestones.calendar import LAST_YEAR, WorkCalendar

Ints = NDArray[np.int64]

HORIZON_DAYS = 366 * 6  # beyond it every finish reads "more than six years late"


@dataclass(frozen=True)
class DayTable:
    """Days are ordinals (`date.toordinal`). `before[d - first]` counts the working days before day d."""

    first: int
    before: Ints
    working: Ints

    def finish(self, starts: Ints, days: Ints) -> Ints:
        """The day on which so many working days (at least one) are done, counted from `starts` on."""
        index = self.before[self._clip(starts)] + np.maximum(days, 1) - 1
        return self.working[np.minimum(index, len(self.working) - 1)]

    def skip(self, starts: Ints, days: Ints) -> Ints:
        """The first working day after so many (0: none) have gone by from `starts`."""
        return self.finish(starts, days + 1)

    def count(self, starts: Ints, end: int) -> Ints:
        """Working days from each start to `end`, both included; 0 or less when the start is later."""
        return self.before[self._clip(np.array([end + 1]))] - self.before[self._clip(starts)]

    def between(self, a: int, b: int) -> int:
        """Working days from the day after `a` to `b`, both included; negative when `b` is before `a`."""
        at = self.before[self._clip(np.array([a + 1, b + 1]))]
        return int(at[1] - at[0])

    def _clip(self, days: Ints) -> Ints:
        return np.clip(days - self.first, 0, len(self.before) - 1)


def table(calendar: WorkCalendar, first: date, last: date) -> DayTable:
    """Serves the days from `first` to six years after `last`."""
    end = min(last + timedelta(days=HORIZON_DAYS), date(LAST_YEAR, 12, 31))
    worked = calendar.working_mask(first, end)
    before = np.concatenate(([0], np.cumsum(worked)))
    return DayTable(first.toordinal(), before.astype(np.int64), np.flatnonzero(worked) + first.toordinal())
