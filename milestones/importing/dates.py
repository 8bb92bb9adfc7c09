"""Dates as spreadsheets write them. What can be read in two ways is never guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from milestones.calendar import FIRST_YEAR, LAST_YEAR
from milestones.importing.messages import BadValueError, shown
from milestones.importing.types import DateOrder

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.?[ -]+([^\W\d]+)\.?,?[ -]+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?( ?(Z|[+-]\d{2}:?\d{2}))?$")
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", re.IGNORECASE)
_EXCEL_DAY_0 = date(1899, 12, 30)  # serial 60 and later; earlier ones are in 1900
# English, German, French, Spanish, Finnish, Swedish: enough letters of each month to tell it from the others.
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            "jan ene tammi",
            "feb fév fev hel",
            "mar mär mrz maalis",
            "apr avr abr huhti",
            "may mai maj touko",
            "jun juin kesä",
            "jul juil heinä",
            "aug aoû aou ago elo",
            "sep set syys",
            "oct okt lok",
            "nov marras",
            "dec dez déc dic joulu",
        ),
        start=1,
    )
    for start in starts.split()
}


def read_date(value: str, order: DateOrder | None) -> date:
    """The date of a cell. Raises BadValueError: date_unknown, date_impossible, date_far."""
    year, month, day = _parts(_strip(value), order, value)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValueError("date_far", value=shown(value), first=FIRST_YEAR, last=LAST_YEAR)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadValueError("date_impossible", value=shown(value)) from error


def slashed(value: str) -> tuple[int, int, int] | None:
    """First number, second number and year of a form whose order depends on the country, as 6/10/2026."""
    found = _NUMBERS.fullmatch(_strip(value))
    if not found or found[2] == ".":  # dots are written by countries that put the day first
        return None
    return int(found[1]), int(found[3]), _year(found[4])


def order_shown_by(value: str) -> DateOrder | None:
    """The order, where one of the numbers can only be a day."""
    numbers = slashed(value)
    if numbers is None or (numbers[0] > 12) == (numbers[1] > 12):
        return None
    return "dmy" if numbers[0] > 12 else "mdy"


def _strip(value: str) -> str:
    return _WEEKDAY.sub("", _TIME.sub("", value.strip()))


def _parts(text: str, order: DateOrder | None, value: str) -> tuple[int, int, int]:
    """Year, month, day."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        return (year, first, second) if found[2] != "." and order == "mdy" else (year, second, first)
    if found := _DAY_FIRST.fullmatch(text):
        return _year(found[3]), _month(found[2], value), int(found[1])
    if found := _MONTH_FIRST.fullmatch(text):
        return _year(found[3]), _month(found[1], value), int(found[2])
    return _serial(text, value)


def _serial(text: str, value: str) -> tuple[int, int, int]:
    """A date cell that lost its format: days since the end of 1899."""
    found = _SERIAL.fullmatch(text)
    if not found:
        raise BadValueError("date_unknown", value=shown(value))
    day = _EXCEL_DAY_0 + timedelta(days=int(found[1]))
    if not 2000 <= day.year <= 2100:
        raise BadValueError("date_unknown", value=shown(value))
    return day.year, day.month, day.day


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _month(name: str, value: str) -> int:
    lowered = name.casefold()
    for length in range(min(6, len(lowered)), 2, -1):
        if number := _MONTHS.get(lowered[:length]):
            return number
    raise BadValueError("date_unknown", value=shown(value))
