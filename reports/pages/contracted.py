"""What a placement is contracted for, in days: working days at the client's times the share. No timesheets."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _, ngettext

from engagements.models import Placement
from milestones.calendar import WorkCalendar
from reports.pages.words import number, short

HALF = Decimal("0.5")


@dataclass(frozen=True)
class Contracted:
    """Days of one placement, in halves: all of them, and those from today on."""

    working_days: int
    percent: int
    days: Decimal
    left: Decimal


def share_of(working_days: int, percent: int) -> Decimal:
    """Return so many working days at a share of the week (percent), to the half day."""
    days = Decimal(working_days) * percent / 100
    return (days / HALF).quantize(Decimal(1), rounding=ROUND_HALF_UP) * HALF


def contracted(starts_on: date, ends_on: date, percent: int, calendar: WorkCalendar, today: date) -> Contracted:
    """Count both days in; what is left begins with today."""
    every = calendar.working_days_in(starts_on, ends_on)
    ahead = calendar.working_days_in(max(starts_on, today), ends_on)
    return Contracted(every, percent, share_of(every, percent), share_of(ahead, percent))


def of_placement(placement: Placement) -> Contracted:
    """Return the days of a placement whose engagement and client are loaded."""
    client = placement.engagement.client
    calendar = WorkCalendar(client.country, client.subdivision)
    today = placement.engagement.today()
    return contracted(placement.starts_on, placement.ends_on, placement.percent, calendar, today)


def sentence(placement: Placement) -> str:
    """`Contracted: 31.5 days (63 working days at 50 %), 12 left. Purchase order PO-4711 ends on 4 Dec.`"""
    found = of_placement(placement)
    text = ngettext(
        "Contracted: %(days)s days (%(n)s working day at %(percent)s%%), %(left)s left.",
        "Contracted: %(days)s days (%(n)s working days at %(percent)s%%), %(left)s left.",
        found.working_days,
    ) % {
        "days": number(found.days),
        "n": found.working_days,
        "percent": found.percent,
        "left": number(found.left),
    }
    order = order_words(placement)
    return f"{text} {order}." if order else text


def order_words(placement: Placement) -> str:
    """`Purchase order PO-4711 ends on 4 Dec`, or nothing."""
    if not placement.order_number:
        return ""
    if placement.order_ends_on is None:
        return _("Purchase order %(number)s") % {"number": placement.order_number}
    told = {"number": placement.order_number, "day": short(placement.order_ends_on)}
    if placement.order_ends_on < placement.ends_on:
        return _("Purchase order %(number)s ends on %(day)s, before the placement") % told
    return _("Purchase order %(number)s ends on %(day)s") % told
