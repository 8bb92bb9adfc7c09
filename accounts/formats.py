"""How dates, times and numbers read, in the reader's language: the only place that knows their patterns.

Templates have the same as filters (accounts/templatetags/formats.py).
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import pgettext

from accounts.clock import now
from accounts.remembered import by_language


def day(value: date | None) -> str:
    """Return "5 Nov", or "5 Nov 2027" in another year; nothing for no date."""
    if value is None:
        return ""
    return bare_day(value) if _is_this_year(value) else dated(value)


def dated(value: date | None) -> str:
    """Return "5 Nov 2026", for what is read years later: what was issued, signed or written down."""
    return _dated(value) if value else ""


def long_day(value: date | None) -> str:
    """Return "Thu 5 Nov 2026"; nothing for no date."""
    return _long_day(value) if value else ""


def day_of_week(value: date) -> str:
    """Return "Thu 5 Nov", or "Thu 5 Nov 2027" in another year."""
    return _day_of_week(value) if _is_this_year(value) else _long_day(value)


def day_in_words(value: date) -> str:
    """Return "Thursday 5 November", or "Friday 5 November 2027" in another year."""
    return _in_words(value, this_year=_is_this_year(value))


def _is_this_year(value: date) -> bool:
    return value.year == now().year


@by_language
def bare_day(value: date) -> str:
    """Return "5 Nov" whatever the year, where a scale beside it says that."""
    return formats.date_format(value, pgettext("short date", "j M"))


@by_language
def _dated(value: date) -> str:
    return formats.date_format(value, pgettext("date", "j M Y"))


@by_language
def _long_day(value: date) -> str:
    return formats.date_format(value, pgettext("long date", "D j M Y"))


@by_language
def _day_of_week(value: date) -> str:
    return formats.date_format(value, pgettext("a date with its weekday", "D j M"))


@by_language
def _in_words(value: date, *, this_year: bool) -> str:
    if this_year:
        return formats.date_format(value, pgettext("a date in words", "l j F"))
    return formats.date_format(value, pgettext("a date in words, of another year", "l j F Y"))


@by_language
def weekday(value: date) -> str:
    """Return "Thursday"."""
    return formats.date_format(value, "l")


@by_language
def short_weekday(value: date) -> str:
    """Return "Thu"."""
    return formats.date_format(value, "D")


def clock(value: datetime) -> str:
    """Return "16:04" in the reader's time zone."""
    return formats.date_format(timezone.localtime(value), pgettext("a time of day", "H:i"))


def moment(value: datetime | None) -> str:
    """Return "5 Nov 2026, 16:04" in the reader's time zone; nothing for none."""
    if value is None:
        return ""
    return formats.date_format(timezone.localtime(value), pgettext("moment", "j M Y, H:i"))


def figure(value: Decimal | float | None) -> str:
    """Return a number without idle zeros, grouped: "9.1", "1,250", "13.80" stays "13.8"."""
    if value is None:
        return ""
    number = Decimal(str(value))
    plain = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    return formats.number_format(plain, use_l10n=True, force_grouping=True)


def share(value: float | None) -> str:
    """Return "62 %" for 0.62."""
    return "" if value is None else pgettext("share", "%(percent)d%%") % {"percent": round(value * 100)}
