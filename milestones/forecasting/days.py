"""A calendar as two arrays, so that thousands of draws move by working days in one step.

Inside a forecast a day is the number of a working day in the client's table: an addition moves by working days. An
owner who is away has a table of fewer days; `Bridge` leads there and back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from milestones.calendar import LAST_YEAR, WorkCalendar

Ints = NDArray[np.int64]
Days = NDArray[np.float32]  # numbers of working days; whole, and small enough to be exact

ONE_DAY = timedelta(days=1)
HORIZON_DAYS = 366 * 6  # beyond it every finish reads "more than six years late"


@dataclass(frozen=True, eq=False)
class DayTable:
    """Days are ordinals (`date.toordinal`). `before[d - first]` counts the working days before day d.

    `counts` is the same as a list, and `days` the working days as dates: reading one entry of a list is many times
    faster. `known` remembers the numbers that were asked for.
    """

    first: int
    before: Ints
    working: Ints
    counts: list[int]
    days: list[date]
    known: dict[date, int] = field(default_factory=dict)

    def number(self, day: date) -> int:
        """The number of that day, or of the next one that is worked."""
        found = self.known.get(day)
        if found is None:
            found = self.counts[min(max(day.toordinal() - self.first, 0), len(self.counts) - 1)]
            self.known[day] = found
        return found

    def last_by(self, day: date) -> int:
        """The number of the last working day up to and including that day; -1 where the table begins later."""
        return self.number(day + ONE_DAY) - 1

    def day(self, number: int) -> date:
        """The date of a number; what lies beyond the table is its last day."""
        return self.days[min(max(number, 0), len(self.days) - 1)]

    def dates(self, numbers: Ints) -> list[date]:
        """The date of each of many numbers."""
        return [self.days[one] for one in np.clip(numbers, 0, len(self.days) - 1).tolist()]

    def count(self, a: date, b: date) -> int:
        """Working days from `a` up to, but not including, `b`; negative when `b` is before `a`."""
        return self.number(b) - self.number(a)


@lru_cache(maxsize=256)
def _table(calendar: WorkCalendar, first: date, end: date) -> DayTable:
    worked = calendar.working_mask(first, end)
    before = np.concatenate(([0], np.cumsum(worked))).astype(np.int64)
    working = np.flatnonzero(worked) + first.toordinal()
    days = [date.fromordinal(day) for day in working.tolist()]
    return DayTable(first.toordinal(), before, working, before.tolist(), days)


def table(calendar: WorkCalendar, first: date, last: date) -> DayTable:
    """Serves the days from `first` to six years after `last`; whole years, so that plans share their tables."""
    begin = date(first.year, 1, 1)
    end = min(last + timedelta(days=HORIZON_DAYS), date(LAST_YEAR, 12, 31))
    return _table(calendar, begin, date(end.year, 12, 31))


@dataclass(frozen=True, eq=False)
class Bridge:
    """Between the client's numbers and those of an owner who is away on some days."""

    into: Ints
    back: Days

    @classmethod
    def between(cls, client: DayTable, owner: DayTable) -> Bridge:
        """Both tables begin on the same day, and the owner works on no day that the client does not."""
        into = owner.before[client.working - owner.first]
        back = client.before[owner.working - client.first]
        return cls(into, back.astype(np.float32))

    def until(self, starts: Days, due: int) -> Days:
        """The owner's days from each start to the client's number `due`, both included."""
        last = self.into[min(max(due + 1, 0), len(self.into) - 1)]
        begun = self.into[np.clip(starts, 0, len(self.into) - 1).astype(np.int64)]
        return np.asarray(last - begun, dtype=np.float32)

    def finish(self, starts: Days, days: Days) -> Days:
        """The client's number of the day on which so many of the owner's days, at least one, are done."""
        begun = self.into[np.clip(starts, 0, len(self.into) - 1).astype(np.int64)]
        ends = begun + np.maximum(days, 1).astype(np.int64) - 1
        return np.asarray(self.back[np.minimum(ends, len(self.back) - 1)], dtype=np.float32)
