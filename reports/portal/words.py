"""What only the client's pages say: numbers apart from their units, working days, fingerprints, who signs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _, ngettext

from accounts.remembered import by_language
from reports.access import Reader
from reports.pages.words import MONEY, figures, number

# Of more signers than this only the first are named.
NAMED: Final = 3
FULL_WEEK: Final = 5


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


def days_a_week(percent: int) -> str:
    """Return a share of the week in days: "1 day a week" for 20 percent, "2.5 days a week" for 50."""
    days = Decimal(percent) * FULL_WEEK / 100
    # "0.5 days": a share of one is more than none, yet only one itself is singular.
    return ngettext("%(n)s day a week", "%(n)s days a week", 1 if days == 1 else 2) % {"n": number(days)}


def fingerprint(sha256: str) -> str:
    """Return the first eight figures of a hash in two groups, enough to compare by eye."""
    return f"{sha256[:4]} {sha256[4:8]}"


def upper_first(sentence: str) -> str:
    """Return the sentence with a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]


def decided_by(reader: Reader) -> str:
    """Return who decides where this reader cannot: "Priya Nair or Joan Abernethy"; "" for a signer."""
    return "" if reader.is_signer else _signers(reader.signers, reader.client.name)


def _signers(names: Sequence[str], client: str) -> str:
    if not names:
        return _("a signer of %(client)s") % {"client": client}
    some = [*names[: NAMED - 1], _("another signer")] if len(names) > NAMED else names
    return get_text_list(list(some), _("or"))
