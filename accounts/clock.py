"""The one clock. Tests move it with time-machine; nothing else asks the system for the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

# The dates that people may type for anything.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)

_as_of: ContextVar[datetime | None] = ContextVar("as_of", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC; inside `as_of` the moment given there."""
    return _as_of.get() or timezone.now()


def today(time_zone: str = "UTC") -> date:
    """Return the calendar date in an IANA time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Act as of an earlier moment: history that is told afterwards keeps its own dates.

    The trail is not moved by it: the database writes there when a row was really written.
    """
    token = _as_of.set(moment)
    try:
        yield
    finally:
        _as_of.reset(token)
