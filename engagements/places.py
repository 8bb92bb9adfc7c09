"""Countries, their regions and their time zones, as the holiday calendar and the time zone database know them."""

from functools import lru_cache
from zoneinfo import available_timezones

import holidays
from django.utils.translation import gettext as _
from holidays.registry import COUNTRIES

from accounts.errors import DomainError

_SMALL = {"and", "of", "the", "da"}
# Names that the package writes in a way of its own.
_NAMES = {
    "CD": "DR Congo",
    "CI": "Côte d’Ivoire",
    "CW": "Curaçao",
    "GW": "Guinea-Bissau",
    "HK": "Hong Kong",
    "RE": "Réunion",
    "ST": "São Tomé and Príncipe",
    "TL": "Timor-Leste",
    "TR": "Türkiye",
    "VC": "Saint Vincent and the Grenadines",
}


def _spelled(module: str) -> str:
    return " ".join(word if word in _SMALL else word.capitalize() for word in module.split("_"))


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """Return (code, English name) of every country whose holidays are known, by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    named = {str(classes[1]): _spelled(module) for module, classes in COUNTRIES.items()} | _NAMES
    return tuple(sorted(((code, named.get(code, code)) for code in known), key=lambda pair: pair[1]))


def country_name(code: str) -> str:
    """Return the country's English name, or the code where it is not known."""
    return dict(countries()).get(code, code)


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=False)


def regions(country: str) -> tuple[str, ...]:
    """Return the codes of a country's regions that have holidays of their own."""
    return tuple(_regions().get(country, ()))


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Return the names of the time zones that people choose from."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*named, "UTC")


def check_place(country: str, subdivision: str) -> None:
    """Raise DomainError where no holidays are known for the country or its region."""
    if country not in dict(countries()):
        raise DomainError(
            _("No public holidays are known for “%(code)s”. Choose a country of the list.") % {"code": country[:40]},
            field="country",
        )
    if subdivision and subdivision not in regions(country):
        some = ", ".join(regions(country)[:6])
        hint = _("Use one such as %(some)s.") % {"some": some} if some else _("Leave it empty: this country has none.")
        raise DomainError(
            _("“%(region)s” is no region of %(country)s.")
            % {"region": subdivision[:40], "country": country_name(country)}
            + f" {hint}",
            field="subdivision",
        )
