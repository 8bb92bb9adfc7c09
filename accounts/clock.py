"""The one clock. Tests move it with time-machine; nothing else asks the system for the time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now()


def today(time_zone: str = "UTC") -> date:
    """Return the calendar date in an IANA time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()
