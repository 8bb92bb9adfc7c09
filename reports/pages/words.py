"""Dates, numbers and spans of time as pages say them, in the reader's language.

Templates are the slow part of a page, so nothing is formatted there: rows carry these strings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _, ngettext, pgettext

from accounts import formats
from accounts.clock import now
from accounts.remembered import by_language
from milestones.health import whole_percent

DASH = "–"
SPELLED = 9  # larger numbers are written in figures
GROUPED = 10_000  # shorter numbers read well without groups
MONEY = {"USD": "$", "$": "$", "EUR": "€", "€": "€", "GBP": "£", "£": "£"}
# Units such as "of 14 models": their first word alone tells nothing.
EMPTY_WORDS = frozenset({"of", "per", "in", "a", "the"})


@dataclass(frozen=True)
class Day:
    """A calendar date for a `<time>` element: the machine's form and the reader's."""

    iso: str
    text: str


def short(day: date | None) -> str:
    """`7 Dec`, with the year where it is not this one; a dash for no date."""
    return formats.day(day) or DASH


def day_of(day: date | None) -> Day:
    """The date for a `<time>`."""
    return Day(day.isoformat() if day else "", short(day))


def moment(at: datetime) -> str:
    """`today, 02:10`, `yesterday, 16:05`, or `Fri 20 Nov, 16:05`, on the reader's clock."""
    on = timezone.localtime(at).date()
    days = (timezone.localdate() - on).days
    said = {0: _("today"), 1: _("yesterday")}.get(days) or formats.day_of_week(on)
    return _("%(day)s, %(time)s") % {"day": said, "time": formats.clock(at)}


def ago(at: datetime | None) -> str:
    """How long ago in the shortest form: `now`, `5m`, `2h`, `3d`; a dash for never."""
    if at is None:
        return DASH
    seconds = max(0, int((now() - at).total_seconds()))
    for unit, span in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= span:
            return _SHORT_SPANS[unit]() % {"n": seconds // span}
    return _("now")


_SHORT_SPANS = {
    "d": lambda: pgettext("days ago, short", "%(n)dd"),
    "h": lambda: pgettext("hours ago, short", "%(n)dh"),
    "m": lambda: pgettext("minutes ago, short", "%(n)dm"),
}


@by_language
def from_today(day: date, today: date) -> str:
    """`in 6 days`, `tomorrow`, `today`, `3 days late`."""
    days = (day - today).days
    if days < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}
    if days < 2:
        return _("tomorrow") if days else _("today")
    return _("in %(n)d days") % {"n": days}


@by_language
def days(count: int) -> str:
    """`1 day`, `6 days`."""
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def waited_words(count: int, since: date, today: date) -> str:
    """How long something waits: `6 days`, in working days; before the first is over, `since today`, `since 22 Nov`."""
    if count > 0:
        return days(count)
    return _("since today") if since >= today else _("since %(day)s") % {"day": short(since)}


def number(value: Decimal | int | None) -> str:
    """A number without needless zeros, in the reader's form; a dash for none."""
    return DASH if value is None else _number(value)


@by_language
def _number(value: Decimal | int) -> str:
    plain = Decimal(value).normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return number_format(plain, decimal_pos=decimals, use_l10n=True, force_grouping=abs(plain) >= GROUPED)


@by_language
def figures(value: Decimal, unit: str) -> str:
    """The number alone as its unit wants it: money that has cents shows both of them, `11.30`."""
    if unit.partition(" ")[0].rstrip(",") not in MONEY or value == value.to_integral_value():
        return number(value)
    return number_format(value, decimal_pos=2, use_l10n=True, force_grouping=abs(value) >= GROUPED)


def measured(value: Decimal | None, unit: str) -> str:
    """A number with the first word of its unit: `61%`, `$11.30`, `9.1 min`; alone where that says nothing."""
    if value is None:
        return DASH
    head = unit.partition(" ")[0].rstrip(",")
    if head == "%":
        return f"{number(value)}%"
    if head in MONEY:
        return MONEY[head] + figures(value, unit)
    return number(value) if head.casefold() in EMPTY_WORDS else f"{number(value)} {head}".strip()


@by_language
def percent(share: float | None) -> str:
    """A chance from 0 to 1 as whole percent, never a bare 0 or 100 that nobody can promise, nor across the scale."""
    if share is None:
        return DASH
    return f"{min(99, max(1, whole_percent(share)))}%"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    return get_text_list(list(words), _("and"))


@by_language
def counted(words: int) -> str:
    """Small numbers as sentences write them: `three`, `nine`; larger ones in figures."""
    names = [
        _("no"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
    ]  # fmt: skip
    return str(names[words]) if words <= SPELLED else number(words)


def file_size(size: int) -> str:
    """`1.4 MB`, `12 KB`."""
    if size >= 1_000_000:
        return f"{number(Decimal(str(round(size / 1_000_000, 1))))} MB"
    return f"{max(1, round(size / 1000))} KB"


def upper(sentence: str) -> str:
    """The sentence with a capital first letter, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
