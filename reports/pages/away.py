"""Days away: the reader's own, and for managers everybody's."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.clock import today
from accounts.models import User
from reports.pages.words import short
from roles.models import Absence


@dataclass(frozen=True)
class AwayRow:
    """One absence that is not over."""

    public_id: str
    name: str
    days: str
    note: str
    is_now: bool
    is_own: bool


def rows_for(user: User) -> list[AwayRow]:
    """Return what is not over yet, the reader's own first: one query; for specialists their own alone."""
    day = today(user.time_zone)
    rows = Absence.objects.filter(ends_on__gte=day).select_related("user", "deputy")
    if not user.manages:
        rows = rows.filter(user=user)
    found = [
        AwayRow(
            public_id=row.public_id,
            name=row.user.name,
            days=span(row),
            note=", ".join(part for part in (_deputy(row, user), row.why) if part),
            is_now=row.starts_on <= day,
            is_own=row.user_id == user.pk,
        )
        for row in rows.order_by("starts_on", "user__name", "pk")
    ]
    return sorted(found, key=lambda row: not row.is_own)


def span(row: Absence) -> str:
    """`30 Nov to 4 Dec`, or one day."""
    if row.starts_on == row.ends_on:
        return short(row.starts_on)
    return _("%(start)s to %(end)s") % {"start": short(row.starts_on), "end": short(row.ends_on)}


def _deputy(row: Absence, user: User) -> str:
    if row.deputy is None:
        return _("no deputy") if row.user.manages else ""
    if row.deputy_id == user.pk:
        return _("you stand in")
    return _("%(name)s stands in") % {"name": row.deputy.name}
