"""One move of a plan change as it is asked for, and what must hold for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.errors import DomainError, IllegalMove
from accounts.formats import day
from engagements.models import BusinessMetric, Engagement
from engagements.states import Direction
from milestones.calendar import WorkCalendar
from milestones.models import Deliverable, Milestone, PlanMove
from milestones.states import MAY_CHANGE_MILESTONE, UNFINISHED, ChangeState, DeliverableState, Moves
from milestones.windows import Window, start_within, windows

# What a line's words and checks read; load them with it.
PARTS: Final = ("deliverable", "milestone", "metric", "from_milestone", "to_milestone")


@dataclass(frozen=True)
class Move:
    """One thing that a plan change does: the kind, what it is done to, and where it goes.

    `added` is a further milestone in the form of milestones/additions.py, due on `to_on`. `stage` is the milestone
    that a deliverable goes to, to be due there on `to_on`.
    """

    kind: str
    deliverable: Deliverable | None = None
    milestone: Milestone | None = None
    metric: BusinessMetric | None = None
    stage: Milestone | None = None
    to_on: date | None = None
    to_value: Decimal | None = None
    added: Mapping[str, Any] = field(default_factory=dict)

    @property
    def thing(self) -> Deliverable | Milestone | BusinessMetric | None:
        """What it is done to."""
        return {Moves.MILESTONE: self.milestone, Moves.TARGET: self.metric}.get(Moves(self.kind), self.deliverable)

    @property
    def field(self) -> str:
        """The form field that asks for it."""
        if self.kind == Moves.ADD:
            return "day"
        if self.kind == Moves.MILESTONE:
            return f"milestone_{self.milestone.day}" if self.milestone else "moves"
        if self.kind == Moves.TARGET:
            return f"target_{self.metric.public_id}" if self.metric else "moves"
        return f"{self.kind}_{self.deliverable.public_id}" if self.deliverable else "moves"

    @property
    def key(self) -> tuple[str, str, int | None]:
        """What may stand in a change once."""
        if self.kind == Moves.ADD:
            return (self.kind, "day", int(self.added["day"]))
        kind = "" if self.deliverable else self.kind
        return (kind, type(self.thing).__name__, self.thing.pk if self.thing else None)


def move_of(line: PlanMove) -> Move:
    """Return a stored line as a move."""
    return Move(
        kind=line.kind,
        deliverable=line.deliverable,
        milestone=line.milestone,
        metric=line.metric,
        stage=line.to_milestone,
        to_on=line.to_on,
        to_value=line.to_value,
        added=line.added,
    )


def require_unfinished(deliverable: Deliverable) -> None:
    """Raise IllegalMove for what is accepted or dropped."""
    if deliverable.state not in UNFINISHED:
        sentence = _("“%(title)s” is finished. Leave it out of the plan change.")
        raise IllegalMove(sentence % {"title": deliverable.title}, field="moves")


def due_line(line: PlanMove) -> None:
    """Fill in and check the move of a deliverable's due date."""
    deliverable = line.deliverable
    assert deliverable is not None  # noqa: S101 - the kind says so
    require_unfinished(deliverable)
    line.from_on = deliverable.due_on
    _check_day(line, deliverable.due_on, deliverable.title)
    if line.to_on is not None and line.to_on < deliverable.start_on:
        sentence = _("“%(title)s” starts after that day. Change its start first, or choose a later day.")
        raise DomainError(sentence % {"title": deliverable.title}, field="moves")


def milestone_line(line: PlanMove) -> None:
    """Fill in and check the move of a milestone."""
    milestone = line.milestone
    assert milestone is not None  # noqa: S101 - the kind says so
    line.from_on = milestone.due_on
    if everything_accepted(milestone):
        way_out = _("Leave it out of the plan change.")
        raise IllegalMove(f"{met(milestone)} {way_out}", field="moves")
    if line.to_on is not None and FIRST_DAY <= line.to_on < line.engagement.start_on:
        sentence = _("“%(title)s” would be due before the engagement starts. Choose a later day.")
        raise DomainError(sentence % {"title": milestone.name}, field="moves")
    _check_day(line, milestone.due_on, milestone.name)


def _check_day(line: PlanMove, present: date, title: str) -> None:
    to_on = line.to_on
    if to_on is None or not FIRST_DAY <= to_on <= LAST_DAY:
        sentence = _("Choose a new date for “%(title)s”, between 2000 and 2199.")
        raise DomainError(sentence % {"title": title}, field="moves")
    if to_on == present:
        raise DomainError(_("“%(title)s” is due on that day already.") % {"title": title}, field="moves")
    if to_on < line.engagement.today():
        raise DomainError(gone_by(title), field="moves")


def gone_by(title: str) -> str:
    """Say that nothing gets a due date in the past."""
    return _("“%(title)s” would be due on a day that is gone. Choose today or a later day.") % {"title": title}


def stage_line(line: PlanMove) -> None:
    """Fill in and check that a deliverable goes to another milestone; `settle` sees to its days there."""
    deliverable, stage = line.deliverable, line.to_milestone
    assert deliverable is not None  # noqa: S101 - the kind says so
    assert stage is not None  # noqa: S101 - the kind says so
    fields = {"field": f"stage_{deliverable.public_id}"}
    require_unfinished(deliverable)
    if deliverable.state not in MAY_CHANGE_MILESTONE:
        leave_out = _("Leave it out of the plan change.")
        raise IllegalMove(f"{submitted(deliverable)} {leave_out}", **fields)
    if stage.engagement_id != line.engagement_id:
        raise DomainError(_("That milestone does not belong to this engagement. Choose from its plan."), **fields)
    if stage.pk == deliverable.milestone_id:
        sentence = _("“%(title)s” is due for day %(day)d already. Choose another milestone.")
        raise DomainError(sentence % {"title": deliverable.title, "day": stage.day}, **fields)
    if everything_accepted(stage):
        raise DomainError(closed(stage), **fields)
    line.from_milestone, line.from_on = deliverable.milestone, deliverable.due_on
    if line.to_on is None or not FIRST_DAY <= line.to_on <= LAST_DAY:
        sentence = _("Choose a new date for “%(title)s”, between 2000 and 2199.")
        raise DomainError(sentence % {"title": deliverable.title}, field=f"due_{deliverable.public_id}")


def everything_accepted(stage: Milestone) -> bool:
    """Whether something was due for a milestone, and all of it is accepted: nothing can be due for it any more."""
    return set(stage.deliverables.counted().values_list("state", flat=True)) == {DeliverableState.ACCEPTED}


def met(stage: Milestone) -> str:
    """Say that a milestone whose deliverables are all accepted keeps its day."""
    sentence = _("Everything due for day %(day)d is accepted, so it is met and keeps its date.")
    return sentence % {"day": stage.day}


def closed(stage: Milestone) -> str:
    """Say that nothing moves into a milestone whose deliverables are all accepted."""
    sentence = _("Everything due for day %(day)d is accepted, so nothing moves into it. Choose another milestone.")
    return sentence % {"day": stage.day}


def submitted(deliverable: Deliverable) -> str:
    """Say that what is in review stays in its milestone."""
    sentence = _("“%(title)s” is submitted and in review, so it stays in its milestone.")
    return sentence % {"title": deliverable.title}


def target_line(line: PlanMove) -> None:
    """Fill in and check the change of a target."""
    metric = line.metric
    assert metric is not None  # noqa: S101 - the kind says so
    line.from_value = metric.target
    if line.to_value is None:
        raise DomainError(_("Give the new target of “%(name)s”.") % {"name": metric.name}, field="moves")
    better = line.to_value > metric.start if metric.direction == Direction.UP else line.to_value < metric.start
    if not better:
        sentence = _("The new target of “%(name)s” is not better than its start value.")
        raise DomainError(sentence % {"name": metric.name}, field="moves")


def drop_line(line: PlanMove) -> None:
    """Check that a deliverable may be dropped."""
    assert line.deliverable is not None  # noqa: S101 - the kind says so
    require_unfinished(line.deliverable)


def check_order(engagement: Engagement, moves: Sequence[Move]) -> None:
    """Raise DomainError where a milestone would come after the one that follows it."""
    moved = {one.milestone.pk: one for one in moves if one.kind == Moves.MILESTONE and one.milestone}
    if not moved:
        return
    rows = [(one, moved[one.pk].to_on if one.pk in moved else one.due_on) for one in engagement.milestones.all()]
    for (one, own_day), (following, next_day) in pairwise(rows):
        if own_day and next_day and own_day > next_day and {one.pk, following.pk} & moved.keys():
            sentence = _("Day %(a)d would be due after day %(b)d. Move both, or choose a day between.")
            wrong = moved.get(one.pk) or moved[following.pk]
            raise DomainError(sentence % {"a": one.day, "b": following.day}, field=wrong.field)


def days_of(engagement: Engagement, moves: Sequence[Move]) -> dict[int, Window]:
    """Map milestones by primary key to their days as these moves leave them; one query."""
    moved = {one.milestone.pk: one.to_on for one in moves if one.kind == Moves.MILESTONE and one.milestone}
    rows = [(one.pk, moved.get(one.pk) or one.due_on) for one in engagement.milestones.all()]
    return windows(engagement.start_on, rows)


def starts_of(engagement: Engagement, moves: Sequence[Move]) -> dict[int, date]:
    """Map deliverables that go to another milestone and have not begun to their start there, where that is new.

    `client` of the engagement is loaded.
    """
    going = [(one.deliverable, one.stage, one.to_on) for one in moves if one.kind == Moves.STAGE]
    if not going:
        return {}
    days, today = days_of(engagement, moves), engagement.today()
    calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
    found: dict[int, date] = {}
    for work, stage, to_on in going:
        if work and stage and to_on and work.state == DeliverableState.PLANNED:
            start = start_within(calendar, work.start_on, to_on, days[stage.pk], today=today)
            found |= {work.pk: start} if start != work.start_on else {}
    return found


def settle(engagement: Engagement, lines: Sequence[PlanMove], moves: Sequence[Move]) -> None:
    """Check that what goes to another milestone is due in its days, and fill in when that starts which has not begun.

    Raises DomainError for the field of the first that does not fit.
    """
    going = [line for line in lines if line.kind == Moves.STAGE]
    if not going:
        return
    days = days_of(engagement, moves)
    for line in going:
        assert line.to_milestone_id is not None  # noqa: S101 - its line was checked
        _check_window(line, days[line.to_milestone_id], engagement.today())
    starts = starts_of(engagement, moves)
    for line in going:
        line.starts_on = starts.get(line.deliverable_id or 0)
        _check_start(line)


def _check_window(line: PlanMove, window: Window, today: date) -> None:
    deliverable, stage = line.deliverable, line.to_milestone
    assert deliverable is not None  # noqa: S101 - the kind says so
    assert stage is not None  # noqa: S101 - the kind says so
    if window.last < today:
        sentence = _("Day %(day)d is over. Choose a milestone that is still to come.")
        raise DomainError(sentence % {"day": stage.day}, field=f"stage_{deliverable.public_id}")
    if line.to_on is None or not window.holds(line.to_on):
        first, last = day(min(window.first, window.last)), day(window.last)
        places = {"title": deliverable.title, "day": stage.day, "first": first, "last": last}
        sentence = _("What is due for day %(day)d is due from %(first)s to %(last)s. "
                     "Choose one of these days for “%(title)s”.")  # fmt: skip
        raise DomainError(sentence % places, field=f"due_{deliverable.public_id}")
    if line.to_on < today:
        raise DomainError(gone_by(deliverable.title), field=f"due_{deliverable.public_id}")


def _check_start(line: PlanMove) -> None:
    deliverable = line.deliverable
    assert deliverable is not None  # noqa: S101 - the kind says so
    if line.to_on and line.to_on < (line.starts_on or deliverable.start_on):
        sentence = _("“%(title)s” starts after that day. Choose a later day.")
        raise DomainError(sentence % {"title": deliverable.title}, field=f"due_{deliverable.public_id}")


@dataclass(frozen=True)
class Beyond:
    """A milestone, the day on which it will be due, and what will be due after that day: titles with due dates."""

    stage: Milestone
    due_on: date
    works: tuple[tuple[str, date], ...]


def beyond(engagement: Engagement, moves: Sequence[Move]) -> list[Beyond]:
    """Return what these moves leave due after its own milestone, which is allowed; as far as the reader sees it.

    What goes to another milestone is due in the days of that one (see `settle`). One query.
    """
    days = {one.deliverable.pk: one.to_on for one in moves if one.kind == Moves.DUE and one.deliverable}
    moved = {one.milestone.pk: one.to_on for one in moves if one.kind == Moves.MILESTONE and one.milestone}
    away = [one.deliverable.pk for one in moves if one.kind in {Moves.STAGE, Moves.DROP} and one.deliverable]
    touched = engagement.deliverables.filter(Q(pk__in=days) | Q(milestone__in=moved), state__in=UNFINISHED)
    found: dict[Milestone, list[tuple[str, date]]] = {}
    for one in touched.exclude(pk__in=away).select_related("milestone").order_by("milestone__day", "due_on", "number"):
        due_on = days.get(one.pk) or one.due_on
        if due_on > (moved.get(one.milestone_id) or one.milestone.due_on):
            found.setdefault(one.milestone, []).append((one.title, due_on))
    return [Beyond(one, moved.get(one.pk) or one.due_on, tuple(works)) for one, works in found.items()]


def open_changes_on(engagement: Engagement, moves: Sequence[Move], *, but: int = 0) -> dict[str, list[PlanMove]]:
    """Map the form fields of these moves to the lines of open plan changes (but one) that touch the same things."""
    lines = PlanMove.objects.filter(change__engagement=engagement, change__state=ChangeState.ASKED)
    lines = lines.exclude(change=but).select_related("change", *PARTS)
    found: dict[str, list[PlanMove]] = {}
    for line in lines:
        for move in moves:
            if _same_thing(move, line):
                found.setdefault(move.field, []).append(line)
    return found


def _same_thing(move: Move, line: PlanMove) -> bool:
    if Moves.ADD in {move.kind, line.kind}:
        return move.kind == line.kind and bool(move.added.get("day") == line.added.get("day"))
    ids = (line.deliverable_id, line.milestone_id, line.metric_id)
    own = tuple(one.pk if one else None for one in (move.deliverable, move.milestone, move.metric))
    return ids == own
