"""One move of a plan change as it is asked for, and what must hold for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError, IllegalMove
from engagements.models import BusinessMetric, Engagement
from engagements.states import Direction
from milestones.models import Deliverable, Milestone, PlanMove
from milestones.states import UNFINISHED, ChangeState, Moves

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


@dataclass(frozen=True)
class Move:
    """One thing that a plan change does: the kind, what it is done to, and where it goes.

    `added` is a further milestone in the form of milestones/additions.py, due on `to_on`.
    """

    kind: str
    deliverable: Deliverable | None = None
    milestone: Milestone | None = None
    metric: BusinessMetric | None = None
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
        return (self.kind, type(self.thing).__name__, self.thing.pk if self.thing else None)


def move_of(line: PlanMove) -> Move:
    """Return a stored line as a move."""
    return Move(
        kind=line.kind,
        deliverable=line.deliverable,
        milestone=line.milestone,
        metric=line.metric,
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
    _check_day(line.to_on, deliverable.due_on, deliverable.title)
    if line.to_on is not None and line.to_on < deliverable.start_on:
        sentence = _("“%(title)s” starts after that day. Change its start first, or choose a later day.")
        raise DomainError(sentence % {"title": deliverable.title}, field="moves")


def milestone_line(line: PlanMove) -> None:
    """Fill in and check the move of a milestone."""
    milestone = line.milestone
    assert milestone is not None  # noqa: S101 - the kind says so
    line.from_on = milestone.due_on
    _check_day(line.to_on, milestone.due_on, milestone.name)
    if line.to_on is not None and line.to_on < line.engagement.start_on:
        sentence = _("“%(title)s” would be due before the engagement starts. Choose a later day.")
        raise DomainError(sentence % {"title": milestone.name}, field="moves")


def _check_day(to_on: date | None, present: date, title: str) -> None:
    if to_on is None or not FIRST_DAY <= to_on <= LAST_DAY:
        sentence = _("Choose a new date for “%(title)s”, between 2000 and 2199.")
        raise DomainError(sentence % {"title": title}, field="moves")
    if to_on == present:
        raise DomainError(_("“%(title)s” is due on that day already.") % {"title": title}, field="moves")


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
    for (one, day), (following, next_day) in pairwise(rows):
        if day and next_day and day > next_day and {one.pk, following.pk} & moved.keys():
            sentence = _("Day %(a)d would be due after day %(b)d. Move both, or choose a day between.")
            wrong = moved.get(one.pk) or moved[following.pk]
            raise DomainError(sentence % {"a": one.day, "b": following.day}, field=wrong.field)


def open_changes_on(engagement: Engagement, moves: Sequence[Move], *, but: int = 0) -> dict[str, list[PlanMove]]:
    """Map the form fields of these moves to the lines of open plan changes (but one) that touch the same things."""
    lines = PlanMove.objects.filter(change__engagement=engagement, change__state=ChangeState.ASKED)
    lines = lines.exclude(change=but).select_related("change", "deliverable", "milestone", "metric")
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
