"""A contact's engagements, when there is more than one."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _, ngettext

from engagements.models import Engagement
from engagements.states import ENDED
from milestones.models import Deliverable
from milestones.states import COUNTED, DeliverableState
from reports.access import Reader
from reports.portal import links
from reports.portal.dashboard import day_words, plan_of, state_of
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


def engagements(reader: Reader) -> list[Line]:
    """Return the reader's engagements, those that run first; two queries."""
    found = Engagement.objects.visible_to(reader.user).filter(removed_at=None).select_related("plan")
    found = found.annotate(last_day=Max("milestones__day"))
    counts = _counts(reader)
    in_order = sorted(found, key=lambda one: (one.state in ENDED, -one.start_on.toordinal()))
    return [_line(reader, one, counts.get(one.pk, {})) for one in in_order]


def _counts(reader: Reader) -> dict[int, dict[str, int]]:
    to_sign = Q(state=DeliverableState.IN_REVIEW, needs_sign_off=True)
    rows = (
        Deliverable.objects.visible_to(reader.user)
        .filter(state__in=COUNTED)
        .order_by()
        .values("engagement_id")
        .annotate(
            total=Count("pk"),
            accepted=Count("pk", filter=Q(state=DeliverableState.ACCEPTED)),
            to_sign=Count("pk", filter=to_sign),
        )
    )
    names = ("total", "accepted", "to_sign")
    return {row["engagement_id"]: {name: row[name] for name in names} for row in rows}  # type: ignore[literal-required]


def _line(reader: Reader, one: Engagement, counts: dict[str, int]) -> Line:
    one.client = reader.client
    plan = plan_of(one)
    to_sign = counts.get("to_sign", 0)
    name = decided_by(reader)
    waits = ngettext("%(n)d waits for your sign-off", "%(n)d wait for your sign-off", to_sign)
    if name:
        waits = ngettext("%(n)d waits for %(name)s to sign off", "%(n)d wait for %(name)s to sign off", to_sign)
    return Line(
        url=links.to(reader, "portal_engagement", code=one.code),
        name=one.name,
        code=one.code,
        state=state_of(one, plan.client_health if plan else ""),
        day=_("The plan is offered to you") if one.is_draft else day_words(one, one.last_day or 0),  # type: ignore[attr-defined]
        accepted=counts.get("accepted", 0),
        total=counts.get("total", 0),
        note=waits % {"n": to_sign, "name": name} if to_sign else "",
    )
