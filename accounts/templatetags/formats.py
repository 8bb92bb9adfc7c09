"""The formats of accounts/formats.py as filters; they are built into the template engine, so no page loads them.

A long list formats its dates in Python once a row: templates are the slow part of a page.
"""

from datetime import date, datetime

from django import template
from django.utils import timezone

from accounts import formats

register = template.Library()


@register.filter
def local_day(value: datetime | None) -> date | None:
    """Return the reader's calendar date of a moment."""
    return timezone.localtime(value).date() if value else None


for _format in (
    formats.clock,
    formats.dated,
    formats.day,
    formats.day_in_words,
    formats.day_of_week,
    formats.figure,
    formats.long_day,
    formats.moment,
    formats.share,
):
    register.filter(_format.__name__, _format)
