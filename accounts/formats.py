"""How dates and numbers read: short, in the reader's language, the year only where it is not this one."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import pgettext

from accounts.clock import today


def day(value: date | None, this_year: int | None = None) -> str:
    """Return "5 Nov", or "5 Nov 2027" in another year; nothing for no date."""
    if value is None:
        return ""
    pattern = pgettext("short date", "j M") if value.year == (this_year or today().year) else pgettext("date", "j M Y")
    return formats.date_format(value, pattern)


def long_day(value: date | None) -> str:
    """Return "Thu 5 Nov 2026"."""
    return formats.date_format(value, pgettext("long date", "D j M Y")) if value else ""


def moment(value: datetime | None) -> str:
    """Return "5 Nov 2026, 16:04" in the reader's time zone."""
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
