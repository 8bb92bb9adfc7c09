"""What the portal's templates need beside their values."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def at(pictures: Mapping[str, SafeString], key: str) -> SafeString:
    """Return one of several pictures."""
    return pictures.get(key, SafeString(""))
