"""In which days the work of a milestone may be due, and when work begins that goes to another milestone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from milestones.calendar import WorkCalendar


@dataclass(frozen=True)
class Window:
    """The days of one milestone, both included: from the day after the milestone before it to its own."""

    first: date
    last: date

    def holds(self, on: date) -> bool:
        """Whether something may be due then. A milestone on the day of the one before it has that day alone."""
        return min(self.first, self.last) <= on <= self.last


def windows(start_on: date, stages: Iterable[tuple[int, date]]) -> dict[int, Window]:
    """Map milestones to their windows; `stages` are keys with due dates, in order, of what begins on `start_on`."""
    found, first = {}, start_on
    for key, due_on in stages:
        found[key] = Window(first, due_on)
        first = due_on + timedelta(days=1)
    return found


def start_within(calendar: WorkCalendar, start_on: date, to_on: date, window: Window, *, today: date) -> date:
    """Return when planned work starts that goes to a milestone, to be due there on `to_on`: with that one's days.

    What comes sooner does not start before today, unless it was planned so.
    """
    first = calendar.next_working(min(window.first, window.last))
    start = first if start_on <= first else min(start_on, max(first, today))
    return min(start, to_on)
