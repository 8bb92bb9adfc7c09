"""Plan changes that the product proposes: people look at them, edit them, and ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from engagements.models import Engagement, Hold
from milestones.clock import place_of
from milestones.models import Deliverable, PlanChange, PlanMove
from milestones.moves import PARTS, Move, move_of
from milestones.states import MAY_CHANGE_MILESTONE, UNFINISHED, Moves


@dataclass(frozen=True)
class Shift:
    """Everything unfinished later by the working days of a hold."""

    hold: Hold
    days: int
    moves: list[Move]


def after_hold(engagement: Engagement) -> Shift | None:
    """Return what the last hold asks for; None where there was none, or where a change was asked for since.

    Deliverables and milestones that were unfinished move by the working days of the hold, in the client's calendar.
    """
    hold = engagement.holds.filter(ended_at__isnull=False).order_by("-ended_at").first()
    if hold is None or hold.until_on is None:
        return None
    if engagement.plan_changes.filter(asked_at__gte=hold.ended_at).exists():
        return None
    days = place_of(engagement).working_days_between(hold.from_on, hold.until_on)
    moves = shifted(engagement, days) if days > 0 else []
    return Shift(hold, days, moves) if moves else None


def shifted(engagement: Engagement, days: int) -> list[Move]:
    """Return the moves that bring every unfinished due date and its milestone so many working days later.

    What would be due in the past even so was late before; it stays where it is, and so does a milestone that is met.
    """
    calendar, today = place_of(engagement), engagement.today()
    works = list(engagement.deliverables.filter(state__in=sorted(UNFINISHED)).order_by("due_on", "number"))
    first = min((one.due_on for one in works), default=None)
    open_stages = {one.milestone_id for one in works}
    met = set(engagement.deliverables.counted().values_list("milestone", flat=True)) - open_stages
    stages = [
        one
        for one in engagement.milestones.exclude(pk__in=met)
        if one.pk in open_stages or (first is not None and one.due_on > first)
    ]
    moves = [
        *(Move(Moves.MILESTONE, milestone=one, to_on=calendar.add_working_days(one.due_on, days)) for one in stages),
        *(Move(Moves.DUE, deliverable=one, to_on=calendar.add_working_days(one.due_on, days)) for one in works),
    ]
    return [one for one in moves if one.to_on and one.to_on >= today]


def again(change: PlanChange) -> list[Move]:
    """Return the moves of a change as far as they still make sense, to ask for it anew."""
    lines = change.moves.exclude(kind=Moves.ADD).select_related(*PARTS)
    return [move_of(line) for line in lines if line.deliverable is None or _still_moves(line, line.deliverable)]


def _still_moves(line: PlanMove, deliverable: Deliverable) -> bool:
    if line.kind != Moves.STAGE:
        return deliverable.is_unfinished
    return deliverable.state in MAY_CHANGE_MILESTONE and deliverable.milestone_id != line.to_milestone_id


def without(engagement: Engagement, public_ids: Iterable[str]) -> list[Move]:
    """Return the moves that drop these deliverables, as far as they are unfinished and of this engagement."""
    rows = engagement.deliverables.filter(public_id__in=list(public_ids), state__in=sorted(UNFINISHED))
    return [Move(Moves.DROP, deliverable=one) for one in rows.order_by("due_on", "number")]


def words_without(dropped: Iterable[Deliverable]) -> str:
    """Return what such a change is called."""
    return _("Drop %(titles)s") % {"titles": ", ".join(f"“{one.title}”" for one in dropped)}


def to_stage(engagement: Engagement, public_id: str, day: str, due: str = "") -> list[Move]:
    """Return the move of a deliverable to the milestone of a day; none where either is not there.

    It is due there on `due` (ISO), or on the milestone's own day where that is no date.
    """
    works = engagement.deliverables.filter(public_id=public_id, state__in=sorted(MAY_CHANGE_MILESTONE))
    stages = engagement.milestones.filter(day=int(day)) if day.isdecimal() and len(day) < 5 else ()
    on = _day(due)
    moves = [
        Move(Moves.STAGE, deliverable=one, stage=stage, to_on=on or stage.due_on) for one in works for stage in stages
    ]
    return [one for one in moves if one.deliverable and one.stage and one.deliverable.milestone_id != one.stage.pk]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def words_to_stage(move: Move) -> str:
    """Return what such a change is called."""
    title = move.deliverable.title if move.deliverable else ""
    return _("Move “%(title)s” to day %(day)d") % {"title": title, "day": move.stage.day if move.stage else 0}
