"""A contact's engagements, when there is more than one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _, ngettext

from engagements.models import Engagement
from engagements.states import ENDED
from milestones.models import Deliverable, PlanChange
from milestones.states import COUNTED, ChangeState, DeliverableState, WaitOn
from reports.access import Reader
from reports.portal import links
from reports.portal.dashboard import day_words, plan_of, state_of
from reports.portal.waiting import TOGETHER
from reports.portal.words import decided_by


@dataclass(frozen=True)
class Line:
    """An engagement in one row."""

    url: str
    name: str
    code: str
    state: str
    day: str
    accepted: int
    total: int
    note: str


@dataclass(slots=True)
class _Counts:
    """Of one engagement: deliverables, and what waits as the dashboard lists it, to decide or to be answered."""

    total: int = 0
    accepted: int = 0
    to_decide: int = 0
    to_answer: int = 0


def engagements(reader: Reader) -> list[Line]:
    """Return the reader's engagements, those that run first; three queries."""
    found = Engagement.objects.visible_to(reader.user).filter(removed_at=None).select_related("plan")
    found = found.annotate(last_day=Max("milestones__day"))
    counts = _counts(reader)
    in_order = sorted(found, key=lambda one: (one.state in ENDED, -one.start_on.toordinal()))
    return [_line(reader, one, counts[one.pk]) for one in in_order]


def _counts(reader: Reader) -> defaultdict[int, _Counts]:
    counts: defaultdict[int, _Counts] = defaultdict(_Counts)
    for row in _by_milestone(reader):
        one, to_sign = counts[row["engagement_id"]], row["to_sign"]
        one.total += row["total"]
        one.accepted += row["accepted"]
        one.to_decide += 1 if to_sign >= TOGETHER else to_sign
        one.to_answer += row["to_answer"]
    asked = PlanChange.objects.filter(engagement__client=reader.client, state=ChangeState.ASKED).order_by()
    for pk, changes in asked.values_list("engagement_id").annotate(Count("pk")):
        counts[pk].to_decide += changes
    return counts


def _by_milestone(reader: Reader) -> Any:
    """The deliverables of each milestone, counted: where many wait to be signed off they are one thing."""
    to_sign = Q(state=DeliverableState.IN_REVIEW, needs_sign_off=True)
    to_answer = Q(waits__on=WaitOn.CLIENT, waits__closed_on=None, waits__answered_at=None, waits__for_sign_off=False)
    rows = Deliverable.objects.visible_to(reader.user).filter(state__in=COUNTED).order_by()
    return rows.values("engagement_id", "milestone_id").annotate(
        total=Count("pk", distinct=True),
        accepted=Count("pk", filter=Q(state=DeliverableState.ACCEPTED), distinct=True),
        to_sign=Count("pk", filter=to_sign, distinct=True),
        to_answer=Count("waits", filter=to_answer, distinct=True),
    )


def _waits(reader: Reader, one: Engagement, counts: _Counts) -> str:
    """What waits for the reader, and for whom else where the reader decides nothing; `waiting.todos` in numbers."""
    if one.is_draft:
        to_decide, to_answer = 1, 0
    elif one.is_live:
        to_decide, to_answer = counts.to_decide, counts.to_answer
    else:
        return ""
    name = decided_by(reader)
    own = to_answer if name else to_answer + to_decide
    told = [ngettext("%(n)d waits for you", "%(n)d wait for you", own) % {"n": own}] if own else []
    if name and to_decide:
        left = ngettext("%(n)d waits for %(name)s to decide", "%(n)d wait for %(name)s to decide", to_decide)
        told.append(left % {"n": to_decide, "name": name})
    return " · ".join(told)


def _line(reader: Reader, one: Engagement, counts: _Counts) -> Line:
    one.client = reader.client
    plan = plan_of(one)
    return Line(
        url=links.to(reader, "portal_engagement", code=one.code),
        name=one.name,
        code=one.code,
        state=state_of(one, plan.client_health if plan else ""),
        day=_("The plan is offered to you") if one.is_draft else day_words(one, one.last_day or 0),  # type: ignore[attr-defined]
        accepted=counts.accepted,
        total=counts.total,
        note=_waits(reader, one, counts),
    )
