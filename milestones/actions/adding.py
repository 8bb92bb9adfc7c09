"""A further milestone with its deliverables, once a signer approved it; the caller holds the plan."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _, gettext_noop

from accounts.errors import IllegalMove
from accounts.models import User
from engagements.models import Engagement, Placement
from milestones.actions.base import tell
from milestones.actions.plans import write_lines
from milestones.additions import owners_of, unpacked
from milestones.models import Deliverable, Milestone, PlanMove


def add_milestone(by: User, engagement: Engagement, line: PlanMove) -> Milestone:
    """Write what the line adds; its dates are agreed by the approval, and older agreed dates stay as they are.

    Raises IllegalMove where the plan has grown past that day meanwhile.
    """
    added: Mapping[str, Any] = line.added
    if engagement.milestones.filter(day__gte=added["day"]).exists():
        sentence = _("The plan reaches past day %(day)d by now. Nothing was changed; ask for it anew.")
        raise IllegalMove(sentence % {"day": added["day"]})
    if line.to_on is None:
        raise ValueError(f"Move {line.pk} has no date.")
    stage = Milestone.objects.create(
        engagement=engagement,
        client_id=engagement.client_id,
        day=added["day"],
        name=added["name"],
        due_on=line.to_on,
        agreed_on=line.to_on,
    )
    owners = owners_of(engagement)
    number = (engagement.deliverables.aggregate(last=Max("number"))["last"] or 0) + 1
    made = write_lines(engagement, {stage.day: stage}, unpacked(added, owners), first_number=number)
    Deliverable.objects.filter(pk__in=[one.pk for one in made]).update(agreed_on=F("due_on"))
    staying = [owners[one] for one in added.get("placements", ()) if one in owners]
    _prolong(engagement, staying, stage, added.get("reasons", {}))
    message = gettext_noop("%(actor)s extended %(engagement)s to day %(day)s, %(name)s")
    tell(by, engagement, "extended", message, shared=True, engagement=engagement.name, day=stage.day, name=stage.name)
    return stage


def _prolong(engagement: Engagement, placements: list[Placement], stage: Milestone, reasons: Mapping[str, str]) -> None:
    """Let these placements go on until the milestone, with the reasons for more than a full week; none gets shorter."""
    rows = Placement.objects.filter(engagement=engagement, ends_on__lt=stage.due_on)
    for one in placements:
        reason = reasons.get(one.public_id, "").strip()
        rows.filter(pk=one.pk).update(ends_on=stage.due_on, overload_reason=reason or F("overload_reason"))
