"""Loaders of the firm's side of the work: what a person may not know of is 404. The portal's are in reports/access.py.

Managers see every engagement, specialists those where they are placed; whoever sees a deliverable may work on it, and
what only managers may do is refused by the actions.
"""

from django.db.models import CharField, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.access import require_firm
from accounts.http import AuthedHttpRequest
from accounts.models import User
from accounts.prepared import Prepared, given
from accounts.states import Kind
from engagements.models import Engagement, Placement, Risk
from milestones.models import Comment, Deliverable, DoneLine, Evidence, HandoverLine, Milestone, PlanChange, Wait

LOADED = ("deliverable__engagement__client", "deliverable__engagement__manager")


def _visible(request: AuthedHttpRequest) -> "QuerySet[Engagement]":
    return Engagement.objects.visible_to(require_firm(request)).filter(removed_at__isnull=True)


def _whole(rows: "QuerySet[Engagement]") -> "QuerySet[Engagement]":
    return rows.filter(removed_at__isnull=True).select_related("client", "manager", "service_line", "plan")


# Of every engagement, for those who manage.
EVERY = Prepared(
    lambda: _whole(Engagement.objects.visible_to(User(kind=Kind.MANAGER))).filter(code=given("code", CharField()))
)


def engagement(request: AuthedHttpRequest, code: str) -> Engagement:
    """Return the engagement of this code, with its plan."""
    user = require_firm(request)
    if not user.manages:
        return get_object_or_404(_whole(Engagement.objects.visible_to(user)), code=code)
    found = EVERY.one(code=code)
    if found is None:
        raise Http404
    return found


def put_away(request: AuthedHttpRequest, code: str) -> Engagement:
    """Return an engagement that was removed or archived."""
    rows = Engagement.objects.visible_to(require_firm(request)).exclude(removed_at=None, archived_at=None)
    return get_object_or_404(rows.select_related("client", "manager"), code=code)


def deliverable(request: AuthedHttpRequest, public_id: str, *, code: str | None = None) -> Deliverable:
    """Return a deliverable, where given of the engagement of this code."""
    rows = Deliverable.objects.select_related("engagement__client", "engagement__manager", "owner__user", "milestone")
    rows = rows.filter(engagement__in=_visible(request))
    if code is not None:
        rows = rows.filter(engagement__code=code)
    return get_object_or_404(rows, public_id=public_id)


def milestone(request: AuthedHttpRequest, code: str, day: int) -> Milestone:
    """Return the milestone of an engagement that is due on this plan day."""
    rows = Milestone.objects.select_related("engagement__client", "engagement__manager")
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), engagement__code=code, day=day)


def done_line(request: AuthedHttpRequest, public_id: str) -> DoneLine:
    """Return a line of a definition of done."""
    rows = DoneLine.objects.select_related(*LOADED).filter(deliverable__engagement__in=_visible(request))
    return get_object_or_404(rows, public_id=public_id)


def evidence(request: AuthedHttpRequest, public_id: str) -> Evidence:
    """Return a piece of evidence that was not removed."""
    rows = Evidence.objects.select_related(*LOADED).filter(engagement__in=_visible(request), removed_at__isnull=True)
    return get_object_or_404(rows, public_id=public_id)


def wait(request: AuthedHttpRequest, public_id: str) -> Wait:
    """Return a wait, open or closed."""
    rows = Wait.objects.select_related(*LOADED, "contact__user").filter(engagement__in=_visible(request))
    return get_object_or_404(rows, public_id=public_id)


def change(request: AuthedHttpRequest, public_id: str) -> PlanChange:
    """Return a plan change, whatever became of it."""
    rows = PlanChange.objects.select_related("engagement__client", "asked_by")
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), public_id=public_id)


def comment(request: AuthedHttpRequest, public_id: str) -> Comment:
    """Return a line of a thread."""
    rows = Comment.objects.select_related("engagement__client", "deliverable", "answers__deliverable")
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), public_id=public_id)


def placement(request: AuthedHttpRequest, code: str, public_id: str) -> Placement:
    """Return a placement of an engagement."""
    rows = Placement.objects.select_related("engagement__client", "specialist__user", "user", "role")
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), engagement__code=code, public_id=public_id)


def risk(request: AuthedHttpRequest, public_id: str) -> Risk:
    """Return a risk of an engagement, open or closed."""
    rows = Risk.objects.select_related("engagement__client", "failure_mode", "owner")
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), public_id=public_id)


def handover_line(request: AuthedHttpRequest, public_id: str) -> HandoverLine:
    """Return a line of a handover."""
    rows = HandoverLine.objects.select_related(
        "handover__engagement__client", "handover__leaving__user", "handover__coming__user"
    )
    return get_object_or_404(rows.filter(engagement__in=_visible(request)), public_id=public_id)
