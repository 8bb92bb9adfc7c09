"""The ledger of waits: how many of the client's working days were spent waiting, and on whom.

A wait counts from the day it opened up to, but not including, the day it ended (or today). Days on which several
deliverables waited on one side count once for that side; days on hold count for nobody. Pure: no Django.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from milestones.calendar import WorkCalendar

SIDES: Final = ("client", "firm", "third_party")
Span = tuple[date, date]  # half-open


@dataclass(frozen=True)
class Stop:
    """One wait: on which side, since when, until when (None: still open)."""

    on: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Side:
    """What was waited on one side: working days (overlaps once), waits in all, and those still open."""

    days: int = 0
    waits: int = 0
    open: int = 0


@dataclass(frozen=True)
class Clock:
    """What counts: the client's working days up to `today`, without the spans on hold."""

    calendar: WorkCalendar
    today: date
    held: Sequence[Span] = field(default=())

    def spans(self, stop: Stop) -> list[Span]:
        """Return the days of a wait that count, as half-open spans."""
        until = min(stop.until or self.today, self.today)
        return _less((stop.since, until), self.held) if stop.since < until else []

    def days(self, stop: Stop) -> int:
        """Return the working days of one wait."""
        return self.worked(self.spans(stop))

    def worked(self, spans: Iterable[Span]) -> int:
        """Return the working days of spans that do not overlap."""
        return sum(self.calendar.working_days_between(first, last) for first, last in spans)


def ledger(stops: Iterable[Stop], clock: Clock) -> Mapping[str, Side]:
    """Map each side to what was waited on it; a side that was never waited on has zeros."""
    rows = list(stops)
    return {side: _side([stop for stop in rows if stop.on == side], clock) for side in SIDES}


def _side(stops: Sequence[Stop], clock: Clock) -> Side:
    spans = merged(span for stop in stops for span in clock.spans(stop))
    return Side(clock.worked(spans), len(stops), sum(stop.until is None for stop in stops))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same days as spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _less(span: Span, holes: Iterable[Span]) -> list[Span]:
    """Return a span without the holes."""
    left = [span]
    for first, last in holes:
        left = [part for begin, end in left for part in ((begin, min(end, first)), (max(begin, last), end))]
        left = [part for part in left if part[0] < part[1]]
    return left
