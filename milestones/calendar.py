"""Working days of a client: weekends, public holidays (PyPI `holidays`) and days that an owner is away.

Calendar dates carry no time zone here; callers turn "now" into the client's date first.
Everything counts in whole days. Dates from 1970 to 2200 are served, later or earlier ones are a `ValueError`
whose text can be shown to people as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays
import numpy as np
from numpy.typing import NDArray

FIRST_YEAR = 1970
LAST_YEAR = 2200
MILESTONE_DAYS = (30, 60, 90)

Dates = NDArray[np.datetime64]
_BLOCK = 10  # years computed at once: about 10 ms for a country, then kept
_EVERY_DAY = "1111111"


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of one country (and subdivision), less `closed` days.

    `country` is an ISO 3166 code as in PyPI `holidays`; empty means weekends only.
    Raises ValueError where the country or the subdivision is unknown.
    """

    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        _check_place(self.country, self.subdivision)

    def without(self, days: Iterable[date]) -> WorkCalendar:
        """The same calendar with more closed days: the absences of an owner."""
        more = frozenset(days)
        return replace(self, closed=self.closed | more) if more else self

    def is_working(self, day: date) -> bool:
        return bool(np.is_busday(_day(day), busdaycal=self._busdays(day, day)))

    def next_working(self, day: date) -> date:
        """`day` itself if it is worked, else the next day that is."""
        return self.add_working_days(day, 0)

    def add_working_days(self, start: date, n: int) -> date:
        """The nth working day after `start`; `start` is rolled forward first, and n = 0 gives just that.

        A negative n goes back from there. Raises ValueError when the result would pass the year 2200.
        """
        if abs(n) > 366 * (LAST_YEAR - FIRST_YEAR):
            raise ValueError(_out_of_range())
        return self._one(self.add_working_days_array(np.array([_day(start)]), np.array([n])))

    def add_working_days_array(self, starts: Dates, n: NDArray[np.int64]) -> Dates:
        """`add_working_days` for arrays of one shape; `starts` are datetime64[D]."""
        first, last = _span(starts)
        reach = timedelta(days=2 * int(np.abs(n).max(initial=0)) + 60)
        busdays = self._busdays(_shift(first, -reach), _shift(last, reach))
        result: Dates = np.busday_offset(starts, n, roll="forward", busdaycal=busdays)
        _span(result)
        return result

    def working_days_between(self, a: date, b: date) -> int:
        """Working days from `a` up to, but not including, `b` (half-open); negative when `b` is before `a`.

        Friday to the Monday after is 1, a day to itself 0, and between(a, b) == -between(b, a).
        """
        if b < a:
            return -self.working_days_between(b, a)
        return int(np.busday_count(_day(a), _day(b), busdaycal=self._busdays(a, b)))

    def working_days_in(self, a: date, b: date) -> int:
        """Working days from `a` to `b`, both included; 0 when `b` is before `a`."""
        return self.working_days_between(a, b + timedelta(days=1)) if b >= a else 0

    def working_mask(self, a: date, b: date) -> NDArray[np.bool_]:
        """For each day from `a` to `b`, both included: is it worked?"""
        days = np.arange(_day(a), _day(b) + np.timedelta64(1, "D"), dtype="datetime64[D]")
        return np.asarray(np.is_busday(days, busdaycal=self._busdays(a, max(a, b))))

    def working_days(self, a: date, b: date) -> list[date]:
        """Every working day from `a` to `b`, both included."""
        return [a + timedelta(days=int(i)) for i in np.flatnonzero(self.working_mask(a, b))]

    def holidays_between(self, a: date, b: date) -> list[tuple[date, str]]:
        """Public holidays from `a` to `b`, both included, with their names, in order of date."""
        _check_range(a, b)
        if not self.country or b < a:
            return []
        found = _named(self.country, self.subdivision, a.year, b.year)
        return [(day, name) for day, name in found if a <= day <= b]

    def milestone_date(self, start: date, days: int) -> date:
        """`start` plus so many calendar days, rolled forward to a working day."""
        try:
            plain = start + timedelta(days=days)
        except OverflowError as error:
            raise ValueError(_out_of_range()) from error
        return self.next_working(plain)

    def _busdays(self, a: date, b: date) -> np.busdaycalendar:
        _check_range(a, b)
        first, last = min(a, b), max(a, b)
        # A year on each side: rolling over a long holiday may pass the end of the range.
        blocks = ((first.year - 1) // _BLOCK, (last.year + 1) // _BLOCK)
        return _busdays(self.country, self.subdivision, self.closed, *blocks)

    @staticmethod
    def _one(days: Dates) -> date:
        return _plain(days[0])


@lru_cache(maxsize=512)
def _check_place(country: str, subdivision: str) -> None:
    if not country:
        return
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise ValueError(
            f"The country “{country[:40]}” is not known to the holiday calendar. "
            "Use a two-letter code such as FI or US."
        )
    if subdivision and subdivision not in supported[country]:
        some = ", ".join(supported[country][:5])
        hint = f"Use one such as {some}." if some else "Leave it empty: this country has none."
        raise ValueError(f"“{subdivision[:40]}” is not a subdivision of {country}. {hint}")


def _holidays(country: str, subdivision: str, first: int, last: int) -> Any:
    return holidays.country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1))


@lru_cache(maxsize=256)
def _named(country: str, subdivision: str, first: int, last: int) -> tuple[tuple[date, str], ...]:
    return tuple(sorted(_holidays(country, subdivision, first, last).items()))


@lru_cache(maxsize=1024)
def _closed_block(country: str, subdivision: str, block: int) -> tuple[date, ...]:
    """Weekends and holidays of ten years.

    Day by day, since weekends differ by country and by year (United Arab Emirates, 2022),
    and since some countries work on a Saturday to make up for a holiday.
    """
    first, last = date(block * _BLOCK, 1, 1), date(block * _BLOCK + _BLOCK - 1, 12, 31)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    if not country:
        return tuple(day for day in days if day.weekday() >= 5)
    known = _holidays(country, subdivision, first.year, last.year)
    return tuple(day for day in days if not known.is_working_day(day))


@lru_cache(maxsize=1024)
def _busdays(
    country: str, subdivision: str, closed: frozenset[date], first_block: int, last_block: int
) -> np.busdaycalendar:
    days = set(closed)
    for block in range(first_block, last_block + 1):
        days.update(_closed_block(country, subdivision, block))
    off = np.array(sorted(days), dtype="datetime64[D]")
    return np.busdaycalendar(weekmask=_EVERY_DAY, holidays=off)


def _day(day: date) -> np.datetime64:
    return np.datetime64(day, "D")


def _plain(day: np.datetime64) -> date:
    plain = day.astype("datetime64[D]").astype(object)
    if isinstance(plain, date):
        return plain
    raise ValueError(_out_of_range())


def _span(days: Dates) -> tuple[date, date]:
    first, last = _plain(days.min()), _plain(days.max())
    _check_range(first, last)
    return first, last


def _shift(day: date, by: timedelta) -> date:
    floor, ceiling = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    try:
        return min(max(day + by, floor), ceiling)
    except OverflowError:
        return ceiling if by.days > 0 else floor


def _check_range(*days: date) -> None:
    for day in days:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(_out_of_range(day))


def _out_of_range(day: date | None = None) -> str:
    named = f"{day.isoformat()} is" if day else "That date would be"
    return f"{named} outside the years {FIRST_YEAR} to {LAST_YEAR} that plans may use. Check the year."
