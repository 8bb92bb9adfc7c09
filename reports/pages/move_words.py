"""One move of a plan change in words."""

from datetime import date

from django.utils.translation import gettext as _

from milestones.models import Milestone, PlanMove
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
    """Where a line goes: `to 12 Dec`, `to day 90, 3 Jan`, `to 45`, `dropped`."""
    if line.kind == Moves.DROP:
        return _("dropped")
    if line.kind == Moves.TARGET:
        return _("to %(value)s") % {"value": number(line.to_value)}
    return _("to %(value)s") % {"value": after(line)}


def before(line: PlanMove) -> str:
    """What a date was: `4 Dec`, or `day 60, 4 Dec` where the milestone changes."""
    return _of_stage(line.from_milestone, line.from_on)


def after(line: PlanMove) -> str:
    """What a date becomes: `18 Dec`, or `day 90, 3 Jan`."""
    return _of_stage(line.to_milestone, line.to_on)


def _of_stage(stage: Milestone | None, on: date | None) -> str:
    if stage is None:
        return short(on)
    # In a narrow column the day stays with its number.
    named = (_("day %(day)d") % {"day": stage.day}).replace(" ", "\u00a0")
    return _("%(stage)s, %(on)s") % {"stage": named, "on": short(on)}
