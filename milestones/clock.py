"""The client's working days of one engagement: days on which its clock stood still count for nobody."""

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg.types.range import Range

from accounts.clock import today as today_in
from engagements.models import Engagement
from milestones.calendar import WorkCalendar


def held_days(engagement: Engagement) -> frozenset[date]:
    """Return the days on which the clock stood still, up to today where it still does; its client is loaded."""
    return days_of(engagement.held, engagement.held_on, today_in(engagement.client.time_zone))


def days_of(held: Iterable[Range[date]], held_on: date | None, today: date) -> frozenset[date]:
    """Return the days of the holds that have ended, and of one that has not since `held_on`."""
    spans = [(span.lower, span.upper) for span in held if span.lower and span.upper]
    spans += [(held_on, today)] if held_on else []
    return frozenset(first + timedelta(days=n) for first, last in spans for n in range((last - first).days))


def calendar_of(engagement: Engagement) -> WorkCalendar:
    """Return the working days at the client's, less those on hold; its client is loaded."""
    return place_of(engagement).without(held_days(engagement))


def place_of(engagement: Engagement) -> WorkCalendar:
    """Return the working days of the client's place, on hold or not: what plans are laid out in."""
    return WorkCalendar(engagement.client.country, engagement.client.subdivision)
