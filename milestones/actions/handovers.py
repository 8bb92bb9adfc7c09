"""A specialist takes over from another: placements, open work and the handover checklist, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from engagements.actions.placements import succeed
from engagements.guards import require_manager
from engagements.models import Placement
from engagements.states import LIVE
from milestones import slips
from milestones.actions.base import take_plan, tell
from milestones.actions.work import give
from milestones.models import Deliverable, Handover, HandoverLine
from milestones.states import UNFINISHED, HandoverKind
from roles.models import Specialist

STANDING = (HandoverKind.ACCESS, HandoverKind.BACKLOG, HandoverKind.RUNBOOKS, HandoverKind.PEOPLE)


@dataclass(frozen=True)
class Successor:
    """Who takes over, how much of a week (percent), from when to when (both included)."""

    specialist: Specialist
    percent: int
    starts_on: date
    ends_on: date
    title: str = ""
    overload_reason: str = ""


@transaction.atomic
def replace_specialist(
    *, by: User, placement: Placement, last_on: date, successor: Successor, work: Sequence[Deliverable]
) -> Handover:
    """End a placement with `last_on`, place the successor in its role and hand `work` over to them.

    `work` are unfinished deliverables of the placement; what is left out stays with who leaves. The handover gets a
    line for each of them and the standing ones. The forecast is made anew after the commit.
    """
    require_manager(by)
    take_plan(placement.engagement, states=LIVE)
    _require_own_open(placement, work)
    if Handover.objects.filter(leaving=placement).exists():
        raise IllegalMove(_("Somebody has taken over from %(name)s already.") % {"name": placement.user.name})
    coming = _placed(by, placement, last_on, successor)
    if work:
        give([one.pk for one in work], coming)
    handover = _written(by, placement, coming, work)
    message = gettext_noop("%(actor)s replaced %(leaving)s by %(coming)s from %(day)s on; %(n)s deliverables move")
    tell(
        by,
        placement.engagement,
        "specialist_replaced",
        message,
        leaving=placement.user.name,
        coming=coming.user.name,
        day=successor.starts_on.isoformat(),
        n=len(work),
    )
    slips.ask_recompute(placement.engagement)
    return handover


def _placed(by: User, placement: Placement, last_on: date, successor: Successor) -> Placement:
    return succeed(
        by=by,
        placement=placement,
        last_on=last_on,
        specialist=successor.specialist,
        percent=successor.percent,
        starts_on=successor.starts_on,
        ends_on=successor.ends_on,
        title=successor.title,
        overload_reason=successor.overload_reason,
    )


def _require_own_open(placement: Placement, work: Sequence[Deliverable]) -> None:
    ids = {one.pk for one in work}
    own = Deliverable.objects.filter(pk__in=ids, owner=placement, state__in=sorted(UNFINISHED))
    if own.count() != len(ids):
        sentence = _("Only open deliverables of %(name)s can be handed over. Load the page again and choose.")
        raise DomainError(sentence % {"name": placement.user.name}, field="work")


def _written(by: User, leaving: Placement, coming: Placement, work: Sequence[Deliverable]) -> Handover:
    handover = Handover.objects.create(
        engagement_id=leaving.engagement_id,
        client_id=leaving.client_id,
        leaving=leaving,
        coming=coming,
        last_on=leaving.ends_on,
        by=by,
    )
    kinds = [(HandoverKind.WORK, one.pk) for one in work] + [(kind, None) for kind in STANDING]
    HandoverLine.objects.bulk_create(
        HandoverLine(
            handover=handover,
            engagement_id=handover.engagement_id,
            client_id=handover.client_id,
            kind=kind,
            deliverable_id=deliverable,
            position=position,
        )
        for position, (kind, deliverable) in enumerate(kinds)
    )
    return handover


@transaction.atomic
def tick_handover(*, by: User, line: HandoverLine, ticked: bool) -> HandoverLine:
    """Say that a line of a handover is done, or that it is not; for both specialists and managers."""
    handover = line.handover
    if not (by.manages or by.pk in {handover.leaving.user_id, handover.coming.user_id}):
        raise NotAllowed(_("Only the two who hand over, and managers, tick this."))
    if handover.engagement.removed_at or handover.engagement.archived_at:
        raise IllegalMove(_("This engagement was put away. Bring it back first."))
    who = {"ticked_at": now(), "ticked_by": by} if ticked else {"ticked_at": None, "ticked_by": None}
    if HandoverLine.objects.filter(pk=line.pk, ticked_at__isnull=ticked).update(**who):
        message = gettext_noop("%(actor)s ticked a line of the handover from %(leaving)s to %(coming)s")
        if not ticked:
            message = gettext_noop("%(actor)s unticked a line of the handover from %(leaving)s to %(coming)s")
        leaving, coming = handover.leaving.user.name, handover.coming.user.name
        tell(by, handover.engagement, "handover_ticked", message, leaving=leaving, coming=coming)
    line.refresh_from_db()
    return line
