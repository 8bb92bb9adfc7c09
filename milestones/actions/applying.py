"""What an approved plan change does to the plan, line by line; the caller holds the plan."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop

from accounts.errors import IllegalMove
from accounts.models import User
from engagements.models import BusinessMetric, Engagement
from milestones.actions.adding import add_milestone
from milestones.actions.base import move as move_deliverable, tell
from milestones.actions.ends import end_slips, end_waits
from milestones.models import Deliverable, DueMove, Milestone, PlanChange, PlanMove
from milestones.moves import everything_accepted, met, submitted
from milestones.states import MAY_CHANGE_MILESTONE, UNFINISHED, DeliverableState, Moves
from milestones.windows import windows

_NOTHING_CHANGED: Final = gettext_lazy("Nothing was changed; ask for it anew.")


def apply(by: User, change: PlanChange, line: PlanMove) -> None:
    """Do one line. Raises IllegalMove where what it moves does not stand as it did when it was asked for."""
    if line.kind == Moves.DUE and line.deliverable is not None:
        _apply_due(by, change, line, line.deliverable)
    elif line.kind == Moves.STAGE and line.deliverable is not None:
        _apply_stage(by, change, line, line.deliverable)
    elif line.kind == Moves.MILESTONE and line.milestone is not None:
        _apply_milestone(by, change, line, line.milestone)
    elif line.kind == Moves.TARGET and line.metric is not None:
        _apply_target(line, line.metric)
    elif line.kind == Moves.ADD:
        add_milestone(by, change.engagement, line)
    elif line.deliverable is not None:
        _apply_drop(by, line.deliverable, change.engagement)


def stands_now(line: PlanMove) -> date | Decimal | str | None:
    """Return how what an open line moves stands by now, where that is not as it was asked; else None.

    A date or a target where that has moved; the title's state where work is finished, dropped, or submitted and so
    stays in its milestone.
    """
    if line.deliverable is not None:
        may = MAY_CHANGE_MILESTONE if line.kind == Moves.STAGE else UNFINISHED
        if line.deliverable.state not in may:
            return str(DeliverableState(line.deliverable.state).label)
        return _moved_by_now(line, line.deliverable)
    if line.milestone is not None:
        return line.milestone.due_on if line.milestone.due_on != line.from_on else None
    if line.metric is not None:
        return line.metric.target if line.metric.target != line.from_value else None
    return None


def _moved_by_now(line: PlanMove, deliverable: Deliverable) -> date | str | None:
    if line.kind == Moves.STAGE and deliverable.milestone_id != line.from_milestone_id:
        return _("for day %(day)d") % {"day": deliverable.milestone.day}
    moves_date = line.kind in {Moves.DUE, Moves.STAGE}
    return deliverable.due_on if moves_date and deliverable.due_on != line.from_on else None


def _moved_meanwhile(title: str) -> IllegalMove:
    sentence = _("“%(title)s” has moved since this change was asked for. Nothing was changed; ask for it anew.")
    return IllegalMove(sentence % {"title": title})


def _days(line: PlanMove) -> tuple[date, date]:
    if line.from_on is None or line.to_on is None:
        raise ValueError(f"Move {line.pk} has no dates.")
    return line.from_on, line.to_on


def _keep(by: User, change: PlanChange, line: PlanMove) -> None:
    from_on, to_on = _days(line)
    DueMove.objects.create(
        engagement_id=change.engagement_id,
        client_id=change.client_id,
        deliverable_id=line.deliverable_id,
        milestone_id=line.milestone_id,
        from_milestone_id=line.from_milestone_id,
        to_milestone_id=line.to_milestone_id,
        from_on=from_on,
        to_on=to_on,
        change=change,
        by=by,
    )


def _apply_due(by: User, change: PlanChange, line: PlanMove, deliverable: Deliverable) -> None:
    from_on, to_on = _days(line)
    as_asked = Deliverable.objects.filter(pk=deliverable.pk, due_on=from_on, start_on__lte=to_on, state__in=UNFINISHED)
    if as_asked.update(due_on=to_on, version=F("version") + 1) != 1:
        raise _moved_meanwhile(deliverable.title)
    _keep(by, change, line)


def _apply_stage(by: User, change: PlanChange, line: PlanMove, deliverable: Deliverable) -> None:
    """Move it with its due date, and what has not begun with its start; DueMove keeps where it was."""
    from_on, to_on = _days(line)
    stage = line.to_milestone
    if stage is None or line.from_milestone is None:
        raise ValueError(f"Move {line.pk} has no milestones.")
    _require_stage_open(deliverable, stage)
    start = line.starts_on if deliverable.state == DeliverableState.PLANNED else None
    as_asked = Deliverable.objects.filter(
        pk=deliverable.pk,
        milestone=line.from_milestone,
        due_on=from_on,
        state=deliverable.state,
        state__in=MAY_CHANGE_MILESTONE,
    )
    dates = {"due_on": to_on, "start_on": start} if start else {"due_on": to_on}
    fits = (start or deliverable.start_on) <= to_on
    if not fits or as_asked.update(milestone=stage, version=F("version") + 1, **dates) != 1:
        raise _moved_meanwhile(deliverable.title)
    _keep(by, change, line)
    message = gettext_noop("%(actor)s moved %(title)s from day %(old)s to day %(day)s")
    days = {"old": line.from_milestone.day, "day": stage.day}
    tell(by, change.engagement, "stage_moved", message, deliverable=deliverable, shared=True, **days)


def _require_stage_open(deliverable: Deliverable, stage: Milestone) -> None:
    if deliverable.state == DeliverableState.IN_REVIEW:
        raise IllegalMove(f"{submitted(deliverable)} {_NOTHING_CHANGED}")
    if everything_accepted(stage):
        sentence = _("Everything due for day %(day)d is accepted by now, so nothing moves into it.")
        raise IllegalMove(f"{sentence % {'day': stage.day}} {_NOTHING_CHANGED}")


def check_after(engagement: Engagement, lines: Sequence[PlanMove]) -> None:
    """Raise IllegalMove where a milestone's days have changed, so that what moved into it is due outside them."""
    going = [one for one in lines if one.kind == Moves.STAGE]
    if not going:
        return
    days = windows(engagement.start_on, engagement.milestones.values_list("pk", "due_on"))
    for one in going:
        window = days.get(one.to_milestone_id or 0)
        if one.to_on and one.to_milestone and not (window and window.holds(one.to_on)):
            sentence = _("Day %(day)d has moved since this change was asked for. Nothing was changed; ask for it anew.")
            raise IllegalMove(sentence % {"day": one.to_milestone.day})


def _apply_milestone(by: User, change: PlanChange, line: PlanMove, milestone: Milestone) -> None:
    from_on, to_on = _days(line)
    if everything_accepted(milestone):
        raise IllegalMove(f"{met(milestone)} {_NOTHING_CHANGED}")
    if Milestone.objects.filter(pk=milestone.pk, due_on=from_on).update(due_on=to_on) != 1:
        raise _moved_meanwhile(milestone.name)
    _keep(by, change, line)


def _apply_target(line: PlanMove, metric: BusinessMetric) -> None:
    if line.from_value is None or line.to_value is None:
        raise ValueError(f"Move {line.pk} has no values.")
    if BusinessMetric.objects.filter(pk=metric.pk, target=line.from_value).update(target=line.to_value) != 1:
        raise _moved_meanwhile(metric.name)


def _apply_drop(by: User, deliverable: Deliverable, engagement: Engagement) -> None:
    on = engagement.today()
    move_deliverable(deliverable, since=UNFINISHED, state=DeliverableState.DROPPED, dropped_on=on)
    end_waits(by, deliverable, on)
    end_slips(deliverable, on)
