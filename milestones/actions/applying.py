"""What an approved plan change does to the plan, line by line; the caller holds the plan."""

from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import IllegalMove
from accounts.models import User
from engagements.models import BusinessMetric, Engagement
from milestones.actions.adding import add_milestone
from milestones.actions.base import move as move_deliverable
from milestones.actions.ends import end_slips, end_waits
from milestones.models import Deliverable, DueMove, Milestone, PlanChange, PlanMove
from milestones.states import UNFINISHED, DeliverableState, Moves


def apply(by: User, change: PlanChange, line: PlanMove) -> None:
    """Do one line. Raises IllegalMove where what it moves does not stand as it did when it was asked for."""
    if line.kind == Moves.DUE and line.deliverable is not None:
        _apply_due(by, change, line, line.deliverable)
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

    A date or a target where that has moved; the title's state where work is finished or dropped.
    """
    if line.deliverable is not None:
        if line.deliverable.state not in UNFINISHED:
            return str(DeliverableState(line.deliverable.state).label)
        return line.deliverable.due_on if line.kind == Moves.DUE and line.deliverable.due_on != line.from_on else None
    if line.milestone is not None:
        return line.milestone.due_on if line.milestone.due_on != line.from_on else None
    if line.metric is not None:
        return line.metric.target if line.metric.target != line.from_value else None
    return None


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


def _apply_milestone(by: User, change: PlanChange, line: PlanMove, milestone: Milestone) -> None:
    from_on, to_on = _days(line)
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
