"""Plan changes: asked with reasons, decided by a signer, applied at once when approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _, gettext_noop

from accounts.checked import checked, checked_fields
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from engagements.models import BusinessMetric, Engagement
from engagements.states import LIVE, Direction
from milestones import slips
from milestones.actions.base import move as move_deliverable, signer_of, take_plan, tell
from milestones.actions.ends import end_slips, end_waits
from milestones.content import hash_of
from milestones.models import Deliverable, DueMove, Milestone, PlanChange, PlanMove
from milestones.states import UNFINISHED, ChangeState, DeliverableState, Moves

POINTERS = ("change", "engagement", "client", "deliverable", "milestone", "metric")


@dataclass(frozen=True)
class Move:
    """One thing that a plan change does: the kind, what it is done to, and where it goes."""

    kind: str
    deliverable: Deliverable | None = None
    milestone: Milestone | None = None
    metric: BusinessMetric | None = None
    to_on: date | None = None
    to_value: Decimal | None = None

    @property
    def thing(self) -> Deliverable | Milestone | BusinessMetric | None:
        """What it is done to."""
        return {Moves.MILESTONE: self.milestone, Moves.TARGET: self.metric}.get(Moves(self.kind), self.deliverable)


@transaction.atomic
def ask(*, by: User, engagement: Engagement, what: str, why: str, moves: Sequence[Move] = ()) -> PlanChange:
    """Ask for a plan change, as a manager or as a contact of the client; nothing moves until a signer approves.

    Without moves it is an agreement in words. Each move keeps what stood when it was asked.
    """
    _require_either_side(by, engagement)
    take_plan(engagement, states=LIVE)
    change = PlanChange(engagement=engagement, client_id=engagement.client_id, what=what.strip(), why=why.strip())
    change.number = (engagement.plan_changes.aggregate(last=Max("number"))["last"] or 0) + 1
    change.asked_by = by
    checked(change, exclude={"engagement", "client", "asked_by"}).save(force_insert=True)
    things = [(one.kind, type(one.thing), one.thing.pk if one.thing else None) for one in moves]
    if len(set(things)) != len(things):
        raise DomainError(_("Something is moved twice in this change. Keep one of the two."), field="moves")
    PlanMove.objects.bulk_create([_line(change, one) for one in moves])
    change.content_hash = hash_of(content_of(change))
    change.save(update_fields=["content_hash"])
    message = gettext_noop("%(actor)s asked for a plan change: %(what)s")
    tell(by, engagement, "change_asked", message, shared=True, what=change.what)
    return change


def _require_either_side(by: User, engagement: Engagement) -> None:
    if not (by.manages or (by.is_contact and by.client_ref == engagement.client_id)):
        raise NotAllowed(_("A plan change is asked for by the account manager or by the client."))


def _line(change: PlanChange, one: Move) -> PlanMove:
    if one.thing is None or one.thing.engagement_id != change.engagement_id:
        raise DomainError(_("That does not belong to this engagement. Choose from its plan."), field="moves")
    line = PlanMove(
        change=change,
        engagement_id=change.engagement_id,
        client_id=change.client_id,
        kind=one.kind,
        deliverable=one.deliverable,
        milestone=one.milestone,
        metric=one.metric,
        to_on=one.to_on,
        to_value=one.to_value,
    )
    one.thing.refresh_from_db()
    checks = {
        Moves.DUE: _due_line,
        Moves.MILESTONE: _milestone_line,
        Moves.TARGET: _target_line,
        Moves.DROP: _drop_line,
    }
    checks[Moves(one.kind)](line)
    return checked_fields(line, exclude=POINTERS)


def _require_unfinished(deliverable: Deliverable) -> None:
    if deliverable.state not in UNFINISHED:
        sentence = _("“%(title)s” is finished. Leave it out of the plan change.")
        raise IllegalMove(sentence % {"title": deliverable.title}, field="moves")


def _due_line(line: PlanMove) -> None:
    deliverable = line.deliverable
    assert deliverable is not None  # noqa: S101 - the kind says so
    _require_unfinished(deliverable)
    line.from_on = deliverable.due_on
    _check_day(line.to_on, deliverable.due_on, deliverable.title)
    if line.to_on is not None and line.to_on < deliverable.start_on:
        sentence = _("“%(title)s” starts after that day. Change its start first, or choose a later day.")
        raise DomainError(sentence % {"title": deliverable.title}, field="moves")


def _milestone_line(line: PlanMove) -> None:
    milestone = line.milestone
    assert milestone is not None  # noqa: S101 - the kind says so
    line.from_on = milestone.due_on
    _check_day(line.to_on, milestone.due_on, milestone.name)


def _check_day(to_on: date | None, present: date, title: str) -> None:
    if to_on is None or not date(2000, 1, 1) <= to_on < date(2200, 1, 1):
        sentence = _("Choose a new date for “%(title)s”, between 2000 and 2199.")
        raise DomainError(sentence % {"title": title}, field="moves")
    if to_on == present:
        raise DomainError(_("“%(title)s” is due on that day already.") % {"title": title}, field="moves")


def _target_line(line: PlanMove) -> None:
    metric = line.metric
    assert metric is not None  # noqa: S101 - the kind says so
    line.from_value = metric.target
    if line.to_value is None:
        raise DomainError(_("Give the new target of “%(name)s”.") % {"name": metric.name}, field="moves")
    better = line.to_value > metric.start if metric.direction == Direction.UP else line.to_value < metric.start
    if not better:
        sentence = _("The new target of “%(name)s” is not better than its start value.")
        raise DomainError(sentence % {"name": metric.name}, field="moves")


def _drop_line(line: PlanMove) -> None:
    assert line.deliverable is not None  # noqa: S101 - the kind says so
    _require_unfinished(line.deliverable)


def content_of(change: PlanChange) -> dict[str, object]:
    """Return what a signer decides on, as plain JSON."""
    return {
        "engagement": change.engagement.code,
        "change": change.public_id,
        "number": change.number,
        "what": change.what,
        "why": change.why,
        "moves": [_move_content(line) for line in change.moves.select_related("deliverable", "milestone", "metric")],
    }


def _move_content(line: PlanMove) -> dict[str, object]:
    thing = line.deliverable or line.milestone or line.metric
    values = {
        "from_on": line.from_on and line.from_on.isoformat(),
        "to_on": line.to_on and line.to_on.isoformat(),
        "from_value": line.from_value is not None and f"{line.from_value:.4f}",
        "to_value": line.to_value is not None and f"{line.to_value:.4f}",
    }
    present = {name: value for name, value in values.items() if value}
    return {"kind": line.kind, "of": thing.public_id if thing else "", **present}


# --- decided ---------------------------------------------------------------------------------------------


def _end(change: PlanChange, state: ChangeState, **fields: object) -> None:
    """Take the plan and leave the state asked, once."""
    take_plan(change.engagement, states=LIVE)
    asked = PlanChange.objects.filter(pk=change.pk, state=ChangeState.ASKED)
    if asked.update(state=state, **fields) != 1:
        change.refresh_from_db()
        sentence = _("Plan change %(number)s is %(state)s already.")
        known = {"number": change.number, "state": str(ChangeState(change.state).label).lower()}
        raise IllegalMove(sentence % known)
    change.refresh_from_db(fields=["state", *fields])


@transaction.atomic
def decide(*, by: User, change: PlanChange, approve: bool, words: str = "") -> PlanChange:
    """Approve or refuse as a signer of the client; what is approved moves at once, all of it."""
    signer = signer_of(by, change.client_id)
    state = ChangeState.APPROVED if approve else ChangeState.REFUSED
    if not approve and not words.strip():
        raise DomainError(_("Say why, so that a better change can be asked for."), field="words")
    _check_words(words)
    decided = {"decided_by": signer, "decided_by_user": by, "decided_at": now(), "words": words.strip()}
    _end(change, state, **decided)
    if approve:
        for line in change.moves.select_related("deliverable", "milestone", "metric"):
            _apply(by, change, line)
    message = gettext_noop("%(actor)s approved plan change %(number)s: %(what)s") if approve else gettext_noop(
        "%(actor)s refused plan change %(number)s: %(what)s"
    )  # fmt: skip
    number, what = change.number, change.what
    tell(by, change.engagement, "change_decided", message, shared=True, number=number, what=what)
    slips.ask_recompute(change.engagement)
    return change


def _check_words(words: str) -> None:
    if "\x00" in words or len(words) > 2000:
        raise DomainError(_("Keep your words under 2,000 characters of plain text."), field="words")


def _apply(by: User, change: PlanChange, line: PlanMove) -> None:
    if line.kind == Moves.DUE and line.deliverable is not None:
        _apply_due(by, change, line, line.deliverable)
    elif line.kind == Moves.MILESTONE and line.milestone is not None:
        _apply_milestone(by, change, line, line.milestone)
    elif line.kind == Moves.TARGET and line.metric is not None:
        _apply_target(line, line.metric)
    elif line.deliverable is not None:
        _apply_drop(by, line.deliverable, change.engagement)


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


@transaction.atomic
def withdraw(*, by: User, change: PlanChange) -> PlanChange:
    """Take back what was asked and not decided: whoever asked, or a manager for the firm."""
    own = change.asked_by_id == by.pk
    if not own and not (by.manages and change.asked_by.is_firm):
        raise NotAllowed(_("Only the side that asked for it can withdraw a plan change."))
    _end(change, ChangeState.WITHDRAWN)
    message = gettext_noop("%(actor)s withdrew plan change %(number)s: %(what)s")
    number, what = change.number, change.what
    tell(by, change.engagement, "change_withdrawn", message, shared=True, number=number, what=what)
    return change
