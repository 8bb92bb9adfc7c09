"""Deliverables whose owners are not placed while they run: in words, for the firm alone."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.formats import day
from engagements.models import Engagement
from milestones.placed import Gap, gap


@dataclass(frozen=True)
class NotPlaced:
    """A deliverable, and what is missing."""

    title: str
    text: str


def gap_words(name: str, missing: Gap | None) -> str:
    """`Adaeze Okafor is placed only from 25 Dec`; nothing where nothing is missing."""
    if missing is None:
        return ""
    if missing.first is not None:
        return _("%(name)s is placed only from %(day)s") % {"name": name, "day": day(missing.first)}
    return _("%(name)s is placed only until %(day)s") % {"name": name, "day": day(missing.last)}


def not_placed(engagement: Engagement) -> list[NotPlaced]:
    """Return the unfinished deliverables whose owners are not placed at their dates, by due date; two queries."""
    spans: dict[int, list[tuple[date, date]]] = {}
    for place in engagement.placements.all():
        spans.setdefault(place.user_id, []).append((place.starts_on, place.ends_on))
    owned = engagement.deliverables.unfinished().filter(owner__isnull=False).select_related("owner__user")
    found = []
    for one in owned.order_by("due_on", "number"):
        user = one.owner.user if one.owner else None
        if user and (text := gap_words(user.name, gap(one.start_on, one.due_on, spans.get(user.pk, [])))):
            found.append(NotPlaced(one.title, text))
    return found
