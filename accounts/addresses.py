"""Addresses of rows: a list of sixty asks Django once how such an address reads, and fills the ids in by itself."""

from functools import lru_cache
from typing import Final

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

PLACES: Final = ("1st1place1", "2nd2place2")


@lru_cache(maxsize=512)
def _pattern(_root: str, urlconf: str | None, _prefix: str, name: str, count: int) -> str:
    found = reverse(name, urlconf, args=PLACES[:count]).replace("%", "%%")
    for place in PLACES[:count]:
        found = found.replace(place, "%s")
    return found


def address(name: str, *ids: str) -> str:
    """Return what `reverse` does for one or two public ids or codes, in the order in which the address has them.

    Ids and codes are letters, figures and dashes, so nothing in them needs quoting.
    """
    return _pattern(settings.ROOT_URLCONF, get_urlconf(), get_script_prefix(), name, len(ids)) % ids
