"""From days and values to places on the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite

_STEPS = (1, 2, 7, 14, 15, 30, 61, 91, 182, 365, 730, 1825, 3650)


@dataclass(frozen=True, slots=True)
class Days:
    """Days laid over a stretch of user units; whatever lies outside is held at the edge.

    Reckoned in ordinals, so that a date at the end of the calendar does not overflow.
    """

    first: int
    last: int
    left: float
    right: float

    @classmethod
    def between(cls, first: date, last: date, left: float, right: float) -> "Days":
        """A scale of at least one day."""
        start = first.toordinal()
        return cls(start, max(last.toordinal(), start + 1), left, right)

    def at(self, day: date) -> float:
        """Where a day is, in user units."""
        share = (day.toordinal() - self.first) / (self.last - self.first)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def holds(self, day: date) -> bool:
        """Whether the day is on the picture at all."""
        return self.first <= day.toordinal() <= self.last

    @property
    def unit(self) -> float:
        """Width of a day."""
        return (self.right - self.left) / (self.last - self.first)

    def ticks(self, most: int) -> Iterator[date]:
        """At most so many days, evenly apart, from the first on."""
        span = self.last - self.first
        step = next((s for s in _STEPS if span / s <= most), span)
        for ordinal in range(self.first, self.last + 1, step):
            yield date.fromordinal(min(ordinal, date.max.toordinal()))


@dataclass(frozen=True, slots=True)
class Values:
    """Values laid over a height, the greatest on top. Halved within, so that no difference overflows."""

    low: float
    high: float
    top: float
    bottom: float

    @classmethod
    def over(cls, values: list[float], top: float, bottom: float) -> "Values":
        """A scale that holds every finite value."""
        known = [v for v in values if isfinite(v)] or [0.0]
        return cls(min(known), max(known), top, bottom)

    def at(self, value: float) -> float:
        """Where a value is; all equal lie in the middle."""
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span else 0.5
        return self.bottom - (self.bottom - self.top) * min(max(share, 0.0), 1.0)
