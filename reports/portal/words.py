"""What only the client's pages say: numbers apart from their units, working days, fingerprints."""

from decimal import Decimal

from django.utils.translation import ngettext

from accounts.remembered import by_language
from reports.pages.words import MONEY, figures, number


def with_unit(value: Decimal, unit: str) -> tuple[str, str]:
    """Return a number with what stands close to it, and the rest of its unit: ("81%", "of claims")."""
    sign, _space, rest = unit.partition(" ")
    if sign in MONEY:
        return MONEY[sign] + figures(value, unit), rest
    if sign.rstrip(",") == "%":
        return f"{number(value)}%", rest
    return number(value), unit


@by_language
def working_days(n: int) -> str:
    """Return "3 working days"."""
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}


def fingerprint(sha256: str) -> str:
    """Return the first eight figures of a hash in two groups, enough to compare by eye."""
    return f"{sha256[:4]} {sha256[4:8]}"


def upper_first(sentence: str) -> str:
    """Return the sentence with a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]
