"""One move of a plan change in words."""

from django.utils.translation import gettext as _

from milestones.models import PlanMove
from milestones.states import Moves
from reports.pages.words import number, short


def title_of(line: PlanMove) -> str:
    """What a line is done to, by name."""
    if line.kind == Moves.ADD:
        return _("Day %(day)d, %(name)s") % {"day": line.added["day"], "name": line.added["name"]}
    if line.milestone is not None:
        return _("Day %(day)d, %(name)s") % {"day": line.milestone.day, "name": line.milestone.name}
    if line.metric is not None:
        return line.metric.name
    return line.deliverable.title if line.deliverable else ""


def goes_to(line: PlanMove) -> str:
    """Where a line goes: `to 12 Dec`, `to 45`, `dropped`, `added`."""
    if line.kind == Moves.DROP:
        return _("dropped")
    if line.kind == Moves.TARGET:
        return _("to %(value)s") % {"value": number(line.to_value)}
    return _("to %(value)s") % {"value": short(line.to_on)}
