"""What owners last said of their own deliverables, beside a forecast that does not know it. For the firm alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import CharField, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.formats import day_of_week
from accounts.prepared import Prepared, given
from engagements.models import Engagement
from milestones.actions.talk import week_of
from milestones.models import CheckIn
from milestones.states import UNFINISHED, Answer
from reports.pages.words import short


@dataclass(frozen=True)
class OwnWord:
    """What an owner said; `short` stands in the list, empty where there is nothing to heed at a glance."""

    text: str
    short: str


def _said() -> QuerySet[CheckIn]:
    rows = CheckIn.objects.filter(engagement=given("engagement"), by=F("deliverable__owner__user"))
    rows = rows.filter(week__gte=given("since", CharField()), deliverable__state__in=sorted(UNFINISHED))
    return rows.select_related("by").order_by("deliverable_id", "-at").distinct("deliverable_id")


SAID = Prepared(_said)


def of_plan(engagement: Engagement) -> Mapping[int, CheckIn]:
    """The last word of each owner on what is unfinished, said in this week or the last one; one query."""
    if not engagement.is_live:
        return {}
    since = week_of(engagement.today() - timedelta(days=7))
    return {one.deliverable_id: one for one in SAID(engagement=engagement.pk, since=since)}


def word_of(deliverable: Any, said: Mapping[int, CheckIn]) -> OwnWord | None:
    """The word on a deliverable while it holds: a slip until the due date is as late, a block until nothing waits.

    Any: the deliverable carries what `with_counts` adds.
    """
    one = said.get(deliverable.pk)
    if one is None:
        return None
    names = {"name": one.by.name, "day": day_of_week(timezone.localtime(one.at).date())}
    if one.answer == Answer.FINE:
        return OwnWord(_("%(name)s on %(day)s: fine.") % names, "")
    if one.answer == Answer.BLOCKED:
        told = _("%(name)s on %(day)s: blocked: %(why)s") % {**names, "why": one.why}
        return OwnWord(told, "") if deliverable.open_waits else None
    if one.slips_to is None or one.slips_to <= deliverable.due_on:
        return None
    names |= {"to": short(one.slips_to)}
    told = _("%(name)s on %(day)s: slips to %(to)s: %(why)s") if one.why else _("%(name)s on %(day)s: slips to %(to)s")
    brief = _("%(name)s says %(to)s") % {"name": one.by.first_name, "to": short(one.slips_to)}
    return OwnWord(told % {**names, "why": one.why}, brief)
