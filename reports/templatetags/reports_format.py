"""The formats of accounts/formats.py as filters, for documents where a row is formatted once."""

from django import template

from accounts import formats

register = template.Library()
register.filter("day", formats.day)
register.filter("long_day", formats.long_day)
register.filter("moment", formats.moment)
register.filter("figure", formats.figure)
register.filter("share", formats.share)
