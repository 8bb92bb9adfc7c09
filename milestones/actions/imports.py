"""Writing a plan that was read from a file: all of it or nothing."""

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts.errors import DomainError
from accounts.models import User
from engagements.models import Engagement
from milestones.actions.base import tell
from milestones.actions.plans import create_plan
from milestones.imports import Reading, frame_of, milestones_of
from milestones.models import Plan


@transaction.atomic
def import_plan(*, by: User, engagement: Engagement, reading: Reading) -> Plan:
    """Write the plan of a draft as `understand` read it for this engagement's frame."""
    if not reading.ok:
        raise DomainError(_("The file has lines that were not understood. Nothing was written."))
    frame = frame_of(engagement)
    owners = {str(row.pk): row for row in engagement.placements.all()}
    metrics = {row.name.casefold(): row for row in engagement.metrics.all()}
    plan = create_plan(
        by=by,
        engagement=engagement,
        milestones=milestones_of(frame, reading.sketches, reading.names),
        lines=[sketch.line(owners, metrics) for sketch in reading.sketches],
    )
    tell(
        by,
        engagement,
        "plan_imported",
        gettext_noop("%(actor)s read the plan from a file: %(lines)s lines, %(done)s accepted before Emplace"),
        lines=len(reading.sketches),
        done=reading.taken_over,
    )
    return plan
