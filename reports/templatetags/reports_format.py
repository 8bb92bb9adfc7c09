"""The formats of accounts/formats.py as filters, for documents where a row is formatted once."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

from accounts import formats
from reports.pages import words

register = template.Library()


@register.filter
def dated(value: date | None) -> str:
    """Return "5 Nov 2026": what is issued is read years later, so the year is never left out."""
    return date_format(value, pgettext("date", "j M Y")) if value else ""


register.filter("day", formats.day)
register.filter("long_day", formats.long_day)
register.filter("moment", formats.moment)
register.filter("figure", formats.figure)
register.filter("figures", words.figures)
register.filter("share", formats.share)
