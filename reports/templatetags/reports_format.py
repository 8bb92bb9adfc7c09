"""Numbers with their units, for documents where a row is formatted once."""

from django import template

from reports.pages import words

register = template.Library()
register.filter("figures", words.figures)
