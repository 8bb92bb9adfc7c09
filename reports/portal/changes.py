"""Plan changes as the client sees them: what moves from where to where, and who decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.models import PlanChange, PlanMove
from milestones.states import ChangeState, Moves
from reports.access import Reader
from reports.pages.words import moment, short
from reports.portal import links
from reports.portal.words import with_unit, working_days


@dataclass(frozen=True)
class MoveLine:
    """One thing that moves."""

    what: str
    kind: str
    before: str
    after: str
    by: str


@dataclass(frozen=True)
class ChangeLine:
    """A plan change in one row."""

    number: int
    what: str
    url: str
    state: str
    label: str
    when: str


@dataclass(frozen=True)
class ChangePage:
    """A plan change in full."""

    number: int
    what: str
    why: str
    asked: str
    state: str
    label: str
    decided: str
    words: str
    moves: list[MoveLine]
    is_open: bool


# A decided change has the look of what was decided.
LOOKS = {
    ChangeState.ASKED: "to_sign_off",
    ChangeState.APPROVED: "accepted",
    ChangeState.REFUSED: "sent_back",
    ChangeState.WITHDRAWN: "dropped",
}


def lines(reader: Reader, engagement: Engagement) -> list[ChangeLine]:
    """Return an engagement's plan changes, the latest first."""
    address = links.Many(reader, "portal_change", engagement.code)
    found = PlanChange.objects.filter(engagement=engagement).order_by("-number")
    return [
        ChangeLine(
            number=one.number,
            what=one.what,
            url=address[one.public_id],
            state=LOOKS[ChangeState(one.state)],
            label=str(ChangeState(one.state).label),
            when=short(localtime(one.decided_at or one.asked_at).date()),
        )
        for one in found
    ]


def page(reader: Reader, change: PlanChange) -> ChangePage:
    """Return the page of a change that `access.change` loaded; one query more."""
    return ChangePage(
        number=change.number,
        what=change.what,
        why=change.why,
        asked=_("%(name)s asked for it, %(when)s") % {"name": change.asked_by.name, "when": moment(change.asked_at)},
        state=LOOKS[ChangeState(change.state)],
        label=str(ChangeState(change.state).label),
        decided=_decided(change),
        words=change.words,
        moves=moves(reader, change),
        is_open=change.state == ChangeState.ASKED,
    )


def _decided(change: PlanChange) -> str:
    if change.decided_at is None or change.decided_by_user is None:
        return ""
    places = {"name": change.decided_by_user.name, "when": moment(change.decided_at)}
    if change.state == ChangeState.APPROVED:
        return _("%(name)s approved it, %(when)s") % places
    return _("%(name)s refused it, %(when)s") % places


def moves(reader: Reader, change: PlanChange) -> list[MoveLine]:
    """Return what the change moves, as far as it is shared."""
    found = PlanMove.objects.filter(change=change).select_related("deliverable", "milestone", "metric")
    return list(_moves(WorkCalendar(reader.client.country, reader.client.subdivision), found))


def _moves(calendar: WorkCalendar, found: Iterable[PlanMove]) -> Iterable[MoveLine]:
    for one in found:
        kind = Moves(one.kind)
        if kind == Moves.TARGET:
            yield _target(one)
        elif kind == Moves.DROP:
            title = one.deliverable.title if one.deliverable else ""
            yield MoveLine(title, str(kind.label), _("in the plan"), _("dropped"), "")
        else:
            yield _dated(calendar, one)


def _target(one: PlanMove) -> MoveLine:
    name, unit = (one.metric.name, one.metric.unit) if one.metric else ("", "")
    before, after = (" ".join(with_unit(value or Decimal(0), unit)) for value in (one.from_value, one.to_value))
    return MoveLine(name, str(Moves.TARGET.label), before.strip(), after.strip(), "")


def _dated(calendar: WorkCalendar, one: PlanMove) -> MoveLine:
    if one.milestone is not None:
        what = _("Day %(day)d, %(name)s") % {"day": one.milestone.day, "name": one.milestone.name}
    else:
        what = one.deliverable.title if one.deliverable else ""
    by = ""
    if one.from_on and one.to_on:
        days = calendar.working_days_between(one.from_on, one.to_on)
        said = _("%(days)s later") if days >= 0 else _("%(days)s earlier")
        by = said % {"days": working_days(abs(days))}
    return MoveLine(what, str(Moves(one.kind).label), short(one.from_on), short(one.to_on), by)
